"""The scaffolder of a generated repository's weekly update: what its lock must hold, and how the lock is written.

bash is real, and so is `uv` where it is installed: it resolves from an index in a folder, and builds from a Git repository
beside it, so that no network is needed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import Repository

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"no {program}")
    for program in ("bash", "git")
]

UV = shutil.which("uv", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
REAL_UV = pytest.mark.skipif(UV is None, reason="uv is not installed: pip install uv")

COMMIT = "1f" * 20
HASH = f"--hash=sha256:{'ab' * 32}"
AT_A_COMMIT = f"devops-scaffolder[tools] @ git+https://git.example.com/platform/scaffolder@{COMMIT}"
WHEEL = "https://packages.example.com/devops_scaffolder-0.6.0-py3-none-any.whl"


@dataclass(frozen=True, kw_only=True)
class Site:
    """The scripts of a generated repository, and a home with the programs that its scripts find."""

    root: Path
    home: Path

    @property
    def lock(self) -> Path:
        return self.root / "ci/scaffolder.txt"

    @property
    def installed(self) -> list[str]:
        """Return the calls of the stand-in.

        Its arguments, and the requirements that it was given.
        """
        noted = self.home / "noted"
        return noted.read_text().splitlines() if noted.exists() else []

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        programs = os.pathsep.join(
            [str(self.home / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
        )
        env = {
            "PATH": programs,
            "HOME": str(self.home),
            "UV_PYTHON_DOWNLOADS": "never",
            **variables,
        }
        argv = ["bash", "ci/scaffolder.sh", *arguments]
        return subprocess.run(
            argv, cwd=self.root, env=env, capture_output=True, text=True, timeout=120
        )


@pytest.fixture
def site(pristine: Repository, tmp_path: Path) -> Site:
    """With a `uv` that notes what it is asked for, and does nothing."""
    made = Site(root=tmp_path / "my-service", home=tmp_path / "home")
    shutil.copytree(pristine() / "ci", made.root / "ci")
    (made.home / "bin").mkdir(parents=True)
    uv = made.home / "bin/uv"
    uv.write_text(
        '#!/bin/sh\necho "$*" >>"$HOME/noted"\nfor last; do :; done\nif [ "$1" = pip ]; then cat "$last" >>"$HOME/noted"; fi\n'
    )
    uv.chmod(0o755)
    return made


@pytest.mark.parametrize(
    ("lock", "objection"),
    [
        ("scaffolder", "no hash"),
        ("scaffolder[tools]>=0.3.0", "no hash"),
        ("devops-scaffolder", "no hash"),
        ("devops-scaffolder[tools]==0.6.0", "no hash"),
        (f"devops-scaffolder[tools]>=0.6.0 {HASH}", "not a version or address with hashes"),
        (f"devops-scaffolder[tools] {HASH}", "not a version or address with hashes"),
        (
            "devops-scaffolder==0.6.0 --hash=md5:d41d8cd98f00b204e9800998ecf8427e",
            "hashes of SHA-256",
        ),
        (f"devops-scaffolder==0.6.0 {HASH} --hash=sha256:ab", "hashes of SHA-256"),
        (f"devops-scaffolder @ {WHEEL}", "no hash"),
        (f"devops-scaffolder @ http://packages.example.com/x.whl {HASH}", "plain http"),
        (f"--index-url http://packages.example.com/simple\n{AT_A_COMMIT}", "plain http"),
        ("devops-scaffolder @ git+https://git.example.com/x", "only a full commit"),
        ("devops-scaffolder @ git+https://git.example.com/x@main", "only a full commit"),
        ("devops-scaffolder @ git+https://git.example.com/x@v0.6.0", "only a full commit"),
        (f"devops-scaffolder @ git+https://git.example.com/x@{COMMIT[:12]}", "only a full commit"),
        (f"devops-scaffolder @ git+https://git.example.com/x@main#@{COMMIT}", "only a full commit"),
        (
            f"devops-scaffolder @ git+https://git.example.com/x@main#egg=a@{COMMIT}",
            "only a full commit",
        ),
        (f"devops-scaffolder @ git+http://git.example.com/x@{COMMIT}", "plain http"),
        (
            f"devops-scaffolder @ git+https://someone:s3cret@git.example.com/x@{COMMIT}",
            "only a full commit",
        ),
        (f"{AT_A_COMMIT}\nclick", "no hash"),
        (f"{AT_A_COMMIT}\nclick==8.1.7", "no hash"),
        (f"{AT_A_COMMIT}\n--find-links https://packages.example.com", "no place in a lock"),
        (f"{AT_A_COMMIT}\n-r other.txt", "no place in a lock"),
        (f"{AT_A_COMMIT}\n--trusted-host packages.example.com", "no place in a lock"),
        (f"click==8.1.7 {HASH}", "does not name devops-scaffolder"),
        (f"{AT_A_COMMIT}\nscaffolder==0.5.0 {HASH}", "names scaffolder, which is another project"),
        (f"devops-scaffolder==0.6.0 \\\n    # {HASH}\n    {HASH}", "no hash"),
        ("devops-scaffolder==0.6.0 \\", "ends within line 2"),
        ("", "does not name devops-scaffolder"),
    ],
)
def test_a_lock_that_leaves_anything_open_is_refused_and_nothing_is_installed(
    site: Site, lock: str, objection: str, tmp_path: Path
) -> None:
    site.lock.write_text(f"# a comment\n{lock}\n" if lock else "")
    done = site.run("install", str(tmp_path / "environment"))
    assert done.returncode == 1
    assert objection in done.stderr
    assert site.installed == []


@pytest.mark.parametrize(
    "lock",
    [
        AT_A_COMMIT,
        AT_A_COMMIT.replace(" @ ", "@"),
        f"devops_scaffolder @ git+ssh://git@git.example.com/x.git@{COMMIT}#subdirectory=tools",
        f"devops-scaffolder[tools] @ {WHEEL} {HASH}",
        f"devops-scaffolder[tools]==0.6.0 {HASH} {HASH}",
    ],
)
def test_a_full_commit_a_wheel_and_a_version_with_hashes_are_installed(
    site: Site, lock: str, tmp_path: Path
) -> None:
    site.lock.write_text(f"{lock}\n")
    done = site.run("install", str(tmp_path / "environment"))
    assert done.returncode == 0, done.stderr
    assert site.installed[-1] == lock


def test_what_builds_is_installed_first_and_only_a_commit_goes_without_a_hash(
    site: Site, tmp_path: Path
) -> None:
    site.lock.write_text(
        "# This file was autogenerated\n--index-url https://packages.example.com/simple\n\n"
        f"{AT_A_COMMIT}\n    # via -r ci/scaffolder.in\n"
        f"click==8.1.7 ; python_full_version >= '3.11' and sys_platform != 'win32' \\\n    {HASH} \\\n    {HASH}\n    # via x\n"
        f"thing @ https://packages.example.com/thing-1.0-py3-none-any.whl \\\r\n    {HASH}\n"
        f"setuptools==80.9.0 \\\n    {HASH}\n"
    )
    environment = str(tmp_path / "environment")
    done = site.run("install", environment)
    assert done.returncode == 0, done.stderr
    pip = f"pip install --quiet --python {environment} --no-deps"
    index = "--index-url https://packages.example.com/simple"
    noted = [line.partition(" --requirement ")[0] for line in site.installed]
    assert noted == [
        f"venv --quiet --no-project --python >=3.11 {environment}",
        f"{pip} --require-hashes --no-build",
        index,
        f"setuptools==80.9.0 {HASH}",
        f"{pip} --require-hashes --no-build-isolation",
        index,
        f"click==8.1.7 ; python_full_version >= '3.11' and sys_platform != 'win32' {HASH} {HASH}",
        f"thing @ https://packages.example.com/thing-1.0-py3-none-any.whl {HASH}",
        f"{pip} --no-build-isolation",
        index,
        AT_A_COMMIT,
    ]


@pytest.mark.parametrize(
    ("given", "index", "line"),
    [
        ("git+https://git.example.com/x@v0.6.0", "", " @ git+https://git.example.com/x@v0.6.0"),
        ("git+ssh://git@git.example.com/x@v0.6.0", "", " @ git+ssh://git@git.example.com/x@v0.6.0"),
        (
            "devops-scaffolder @ git+https://h.example/x@v1.0.0",
            "",
            " @ git+https://h.example/x@v1.0.0",
        ),
        (WHEEL, "", f" @ {WHEEL}"),
        ("devops-scaffolder==0.6.0", "https://h.example/simple", "==0.6.0"),
        ("devops-scaffolder[tools]==0.6.0", "ours=https://h.example/simple", "==0.6.0"),
    ],
)
def test_what_is_wanted_is_written_for_people_and_renovate(
    site: Site, given: str, index: str, line: str
) -> None:
    site.lock.write_text(f"{AT_A_COMMIT}\n")
    done = site.run("pin", SCAFFOLDER_FROM=given, UV_INDEX=index)
    assert done.returncode == 0, done.stderr
    written = (site.root / "ci/scaffolder.in").read_text().splitlines()
    assert f"devops-scaffolder[tools]{line}" in written
    assert ("--extra-index-url https://h.example/simple" in written) is bool(index)
    assert ("hatchling # builds scaffolder" in written) is ("git+" in given)
    assert site.installed[0].startswith("pip compile ")


@pytest.mark.parametrize(
    "given",
    [
        *(
            "scaffolder",
            "scaffolder==0.5.0",
            "scaffolder[tools]",
            "devops-scaffolder",
            "devops-scaffolder>=0.6.0",
        ),
        *(
            "devops-scaffolder==0.6.0",
            "git+https://git.example.com/x",
            "git+ssh://git@git.example.com/x",
        ),
        *("git+http://git.example.com/x@v0.6.0", "http://h.example/x.whl", "./x.whl", "dist/x.whl"),
        *(
            "git+https://someone:s3cret@git.example.com/x@v0.6.0",
            "git+https://t0ken@git.example.com/x@v0.6.0",
        ),
    ],
)
def test_a_name_alone_an_open_address_and_a_password_are_not_pinned(site: Site, given: str) -> None:
    done = site.run("pin", SCAFFOLDER_FROM=given)
    assert done.returncode == 1
    assert "SCAFFOLDER_FROM" in done.stderr
    assert not (site.root / "ci/scaffolder.in").exists()
    assert site.installed == []


@pytest.mark.parametrize(
    "index",
    ["http://h.example/simple", "https://a:s3cret@h.example/simple", "https://a/ https://b/"],
)
def test_an_index_in_plain_http_or_with_a_password_is_not_pinned(site: Site, index: str) -> None:
    done = site.run("pin", SCAFFOLDER_FROM="devops-scaffolder==0.6.0", SCAFFOLDER_INDEX=index)
    assert done.returncode == 1
    assert "begins with https://, without a password" in done.stderr


COMPILES = """#!/bin/sh
[ "$1 $2" = "pip compile" ] || exit 0
for word; do case "$word" in --output-file=*) out="${word#*=}" ;; esac; last="$word"; done
{ printf '#    uv pip compile --output-file=%s %s\\n' "$out" "$last"; printf '%s\\n' "$LOCK"; } >"$out"
echo "cannot reach https://a:s3cret@h.example/simple and https://s3cret@h.example/simple" >&2
exit "${STATUS:-0}"
"""
"""A `uv` that compiles the test's text, and prints addresses."""


