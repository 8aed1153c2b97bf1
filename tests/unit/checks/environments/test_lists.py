"""EN009: lists of environments against their files."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks


def variables(*names: str, variable: str = "environment") -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f'variable "{variable}" {{\n  validation {{\n'
        f'    condition     = contains([{listed}], var.{variable})\n    error_message = "x"\n  }}\n}}\n'
    )


def terraform(*names: str) -> dict[str, str]:
    return {f"terraform/envs/{name}.tfvars": f'environment = "{name}"\n' for name in names}


def chart(*names: str) -> dict[str, str]:
    values = {f"chart/values-{name}.yaml": f"environment: {name}\n" for name in names}
    return {"chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n", **values}


def schema(*names: str) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f'{{"properties": {{"environment": {{"type": "string", "enum": [{listed}]}}}}}}'


def workflow(options: str, run: str = "./deploy.sh dev && ./deploy.sh prod") -> str:
    return f"""\
on:
  workflow_dispatch:
    inputs:
      environment:
        type: choice
        options: {options}
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - run: {run}
"""


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=["EN009"], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}: {finding.message.partition(':')[0]}"
        for result in report.results
        for finding in result.findings
    ]


CI = ".github/workflows/deploy.yml"
REFUSED = {
    "a validation": (
        {"terraform/variables.tf": variables("dev", "prod"), **terraform("dev", "qa", "prod")},
        "terraform/variables.tf: the validation of Terraform refuses qa, which has files",
    ),
    "names of any kind": (
        {"terraform/variables.tf": variables("amber", "blue"), **terraform("amber", "blue", "red")},
        "terraform/variables.tf: the validation of Terraform refuses red, which has files",
    ),
    "a variable by another name": (
        {
            "terraform/variables.tf": variables("dev", "prod", variable="stage"),
            **terraform("dev", "staging", "prod"),
        },
        "terraform/variables.tf: the validation of Terraform refuses stage, which has files",
    ),
    "a module that the root calls": (
        {
            "terraform/main.tf": 'module "names" {\n  source = "./names"\n}\n',
            "terraform/names/variables.tf": variables("dev", "prod"),
            **terraform("dev", "qa", "prod"),
        },
        "terraform/names/variables.tf: the validation of Terraform refuses qa, which has files",
    ),
    "a schema": (
        {"chart/values.schema.json": schema("dev", "prod", "local"), **chart("dev", "uat", "prod")},
        "chart/values.schema.json: the schema of the chart refuses uat, which has files",
    ),
    "a guard": (
        {
            "deploy.sh": '#!/bin/bash\n[[ "$1" =~ ^(dev|prod)$ ]] || die "which one?"\n',
            **terraform("dev", "qa", "prod"),
        },
        "deploy.sh: the guard of the script refuses qa, which has files",
    ),
    "branches": (
        {
            "deploy.sh": '#!/bin/sh\ncase "$1" in\n  dev|prod) ;;\n  *) exit 2 ;;\nesac\n',
            **terraform("dev", "canary", "prod"),
        },
        "deploy.sh: the guard of the script refuses canary, which has files",
    ),
    "a choice that is gone": (
        {CI: workflow("[dev, qa, prod]"), **terraform("dev", "prod")},
        f"{CI}: the choice of the pipeline names qa, which has no files",
    ),
    "choices below each other": (
        {
            CI: workflow("\n          - dev\n          - uat\n          - prod"),
            **terraform("dev", "prod"),
        },
        f"{CI}: the choice of the pipeline names uat, which has no files",
    ),
    "a loop": (
        {
            "plan.sh": "#!/bin/bash\nfor environment in dev staging prod; do\n  ./plan $environment\ndone\n",
            **terraform("dev", "prod"),
        },
        "plan.sh: the loop names staging, which has no files",
    ),
    "no pipeline": (
        {
            CI: workflow("[dev, prod]"),
            **terraform("dev", "canary", "prod"),
            **chart("dev", "canary", "prod"),
        },
        "terraform/envs/canary.tfvars: no pipeline names canary",
    ),
}


@pytest.mark.parametrize(("files", "says"), REFUSED.values(), ids=REFUSED)
def test_an_environment_that_a_list_does_not_know_is_found(
    tmp_path: Path, files: dict[str, str], says: str
) -> None:
    assert found(tmp_path, files) == [says]


KNOWN = {
    "all of them": {
        "terraform/variables.tf": variables("dev", "qa", "prod"),
        CI: workflow("[dev, qa, prod]"),
        **terraform("dev", "qa", "prod"),
    },
    "a word that means the same": {
        "terraform/variables.tf": variables("development", "production"),
        **{f"terraform/envs/{name}.tfvars": 'region = "eu-west-1"\n' for name in ("dev", "prod")},
    },
    "a validation that accepts more": {
        "terraform/variables.tf": variables("dev", "qa", "prod"),
        **terraform("dev", "prod"),
    },
    "a choice of some of them": {
        CI: workflow("[dev, prod]"),
        **terraform("dev", "prod", "qa"),
        "deploy.sh": "./to qa",
    },
    "a choice of something else": {
        CI: workflow("[none, major, minor]"),
        **terraform("dev", "prod"),
    },
    "a loop over more than environments": {
        "x.sh": "#!/bin/sh\nfor environment in dev prod template-update; do x; done\n",
        **terraform("dev", "prod"),
    },
    "another configuration": {
        "terraform/main.tf": "",
        "account/variables.tf": variables("shared", "sandbox"),
        **terraform("dev", "prod"),
    },
    "a guard for what is promoted": {
        "deploy.sh": '#!/bin/bash\nif [[ "$1" =~ ^(qa|prod)$ ]]; then on_main; fi\n',
        **terraform("dev", "qa", "prod"),
    },
    "the own machine": {
        "chart/values.schema.json": schema("dev", "prod"),
        **chart("dev", "prod", "local"),
    },
    "values that are no environment": {
        **chart("dev", "prod"),
        "chart/values-minimal.yaml": "replicas: 1\n",
        "chart/values.schema.json": schema("dev", "prod"),
    },
    "a pipeline that is told": {
        CI: workflow("[a, b]", run="./deploy.sh ${{ inputs.environment }}"),
        **terraform("dev", "canary", "prod"),
        **chart("dev", "canary", "prod"),
    },
    "an example": {
        "examples/terraform/variables.tf": variables("dev", "prod"),
        **terraform("dev", "qa", "prod"),
    },
}


@pytest.mark.parametrize("files", KNOWN.values(), ids=KNOWN)
def test_an_environment_that_is_known_or_left_out_on_purpose_is_right(
    tmp_path: Path, files: dict[str, str]
) -> None:
    assert found(tmp_path, files) == []


# ---- lists by other forms ------------------------------------------------------------------------


def condition(text: str) -> str:
    return (
        f'variable "environment" {{\n  validation {{\n    condition     = {text}\n'
        '    error_message = "x"\n  }\n}\n'
    )


def overlays(*names: str) -> dict[str, str]:
    made = {
        f"k8s/overlays/{name}/kustomization.yaml": "resources: [../../base]\n" for name in names
    }
    return {**made, "k8s/base/kustomization.yaml": "resources: []\n"}


def jobs(command: str, *names: str) -> str:
    return "".join(f"deploy-{name}:\n  script: ['{command.format(name=name)}']\n" for name in names)


ALL = ("dev", "qa", "prod")
TF = "terraform/main.tf"
LIST = 'locals {\n  known = ["dev", "prod"]\n}\n'
TABLE = 'variable "environment" {}\nlocals {\n  sizes = {\n    dev  = 1\n    prod = 3\n  }\n  size = %s\n}\n'
HELM = "helm upgrade x chart -f chart/values-{name}.yaml"
FORMS = {
    "an expression": {TF: condition('can(regex("^(dev|prod)$", var.environment))')},
    "comparisons": {TF: condition('var.environment == "dev" || var.environment == "prod"')},
    "a list of locals": {TF: LIST + condition("contains(local.known, var.environment)")},
    "keys": {TF: condition("contains(keys({ dev = 1, prod = 2 }), var.environment)")},
    "a table": {TF: TABLE % "local.sizes[var.environment]"},
    "a table that is asked": {TF: TABLE % "lookup(local.sizes, var.environment)"},
    "the pattern of a schema": {
        **chart(*ALL),
        "chart/values.schema.json": '{"properties": {"environment": {"pattern": "^(dev|prod)$"}}}',
    },
    "a case": {
        "ci/deploy.sh": '#!/bin/sh\ncase "$1" in\n  dev) size=1 ;;\n  prod) size=3 ;;\n  *) exit 1 ;;\nesac\n'
    },
    "a Makefile": {
        "Makefile": "ENVIRONMENTS := dev prod\nifeq ($(filter $(ENV),$(ENVIRONMENTS)),)\n$(error x)\nendif\n"
    },
    "a program in Python": {
        "scripts/deploy.py": "ENVIRONMENTS = ['dev', 'prod']\nif env not in ENVIRONMENTS:\n    raise SystemExit(1)\n"
    },
    "overlays": {
        **overlays(*ALL),
        ".gitlab-ci.yml": jobs("kubectl apply -k k8s/overlays/{name}", "dev", "prod"),
    },
    "values alone": {**chart(*ALL), ".gitlab-ci.yml": jobs(HELM, "dev", "prod")},
    "a matrix": {
        **chart(*ALL),
        CI: workflow("[dev, qa, prod]").replace(
            "  deploy:\n",
            "  deploy:\n    strategy:\n      matrix:\n        environment: [dev, qa, uat, prod]\n",
        ),
    },
}


@pytest.mark.parametrize("name", FORMS)
def test_a_list_in_another_form_is_found(name: str, tmp_path: Path) -> None:
    files = FORMS[name]
    if not any("overlays" in path or "chart" in path for path in files):
        files = {**terraform(*ALL), **files}
    assert len(found(tmp_path, files)) == 1


LOOKS_ALIKE = {
    "an expression of all": {TF: condition('can(regex("^(dev|qa|prod)$", var.environment))')},
    "a table with a default": {TF: TABLE % "lookup(local.sizes, var.environment, 1)"},
    "a table of something else": {TF: TABLE % "local.sizes[var.size]"},
    "comparisons of a count": {TF: 'locals {\n  n = var.environment == "prod" ? 3 : 1\n}\n'},
    "a case with another branch": {
        "ci/size.sh": '#!/bin/sh\ncase "$1" in\n  dev) size=1 ;;\n  prod) size=3 ;;\n  *) size=2 ;;\nesac\n'
    },
    "a case of commands": {
        "ci/run.sh": '#!/bin/sh\ncase "$1" in\n  start) x ;;\n  stop) y ;;\n  *) exit 1 ;;\nesac\n'
    },
    "a path with a variable": {
        **chart(*ALL),
        ".gitlab-ci.yml": jobs(HELM, "dev", "prod")
        + "deploy:\n  script: ['helm upgrade x chart -f chart/values-$ENVIRONMENT.yaml']\n",
    },
    "overlays for one's own machine": {
        **overlays("dev", "prod", "local"),
        ".gitlab-ci.yml": jobs("kubectl apply -k k8s/overlays/{name}", "dev", "prod"),
    },
    "a variable that asks nothing": {
        "Makefile": "ENVIRONMENTS := dev prod\nall: $(ENVIRONMENTS)\n"
    },
    "a test": {"tests/main.tf": condition('can(regex("^(dev|prod)$", var.environment))')},
}


@pytest.mark.parametrize("name", LOOKS_ALIKE)
def test_what_looks_like_a_list_is_not_reported(name: str, tmp_path: Path) -> None:
    files = LOOKS_ALIKE[name]
    more = {} if "chart/Chart.yaml" in files else terraform(*ALL)
    assert found(tmp_path, {**more, **files}) == []
