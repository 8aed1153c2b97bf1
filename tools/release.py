"""Adds a release of the templates to what travels with the package: `make release VERSION=0.2.0`.

Without a version, the newest release is made again from the templates as they are now; that is
possible until it is a tag of this project, or frozen (tools/frozen-releases.yml). A release is a
commit in scaffolder/_data/templates.bundle and an entry in releases.yml beside it; its changes are
the lines under "Templates" in CHANGELOG.md. The same templates, version and date give the same
bytes.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from scaffolder.template import notes
from tools import frozen
from tools.build_hook import LEFT_BY_TOOLS

ROOT = Path(__file__).parent.parent
DATA = ROOT / "scaffolder" / "_data"
BUNDLE = DATA / "templates.bundle"
RELEASES = DATA / "releases.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
PACKAGE = ROOT / "scaffolder" / "__init__.py"
FILES = ("copier.yml", "versions.yml", notes.FILE, "templates")
"""The files of a release: all that Copier needs, and nothing else."""

_HEADER = "# The releases in templates.bundle, oldest first. `make release` writes both.\n"
_UNRELEASED = "## Unreleased"
_PINNED = re.compile(
    r"(git\.example\.com/platform/scaffolder@v|uses: example-org/scaffolder@0{40} # v"
    r"|devops_scaffolder-(?=[\d.]+-py3)|devops-scaffolder(?:\[tools\])?=="
    r"|/scaffolder\n *rev: v)\d+\.\d+\.\d+\b"
)
"""How a document names a release of this package: an address of pip, an action, a hook."""


def main(version: str = "") -> None:
    """Write the release `version`, or the newest one again."""
    entries = yaml.safe_load(RELEASES.read_text(encoding="utf-8")) if RELEASES.exists() else []
    versions = [entry["version"] for entry in entries]
    version = version.removeprefix("v") or (versions[-1] if versions else "")
    refuse(version, versions)
    again = version in versions
    if (ROOT / notes.FILE).is_file():
        refuse_notes((ROOT / notes.FILE).read_text(encoding="utf-8"), version)
    date = str(entries[-1]["date"]) if again else _today()
    changelog = collected(CHANGELOG.read_text(encoding="utf-8"), version, date)
    entry = {"version": version, "date": date, "tree": "", "changes": changes(changelog, version)}
    kept = entries[:-1] if again else entries
    with history(kept) as repository:
        refuse_moved(repository, kept)
        entry["tree"] = add(repository, entry)
        DATA.mkdir(exist_ok=True)
        bundle(repository, repository.parent / "bundle")
        shutil.copy(repository.parent / "bundle", BUNDLE)
    RELEASES.write_text(_HEADER + _yaml([*kept, entry]), encoding="utf-8")
    CHANGELOG.write_text(changelog, encoding="utf-8")
    package = PACKAGE.read_text(encoding="utf-8")
    PACKAGE.write_text(
        re.sub(r'__version__ = "[^"]*"', f'__version__ = "{version}"', package), encoding="utf-8"
    )
    for document in documents():
        text = document.read_text(encoding="utf-8")
        document.write_text(with_version(text, version), encoding="utf-8")
    print(
        f"{version}: {len(entry['changes'])} changes, {BUNDLE.stat().st_size // 1024} KiB for"
        f" {len(kept) + 1} releases"
    )


def documents() -> list[Path]:
    """The pages that show how to install this package, with its newest release."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [page for page in pages if _PINNED.search(page.read_text(encoding="utf-8"))]


def with_version(text: str, version: str) -> str:
    """Return a document whose lines install the release `version` of this package."""
    return _PINNED.sub(lambda found: f"{found[1]}{version}", text)


@contextmanager
def history(entries: list[dict[str, Any]]) -> Iterator[Path]:
    """Provide a bare repository with the bundle's releases in `entries`, and HEAD at the last."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "templates.git"
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(repository)],
            check=True,
            env=_environment(),
        )
        if entries:
            last = f"v{entries[-1]['version']}"
            tags = [
                f"+refs/tags/v{entry['version']}:refs/tags/v{entry['version']}" for entry in entries
            ]
            _git(
                repository,
                "fetch",
                "--quiet",
                "--no-tags",
                str(BUNDLE),
                *tags,
                f"+refs/tags/{last}:refs/heads/main",
            )
        yield repository


def add(repository: Path, entry: dict[str, Any]) -> str:
    """Commit this checkout's templates as the release `entry`, tagged; return their tree's hash."""
    tree = written(repository)
    head = _git(repository, "for-each-ref", "--format=%(objectname)", "refs/heads/main")
    message = "\n".join(
        [f"v{entry['version']}", "", *(f"- {change}" for change in entry["changes"])]
    )
    when = f"{entry['date']}T00:00:00Z"
    parent = ["-p", head] if head else []
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    commit = _git(repository, "commit-tree", tree, *parent, "-m", message, environment=dates)
    _git(repository, "update-ref", "refs/heads/main", commit)
    _git(repository, "update-ref", f"refs/tags/v{entry['version']}", commit)
    return tree


def bundle(repository: Path, file: Path) -> None:
    """Write all releases of `repository` into one file, which every Git since 1.5.1 reads."""
    _git(
        repository,
        "bundle",
        "create",
        "--quiet",
        "--version=2",
        str(file),
        "HEAD",
        "--branches",
        "--tags",
    )


def written(repository: Path) -> str:
    """The hash of the tree of this checkout's templates, which is written into `repository`."""
    with templates() as folder:
        index = {"GIT_INDEX_FILE": str(repository.parent / "index"), "GIT_WORK_TREE": str(folder)}
        _git(repository, "add", "--all", "--force", ".", folder=folder, environment=index)
        return _git(repository, "write-tree", folder=folder, environment=index)


