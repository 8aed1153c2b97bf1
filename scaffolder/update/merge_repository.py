"""A temporary Git repository for merges, which the generated repository does not see."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scaffolder.errors import ToolCrashed
from scaffolder.tools.git import Git, bare
from scaffolder.tools.toolchain import Toolchain
from scaffolder.update import trees

YOURS, BASE = "yours", "base"
"""Names of the sides in conflict markers; the merge's caller names the third side."""


LARGEST = 8 * 2**20
"""Bytes of a file whose text is read.

A template's files are smaller, and others are not held in memory.
"""

_MOST_LISTED = 12
"""Trees whose files are remembered; one merge has about as many."""

SUBMODULE = "160000"
"""The mode of a submodule in a tree."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One side of a conflict, as Git's index has it: 1 is the base, 2 ours, 3 theirs."""

    path: str
    mode: str
    blob: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Content:
    """A file: `said` is its text, each line end a plain one, and `size` its bytes as they are."""

    said: str = ""
    size: int = 0

    @property
    def text(self) -> str:
        """`said`, if the file is UTF-8 and its line ends are all of one kind; else ""."""
        return (
            self.said if self.size - len(self.said.encode()) in {0, self.said.count("\n")} else ""
        )


@dataclass(frozen=True)
class Workshop:
    """A bare repository for one merge, which reads the repository's objects and writes its own."""

    git: Git
    folder: Path
    read_already: dict[str, Content] = field(default_factory=dict)
    digits: int = 40
    """The length of a hash."""

    def tree_of(self, folder: Path) -> str:
        """The hash of the tree of all files in `folder`, ignored ones too, each as it is."""
        git = self._with_index({"GIT_WORK_TREE": str(folder)}, folder)
        git("add", "--all", "--force", ".")
        return git("write-tree")

    def trees_of(self, folder: Path, *names: str) -> tuple[str, ...]:
        """The hashes of the trees of the folders `names` in `folder`, which holds nothing else."""
        git = self._with_index({"GIT_WORK_TREE": str(folder)}, folder)
        git("add", "--all", "--force", ".")
        return tuple(git("write-tree", f"--prefix={name}/") for name in names)

    def merge(
        self, base: str, ours: str, theirs: str, label: str, *, renames: bool
    ) -> tuple[str, tuple[Stage, ...]]:
        """Return the merged tree, with markers in files in conflict, and the sides of those."""
        folder = self.folder / "merged"
        folder.mkdir()
        names = {f"GITHEAD_{ours}": YOURS, f"GITHEAD_{theirs}": label, f"GITHEAD_{base}": BASE}
        git = self._with_index({"GIT_WORK_TREE": str(folder), **names}, folder)
        git("read-tree", "--reset", "-u", ours)
        follow = "--find-renames" if renames else "--no-renames"
        done = git.attempt(
            "merge-recursive", "--diff-algorithm=patience", follow, base, "--", ours, theirs
        )
        if done.exit_code not in {0, 1}:
            said = done.stderr.strip().splitlines() or [f"exit code {done.exit_code}"]
            raise ToolCrashed(
                f"git could not merge: {said[-1]}", hint="see for yourself: git status"
            )
        if done.exit_code == 0:  # the index is what Git merged
            return git("write-tree"), ()
        stages = _staged(git("ls-files", "--unmerged", "-z"))
        git("add", "--all", "--force", ".")
        return git("write-tree"), stages

    def read_of(
        self, sides: Iterable[Mapping[str, tuple[str, str]]], paths: Collection[str]
    ) -> None:
        """Read the files at these paths of each side that has them."""
        blobs: list[str] = []
        for side in sides:
            blobs += [side[path][1] for path in paths if path in side]
        self.read(blobs)

    def read(self, blobs: Iterable[str]) -> None:
        """Read these files with two processes, so that `content_of` starts none.

        One that is not there (the repository is a partial clone), or is larger than `LARGEST`, has
        no text.
        """
        asked = [blob for blob in dict.fromkeys(blobs) if blob not in self.read_already]
        if not asked:
            return
        listed = "".join(f"{blob}\n" for blob in asked)
        about = self.git("cat-file", "--batch-check=%(objectsize)", stdin=listed).splitlines()
        sizes = {blob: int(size) for blob, size in zip(asked, about, strict=True) if size.isdigit()}
        small = [blob for blob, size in sizes.items() if size <= LARGEST]
        # Sizes are in bytes, and what a process prints is read as text: a word that no file can
        # hold parts the files.
        mark = secrets.token_hex(16)
        said = self.git.attempt(
            "cat-file", f"--batch={mark}", stdin="".join(f"{blob}\n" for blob in small)
        ).stdout
        texts = said.split(f"{mark}\n")[1:]
        found = {blob: text.removesuffix("\n") for blob, text in zip(small, texts, strict=True)}
        self.read_already.update(
            {blob: Content(said=found.get(blob, ""), size=sizes.get(blob, 0)) for blob in asked}
        )

    def lacking(self, blobs: Collection[str]) -> frozenset[str]:
        """Return those of `blobs` that are not on this machine."""
        said = self.git(
            "cat-file", "--batch-check=%(objectname)", stdin="".join(f"{blob}\n" for blob in blobs)
        )
        return frozenset(
            line.removesuffix(" missing") for line in said.splitlines() if line.endswith(" missing")
        )

    def content_of(self, blob: str) -> Content:
        """The content of one file."""
        self.read([blob])
        return self.read_already[blob]

    def text_of(self, blob: str) -> str:
        """Return the text of a UTF-8 file with plain line endings.

        None for mixed ones or binary.
        """
        return self.content_of(blob).text

    def ends_as_on_windows(self, blob: str) -> bool:
        """Whether a file is UTF-8, and each of its line ends is one of Windows."""
        content = self.content_of(blob)
        return "\n" in content.text and content.size > len(content.text.encode())

    def kept(self, text: str) -> str:
        """Return the hash of a file with `text`, which is stored from now on."""
        return self.kept_all([text])[0]

    def kept_all(self, texts: Collection[str]) -> tuple[str, ...]:
        """Return the hashes of files with `texts`."""
        place = self.git.folder / "objects"
        return tuple(trees.written_file(text, place, digits=self.digits) for text in texts)

    def edited(self, tree: str, edits: Mapping[str, tuple[str, str] | None]) -> str:
        """`tree` with other entries: path → (mode, hash), or None where the path goes."""
        listed = entries(self.git, tree)
        if trees.can_be_built(listed):
            after = trees.edited(listed, edits)
            made = trees.written(after, edits, self.git.folder / "objects", digits=len(tree))
            _remember(made, after)
            return made
        git = self._with_index({}, self.folder)
        git("read-tree", tree)
        zero = "0" * len(tree)
        lines = [
            f"{mode} {blob}\t{path}"
            for path, (mode, blob) in ((p, e or ("0", zero)) for p, e in edits.items())
        ]
        git("update-index", "-z", "--index-info", stdin="".join(f"{line}\0" for line in lines))
        return git("write-tree", "--missing-ok")

    def grafted(self, whole: str, prefix: str, tree: str) -> str:
        """The tree `whole` with all that is below `prefix` ("services/pay/") replaced by `tree`."""
        if not prefix:
            return tree
        git = self._with_index({"GIT_WORK_TREE": str(self.folder)}, self.folder)
        git("read-tree", whole)
        git("--literal-pathspecs", "rm", "-r", "--quiet", "--cached", "--force", "--", prefix)
        git("read-tree", f"--prefix={prefix}", tree)
        return git("write-tree", "--missing-ok")

    def written(self, tree: str, folder: Path) -> None:
        """Write the files of `tree` into `folder`, as a checkout would."""
        folder.mkdir(parents=True)
        git = self._with_index({"GIT_WORK_TREE": str(folder)}, folder)
        git = replace(
            git, settings=(*git.settings, "core.bigFileThreshold=1m")
        )  # larger ones are not held in memory
        git("read-tree", tree)
        git("checkout-index", "--all")

    def _with_index(self, environment: Mapping[str, str], folder: Path) -> Git:
        index = self.folder / "index"
        index.unlink(missing_ok=True)
        own = {**self.git.environment, "GIT_INDEX_FILE": str(index), **environment}
        return Git(self.git.toolchain, folder, own, self.git.settings)


