"""The releases of the templates: which there are, what changed in each, and their files."""

from __future__ import annotations

import atexit
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scaffolder.errors import StoreError, ToolError
from scaffolder.template import SOURCE
from scaffolder.toolchain import Toolchain
from scaffolder.version_control import Git

BUNDLE = Path(__file__).parent / "_data" / "templates.bundle"
"""A Git bundle of all releases: one line of commits, a tag vX.Y.Z on each. tools/release.py writes it."""

RELEASES = Path(__file__).parent / "_data" / "releases.yml"

_TAG = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, kw_only=True)
class Release:
    """One release of the templates: `tree` is the Git hash of all its files, `changes` what it does to a repository."""

    version: str
    date: str
    tree: str
    changes: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        return f"v{self.version}"

    @property
    def number(self) -> tuple[int, ...]:
        return _number(self.version)


@dataclass(frozen=True, kw_only=True)
class History:
    """All releases of one template, oldest first: `address` is what repositories record, `repository` a bare clone."""

    address: str
    repository: Path
    releases: tuple[Release, ...]

    @property
    def newest(self) -> Release:
        return self.releases[-1]

    def named(self, name: str) -> Release:
        """The release "v0.2.0", or "0.2.0".

        Raises:
            StoreError: there is none of this name, and what to type where it is newer than all that are known.
        """
        for release in self.releases:
            if release.version == name.removeprefix("v"):
                return release
        raise _unknown(name, self)

    def since(self, release: Release) -> tuple[Release, ...]:
        """The releases that are newer than `release`, oldest first."""
        return tuple(one for one in self.releases if one.number > release.number)


@cache
def releases() -> tuple[Release, ...]:
    """The releases that this installation carries, oldest first. Starts no process.

    Raises:
        StoreError: the package was built without them.
    """
    import yaml

    try:
        entries = yaml.safe_load(RELEASES.read_text(encoding="utf-8"))
    except OSError as error:
        raise _incomplete() from error
    return tuple(
        Release(
            version=entry["version"],
            date=str(entry["date"]),
            tree=entry["tree"],
            changes=tuple(entry["changes"]),
        )
        for entry in entries
    )


def newest() -> Release:
    """The newest release that this installation carries."""
    return releases()[-1]


def embedded(toolchain: Toolchain) -> History:
    """The releases that this installation carries, as a bare repository in the user's cache.

    The repository is named after the bundle's hash, so that an upgraded installation never meets an old one.

    Raises:
        StoreError: the package was built without them.
        ToolError: there is no Git.
    """
    return History(address=SOURCE, repository=_unbundled(toolchain), releases=releases())


def at(address: str, toolchain: Toolchain) -> History:
    """The releases of the template at `address`: the embedded ones, or those on somebody's Git host, fetched now.

    Raises:
        StoreError: the host cannot be read, or has no tag vX.Y.Z.
        ToolError: there is no Git.
    """
    if address == SOURCE:
        return embedded(toolchain)
    mirror = cache_folder() / "mirrors" / f"{_hash(address.encode())}.git"
    url = _git_url(address)
    try:
        if mirror.is_dir():
            Git(toolchain, mirror)("fetch", "--quiet", "--prune", "--", url, "+refs/*:refs/*", timeout=300)
        else:
            _made_once(mirror, lambda folder: _clone(toolchain, url, folder))
    except ToolError as error:
        raise StoreError(
            f"the template at {address} cannot be read: {error.message}", hint=f"git ls-remote {url}"
        ) from error
    found = _tagged(Git(toolchain, mirror))
    if not found:
        raise StoreError(
            f"the template at {address} has no release", hint="a release is a tag vX.Y.Z; git ls-remote --tags"
        )
    return History(address=address, repository=mirror, releases=found)


def publish(url: str, toolchain: Toolchain) -> tuple[str, ...]:
    """Push every release that this installation carries to the Git repository at `url`; the tags that are new there.

    Raises:
        StoreError: it cannot be written, or has other content under the name of one of the releases.
    """
    git = Git(toolchain, embedded(toolchain).repository)
    known = git.attempt("ls-remote", "--tags", "--refs", "--", url)
    if known.exit_code != 0:
        raise StoreError(f"{url} cannot be read: {_last(known.stderr)}", hint=f"git ls-remote {url}")
    there = {line.split("refs/tags/")[-1] for line in known.stdout.splitlines()}
    tags = [f"refs/tags/{release.tag}:refs/tags/{release.tag}" for release in releases()]
    done = git.attempt("push", "--quiet", "--atomic", "--", url, *tags, timeout=300)
    if done.exit_code != 0:
        moved = "already exists" in done.stderr or "rejected" in done.stderr
        raise StoreError(
            f"{url} has another release of the same name" if moved else f"{url} refuses: {_last(done.stderr)}",
            hint="a release never moves: give an empty repository" if moved else f"git push {url}, to see for yourself",
        )
    git.attempt("push", "--quiet", "--", url, "refs/heads/main:refs/heads/main")  # refused where a team builds on it
    return tuple(release.tag for release in releases() if release.tag not in there)


