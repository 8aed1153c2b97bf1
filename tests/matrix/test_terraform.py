"""Terraform, for every combination of answers that its code depends on: schemas of both majors, real providers, its tests."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from combinations import LONGEST
from support import Repository

from scaffolder.template import answers
from scaffolder.tools import terraform
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.matrix

RELEASES = {"aws": ("5.100.0", "6.69.1"), "azure": ("4.81.0", "5.2.0"), "none": ("",)}
PROVIDER = {"aws": "hashicorp/aws", "azure": "hashicorp/azurerm"}


def values(question: str) -> list[str]:
    (one,) = [asked for asked in answers.questions() if asked.name == question]
    return [choice.value for choice in one.choices_given({"service_name": "x"})]


CLOUDS = values("cloud")
Given = dict[str, object]
SHARED: Given = {"cluster": "shared"}
SMALL = {"outside_production": "cheaper", "network_range": "10.87.0.0/16"}
PIPELINES = [*([one] for one in values("ci")), values("ci")]  # each alone, and all together
EACH: Given = {"accounts": "each"}
PLATFORM: Given = {"kind": "platform"}
SERVER: Given = {"runs_on": "server"}
OF_CLOUD: dict[str, list[Given]] = {
    "aws": [{}, {"oidc_provider": "existing"}, SHARED],
    "azure": [{}, SHARED],
    "none": [{}],
}
"""Answers beside pipeline and level."""
MORE: dict[str, list[Given]] = {
    "aws": [
        EACH,
        SHARED | EACH,
        PLATFORM,
        PLATFORM | EACH,
        PLATFORM | {"oidc_provider": "existing"},
        SERVER,
        SERVER | EACH,
        {**SERVER, "servers": 3},
        {"nodes": "managed"},
    ],
    "azure": [EACH, SHARED | EACH, PLATFORM, PLATFORM | EACH, SERVER, SERVER | EACH],
    "none": [],
}
"""Answers of which the code depends on the key of a pipeline, and on the level, no further."""


def combined(cloud: str, few: bool = False) -> Iterator[Given]:
    """Yield the answers that the code of a cloud depends on; a `few` of them hold each one once."""
    pipelines, levels = (PIPELINES[-1:], ["right"]) if few else (PIPELINES, values("level"))
    for ci, level, given in product(pipelines, levels, OF_CLOUD[cloud]):
        yield {"ci": ci, "level": level, **given}
    for ci in pipelines:
        yield {"ci": ci, "deploy": "terraform"}
    # A pipeline that signs without a key at both levels, and one that needs a key.
    signing = [("github", "work"), ("github", "right"), ("jenkins", "right")]
    for (one, level), more in product(signing[:1] if few else signing, MORE[cloud]):
        yield {"ci": [one], "level": level, **more}


@pytest.fixture(scope="session")
def few(request: pytest.FixtureRequest) -> bool:
    """Whether each answer is wanted once, as in the gate, and not each pair."""
    return bool(request.config.getoption("--each-value"))


def distinct_roots(
    cloud: str, pristine: Repository, few: bool = False
) -> list[tuple[str, Path, Path]]:
    """Each root that differs, in any combination of what its code depends on, with a name, its folder and its path there."""
    found: dict[str, tuple[str, Path, Path]] = {}
    for given in combined(cloud, few):
        directory = pristine(cloud=cloud, **given) / "terraform"
        for root in terraform.roots(directory) if directory.is_dir() else ():
            name = f"{cloud}, {given}: {root}"
            found.setdefault(code_of(directory, root), (name, directory, root))
    return list(found.values())


def code_of(directory: Path, root: Path) -> str:
    """A hash of what `validate` reads: the code of the root and of the modules that it calls, and no values."""
    told = hashlib.sha256()
    for folder in sorted({root, *called_by(directory, root)}):
        for file in sorted((directory / folder).glob("*.tf")):
            told.update(f"{file.relative_to(directory)}\0{file.read_text()}\0".encode())
    return f"{root} {told.hexdigest()}"


def called_by(directory: Path, folder: Path) -> set[Path]:
    """The modules that a folder calls, and those that they call."""
    text = "\n".join(file.read_text() for file in (directory / folder).glob("*.tf"))
    sources = re.findall(r'^\s*source\s*=\s*"(\.\.?/[^"]+)"', text, re.MULTILINE)
    direct = {Path(os.path.normpath(folder / source)) for source in sources}
    assert all((directory / module).is_dir() for module in direct)
    return direct.union(*(called_by(directory, module) for module in direct))


def test_each_module_is_called_by_a_root(pristine: Repository) -> None:
    for cloud in PROVIDER:
        directory = pristine(cloud=cloud) / "terraform"
        called = (called_by(directory, root) for root in terraform.roots(directory))
        modules = {folder.relative_to(directory) for folder in directory.glob("modules/*")}
        assert modules == set().union(*called) != set()


@pytest.fixture
def without_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)


@pytest.mark.usefixtures("without_mirror")
@pytest.mark.parametrize("cloud", CLOUDS)
def test_valid_at_level_schema(
    cloud: str, pristine: Repository, toolchain: SystemToolchain, few: bool
) -> None:
    roots = distinct_roots(cloud, pristine, few)
    # With and without a key that signs, at each level, on a cluster of its own or of a platform, on servers, a platform
    # itself, one account or several, and deploy; on AWS, shared with new and with existing providers.
    assert few or len(roots) >= {"aws": 29, "azure": 16, "none": 1}[cloud]
    for name, directory, root in roots:
        for release in RELEASES[cloud]:
            releases = {PROVIDER[cloud]: release} if release and root != Path("deploy") else {}
            (said,) = terraform.validate(toolchain, directory, [root], releases=releases)
            assert (said.diagnostics, said.limit, said.level) == ((), "", "schema"), (
                f"{name}, {release}"
            )


@pytest.mark.parametrize("folder", ["bootstrap", "env", "shared"])  # deploy's provider: no mirror
def test_valid_at_level_provider(
    folder: str, pristine: Repository, toolchain: SystemToolchain, provider_mirror: Path, few: bool
) -> None:
    roots = [one for one in distinct_roots("aws", pristine, few) if one[2] == Path(folder)]
    assert roots
    for name, directory, root in roots:
        (said,) = terraform.validate(toolchain, directory, [root])
        assert (said.diagnostics, said.limit, said.level) == ((), "", "provider"), name


def test_each_root_of_aws_is_asked_of_the_provider(pristine: Repository) -> None:
    asked = {"bootstrap", "env", "shared", "deploy"}
    assert {root.as_posix() for _, _, root in distinct_roots("aws", pristine)} == asked


# One pipeline that signs without a key, all of them: with a key, and one that does not sign, with smaller environments before
# production.
@pytest.mark.usefixtures("without_mirror")
@pytest.mark.parametrize(
    ("name", "ci", "level"),
    [
        ("a", ["github"], "right"),
        (LONGEST, values("ci"), "right"),
        ("a", ["github"], "work"),
    ],
    ids=["a", "longest", "work"],
)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_its_own_tests_pass_for_the_shortest_and_the_longest_name(
    cloud: str,
    name: str,
    ci: list[str],
    level: str,
    pristine: Repository,
    toolchain: SystemToolchain,
) -> None:
    small = SMALL if level == "work" and cloud != "none" else {}
    repository = pristine(
        service_name=name, cloud=cloud, deploy="terraform", ci=ci, level=level, **small
    )
    roots = [Path("terraform") / root for root in terraform.roots(repository / "terraform")]
    for tested in terraform.run_tests(
        toolchain, repository, roots
    ):  # the whole repository: deploy reads the chart
        assert (tested.failed, tested.diagnostics) == (0, ()), tested.root
        assert tested.passed > 0, tested.root


@pytest.mark.usefixtures("without_mirror")
@pytest.mark.parametrize(
    ("ci", "level"),
    [(["github"], "right"), (values("ci"), "right"), (["jenkins"], "work")],
    ids=str,
)
@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_its_own_tests_pass_on_a_shared_cluster(
    cloud: str, ci: list[str], level: str, pristine: Repository, toolchain: SystemToolchain
) -> None:
    directory = pristine(cloud=cloud, ci=ci, level=level, **SHARED) / "terraform"
    for tested in terraform.run_tests(toolchain, directory, [Path("shared"), Path("env")]):
        assert (tested.failed, tested.diagnostics) == (0, ()), tested.root
        assert tested.passed > 0, tested.root


@pytest.mark.usefixtures("without_mirror")
@pytest.mark.parametrize(
    "given",
    [{"cloud": "aws"}, {"cloud": "aws", "servers": 3}, {"cloud": "azure"}],
    ids=lambda given: "-".join(str(value) for value in given.values()),
)
def test_its_own_tests_pass_on_servers(
    given: Given, pristine: Repository, toolchain: SystemToolchain
) -> None:
    directory = pristine(**SERVER, **given) / "terraform"
    for tested in terraform.run_tests(toolchain, directory, terraform.roots(directory)):
        assert (tested.failed, tested.diagnostics) == (0, ()), tested.root
        assert tested.passed > 0, tested.root


@pytest.mark.usefixtures("without_mirror")
def test_its_own_tests_pass_with_existing_providers(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    directory = pristine(oidc_provider="existing") / "terraform"
    (tested,) = terraform.run_tests(toolchain, directory, [Path("shared")])
    assert (tested.failed, tested.diagnostics) == (0, ())
    assert tested.passed > 0


@pytest.mark.usefixtures("without_mirror")
@pytest.mark.parametrize(
    "given",
    [
        {"kind": "platform"},
        {"kind": "platform", "oidc_provider": "existing", "level": "work"},
        {"kind": "platform", "cloud": "azure"},
        SHARED,
        {"cloud": "azure", **SHARED},
    ],
    ids=lambda given: "-".join(given.values()),
)
def test_its_own_tests_pass_with_an_account_for_each_environment(
    given: dict[str, str], pristine: Repository, toolchain: SystemToolchain
) -> None:
    directory = pristine(accounts="each", **given) / "terraform"
    for tested in terraform.run_tests(toolchain, directory, terraform.roots(directory)):
        assert (tested.failed, tested.diagnostics) == (0, ()), tested.root
        assert tested.passed > 0, tested.root
