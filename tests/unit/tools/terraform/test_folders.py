"""Which folders are roots."""

from __future__ import annotations

from pathlib import Path

from scaffolder.tools import terraform


def test_roots_are_the_folders_that_nobody_calls(tmp_path: Path) -> None:
    for name, text in {
        "env/main.tf": 'module "network" {\n  source = "../modules/network"\n}\n',
        "env/tests/a.tftest.hcl": 'run "a" {\n  module {\n    source = "./tests/values"\n  }\n}\n',
        "env/tests/values/main.tf": "",
        "env/.terraform/modules/x/main.tf": "",
        "modules/network/main.tf": "",
        "shared/main.tf.json": "{}",
        "shared/envs/dev.tfvars": "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert terraform.roots(tmp_path) == (Path("env"), Path("shared"))
