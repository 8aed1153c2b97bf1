"""EN on repositories that are not ours: what is said, where, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said

from scaffolder import checks, cli
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.model import Finding, Outcome, Report, Severity
from scaffolder.repository import environment_diff, environments
from scaffolder.repository.environment_diff import (
    RENDERED_MAY_DIFFER,
    VARIABLES_MAY_DIFFER,
    Difference,
)
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.manifests import Manifest
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool


def checked(root: Path, check: str, files: dict[str, str]) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [sentence(one) for one in report.results[0].findings]


def sentence(one: Finding) -> str:
    related = "".join(f" [{place}]" for place in one.related)
    return f"{one.path.as_posix()}:{one.line}: {one.message}{related}"


def test_a_key_of_prod_alone_is_said_once_at_its_top(tmp_path: Path) -> None:
    files = {
        "chart/values-staging.yaml": "host: a\n",
        "chart/values-prod.yaml": "host: b\nlimits:\n  cpu: 1\n  memory: 2\n",
    }
    assert found(tmp_path, "EN001", files) == [
        "chart/values-prod.yaml:2: limits is set for prod only, not for stage [chart/values-staging.yaml]"
    ]


def test_a_key_that_most_environments_have_is_missing_where_it_is_not(tmp_path: Path) -> None:
    files = {
        "values-dev.yaml": "route:\n  host: a\n  path: /\n",
        "values-qa.yaml": "route:\n  host: b\n",
        "values-prod.yaml": "route:\n  host: c\n  path: /\n",
    }
    assert found(tmp_path, "EN001", files) == [
        "values-qa.yaml:1: route.path is not set for qa, but for dev and prod [values-dev.yaml:3]"
    ]


OVERRIDES = {
    "deploy/till/Chart.yaml": "apiVersion: v2\nname: till\nversion: 0.1.0\n",
    "deploy/till/values.yaml": "replicas: 4\nhost: x\nsize: {cpu: 1, memory: 2}\n",
    "deploy/values-dev.yaml": "replicas: 2\nhost: dev.example.org\n",
    "deploy/values-prod.yaml": "host: example.org\n",
}
TAKEN = (
    "deploy/values-dev.yaml:1: prod takes replicas from deploy/till/values.yaml:1 (4), dev sets 2"
    " [deploy/till/values.yaml:1]"
)


def test_what_an_environment_takes_from_the_base_is_a_warning(tmp_path: Path) -> None:
    assert found(tmp_path, "EN001", OVERRIDES) == [TAKEN]
    (finding,) = checked(tmp_path, "EN001", {}).results[0].findings
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("shared", "own", "says"),
    [
        ("50", "20", "(50), qa sets 20"),
        ('"t3.large"', '"t3.small"', "(t3.large), qa sets t3.small"),
        ("true", "false", "(true), qa sets false"),
        ('["t3.large"]', '["t3.small"]', '(["t3.large"]), qa sets ["t3.small"]'),
    ],
)
def test_a_variable_is_named_with_its_values(
    shared: str, own: str, says: str, tmp_path: Path
) -> None:
    files = {
        "terraform/main.tf": 'variable "size" {}\nvariable "name" {}\n',
        "terraform/envs/common.tfvars": f"size = {shared}\n",
        "terraform/envs/dev.tfvars": 'name = "a"\n',
        "terraform/envs/qa.tfvars": f'name = "b"\nsize = {own}\n',
        "terraform/envs/prod.tfvars": 'name = "c"\n',
    }
    (line,) = found(tmp_path, "EN002", files)
    assert f"take size from terraform/envs/common.tfvars:1 {says}" in line


@pytest.mark.parametrize(
    "base", ["values-base", "values-common", "values-default", "values-shared"]
)
def test_a_base_beside_is_no_environment(base: str, tmp_path: Path) -> None:
    files = {
        f"deploy/{base}.yaml": "replicas: 4\nhost: x\n",
        "deploy/values-dev.yaml": "replicas: 2\nhost: dev.example.org\n",
        "deploy/values-prod.yaml": "host: example.org\n",
    }
    (line,) = found(tmp_path, "EN001", files)
    assert f"prod takes replicas from deploy/{base}.yaml:1 (4)" in line


def test_a_key_that_no_base_has_is_still_missing(tmp_path: Path) -> None:
    files = {**OVERRIDES, "deploy/values-dev.yaml": "debug: true\nhost: dev.example.org\n"}
    (line,) = found(tmp_path, "EN001", files)
    assert "debug is set for dev only" in line


def test_files_that_say_the_same_in_full_are_no_overrides(tmp_path: Path) -> None:
    full = "a: 1\nb: 2\nc: 3\nd: 4\n"
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: till\nversion: 0.1.0\n",
        "chart/values.yaml": f"{full}e: 5\n",
        "chart/values-dev.yaml": f"{full}e: 6\n",
        "chart/values-prod.yaml": full,
    }
    (line,) = found(tmp_path, "EN001", files)
    assert "e is set for dev only" in line


def test_a_patch_that_is_called_values_is_none(tmp_path: Path) -> None:
    patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n"
    files = {
        "apps/stage/a-values.yaml": f"{patch}spec: {{test: 1}}\n",
        "apps/prod/a-values.yaml": patch,
    }
    assert not checked(tmp_path, "EN001", files).results


def test_an_empty_file_lacks_every_key_of_the_other(tmp_path: Path) -> None:
    found_here = found(
        tmp_path, "EN001", {"values-dev.yaml": "", "values-prod.yaml": "a: 1\nb: 2\n"}
    )
    assert [one.split(" is")[0] for one in found_here] == [
        "values-prod.yaml:1: a",
        "values-prod.yaml:2: b",
    ]


def test_variables_that_may_differ_do(tmp_path: Path) -> None:
    files = {
        f"{name}.tfvars": f'environment = "{name}"\nname_prefix = "{name}"\nvpc_cidr = "10.{number}.0.0/16"\n'
        f'instance_type = "m{number}.large"\nnode_count = {number}\ndomain_name = "{name}.example.com"\n'
        f'cluster = "main-{name}"\ntags = {{ stage = "{number}" }}\n'
        for number, name in enumerate(("dev", "qa", "prod"))
    }
    assert found(tmp_path, "EN004", files) == []


def test_a_variable_of_another_value_is_found_with_both_places(tmp_path: Path) -> None:
    files = {
        "dev.tfvars": 'encrypted = false\nengine = "16"\n',
        "prod.tfvars": 'encrypted = true\nengine = "16"\n',
    }
    assert found(tmp_path, "EN004", files) == [
        "prod.tfvars:1: encrypted is true, in dev false [dev.tfvars:1]"
    ]


def test_two_environments_with_one_state_are_found(tmp_path: Path) -> None:
    files = {
        "backend-dev.hcl": 'bucket = "state"\nkey    = "x"\nregion = "eu-west-1"\n',
        "backend-prod.hcl": 'bucket = "state"\nkey    = "x"\nregion = "eu-west-1"\n',
    }
    assert found(tmp_path, "EN005", files) == [
        "backend-prod.hcl:2: prod keeps its state where dev does: applying one would destroy the other "
        "[backend-dev.hcl:2]"
    ]


def test_states_in_buckets_of_their_own_are_apart(tmp_path: Path) -> None:
    files = {
        f"{name}.s3.tfbackend": f'bucket = "state-{name}"\nkey = "x"\nencrypt = true\n'
        for name in ("dev", "prod")
    }
    assert found(tmp_path, "EN005", files) == []


def test_a_missing_environment_is_named_with_the_file_that_knows_it(tmp_path: Path) -> None:
    files = {
        "values-dev.yaml": "",
        "values-qa.yaml": "",
        "values-prod.yaml": "",
        "dev.tfvars": "",
        "prod.tfvars": "",
    }
    assert found(tmp_path, "EN007", files) == [
        "dev.tfvars:0: qa has no file here: qa.tfvars is missing [values-qa.yaml]"
    ]


def test_environments_that_are_missing_in_many_places_are_one_finding(tmp_path: Path) -> None:
    files = {
        f"{folder}/{name}.tfvars": ""
        for folder in ("a", "b", "c")
        for name in ("integration", "staging", "production")
    }
    files |= {"a/test.tfvars": "", "b/test.tfvars": ""}
    files |= {
        f"{folder}/{name}.tfvars": "" for folder in "de" for name in ("staging", "production")
    }
    said = {one.split(": ", 1)[1].split(" [")[0] for one in found(tmp_path, "EN007", files)}
    assert said == {
        "integration has no file here: d/integration.tfvars is missing (and 1 other file)",
        "test has no file here: c/test.tfvars is missing (and 2 other files)",
    }


def test_an_environment_of_its_own_is_one_finding_in_the_words_of_the_repository(
    tmp_path: Path,
) -> None:
    files = {
        f"{folder}/{name}.tfvars": ""
        for folder in ("a", "b", "c", "d", "e")
        for name in ("integration", "staging", "production")
    }
    files |= {"a/test.tfvars": "", "b/test.tfvars": ""}
    (one,) = checked(tmp_path, "AG041", files).results[0].findings
    assert one.fix == "one of integration, production, staging"
    assert Path("b/test.tfvars") in {place.path for place in one.related}


NAMES = {
    "a list of several": ("from = [\n  qa-1,\n  prod-1,\n]\n", 0),
    "a list of several that are others": ("from:\n  - dev-1\n  - qa-1\n", 0),
    "a grant to others": ("members: [qa-1]\n", 0),
    "a list of one other": ("hosts:\n  - qa-1\n  - x-1\n", 1),
    "a host of another environment": ("host: api.qa.example.com\n", 1),
    "its own and another": ("peers: [qa-1, prod-1]\n", 0),
    "a comment": ("# Same keys as values-qa.yaml.\nhost: x\n", 0),
    "a key": ("qa: false\n", 0),
    "a word that holds the name": ("image: qatar\n", 0),
    "an address on the internet": (
        "repository: https://dev.azure.com/x\nsite: https://go.dev/x\n",
        0,
    ),
    "a word that says something else": ("mode: integration\n", 0),
}


@pytest.mark.parametrize(("text", "number"), NAMES.values(), ids=NAMES)
def test_a_file_of_prod_speaks_of_prod(text: str, number: int, tmp_path: Path) -> None:
    files = {
        "values-dev.yaml": "",
        "values-int.yaml": "",
        "values-qa.yaml": "",
        "values-prod.yaml": text,
    }
    assert len(found(tmp_path, "EN008", files)) == number


def test_what_all_environments_name_is_shared(tmp_path: Path) -> None:
    files = {f"{name}.tfvars": 'bucket = "raw-prod"\n' for name in ("dev", "qa", "prod")}
    assert found(tmp_path, "EN008", files) == []
    del files["qa.tfvars"]
    (tmp_path / "qa.tfvars").write_text('bucket = "raw-qa"\n', encoding="utf-8")
    assert len(found(tmp_path, "EN008", files)) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *dict.fromkeys(("www_aliases", "api_domains", "db_multi_az", "num_nodes"), 0).items(),
        *dict.fromkeys(("redis_failover", "search_replicas"), 0).items(),
        *dict.fromkeys(("engine", "encrypted", "cipher"), 1).items(),
    ],
)
def test_hosts_and_sizes_differ(name: str, expected: int, tmp_path: Path) -> None:
    files = {f"{one}.tfvars": f'{name} = "{at}"\n' for at, one in enumerate(("dev", "prod"))}
    assert len(found(tmp_path, "EN004", files)) == expected


def test_a_repository_without_environments_has_nothing_to_compare(tmp_path: Path) -> None:
    report = checked(tmp_path, "EN", {"README.md": "# x\n", "chart/Chart.yaml": "name: x\n"})
    assert report.results == ()
    assert len(report.inapplicable) == 9


FOREIGN_WORKFLOW = "on: push\njobs:\n  prod:\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n"


@pytest.mark.parametrize("text", [FOREIGN_WORKFLOW, "jobs: 7\n", "{}\n"])
def test_a_pipeline_of_another_kind_is_not_judged(text: str, tmp_path: Path) -> None:
    report = checked(tmp_path, "EN006", {".github/workflows/ci.yml": text})
    assert [one.reason for one in report.inapplicable] == [
        "there is no pipeline that deploys to one environment after the other with make"
    ]


PLATFORM = """\
stages: [dev, prod]
dev:
  stage: dev
  environment: {name: dev}
  variables: {ENVIRONMENT: dev}
  script: [make deploy]