def checkout(history: History, release: Release, toolchain: Toolchain) -> Path:
    """The files of a release, in a folder that nobody may change: it is kept, and named after its tree."""
    folder = cache_folder() / "releases" / release.tree
    if not folder.is_dir():
        _made_once(folder, lambda made: _check_out(toolchain, history.repository, release.tree, made))
    return folder


@cache
def cache_folder() -> Path:
    """Where this user's machine keeps what can be made again; a temporary folder where nothing can be written there."""
    import platformdirs

    folder = platformdirs.user_cache_path("scaffolder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        temporary = Path(tempfile.mkdtemp(prefix="scaffolder-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        return temporary


def _unbundled(toolchain: Toolchain) -> Path:
    try:
        digest = _hash(BUNDLE.read_bytes())
    except OSError as error:
        raise _incomplete() from error
    repository = cache_folder() / f"templates-{digest}.git"
    if not repository.is_dir():
        _made_once(repository, lambda folder: _clone(toolchain, str(BUNDLE), folder))
    return repository


def _clone(toolchain: Toolchain, url: str, folder: Path) -> None:
    Git(toolchain, folder.parent)("clone", "--quiet", "--mirror", "--template=", "--", url, str(folder), timeout=300)


def _check_out(toolchain: Toolchain, repository: Path, tree: str, folder: Path) -> None:
    folder.mkdir()
    places = {"GIT_DIR": repository, "GIT_WORK_TREE": folder, "GIT_INDEX_FILE": folder.parent / "index"}
    environment = {name: str(place) for name, place in places.items()}
    git = Git(toolchain, folder, environment, ("core.autocrlf=false",))
    git("read-tree", tree)
    git("checkout-index", "--all")


def _made_once(target: Path, make: Callable[[Path], None]) -> None:
    """`make(folder)` beside `target`, then one rename; whoever comes second uses what the first one made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name[:16]}-", dir=target.parent) as staging:
        made = Path(staging) / "made"
        make(made)
        try:
            made.rename(target)
        except OSError:
            if not target.is_dir():
                raise


def _tagged(git: Git) -> tuple[Release, ...]:
    form = "%(refname:short)%00%(creatordate:short)%00%(tree)%(*tree)%00%(contents:body)%(*contents:body)%01"
    entries = git("for-each-ref", f"--format={form}", "refs/tags").split("\x01")
    found = []
    for entry in entries:
        if entry.strip():
            name, date, trees, body = entry.strip("\n").split("\0")
            if _TAG.fullmatch(name):
                found.append(Release(version=name.removeprefix("v"), date=date, tree=trees, changes=_changes(body)))
    return tuple(sorted(found, key=lambda release: release.number))


def _changes(body: str) -> tuple[str, ...]:
    return tuple(line.removeprefix("- ").strip() for line in body.splitlines() if line.startswith("- "))


def _git_url(address: str) -> str:
    """What Git understands by an address that Copier would."""
    for short, host in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
        if address.startswith(short):
            return host + address.removeprefix(short).strip("/").removesuffix(".git") + ".git"
    if address.startswith("~"):
        return str(Path(address).expanduser())
    return address.removeprefix("git+")


def _unknown(name: str, history: History) -> StoreError:
    known = ", ".join(release.tag for release in history.releases)
    message = f"{name or 'no release'} is not among the releases of {history.address}: {known}"
    if not _TAG.fullmatch(name) or _number(name) < history.newest.number:
        return StoreError(message, hint=f"name one of them: {history.newest.tag} is the newest")
    if history.address == SOURCE:
        return StoreError(message, hint=f'pip install --upgrade "scaffolder>={name.removeprefix("v")}"')
    return StoreError(message, hint="scaffold template publish, with a scaffolder that carries it")


def _incomplete() -> StoreError:
    return StoreError(
        "this installation of scaffolder holds no releases of the templates",
        hint="pip install --force-reinstall scaffolder",
    )


def _number(version: str) -> tuple[int, ...]:
    found = _TAG.fullmatch(version)
    return tuple(int(part) for part in found.groups()) if found else ()


def _last(said: str) -> str:
    lines = [line for line in said.strip().splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("fatal: ")), lines[-1] if lines else "no reason given")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
