"""EN003, EN004: values that differ between environments and should not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support import ScriptedToolchain, said

from scaffolder import checks
from scaffolder.model import Finding, Report
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
