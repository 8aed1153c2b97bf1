"""Where real providers are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.tools.offline.mirrors import holds, locked, mirrors, only_from


def test_mirrors_are_what_the_configuration_and_the_cache_variable_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("mirror", "cache", "home"):
        (tmp_path / name).mkdir()
    config = tmp_path / "terraformrc"
    config.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path}/mirror"\n  }}\n  filesystem_mirror {{\n'
        f'    path = "{tmp_path}/absent"\n  }}\n}}\n'
    )
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(config))
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert list(mirrors()) == [tmp_path / "mirror", tmp_path / "cache"]


def test_there_are_no_mirrors_where_nothing_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "absent"))
    monkeypatch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert list(mirrors()) == []


def test_a_mirror_holds_a_provider_under_either_registry(tmp_path: Path) -> None:
    (tmp_path / "registry.opentofu.org" / "hashicorp" / "aws").mkdir(parents=True)
    assert holds(tmp_path, "hashicorp/aws")
    assert not holds(tmp_path, "hashicorp/azurerm")


def test_only_from_never_names_the_network(tmp_path: Path) -> None:
    text = only_from([tmp_path / "a", tmp_path / "b"], tmp_path).read_text()
    assert text == (
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path}/a"\n  }}\n'
        f'  filesystem_mirror {{\n    path = "{tmp_path}/b"\n  }}\n}}\n'
    )


def test_locked_reads_the_releases_that_were_chosen(tmp_path: Path) -> None:
    (tmp_path / ".terraform.lock.hcl").write_text(
        'provider "registry.terraform.io/hashicorp/aws" {\n  version     = "5.100.0"\n  constraints = "~> 5.0"\n}\n'
    )
    assert locked(tmp_path) == ("aws 5.100.0",)