prod:
  stage: prod
  needs: [dev]
  environment: {name: prod}
  variables: {ENVIRONMENT: prod}
  script: [make deploy]
"""
IMAGES = {
    "none is built": ({}, PLATFORM, []),
    "a Dockerfile": ({"Dockerfile": "FROM scratch\n"}, PLATFORM, ["no stage hands", "dev", "prod"]),
    "one that is built by the stage": (
        {},
        PLATFORM.replace("[make deploy]", "[make build, make deploy]", 1),
        ["no stage hands", "dev builds", "dev", "prod"],
    ),
    "none is built, and prod does not wait": (
        {},
        PLATFORM.replace("  needs: [dev]\n", "  needs: []\n"),
        ["prod does not wait for dev"],
    ),
}


@pytest.mark.parametrize("case", IMAGES)
def test_a_digest_is_handed_on_where_an_image_is_built(case: str, tmp_path: Path) -> None:
    files, workflow, expected = IMAGES[case]
    messages = [
        one.split(": ", 1)[1]
        for one in found(tmp_path, "EN006", {**files, ".gitlab-ci.yml": workflow})
    ]
    assert len(messages) == len(expected), messages
    assert all(any(one.startswith(words) for one in messages) for words in expected)


def test_a_pipeline_that_does_not_parse_is_no_verdict(tmp_path: Path) -> None:
    (result,) = checked(tmp_path, "EN006", {".github/workflows/ci.yml": "jobs: [\n"}).results
    assert (result.outcome, result.reason) == (
        Outcome.SKIPPED,
        "a pipeline does not parse: see SY002 and CI005",
    )


# ---- what is compared

OBJECT = """---
# Source: chart/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: api-%(name)s}
spec:
  replicas: %(size)s
  template: {spec: {containers: [{name: api, env: [{name: MODE, value: "%(mode)s"}]}]}}
