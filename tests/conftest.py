"""Fixtures: repositories rendered in process, and the real programs of this machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from claims import Claims
from support import TODAY, Repository

from scaffolder.checks import DAY_VARIABLE
from scaffolder.template import answers, render
from scaffolder.tools.cache import FOLDER_VARIABLE
from scaffolder.tools.git import GIT
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Survey, SystemToolchain


def pytest_configure(config: pytest.Config) -> None:
    """No test reads or writes what the person at this machine has in the caches of scaffolder and Copier.

    Versions and waivers are judged on a day that stands still: no test turns red because time passes.
    Ctrl-C reaches the programs that tests start, also where a shell started the tests in its background.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = tempfile.mkdtemp(prefix="scaffolder-test-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["XDG_CACHE_HOME"] = folder
    os.environ[DAY_VARIABLE] = TODAY.isoformat()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cluster",
        action="store_true",
        help="ask the API server that KUBECONFIG names, not a scripted one",
    )
    parser.addoption(
        "--but-only-git",
        action="store_true",
        help="leave out what sees no program but git: another run has had it",
    )
    parser.addoption(
        "--each-value",
        action="store_true",
        help="of the matrix, run the few combinations that hold each answer; without it, those that hold each pair",
    )
    parser.addoption(
        "--update-examples",
        action="store_true",
        help="write examples/ instead of comparing with it",
    )
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="write tests/golden/labs instead of comparing with it",
    )


UNIT = Path(__file__).parent / "unit"
MATRIX = Path(__file__).parent / "matrix"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the matrix alone where its mark is not asked for: to import it is to combine the answers."""
    unmarked = "not matrix" in str(config.getoption("markexpr"))
    return True if unmarked and collection_path == MATRIX else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another run has had, if that is asked for."""
    if config.getoption("--but-only-git"):
        left_out = [
            item for item in items if sees_only_git(item) or item.get_closest_marker("packaged")
        ]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def sees_only_git(item: pytest.Item) -> bool:
    """Return whether a test is marked `only_git`, as all in tests/unit are; `programs` takes the mark away."""
    if item.get_closest_marker("programs"):
        return False
    return item.path.is_relative_to(UNIT) or item.get_closest_marker("only_git") is not None


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes what this machine's user has in the cache."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv(FOLDER_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session")
def folder_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common, and no other run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def claims(folder_of_this_run: Path) -> Claims:
    """`claims.is_first(…)`: whether no test of this run has judged this input."""
    return Claims(folder_of_this_run / "claims")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory, folder_of_this_run: Path) -> Repository:
    """`pristine(runtime="java", …)` is the repository that these answers give: rendered once, and not to be changed.

    The workers share it: the one that needs it first renders it, and renames it into its place.
    """
    folder = folder_of_this_run / "pristine"
    folder.mkdir(exist_ok=True)

    def repository(**given: object) -> Path:
        completed = answers.complete({"service_name": "my-service", **given})
        name = str(completed["service_name"])
        place = folder / hashlib.sha256(repr(completed).encode()).hexdigest()[:16]
        if not place.is_dir():
            made = tmp_path_factory.mktemp("pristine")
            with render.staged(completed, made / name) as rendered:
                render.move(rendered, made / name)
            try:
                made.rename(place)
            except OSError:  # another worker has been quicker, or the disk is full
                if not place.is_dir():
                    raise
        return place / name

    return repository


@pytest.fixture
def repository(pristine: Repository, tmp_path: Path) -> Repository:
    """`repository(runtime="java", …)` is a copy of such a repository, to be changed at will."""

    def copy(**given: object) -> Path:
        original = pristine(**given)
        return Path(shutil.copytree(original, tmp_path / original.name, symlinks=True))

    return copy


@pytest.fixture(scope="session")
def only_git(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with git in it and nothing else."""
    folder = tmp_path_factory.mktemp("only-git")
    if git := shutil.which("git"):
        (folder / "git").symlink_to(git)
    return folder


@pytest.fixture(autouse=True)
def path(request: pytest.FixtureRequest, only_git: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that is marked `only_git` finds on PATH what it finds there on a bare machine."""
    if sees_only_git(request.node):
        monkeypatch.setenv("PATH", str(only_git))


class Machine(SystemToolchain):
    """The programs of this machine. It remembers what it found, and so has to be asked while they are all on PATH."""

    def __init__(self, only_git: Path) -> None:
        super().__init__()
        self._only_git = only_git

    def survey(self, tool: Tool) -> Survey:
        assert tool is GIT or os.environ.get("PATH") != str(self._only_git), (
            f"marked only_git, and asks for {tool.name}"
        )
        return super().survey(tool)


@pytest.fixture(scope="session")
def toolchain(only_git: Path) -> Iterator[SystemToolchain]:
    """The programs of this machine."""
    with Machine(only_git) as real:
        yield real


@pytest.fixture
def ran(request: pytest.FixtureRequest) -> Callable[[str, str, str], None]:
    """`ran(table, what, how)`: note that it ran here, in the file that WHAT_RAN names; `make pipelines` does."""
    began = time.monotonic()

    def note(table: str, what: str, how: str) -> None:
        named = os.environ.get("WHAT_RAN", "")
        if named:
            row = {
                "table": table,
                "what": what,
                "how": how,
                "seconds": round(time.monotonic() - began),
                "test": request.node.nodeid,
            }
            with Path(named).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

    return note


@pytest.fixture
def provider_mirror(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Terraform's CLI configuration that names a mirror with the real providers; .ci/run makes one where it finds them."""
    named = os.environ.get("SCAFFOLD_TEST_TERRAFORMRC", "")
    if not named or not Path(named).is_file():
        pytest.skip(
            "no real provider in reach: SCAFFOLD_TEST_TERRAFORMRC names no CLI configuration with a mirror"
        )
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", named)
    return Path(named)