@pytest.mark.parametrize(
    "user", ["someone:s3cret", "s3cret", "someone:s3%40cret%2F1", "someone:s3@cret"]
)
def test_the_lock_has_the_indexes_without_the_password_that_uv_was_given(
    site: Site, user: str
) -> None:
    (site.home / "bin/uv").write_text(COMPILES)
    lock = f"--index-url https://{user}@pypi.example.com/simple\n--extra-index-url https://{user}@h.example/simple\n\n"
    done = site.run(
        "pin", SCAFFOLDER_FROM="git+https://h.example/x@v1.0.0", LOCK=f"{lock}{AT_A_COMMIT}"
    )
    assert done.returncode == 0, done.stderr
    assert site.lock.read_text() == (
        "#    uv pip compile --output-file=ci/scaffolder.txt ci/scaffolder.in\n"
        f"--index-url https://pypi.example.com/simple\n--extra-index-url https://h.example/simple\n\n{AT_A_COMMIT}\n"
    )
    assert "s3" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("lock", "status"),
    [
        (AT_A_COMMIT, 2),
        ("devops-scaffolder==0.6.0", 0),
        (f"{AT_A_COMMIT}\nx @ https://a:s3cret@h.example/x.whl {HASH}", 0),
        (f"{AT_A_COMMIT}\n--find-links https://a:s3cret@h.example/x", 0),
    ],
    ids=["uv-fails", "open", "password-in-an-address", "password-in-an-option"],
)
@pytest.mark.parametrize("before", [True, False], ids=["again", "the-first-time"])
def test_a_lock_that_is_refused_changes_neither_file(
    site: Site, lock: str, status: int, before: bool
) -> None:
    (site.home / "bin/uv").write_text(COMPILES)
    files = [site.root / "ci/scaffolder.in", site.lock]
    if before:
        for file in files:
            file.write_text("as it was\n")
    done = site.run(
        "pin", SCAFFOLDER_FROM="git+https://h.example/x@v1.0.0", LOCK=lock, STATUS=str(status)
    )
    assert done.returncode != 0
    assert [file.read_text() for file in files if file.exists()] == ["as it was\n"] * 2 * before
    assert sorted(path.name for path in files[0].parent.glob("scaffolder.*")) == sorted(
        ["scaffolder.sh", *(["scaffolder.in", "scaffolder.txt"] * before)]
    )
    assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {"SCAFFOLDER_FROM": "http://a:s3cret@h.example/x.whl"},
        {
            "SCAFFOLDER_FROM": "devops-scaffolder==0.6.0",
            "UV_INDEX": "ours=https://a:s3cret@h.example/simple",
        },
        {
            "SCAFFOLDER_FROM": "devops-scaffolder==0.6.0",
            "SCAFFOLDER_INDEX": "https://a:s3/cret@h.example/simple",
        },
        {"SCAFFOLDER_FROM": "git+ssh://a:s3cret@h.example/x"},
    ],
)
def test_no_message_has_a_password(site: Site, variables: dict[str, str]) -> None:
    done = site.run("pin", **variables)
    assert done.returncode == 1
    assert "cret" not in done.stdout + done.stderr


