"""Which folders are roots."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.tools import terraform
from scaffolder.tools.terraform import folders
from scaffolder.tools.terraform.folders import copied


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


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_a_copy_has_the_files_beside_it(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "terraform/env/main.tf": "",
            "terraform/env/start.tpl": "inside",
            "terraform/env/terraform.tfstate": "{}",
            "terraform/env/.terraform/modules/modules.json": "{}",
            "scripts/start.sh": "beside",
            "deep/down/x.txt": "below",
        },
    )
    (tmp_path / "terraform" / "env" / "nowhere").symlink_to("missing")
    with copied(tmp_path / "terraform", within=tmp_path) as (copy, top):
        assert (copy / "env" / "start.tpl").read_text() == "inside"
        assert (copy / ".." / "scripts" / "start.sh").read_text() == "beside"
        assert (top / "deep" / "down" / "x.txt").read_text() == "below"
        assert not (copy / "env" / "main.tf").is_symlink()
        names = {file.name for file in (copy / "env").iterdir()}
        (copy / "env" / "written.tf").write_text("")
    assert names == {"main.tf", "start.tpl", "nowhere"}
    assert not (tmp_path / "terraform" / "env" / "written.tf").exists()


def test_a_copy_without_the_files_above_has_none(tmp_path: Path) -> None:
    _write(tmp_path, {"terraform/main.tf": "", "scripts/start.sh": ""})
    with copied(tmp_path / "terraform") as (copy, top):
        assert copy == top
        assert not (copy.parent / "scripts").exists()


@pytest.mark.parametrize(
    ("text", "goes_up"),
    [
        ('x = file("${path.module}/../scripts/start.sh")', True),
        ('x = fileset("../..", "*.json")', True),
        ('module "a" {\n  source = "../modules/a"\n}\n', False),
        ('x = file("${path.module}/start.sh")', False),
    ],
)
def test_code_that_reads_files_beside_it(tmp_path: Path, text: str, *, goes_up: bool) -> None:
    _write(tmp_path, {"main.tf": text})
    assert folders.goes_up(tmp_path) is goes_up


VPC = 'module "vpc" {\n  source  = "terraform-aws-modules/vpc/aws"\n}\n'


@pytest.mark.parametrize(
    ("files", "remote"),
    [
        ({"main.tf": VPC}, ("terraform-aws-modules/vpc/aws",)),
        (
            {"main.tf": 'module "net" {\n  source = "./net"\n}\n', "net/main.tf": VPC},
            ("terraform-aws-modules/vpc/aws",),
        ),
        (
            {
                "main.tf": 'module "a" {\n  providers = {\n    aws = aws.b\n  }\n  source = "./a"\n}\n',
                "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
                "b/main.tf": 'module "c" { source = "git::https://example.com/c.git" }\n',
            },
            ("git::https://example.com/c.git",),
        ),
        ({"main.tf": "", "examples/all/main.tf": VPC, "net/main.tf": VPC}, ()),
        ({"main.tf": 'module "a" {\n  source = "./a"\n}\n', "a/main.tf": ""}, ()),
        ({"main.tf": '# module "vpc" {\n#   source = "x/y/z"\n# }\n'}, ()),
        (
            {
                "main.tf.json": '{\n  "module": {\n    "a": {\n      "source": "x/y/z"\n    }\n  }\n}\n'
            },
            ("x/y/z",),
        ),
    ],
    ids=["root", "local module", "two local modules", "examples", "local", "comment", "JSON"],
)
def test_modules_from_elsewhere(
    tmp_path: Path, files: dict[str, str], remote: tuple[str, ...]
) -> None:
    _write(tmp_path, files)
    assert folders.Root(tmp_path, Path()).remote_modules == remote


@pytest.mark.parametrize(
    ("name", "text", "called"),
    [
        ("main.tf", 'module "a" {\n  source = "./a"\n}\n', True),
        ("main.tf", 'module "a" { source = "./a" }\n', True),
        ("main.tf", 'module a {\n  source = "./a" # ours\n  x = {\n', True),
        ("main.tf.json", '{"module": {"a": {"source": "./a"}}}', True),
        ("main.tf.json", '{"module": [{"a": [{"source": "./a"}]}]}', True),
        ("x.tftest.hcl", 'run "a" {\n  module {\n    source = "./a"\n  }\n}\n', True),
        ("main.tf", '/*\nmodule "a" {\n  source = "./a"\n}\n*/\n', False),
        ("main.tf", 'locals {\n  x = <<EOT\nsource = "./a"\nEOT\n}\n', False),
        ("main.tf", 'resource "aws_s3_object" "a" {\n  source = "./a"\n}\n', False),
        ("main.tf.json", '{"resource": {"aws_s3_object": {"a": {"source": "./a"}}}}', False),
        ("main.tf.json", "{", False),
    ],
)
def test_a_folder_is_called_by_a_block_and_not_by_words(
    name: str, text: str, called: bool, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "main.tf").write_text("", encoding="utf-8")
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    roots = terraform.roots(tmp_path)
    assert roots == ((Path(),) if called else (Path(), Path("a")))
