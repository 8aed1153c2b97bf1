"""Putting a merged tree into the repository, and taking it back: whole or not at all, whatever ends this process.

The files are changed by a process of its own, in a session of its own, which this one only waits for: Ctrl-C, a closed
terminal or SIGKILL here lets it finish. Should that process itself die (a power cut), the journal that it writes
first says what to take back, and the next `scaffold update` asks for `--abort`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from scaffolder import process
from scaffolder.errors import ToolCrashed, UpdateError
from scaffolder.process import Processes
from scaffolder.toolchain import SystemToolchain, Toolchain
from scaffolder.update.repository import Repository
from scaffolder.update.workshop import Stage
from scaffolder.version_control import Git

_JOURNAL = "update.json"
_BEGUN, _DONE = "begun", "done"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is to be put into a repository: from the tree of its commit to another, both from its top.

    `objects` is the folder with what Git needs for that, `paths` all files that change, `conflicts` the sides of
    those that are left in conflict; every path is from the top.
    """

    top: str
    journal: str
    repository_objects: str
    objects: str
    head: str
    before: str
    after: str
    paths: tuple[str, ...]
    conflicts: tuple[Stage, ...]


@dataclass(frozen=True, kw_only=True)
class Journal:
    """What an update did, for the one who takes it back."""

    state: str
    head: str
    before: str
    paths: tuple[str, ...]


def put(step: Step, folder: Path) -> None:
    """Make the files and the index what `step` says; `folder` is a temporary one that outlives this call.

    Raises:
        ToolCrashed: Git refused, and nothing was changed; or it died half-way, which the message says.
    """
    plan = folder / "step.json"
    plan.write_text(json.dumps(asdict(step)), encoding="utf-8")
    argv = (sys.executable, "-P", "-m", "scaffolder.update.apply", str(plan))
    with process.undisturbed():
        done = Processes().run("scaffold update", argv, cwd=folder, timeout=600)
    if done.exit_code != 0:
        raise ToolCrashed(done.stderr.strip() or "the update could not be written", hint="scaffold update --abort")


def refuse_interrupted(repository: Repository) -> None:
    """Stop where an update died half-way.

    Raises:
        UpdateError: saying how to take it back.
    """
    journal = _read(repository)
    if journal and journal.state == _BEGUN and journal.head == repository.head:
        raise UpdateError("an earlier update died half-way", hint="scaffold update --abort takes it back")


def abort(repository: Repository) -> tuple[str, ...]:
    """Make every file that the last update touched what the last commit has; the files, from the top.

    Raises:
        UpdateError: there is no update to take back, or it is committed.
    """
    journal = _read(repository)
    if journal is None:
        raise UpdateError("there is no update to take back", hint="git log shows what was committed")
    if journal.head != repository.head:
        raise UpdateError(
            "the update is committed, or the branch is another one", hint="git revert takes a commit back"
        )
    git = Git(repository.git.toolchain, repository.top)
    listed = git("ls-tree", "-r", "-z", "--full-tree", journal.before).split("\0")
    committed = {line.partition("\t")[2]: line.partition("\t")[0] for line in listed if line}
    zero = "0" * len(journal.before)
    lines = [_entry(path, committed.get(path, ""), zero) for path in journal.paths]
    git("update-index", "-z", "--index-info", stdin="".join(lines))
    there = [path for path in journal.paths if path in committed]
    git("checkout-index", "--force", "-u", "-z", "--stdin", stdin="".join(f"{path}\0" for path in there))
    for path in journal.paths:
        if path not in committed:
            _remove(repository.top, Path(path))
    (repository.private / _JOURNAL).unlink()
    return journal.paths


def objects_of(step: Step) -> None:
    """Copy what was merged into the repository's own objects, each file by one rename, as Git does it itself."""
    for source in Path(step.objects).glob("[0-9a-f][0-9a-f]/*"):
        target = Path(step.repository_objects) / source.parent.name / source.name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            temporary = target.with_name(f"tmp_obj_{source.name}")
            shutil.copy(source, temporary)
            temporary.replace(target)


def main(plan: Path, toolchain: Toolchain) -> None:
    """Do what `put` planned: the body of the process that nothing disturbs."""
    content = json.loads(plan.read_text(encoding="utf-8"))
    step = Step(**{**content, "conflicts": tuple(Stage(**stage) for stage in content["conflicts"])})
    git = Git(toolchain, Path(step.top))
    objects_of(step)
    _write(step, _BEGUN)
    git.attempt("update-index", "-q", "--refresh")  # a copied repository has the times of other files in its index
    moved = git.attempt("read-tree", "-m", "-u", step.before, step.after, timeout=600)
    if moved.exit_code != 0:  # Git looks at every file before it touches one
        Path(step.journal).unlink()
        raise ToolCrashed(f"nothing was changed: {moved.stderr.strip()}", hint="git status")
    zero = "0" * len(step.before)
    stages = [f"{stage.mode} {stage.blob} {stage.number}\t{stage.path}\0" for stage in step.conflicts]
    gone = [f"0 {zero}\t{path}\0" for path in sorted({stage.path for stage in step.conflicts})]
    if stages:
        git("update-index", "-z", "--index-info", stdin="".join([*gone, *stages]))
    _write(step, _DONE)


def _write(step: Step, state: str) -> None:
    journal = Journal(state=state, head=step.head, before=step.before, paths=step.paths)
    file = Path(step.journal)
    file.parent.mkdir(exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(journal)), encoding="utf-8")
    temporary.replace(file)


def _read(repository: Repository) -> Journal | None:
    try:
        content = json.loads((repository.private / _JOURNAL).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Journal(**{**content, "paths": tuple(content["paths"])})


def journal_of(repository: Repository) -> Path:
    """Where the journal of `repository` stands: inside its `.git`."""
    return repository.private / _JOURNAL


def _entry(path: str, about: str, zero: str) -> str:
    mode, _, blob = about.split() if about else ("0", "", zero)
    return f"{mode} {blob}\t{path}\0"


def _remove(top: Path, path: Path) -> None:
    (top / path).unlink(missing_ok=True)
    for folder in path.parents:
        if folder == Path():
            break
        with contextlib.suppress(OSError):  # something else lies in it
            (top / folder).rmdir()


if __name__ == "__main__":
    with SystemToolchain() as real:
        try:
            main(Path(sys.argv[1]), real)
        except ToolCrashed as error:
            sys.stderr.write(error.message)
            os._exit(1)