"""


class Helm(ScriptedToolchain):
    """A helm whose chart renders what the test wants for each environment."""

    def run(self, tool: Tool, *args: str, **rest: Any) -> CompletedRun:
        (name,) = (
            name for name in ("dev", "qa", "prod") if any(f"values-{name}" in arg for arg in args)
        )
        return said(self.objects[name])

    objects: dict[str, str]


def rendered(root: Path, **objects: str) -> tuple[Project, Helm]:
    files = {f"chart/values-{name}.yaml": f"mode: {name}\n" for name in objects}
    checked(
        root,
        "SY001",
        {"chart/Chart.yaml": "name: chart\n", "chart/values.yaml": "mode: x\n", **files},
    )
    toolchain = Helm({"helm": said()})
    toolchain.objects = objects
    return Project(root), toolchain


def of(name: str, *, size: int = 1, mode: str = "on") -> str:
    return OBJECT % {"name": name, "size": size, "mode": mode}


def test_name_and_size_may_differ_and_nothing_else(tmp_path: Path) -> None:
    project, toolchain = rendered(tmp_path, dev=of("dev"), prod=of("prod", size=9))
    (result,) = checks.run(project, checks.choose(select=["EN003"], ignore=[]), toolchain).results
    assert (result.outcome, result.findings) == (Outcome.PASSED, ())


def test_the_odd_one_out_is_found_where_its_values_say_so(tmp_path: Path) -> None:
    project, toolchain = rendered(
        tmp_path, dev=of("dev", mode="x"), qa=of("qa", mode="qa"), prod=of("prod", mode="x")
    )
    # "qa" is the environment's own name, so that its value is compared without it, and still differs.
    (result,) = checks.run(project, checks.choose(select=["EN003"], ignore=[]), toolchain).results
    (one,) = result.findings
    assert one.path.as_posix() == "chart/values-qa.yaml"
    assert one.message.startswith(
        "Deployment api-dev: spec.template.spec.containers[api].env[MODE].value is <environment>"
    )


def test_an_object_that_one_environment_lacks_is_found_in_its_template(tmp_path: Path) -> None:
    more = of("prod") + of("prod").replace("name: api-prod", "name: worker").replace(
        "deployment.yaml", "worker.yaml"
    )
    project, toolchain = rendered(tmp_path, dev=of("dev"), prod=more)
    (result,) = checks.run(project, checks.choose(select=["EN003"], ignore=[]), toolchain).results
    (one,) = result.findings
    assert one.path.as_posix() == "chart/templates/worker.yaml"
    assert one.message == "Deployment worker is rendered for prod, but not for dev"


def test_a_value_that_is_the_same_everywhere_is_the_same_whatever_it_is_called(
    tmp_path: Path,
) -> None:
    host = "https://dev.azure.com/x"
    project, toolchain = rendered(tmp_path, dev=of("dev", mode=host), prod=of("prod", mode=host))
    assert environment_diff.rendered_differences(project, toolchain) == ()
    assert environment_diff.hashes(project, toolchain)["alike"]


def test_the_odd_ones_are_the_minority_or_those_that_come_later() -> None:
    assert Difference(what="x", values={"dev": "1", "qa": "2", "prod": "1"}).odd == ("qa",)
    assert Difference(what="x", values={"dev": "1", "prod": "2"}).odd == ("prod",)
    assert Difference(what="x", values={"dev": "1", "prod": "2"}).other() == "dev"


def test_each_place_that_may_differ_has_a_reason() -> None:
    everything = (*RENDERED_MAY_DIFFER, *VARIABLES_MAY_DIFFER)
    assert all(len(one.reason) > 5 for one in everything)
    assert not any(
        one.what.fullmatch("Deployment:spec.template.spec.containers[api].image")
        for one in everything
    )


def test_what_differs_and_may_is_a_table_with_the_reason(tmp_path: Path) -> None:
    files = {
        "terraform/dev.tfvars": 'vpc_cidr = "10.0.0.0/16"\nregion = "a"\n',
        "terraform/prod.tfvars": 'vpc_cidr = "10.9.0.0/16"\nregion = "a"\n',
    }
    table = checked(tmp_path, "EN004", files).results[0].table
    assert table is not None
    assert table.columns == ("what", "dev", "prod", "may differ because")
    assert table.rows == (
        ("vpc_cidr", "10.0.0.0/16", "10.9.0.0/16", "network: addresses of its own"),
    )


def test_hashes_tell_which_object_is_not_alike(tmp_path: Path) -> None:
    project, toolchain = rendered(tmp_path, dev=of("dev"), prod=of("prod", mode="off"))
    document = environment_diff.hashes(project, toolchain)
    assert not document["alike"]
    dev, prod = (document["environments"][name] for name in ("dev", "prod"))
    assert dev["hash"] != prod["hash"]
    assert list(dev["objects"]) == list(prod["objects"]) == ["apps/v1 Deployment api-<environment>"]


def test_hashes_need_environments(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    with pytest.raises(ProjectError, match="no files of several environments to compare"):
        environment_diff.hashes(Project(tmp_path), ScriptedToolchain({}))


def test_parity_is_written_where_it_is_asked_for_and_nowhere_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, file = tmp_path / "repository", tmp_path / "parity.json"
    checked(root, "SY001", {"dev.tfvars": 'a = "1"\n', "prod.tfvars": 'a = "2"\n'})
    before = sorted(root.rglob("*"))
    assert (
        cli.run(["check", str(root), "--select", "SY005", "--parity", str(file)]) == ExitCode.CLEAN
    )
    document = json.loads(file.read_text(encoding="utf-8"))
    assert (document["version"], document["alike"]) == (1, False)
    assert sorted(root.rglob("*")) == before
    assert (
        cli.run(["check", str(root), "--select", "SY005", "--parity", str(tmp_path / "no" / "x")])
        == ExitCode.USAGE
    )
    assert "cannot be written" in capsys.readouterr().err


def test_a_name_with_the_word_of_an_environment_is_the_same_object_everywhere() -> None:
    def manifest(environment: str) -> Manifest:
        said = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pay-test"}}
        own = {**said, "metadata": {"name": f"{environment}-pay"}}
        objects = tuple(
            KubernetesObject(scope=("chart", ""), path=Path("pod.yaml"), content=content)
            for content in (said, own)
        )
        return Manifest(chart=Path("chart"), environment=environment, objects=objects)

    named = environment_diff._by_name([manifest("dev"), manifest("test"), manifest("prod")])
    assert {tuple(sorted(one)) for one in named.values()} == {
        ("v1 Pod <environment>-pay", "v1 Pod pay-test")
    }


@pytest.mark.parametrize(
    ("record", "order"),
    [
        ("environments: [alpha, live]\n", ("alpha", "live")),
        ("environments: [dev, qa, prod]\n", ("dev", "qa", "prod")),
        ("environments: text\n", ("dev", "qa", "prod")),
        ("environments: [one]\n", ("dev", "qa", "prod")),
        ("environments: [{a: b}, c]\n", ("dev", "qa", "prod")),
        ("environments: [\n", ("dev", "qa", "prod")),
        ("cloud: aws\n", ("dev", "qa", "prod")),
    ],
)
def test_the_record_says_which_environments_there_are(
    record: str, order: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / ".copier-answers.yml").write_text(record)
    assert environments.promoted(Project(tmp_path)) == order


def test_settings_go_before_the_record(tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("environments: [alpha, live]\n")
    project = Project(tmp_path, environments=("int", "prod"))
    assert environments.promoted(project) == ("int", "prod")
    assert environments.named_in(Path("values-int.yaml"), project) == "int"


def test_files_of_recorded_environments_are_a_family(tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("environments: [alpha, live]\n")
    for name in ("alpha", "live"):
        (tmp_path / f"{name}.tfvars").write_text('a = "b"\n')
    (family,) = environments.families(Project(tmp_path))
    assert list(family.files) == ["alpha", "live"]