def test_no_message_about_a_lock_has_a_password(site: Site, tmp_path: Path) -> None:
    site.lock.write_text(f"--index-url https://a:s3cret@h.example/simple\n{AT_A_COMMIT}\n")
    done = site.run("install", str(tmp_path / "environment"))
    assert done.returncode == 1
    assert "--index-url https://***@h.example/simple" in done.stderr


def test_pinning_images_alone_needs_no_scaffolder(site: Site) -> None:
    done = site.run("pin")
    assert done.returncode == 0
    assert "make pin SCAFFOLDER_FROM=git+https://" in done.stderr
    assert site.installed == []


def wheel(folder: Path, name: str, version: str, module: str = "") -> Path:
    """A wheel with one module; in the folder of an index that PEP 503 describes, as file and link."""
    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    record = f"{name.replace('-', '_')}-{version}.dist-info"
    place = folder / name / file
    place.parent.mkdir(parents=True)
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(f"{name.replace('-', '_')}.py", module)
        archive.writestr(
            f"{record}/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: tools\n",
        )
        archive.writestr(
            f"{record}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{record}/RECORD", "")
    (place.parent / "index.html").write_text(f'<a href="{file}">{file}</a>\n')
    return place


BACKEND = """
import hatchling, zipfile
NAME = "devops_scaffolder-0.6.0"
METADATA = "Metadata-Version: 2.1\\nName: devops-scaffolder\\nVersion: 0.6.0\\nProvides-Extra: tools\\nRequires-Dist: thing\\n"
def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{folder}/{NAME}-py3-none-any.whl", "w") as archive:
        archive.writestr("devops_scaffolder.py", "")
        archive.writestr(f"{NAME}.dist-info/METADATA", METADATA)
        archive.writestr(f"{NAME}.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(f"{NAME}.dist-info/RECORD", "")
    return f"{NAME}-py3-none-any.whl"
"""
"""Builds the package in Git with the module that the lock has to bring: a build that fetches it would find nothing."""


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index with what builds, and with one package that scaffolder depends on."""
    folder = tmp_path / "index"
    for name in ("hatchling", "setuptools", "thing"):
        wheel(folder, name, "1.0")
    return folder


@pytest.fixture
def source(tmp_path: Path) -> tuple[str, str]:
    """A Git repository with the tag v0.6.0: its address, and the commit of the tag."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "backend.py").write_text(BACKEND)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "devops-scaffolder"\nversion = "0.6.0"\ndependencies = ["thing"]\n'
        "[project.optional-dependencies]\ntools = []\n"
    )
    person = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "init.defaultBranch=main",
    ]
    for words in (["init"], ["add", "--all"], ["commit", "-m", "one"], ["tag", "v0.6.0"]):
        subprocess.run(["git", *person, "-C", str(folder), *words], check=True, capture_output=True)
    commit = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "v0.6.0"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return f"git+file://{folder}", commit


