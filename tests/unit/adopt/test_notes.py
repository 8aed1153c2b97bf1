"""Steps after an adoption: each is named only for the repository that needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.adopt import notes
from scaffolder.adopt.found import Found
from scaffolder.adopt.layout import FileAction, Layout, Placed
from scaffolder.adopt.propose import Proposal
from scaffolder.adopt.scripts import FILES
from scaffolder.model import Location
from scaffolder.repository.runtimes.runtime import BuildTool

DOCKERFILE = Found(name="image", value="", places=(Location(path=Path("Dockerfile")),))
MAVEN = BuildTool(
    name="maven",
    place=Location(path=Path("pom.xml")),
    build="mvn package",
    test="mvn test",
    run="",
)
NOTHING = Layout(files=(), kept=())


def test_a_service_that_fits_has_no_steps() -> None:
    assert _of(DOCKERFILE) == []


def test_a_port_for_root_is_named_with_the_default() -> None:
    (note,) = _of(DOCKERFILE, Found(name="port", value="80"))
    assert note.startswith("the service listens on 80, which is for root")
    assert note.endswith("from PORT, which is 8080")


def test_another_port_is_set_in_the_values_of_the_chart() -> None:
    (note,) = _of(DOCKERFILE, Found(name="port", value="9000"))
    assert note == (
        "the service listens on 9000; the template passes a port as PORT"
        " (helm/pay/values.yaml has it)"
    )


def test_the_usual_port_is_no_step() -> None:
    assert _of(DOCKERFILE, Found(name="port", value="8080")) == []


def test_a_chart_of_the_owner_stays() -> None:
    port, chart = Found(name="port", value="80"), Found(name="chart", value="deploy/pay")
    first, second = _of(DOCKERFILE, port, chart)
    assert first.endswith("(deploy/pay/values.yaml, set it there)")
    assert second.startswith("the chart stays yours")
    assert second.endswith("helm/pay.scaffold-new/")


@pytest.mark.parametrize(("cloud", "expected"), [("aws", 1), ("none", 0)])
def test_terraform_of_the_owner_is_named_if_the_template_has_its_own(
    cloud: str, expected: int
) -> None:
    found = _of(DOCKERFILE, Found(name="terraform", value="infra"), cloud=cloud)
    assert len(found) == expected


def test_manifests_and_the_chart_would_deploy_twice() -> None:
    place = Location(path=Path("k8s/deployment.yaml"))
    (note,) = _of(DOCKERFILE, Found(name="manifests", value="", places=(place,)))
    assert note == "k8s/deployment.yaml deploys today, helm/pay would too: keep one of the two"


def test_a_repository_without_a_dockerfile_adapts_the_one_of_the_template() -> None:
    (note,) = _of()
    assert note.startswith("no Dockerfile found; Dockerfile.scaffold-new is for")


def test_a_dockerfile_in_another_place_is_named() -> None:
    place = Location(path=Path("docker/Dockerfile"))
    (note,) = _of(Found(name="image", value="", places=(place,)))
    assert note.endswith("docker/Dockerfile: move it, or name it there")


def test_a_makefile_that_stays_lacks_the_targets_of_the_pipelines() -> None:
    beside = Placed(path="Makefile", target="Makefile.scaffold-new", fate=FileAction.BESIDE)
    (note,) = _of(DOCKERFILE, laid=Layout(files=(beside,), kept=("Makefile",)))
    assert note.startswith("the Makefile stays yours")


def test_files_that_are_in_the_way_are_listed() -> None:
    left = Placed(path="ci/build.sh", target="", fate=FileAction.LEFT_OUT)
    other = Placed(path="ci/push.sh", target="", fate=FileAction.LEFT_OUT)
    (note,) = _of(DOCKERFILE, laid=Layout(files=(left, other), kept=("ci/build.sh",)))
    assert note == "not written, because another file is there: ci/build.sh"


def test_a_repository_without_a_build_tool_needs_three_scripts() -> None:
    found = list(notes.of(_proposal(DOCKERFILE), NOTHING, "", None, ()))
    assert found == ["no file builds the service: write app/build.sh, app/test.sh and app/run.sh"]


def test_a_script_of_a_known_tool_that_was_not_written_is_listed() -> None:
    found = list(notes.of(_proposal(DOCKERFILE), NOTHING, "", MAVEN, FILES[1:]))
    assert found == ["not written, because another file is there: app/build.sh"]


def test_a_folder_of_a_larger_repository_is_named() -> None:
    (note,) = notes.of(_proposal(DOCKERFILE), NOTHING, "services/pay", MAVEN, FILES)
    assert note.startswith("services/pay is part of a repository")


def _of(*there: Found, laid: Layout = NOTHING, cloud: str = "aws") -> list[str]:
    return list(notes.of(_proposal(*there, cloud=cloud), laid, "", MAVEN, FILES))


def _proposal(*there: Found, cloud: str = "aws") -> Proposal:
    return Proposal(answers={"service_name": "pay", "cloud": cloud}, found=(), there=there)
