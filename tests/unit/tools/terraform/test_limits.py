"""Which diagnostics are limits of the validation, and which are about the code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said
from terraform_says import problem, scripted

from scaffolder.errors import ToolMissing
from scaffolder.tools import terraform
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.terraform import Diagnostic, limits
from scaffolder.tools.terraform.folders import Root

VALID = said(json.dumps({"format_version": "1.0", "valid": True, "diagnostics": []}))
NO_FILE = (
    'Invalid value for "path" parameter: no file exists at "{}"; this function works only with '
    "files that are distributed as part of the configuration source code"
)


def _root(tmp_path: Path, text: str = "", **files: str) -> Root:
    folder = tmp_path / "live" / "prod"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.tf").write_text(text)
    for name, content in files.items():
        (folder / name.replace("_dot_", ".")).write_text(content)
    return Root(tmp_path / "live", Path("prod"), tmp_path)


def _invalid(*problems: dict[str, object]) -> str:
    return json.dumps({"format_version": "1.0", "valid": False, "diagnostics": list(problems)})


def _error(summary: str, detail: str = "") -> Diagnostic:
    return Diagnostic(path=Path("prod/main.tf"), line=1, summary=summary, detail=detail)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("~/.ssh/id_rsa.pub", "~/.ssh/id_rsa.pub is not in the repository"),
        ("/etc/motd", "/etc/motd is not in the repository"),
        ("/home/me/w/NAME/modules/a", "modules/a is not in the repository"),
        ("../../../other/x.json", "../../../other/x.json is not in the repository"),
        ("../../dist/lambda.zip", "../../dist/lambda.zip is made by a build"),
        ("./../../vendored/a.json", "../../vendored/a.json is in a Git submodule"),
        ("start.sh", ""),
        ("../../scripts/start.sh", ""),
    ],
)
def test_a_file_that_no_repository_holds_is_a_limit(tmp_path: Path, path: str, limit: str) -> None:
    (tmp_path / ".gitmodules").write_text('[submodule "a"]\n\tpath = vendored\n')
    path = path.replace("NAME", tmp_path.name)
    for error in (
        _error("Invalid function argument", NO_FILE.format(path)),
        _error(
            "Error in function call",
            f'Call to function "filemd5" failed: open {path}: no such file or directory.',
        ),
    ):
        told = limits.split([error], _root(tmp_path))
        assert told.limits == ((limit,) if limit else ())
        assert told.diagnostics == (() if limit else (error,))


@pytest.mark.parametrize(
    "error",
    [
        _error(
            "Missing required provider",
            "This configuration requires provider registry.terraform.io/hashicorp/vsphere, but that",
        ),
        _error(
            "registry.terraform.io/hashicorp/vsphere: there is no package for "
            "registry.terraform.io/hashicorp/vsphere 2.0.0 cached in /tmp/x"
        ),
        _error(
            "Failed to obtain provider schema",
            "Could not load registry.terraform.io/hashicorp/vsphere",
        ),
    ],
)
def test_a_provider_that_is_not_here_is_a_limit(tmp_path: Path, error: Diagnostic) -> None:
    told = limits.split([error, _error("Unsupported argument")], _root(tmp_path))
    assert told.limits == ("no schema of hashicorp/vsphere",)
    assert told.without_provider
    assert told.diagnostics == (_error("Unsupported argument"),)


def test_a_module_that_callers_hand_providers_to_is_judged_without_them(tmp_path: Path) -> None:
    error = _error(
        "Provider configuration not present", "To work with aws_s3_bucket.x its original …"
    )
    module = _root(tmp_path, "configuration_aliases = [aws.other]")
    assert limits.split([error], module).limits == ("the providers that a caller hands to prod",)
    assert limits.split([error], _root(tmp_path)).diagnostics == (error,)


def test_no_finding_names_the_folder_of_the_copy(tmp_path: Path) -> None:
    error = _error("Unreadable module", f"The folder {tmp_path}/live/net could not be read.")
    (kept,) = limits.split([error], _root(tmp_path)).diagnostics
    assert kept.detail == "The folder live/net could not be read."


@pytest.mark.parametrize(
    ("text", "files", "dialect"),
    [
        ("", {"terragrunt_dot_hcl": ""}, "Terragrunt completes it"),
        ("", {"main_dot_tofu": ""}, "written for OpenTofu"),
        ("", {"_dot_opentofu-version": "1.8.0"}, "written for OpenTofu"),
        ("terraform {\n  encryption {\n  }\n}\n", {}, "written for OpenTofu"),
        ('module "a" {\n  source = "./${var.kind}"\n}\n', {}, "written for OpenTofu"),
        (
            'provider "aws" {\n  alias = "by"\n  for_each = var.regions\n}\n',
            {},
            "written for OpenTofu",
        ),
        ("", {"_dot_terraform-version": "0.11.14\n"}, "written for a Terraform before 1.0"),
        ('terraform {\n  required_version = ">= 0.12"\n}\n', {}, ""),
        ('module "a" {\n  source = "./a"\n  for_each = var.regions\n}\n', {}, ""),
        ("", {"_dot_terraform-version": "1.11.4\n"}, ""),
    ],
)
def test_roots_that_terraform_does_not_judge(
    tmp_path: Path, text: str, files: dict[str, str], dialect: str
) -> None:
    root = _root(tmp_path, text, **files)
    assert limits.dialect(root) == dialect
    report = _invalid(problem("Unsupported block type"))
    tools = scripted(said(report, exit_code=1))
    (found,) = terraform.validate(tools, tmp_path / "live", [Path("prod")], within=tmp_path)
    assert found.judged is (dialect == "")
    assert found.limit == (f"prod ({dialect})" if dialect else "")


@dataclass
class _ByFolder(ScriptedToolchain):
    """Terraform with other output in a folder of each name."""

    by_folder: Mapping[str, CompletedRun] | None = None

    def run(self, tool: Tool, *args: str, cwd: Path | None = None, **_: Any) -> CompletedRun:
        return (self.by_folder or {})[cwd.name if cwd else ""]


def test_one_root_for_another_terraform_leaves_the_others(tmp_path: Path) -> None:
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text('terraform {\n  required_version = "~> 1.15"\n}\n')
    wrong = said(_invalid(problem("Unsupported Terraform Core version", line=2)), exit_code=1)
    tools = _ByFolder({"terraform": VALID}, by_folder={"new": VALID, "old": wrong})
    new, old = terraform.validate(tools, tmp_path, [Path("new"), Path("old")])
    assert (new.judged, old.judged) == (True, False)
    assert old.limit == "needs terraform ~> 1.15, here is 9.9.9: old"
    with pytest.raises(ToolMissing, match=r"needs terraform ~> 1\.15, here is 9\.9\.9"):
        terraform.validate(tools, tmp_path, [Path("old")])


@pytest.mark.parametrize(
    ("printed", "offline", "online"),
    [
        ("Error: Error accessing remote module registry\n\nno such host", True, True),
        ("Error: Failed to download module\n\ncould not download: exit status 128", True, False),
        ("Error: Module not found\n\nModule x could not be found in the registry", True, False),
        (
            "Error: Unreadable module directory\n\nUnable to evaluate directory symlink",
            False,
            False,
        ),
    ],
)
def test_a_module_that_is_not_here(printed: str, *, offline: bool, online: bool) -> None:
    assert limits.module_elsewhere(printed, online=False) is offline
    assert limits.module_elsewhere(printed, online=True) is online
