"""The rehearsals of a repository: roots, environments, their values, and values that stand in."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.rehearsals import folder_of, targets
from scaffolder.tools.rehearsal import Target

VARIABLE = 'variable "account_id" {\n  type = string\n}\n'


def only(folder: Path, files: dict[str, str], *roots: str) -> tuple[Target, ...]:
    project = written(folder, files)
    return targets(project, Path(), [Path(root) for root in roots or ("",)])


def test_each_environment_takes_its_values_after_the_shared_ones(tmp_path: Path) -> None:
    files = {
        "main.tf": "",
        "envs/prod.tfvars": "",
        "envs/dev.tfvars": "",
        "envs/common.tfvars": "",
        "envs/dev.s3.tfbackend": "",
    }
    found = only(tmp_path, files)
    assert [(one.environment, [str(file) for file in one.var_files]) for one in found] == [
        ("dev", ["envs/common.tfvars", "envs/dev.tfvars"]),
        ("prod", ["envs/common.tfvars", "envs/prod.tfvars"]),
    ]


def test_a_root_for_each_environment_reads_its_own_values(tmp_path: Path) -> None:
    files = {
        "envs/dev/main.tf": "",
        "envs/dev/terraform.tfvars": "",
        "envs/prod/main.tf": "",
        "envs/prod/terraform.tfvars": "",
    }
    found = only(tmp_path, files, "envs/dev", "envs/prod")
    assert [(one.name, one.environment, one.var_files) for one in found] == [
        ("envs/dev dev", "dev", ()),
        ("envs/prod prod", "prod", ()),
    ]


def test_what_makes_the_states_comes_first(tmp_path: Path) -> None:
    files = {
        "env/main.tf": "",
        "env/dev.tfvars": "",
        "env/prod.tfvars": "",
        "shared/main.tf": "",
        "bootstrap/main.tf": "",
    }
    found = only(tmp_path, files, "env", "shared", "bootstrap")
    assert [one.name for one in found] == ["bootstrap", "shared", "env dev", "env prod"]


def test_one_file_of_values_is_taken_and_of_several_without_an_environment_none(
    tmp_path: Path,
) -> None:
    (one,) = only(tmp_path / "one", {"main.tf": "", "example.tfvars": ""})
    (two,) = only(tmp_path / "two", {"main.tf": "", "small.tfvars": "", "large.tfvars": ""})
    assert (one.var_files, two.var_files) == ((Path("example.tfvars"),), ())


@pytest.mark.parametrize(
    ("values", "expression"),
    [
        ('account_id = "999999999999"\n', None),
        ('account_id = ""\n', None),
        ('account_id = "" # fill in\n', '"111122223333"'),
        ('# Fill in the account\naccount_id = ""\n', '"111122223333"'),
        ('# fill in below\n\naccount_id = ""\n', None),
        ('account_id = "OWNER_ID/a"\n', '"1001/a"'),
        ('account_id = "CHANGEME"\n', '"1001"'),
        ('account_id = "A_SUBJECT"\n', None),
        ('account_id = "THE_SUBJECT_DEV/THE_SUBJECT_QA"\n', '"1001/1002"'),
        ('account_id = "UPPERCASE"\n', None),
        ("", '"111122223333"'),
    ],
    ids=repr,
)
def test_only_what_has_no_value_yet_gets_one(
    tmp_path: Path, values: str, expression: str | None
) -> None:
    (found,) = only(tmp_path, {"main.tf": VARIABLE, "terraform.tfvars": values})
    assert found.stand_ins.get("account_id") == expression


@pytest.mark.parametrize(
    ("rows", "expression"),
    [
        ('  dev = "" # fill in\n', '"111122223333"'),
        ('  dev = "999999999999"\n  "prod" = "" # fill in\n', '"prod" = "111122223333"'),
        ('  dev = ""\n', None),
        ('  dev = "" # of nobody\n', None),
        ('  dev = "999999999999" # fill in\n', None),
    ],
    ids=repr,
)
def test_a_row_of_a_table_that_has_no_value_yet_gets_one(
    tmp_path: Path, rows: str, expression: str | None
) -> None:
    code = 'variable "account_ids" {\n  type = map(string)\n}\n'
    values = f"account_ids = {{\n{rows}}}\n"
    (found,) = only(tmp_path, {"main.tf": code, "terraform.tfvars": values})
    assert (expression is None) == ("account_ids" not in found.stand_ins)
    assert (expression or "") in found.stand_ins.get("account_ids", "")


def test_the_values_of_the_tests_come_before_those_that_a_name_suggests(tmp_path: Path) -> None:
    files = {
        "main.tf": VARIABLE + 'variable "of_a_run" {\n  type = string\n}\n',
        "tests/a.tftest.hcl": (
            'variables {\n  account_id = "222222222222"\n}\n'
            'run "a" {\n  variables {\n    of_a_run = run.b.c\n  }\n}\n'
        ),
    }
    (found,) = only(tmp_path, files)
    assert found.stand_ins == {"account_id": '"222222222222"', "of_a_run": '"rehearsal"'}


def test_a_value_that_one_environment_lacks_is_not_made_up(tmp_path: Path) -> None:
    files = {
        "main.tf": VARIABLE,
        "dev.tfvars": 'account_id = "999999999999"\n',
        "prod.tfvars": "",
    }
    assert [dict(one.stand_ins) for one in only(tmp_path, files)] == [{}, {}]


def test_a_variable_with_a_default_and_one_of_an_unusual_type_get_none(tmp_path: Path) -> None:
    code = 'variable "a" {\n  default = 1\n}\nvariable "b" {\n  type = object({ c = string })\n}\n'
    (found,) = only(tmp_path, {"main.tf": code})
    assert found.stand_ins == {}


def test_the_folder_is_the_deepest_that_holds_all_code(tmp_path: Path) -> None:
    assert folder_of(written(tmp_path / "none", {})) is None
    files = {"terraform/a/main.tf": "", "terraform/b/main.tf": ""}
    assert folder_of(written(tmp_path / "two", files)) == Path("terraform")