@pytest.fixture
def real(site: Site, index: Path) -> Site:
    (site.home / "bin/uv").unlink()
    (site.home / "bin/uv").symlink_to(str(UV))
    return site


def packages(environment: Path) -> set[str]:
    return {
        record.name.partition("-")[0]
        for record in environment.glob("lib/python*/site-packages/*.dist-info")
    }


@REAL_UV
def test_a_tag_in_git_is_locked_by_its_commit_and_installed_without_fetching_more(
    real: Site, index: Path, source: tuple[str, str], tmp_path: Path
) -> None:
    address, commit = source
    done = real.run("pin", SCAFFOLDER_FROM=f"{address}@v0.6.0", UV_DEFAULT_INDEX=f"file://{index}")
    assert done.returncode == 0, done.stderr
    assert f"devops-scaffolder[tools] @ {address}@{commit}\n" in real.lock.read_text()
    assert f"{address}@v0.6.0\n" in (real.root / "ci/scaffolder.in").read_text()
    done = real.run("install", str(tmp_path / "environment"))
    assert done.returncode == 0, done.stderr
    assert packages(tmp_path / "environment") == {
        "devops_scaffolder",
        "hatchling",
        "setuptools",
        "thing",
    }


@REAL_UV
@pytest.mark.parametrize("by", ["wheel", "index"])
def test_a_wheel_is_locked_by_its_hash_and_another_one_in_its_place_is_refused(
    real: Site, index: Path, by: str, tmp_path: Path
) -> None:
    file = wheel(tmp_path / "ours", "devops-scaffolder", "0.6.0")
    given = {
        "wheel": {"SCAFFOLDER_FROM": f"file://{file}"},
        "index": {
            "SCAFFOLDER_FROM": "devops-scaffolder==0.6.0",
            "SCAFFOLDER_INDEX": f"file://{tmp_path / 'ours'}",
        },
    }[by]
    done = real.run("pin", UV_DEFAULT_INDEX=f"file://{index}", **given)
    assert done.returncode == 0, done.stderr
    assert f"--hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" in real.lock.read_text()
    done = real.run("install", str(tmp_path / "environment"))
    assert done.returncode == 0, done.stderr
    assert packages(tmp_path / "environment") == {"devops_scaffolder", "setuptools"}

    file.unlink()
    file.parent.joinpath("index.html").unlink()
    file.parent.rmdir()
    wheel(tmp_path / "ours", "devops-scaffolder", "0.6.0", module="print('somebody else')\n")
    done = real.run("install", str(tmp_path / "other"), UV_CACHE_DIR=str(tmp_path / "cache"))
    assert done.returncode != 0
    assert "Hash mismatch" in done.stderr
    assert packages(tmp_path / "other") == {"setuptools"}


@REAL_UV
def test_the_lock_begins_with_the_command_that_renovate_repeats(
    real: Site, index: Path, source: tuple[str, str]
) -> None:
    """Renovate's manager pip-compile knows these options, and none without an equal sign before its value."""
    real.run("pin", SCAFFOLDER_FROM=f"{source[0]}@v0.6.0", UV_DEFAULT_INDEX=f"file://{index}")
    command = real.lock.read_text().splitlines()[1]
    known = {
        "--universal",
        "--python-version=3.11",
        "--generate-hashes",
        "--no-strip-extras",
        "--emit-index-url",
    }
    assert command.startswith("#    uv pip compile ")
    assert set(command.split()[4:]) == known | {
        "--output-file=ci/scaffolder.txt",
        "ci/scaffolder.in",
    }