def workshop(folder: Path, objects: Path, hash_format: str, toolchain: Toolchain) -> Workshop:
    """Return a new workshop in `folder`; the repository's `objects` are read and not written."""
    made = folder / "merge.git"
    init = Git(toolchain, folder)
    init("init", "--quiet", "--bare", "--template=", f"--object-format={hash_format}", str(made))
    (made / "objects" / "info").mkdir(exist_ok=True)
    (made / "info").mkdir(exist_ok=True)
    (made / "info" / "attributes").write_text(
        "* -text -filter -ident -working-tree-encoding\n", encoding="utf-8"
    )
    (made / "objects" / "info" / "alternates").write_text(f"{objects}\n", encoding="utf-8")
    settings = (
        "core.autocrlf=false",
        "core.safecrlf=false",
        "merge.directoryRenames=false",
        "merge.conflictStyle=merge",
    )
    digits = 64 if hash_format == "sha256" else 40
    return Workshop(bare(toolchain, made, settings), folder, digits=digits)


_LISTED: dict[str, dict[str, tuple[str, str]]] = {}
"""Recent listings: the same hash is the same tree, in whichever repository."""


def entries(git: Git, tree: str) -> dict[str, tuple[str, str]]:
    """Path → (mode, hash) of all files of the tree with this hash."""
    if tree not in _LISTED:
        _remember(tree, _listed(git, tree))
    return dict(_LISTED[tree])


def _remember(tree: str, listed: dict[str, tuple[str, str]]) -> None:
    if tree not in _LISTED and len(_LISTED) >= _MOST_LISTED:
        _LISTED.pop(next(iter(_LISTED)))  # the oldest
    _LISTED[tree] = listed


def _listed(git: Git, tree: str) -> dict[str, tuple[str, str]]:
    found = {}
    for line in git("ls-tree", "-r", "-z", "--full-tree", tree).split("\0"):
        if line:
            about, _, path = line.partition("\t")
            mode, _, blob = about.split()
            found[path] = (mode, blob)
    return found


def changed(git: Git, before: str, after: str) -> dict[str, tuple[str, str]]:
    """Return path → (mode, hash) of the files in both trees whose content differs in `after`."""
    old, new = entries(git, before), entries(git, after)
    return {
        path: entry
        for path, entry in new.items()
        if path in old and old[path] != entry and old[path][0][:3] == entry[0][:3]
    }


def _staged(said: str) -> tuple[Stage, ...]:
    """Return the entries of `git ls-files --unmerged -z`."""
    stages = []
    for entry in filter(None, said.split("\0")):
        about, _, path = entry.partition("\t")
        mode, blob, number = about.split()
        stages.append(Stage(path=path, mode=mode, blob=blob, number=int(number)))
    return tuple(stages)
