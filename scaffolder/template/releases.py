"""The releases of the templates: which there are, what changed in each, and their files."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scaffolder.errors import StoreError, ToolError
from scaffolder.formats.regex import regex
from scaffolder.model import plain
from scaffolder.template import git_mirror
from scaffolder.template.bundled import SOURCE
from scaffolder.tools import folder_cache, installation
from scaffolder.tools.git import Git, bare
from scaffolder.tools.toolchain import Toolchain

BUNDLE = Path(__file__).parent.parent / "_data" / "templates.bundle"
"""A Git bundle of all releases: one line of commits, a tag vX.Y.Z on each.

tools/release.py writes it.
"""

RELEASES = Path(__file__).parent.parent / "_data" / "releases.yml"

LARGEST = 100 * 1024 * 1024
"""Bytes of a file that a Git host takes.

https://docs.github.com/en/repositories/working-with-files/managing-large-files
"""

_IMPATIENCE = 30
"""Seconds to wait for a host's news, if this machine has an earlier fetch."""

_TAG = regex(r"v?(\d+)\.(\d+)\.(\d+)")
_RELEASE = regex(r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
"""A tag that is a release: a repository records it, and plain Copier looks for it, exactly so."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release of the templates: `tree` is the Git hash of its files, `changes` its news.

    `earlier` are the trees that its tag had on this machine before it was moved.
    """

    version: str
    date: str
    tree: str
    changes: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """Return the tag of the release: "v0.2.0"."""
        return f"v{self.version}"

    @property
    def number(self) -> tuple[int, ...]:
        """Return the version as numbers, which sort."""
        return number_of(self.version)


@dataclass(frozen=True, kw_only=True)
class Cached:
    """Why releases are those that this machine fetched before: `reason` is one sentence.

    `fetched` is when that was, in seconds since 1970; None if it was not noted.
    """

    reason: str
    fetched: float | None


@dataclass(frozen=True, kw_only=True)
class History:
    """All releases of a template, oldest first.

    `address` is for records, `repository` a bare clone.

    `cached` is set if the host could not be read, so that there may be newer ones.
    """

    address: str
    repository: Path
    releases: tuple[Release, ...]
    cached: Cached | None = None

    @property
    def newest(self) -> Release:
        """Return the newest release."""
        return self.releases[-1]

    def named(self, name: str) -> Release:
        """The release "v0.2.0", or "0.2.0".

        Raises:
            StoreError: there is none of this name, and what to type where it is newer than all that
            are known.

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

    The repository is named after the bundle's hash, so that an upgraded installation never meets an
    old one.

    Raises:
        StoreError: the package was built without them.
        ToolError: Git is missing.

    """
    return History(address=SOURCE, repository=_unbundled(toolchain), releases=releases())


def at(address: str, toolchain: Toolchain, *, or_cached: bool = False) -> History:
    """Return the releases at `address`: the embedded ones, or those of a Git host, fetched now.

    With `or_cached`, those that were fetched before serve if the host cannot be read.

    Raises:
        StoreError: the host cannot be read, or has no tag vX.Y.Z.
        ToolError: Git is missing.

    """
    if address == SOURCE:
        return embedded(toolchain)
    try:
        impatient = or_cached and git_mirror.kept(address) is not None
        mirror = git_mirror.fetched(
            address, toolchain, _IMPATIENCE if impatient else git_mirror.PATIENCE
        )
    except StoreError as error:
        if or_cached and (history := _cached(address, error, toolchain)):
            return history
        raise
    found = _tagged(bare(toolchain, mirror))
    if not found:
        raise StoreError(
            f"the template at {address} has no release",
            hint=f"{git_mirror.tags_command(address)}; a release is a tag such as v1.2.0",
        )
    return History(address=address, repository=mirror, releases=found)


def _cached(address: str, error: StoreError, toolchain: Toolchain) -> History | None:
    """Return the releases of an earlier fetch; None if absent or unreadable."""
    with contextlib.suppress(ToolError):
        if kept := git_mirror.kept(address):
            mirror, fetched = kept
            if found := _tagged(bare(toolchain, mirror)):
                cached = Cached(reason=error.message, fetched=fetched)
                return History(address=address, repository=mirror, releases=found, cached=cached)
    return None


def checkout(history: History, release: Release, toolchain: Toolchain) -> Path:
    """Return the files of a release, in a read-only folder that is kept and named by its tree.

    Raises:
        StoreError: it holds a file that no Git host would take from the repositories that are
        generated.

    """
    kept = folder_cache.folder() / "releases" / release.tree

    def make(folder: Path) -> None:
        _refuse_huge(bare(toolchain, history.repository), release, history)
        _check_out(toolchain, history.repository, release.tree, folder)

    return folder_cache.made_once(kept, make)


def _unbundled(toolchain: Toolchain) -> Path:
    try:
        digest = hashlib.sha256(BUNDLE.read_bytes()).hexdigest()[:32]
    except OSError as error:
        raise _incomplete() from error
    return folder_cache.made_once(
        folder_cache.folder() / f"templates-{digest}", lambda folder: _unpack(toolchain, folder)
    )


def _unpack(toolchain: Toolchain, folder: Path) -> None:
    """Make `folder` a bare repository with all that is in the bundle.

    Not by `git clone`: to Git a bundle is a transport, and a machine may forbid those of files
    (`protocol.file.allow`).
    """
    form = ("--object-format=sha1", "--initial-branch=main")
    Git(toolchain, folder.parent)("init", "--quiet", "--bare", "--template=", *form, str(folder))
    git = bare(toolchain, folder)
    heads = (
        line.split() for line in git("bundle", "unbundle", str(BUNDLE), timeout=300).splitlines()
    )
    git(
        "update-ref",
        "--stdin",
        stdin="".join(f"create {name} {commit}\n" for commit, name in heads if name != "HEAD"),
    )
    git("pack-refs", "--all")


def _refuse_huge(git: Git, release: Release, history: History) -> None:
    for entry in git("ls-tree", "-r", "-l", "-z", release.tree).split("\0"):
        about, _, path = entry.partition("\t")
        size = about.split()[-1:] or ["0"]
        if size[0].isdigit() and int(size[0]) > LARGEST:
            raise StoreError(
                f"{path} of {release.tag} at {history.address} has {int(size[0]) >> 20} MiB, and"
                f" Git hosts take {LARGEST >> 20}",
                hint="ask whoever keeps that template to have it fetched where it is needed",
            )


def _check_out(toolchain: Toolchain, repository: Path, tree: str, folder: Path) -> None:
    folder.mkdir()
    places = {
        "GIT_DIR": repository,
        "GIT_WORK_TREE": folder,
        "GIT_INDEX_FILE": folder.parent / "index",
    }
    environment = {name: str(place) for name, place in places.items()}
    git = Git(toolchain, folder, environment, ("core.autocrlf=false",))
    git("read-tree", tree)
    git("checkout-index", "--all")


_KNOWN = "refs/known/"
"""A mirror's former tags: refs/known/TAG/TREE is a commit with that tree."""


@dataclass(frozen=True, kw_only=True)
class _Tag:
    name: str
    date: str
    commit: str
    tree: str
    body: str


def _tagged(git: Git) -> tuple[Release, ...]:
    """The releases that a mirror has the tags of, oldest first.

    A tag that leads to no commit is passed over.
    """
    tags, known = _read(git)
    new = [tag for tag in tags if tag.tree not in known.get(tag.name, ())]
    if new:
        orders = "".join(f"update {_KNOWN}{tag.name}/{tag.tree} {tag.commit}\n" for tag in new)
        git.attempt("update-ref", "--stdin", stdin=orders)  # if it fails, a later run notes them
    found = (
        Release(
            version=tag.name.removeprefix("v"),
            date=tag.date,
            tree=tag.tree,
            changes=_changes(tag.body),
            earlier=tuple(tree for tree in known.get(tag.name, ()) if tree != tag.tree),
        )
        for tag in tags
    )
    return tuple(sorted(found, key=lambda release: release.number))


_FIELDS = ("refname", "creatordate:short", "objectname", "objecttype", "*objectname", "*objecttype")
_CONTENT = ("tree", "*tree", "contents:body", "*contents:body")


def _read(git: Git) -> tuple[list[_Tag], dict[str, list[str]]]:
    """The tags of releases; and by the name of a tag, all trees that it had.

    No text of Git's can hold a NUL.
    """
    names = (*_FIELDS, *_CONTENT)
    form = "".join(f"%({name})%00" for name in names)
    words = git("for-each-ref", f"--format={form}", "refs/tags", _KNOWN).split("\0")[:-1]
    tags, known, nested = list[_Tag](), dict[str, list[str]](), dict[str, str]()
    for at in range(0, len(words), len(names)):
        ref, date, own, kind, target, target_kind, *rest = words[at : at + len(names)]
        ref = ref.strip("\n")
        name, _, tree = ref.removeprefix(_KNOWN).partition("/")
        if ref.startswith(_KNOWN):
            known.setdefault(name, []).append(tree)
            continue
        name = ref.removeprefix("refs/tags/")
        if not _RELEASE.fullmatch(name):
            continue
        if "commit" in {kind, target_kind}:
            commit = own if kind == "commit" else target
            tags.append(
                _Tag(
                    name=name,
                    date=date,
                    commit=commit,
                    tree=rest[0] + rest[1],
                    body=rest[2] + rest[3],
                )
            )
        elif target_kind == "tag":
            nested[name] = date
    return [*tags, *_peeled(git, nested)], known


def _peeled(git: Git, nested: Mapping[str, str]) -> Iterator[_Tag]:
    """Yield tags of tags that lead to a commit; `nested` is the name of each and its date."""
    if not nested:
        return
    asked = "".join(f"refs/tags/{name}^{{commit}}\n" for name in nested)
    lines = git("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).splitlines()
    commits = [line.split()[0] if line.endswith(" commit") else "" for line in lines]
    for (name, date), commit in zip(nested.items(), commits, strict=True):
        if commit:
            tree, _, body = git(
                "log", "-1", "--no-show-signature", "--format=%T%n%b", commit
            ).partition("\n")
            yield _Tag(name=name, date=date, commit=commit, tree=tree, body=body)


def _changes(body: str) -> tuple[str, ...]:
    lines = plain(body).splitlines()
    return tuple(line.removeprefix("- ").strip() for line in lines if line.startswith("- "))


def _unknown(name: str, history: History) -> StoreError:
    known = ", ".join(release.tag for release in history.releases)
    message = f"{name or 'no release'} is not among the releases of {history.address}: {known}"
    if not _TAG.fullmatch(name) or number_of(name) < history.newest.number:
        return StoreError(message, hint=f"name one of them: {history.newest.tag} is the newest")
    if history.address == SOURCE:
        return StoreError(message, hint=installation.current().upgrade(name.removeprefix("v")))
    return StoreError(message, hint="scaffold template publish, with a scaffolder that carries it")


def _incomplete() -> StoreError:
    return StoreError(
        "this installation of scaffolder holds no releases of the templates",
        hint=installation.current().reinstall(),
    )


def number_of(version: str) -> tuple[int, ...]:
    """Return the numbers in "v1.2.3" or "1.2.3"; none if it is not a release's name."""
    found = _TAG.fullmatch(version)
    return tuple(int(part) for part in found.groups()) if found else ()