@contextmanager
def templates() -> Iterator[Path]:
    """A copy of the templates of this checkout, without what tools leave behind."""
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            source, target = ROOT / name, Path(folder) / name
            if not source.exists():  # notes.yml: a template may have none
                continue
            if source.is_dir():
                shutil.copytree(
                    source, target, ignore=shutil.ignore_patterns(*LEFT_BY_TOOLS), symlinks=True
                )
            else:
                shutil.copy(source, target)
        yield Path(folder)


def changes(changelog: str, version: str) -> list[str]:
    """The entries under "Templates" of one version, each on one line."""
    section = re.search(
        rf"^## {re.escape(version)} .*?(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    found = re.search(
        r"^### Templates\n(.*?)(?=^### |\Z)",
        section[0] if section else "",
        re.MULTILINE | re.DOTALL,
    )
    entries = re.split(r"^- ", found[1] if found else "", flags=re.MULTILINE)[1:]
    if not entries:
        sys.exit(
            f'CHANGELOG.md says nothing under "### Templates" of {version}: what does an update do'
            " to a repository?"
        )
    return [" ".join(entry.split()) for entry in entries]


def collected(changelog: str, version: str, date: str) -> str:
    """Return the changelog with the unreleased lines under the heading of `version`."""
    head, _, rest = changelog.partition(f"{_UNRELEASED}\n")
    unreleased, mark, older = (
        re.split(r"(^## )", rest, maxsplit=1, flags=re.MULTILINE)
        if "\n## " in rest
        else (rest, "", "")
    )
    sections = _sections(unreleased)
    released = mark + older
    heading = f"## {version} - {date}\n"
    if released.startswith(f"## {version} "):
        line, _, body = released.partition("\n")
        own, mark, older = (
            re.split(r"(^## )", body, maxsplit=1, flags=re.MULTILINE)
            if "\n## " in body
            else (body, "", "")
        )
        merged = _sections(own)
        for title, text in sections.items():
            merged[title] = merged[title] + text if title in merged else text
        sections, released, heading = merged, mark + older, f"{line}\n"
    body = "\n".join(f"### {title}\n{text}" for title, text in sections.items())
    tail = f"\n{released}" if released else ""
    return f"{head}{_UNRELEASED}\n\n{heading}\n{body}{tail}"


def _sections(text: str) -> dict[str, str]:
    """The parts of a version: title → its lines, the last one with one newline."""
    parts = re.split(r"^### (.*)\n", text, flags=re.MULTILINE)[1:]
    return {
        title: body.strip("\n") + "\n" for title, body in zip(parts[::2], parts[1::2], strict=True)
    }


def refuse_notes(text: str, version: str, folder: Path = ROOT) -> None:
    """Raise if notes.yml is malformed, or has a note of a release newer than `version`."""
    defects = notes.defects(text, version, folder)
    if defects:
        sys.exit("\n".join(f"{notes.FILE}: {defect}" for defect in defects))


def refuse_moved(repository: Path, entries: list[dict[str, Any]]) -> None:
    """Stop where the releases that stay are not what is frozen under their names."""
    releases = frozen.releases()
    moved = [*frozen.moved_in(repository, releases), *frozen.moved_in_list(entries, releases)]
    if moved:
        sys.exit(
            "\n".join(
                [*moved, "git restore scaffolder/_data, from a commit that has the frozen releases"]
            )
        )


def refuse(version: str, versions: list[str]) -> None:
    """Raise if `version` is invalid, older than one of `versions`, frozen, or a tag already."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        sys.exit("make release VERSION=X.Y.Z")
    if version in versions[:-1] or (versions and _number(version) < _number(versions[-1])):
        sys.exit(f"{version} is older than {versions[-1]}, the newest release")
    if version in {release.version for release in frozen.releases()}:
        sys.exit(
            f"v{version} is frozen ({frozen.FILE.name}), and never changes: make release"
            " VERSION=X.Y.Z, a newer one"
        )
    tag = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--quiet", "--verify", f"refs/tags/v{version}"],
        capture_output=True,
    )
    if tag.returncode == 0:
        sys.exit(
            f"v{version} is a tag of this project, and a release never moves: make release"
            " VERSION=X.Y.Z, a newer one"
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _today() -> str:
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def _yaml(entries: list[dict[str, Any]]) -> str:
    return yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=110)


def _git(
    repository: Path,
    *arguments: str,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    argv = ["git", "--git-dir", str(repository), *arguments]
    done = subprocess.run(
        argv,
        cwd=folder,
        env=_environment() | dict(environment or {}),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)}: {done.stderr}")
    return done.stdout.strip()


def _environment() -> dict[str, str]:
    """Return the only settings, so that any user gets the same commits and the same pack."""
    person: dict[str, str] = {}
    for what, value in _PERSON.items():
        person |= {f"GIT_AUTHOR_{what}": value, f"GIT_COMMITTER_{what}": value}
    settings = {
        "core.autocrlf": "false",
        "core.fileMode": "true",
        "pack.threads": "1",
        "core.attributesFile": os.devnull,
    }
    configured = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        configured |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return (
        kept | configured | person | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    )


_PERSON = {"NAME": "scaffolder", "EMAIL": "scaffolder@localhost"}


if __name__ == "__main__":
    main(*(argument for argument in sys.argv[1:] if argument))
