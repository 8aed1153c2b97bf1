"""Putting a merged tree into the repository: whole or not at all, whatever ends this process.

The files are changed by a separate process in its own session, which this one only waits for:
Ctrl-C, a closed terminal or SIGKILL here lets it finish. Should that process itself die (a power
cut), the journal that it writes first lists the changes to take back, and the next `scaffold
update` asks for `--abort`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from scaffolder.errors import ToolCrashed, ToolError, UpdateError
from scaffolder.tools import process
from scaffolder.tools.cache import Cache
from scaffolder.tools.git import Git
from scaffolder.tools.process import CompletedRun, Processes
from scaffolder.tools.toolchain import SystemToolchain, Toolchain
from scaffolder.update import journal, restore
from scaffolder.update.journal import Journal
from scaffolder.update.merge_repository import Stage

_SIGNALS = 128
"""A shell adds this to the number of the signal that ended a program."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A change of a repository: from the tree of its commit to another, both from its top.

    `objects` is the folder with what Git needs for that, `paths` all files that change, `conflicts`
    the sides of those that are left in conflict; every path is from the top.
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


def put(step: Step, folder: Path) -> None:
    """Apply `step` to the files and the index; `folder` is temporary and outlives this call.

    Raises:
        ToolCrashed: Git refused, and nothing was changed; or it was interrupted, which the message
        reports.

    """
    plan = folder / "step.json"
    plan.write_text(json.dumps(asdict(step)), encoding="utf-8")
    argv = (sys.executable, "-P", "-m", "scaffolder.update.apply", str(plan))
    try:
        with process.undisturbed():
            done = Processes().run(
                "the process that writes the files", argv, cwd=folder, timeout=600
            )
    except ToolError as error:
        raise _ended(step, error.message) from error
    if done.exit_code != 0:
        raise _told(done.stdout) or _ended(
            step, _last_line(done.stderr) or f"exit code {done.exit_code}"
        )


def objects_of(step: Step) -> None:
    """Copy the merged objects into the repository, each file by one rename, as Git does."""
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
    begun = Journal(
        state=journal.BEGUN, head=step.head, before=step.before, after=step.after, paths=step.paths
    )
    try:
        objects_of(step)
        journal.write(begun, Path(step.journal))
    except OSError as error:
        raise ToolCrashed(
            f"nothing was changed: {error.filename or step.journal}: {error.strerror}",
            hint="fix that, then update again",
        ) from error
    try:
        _refuse_impossible(git, step)
    except ToolError as error:
        journal.remove(Path(step.journal))
        raise ToolCrashed(f"nothing was changed: {error.message}", hint=error.hint) from error
    try:
        _write(git, step)
        journal.write(replace(begun, state=journal.DONE), Path(step.journal))
    except (
        ToolError,
        OSError,
    ) as error:  # no room, no right to write, a filter that fails: some files are written
        reason = (
            error.message if isinstance(error, ToolError) else f"{step.journal}: {error.strerror}"
        )
        raise _taken_back(git, begun, Path(step.journal), reason) from error


def _refuse_impossible(git: Git, step: Step) -> None:
    """Stop where Git would not move to the new files."""
    git.attempt(
        "update-index", "-q", "--refresh"
    )  # a copied repository has the times of other files in its index
    possible = git.attempt("read-tree", "--dry-run", "-m", "-u", step.before, step.after)
    if possible.exit_code != 0:
        _refuse_hidden(git, step.paths)
        raise ToolCrashed(_reason(possible), hint="git status")


def _write(git: Git, step: Step) -> None:
    moved = git.attempt("read-tree", "-m", "-u", step.before, step.after, timeout=600)
    if moved.exit_code != 0:
        raise ToolCrashed(_reason(moved))
    _mark_conflicts(git, step.conflicts, "0" * len(step.before))


def _refuse_hidden(git: Git, paths: tuple[str, ...]) -> None:
    """Raise for files that the user hid from `git status`."""
    listed = git("ls-files", "-v", "-z").split(
        "\0"
    )  # "h PATH" is one assumed unchanged, "S PATH" one skipped
    told = {entry[2:]: entry[:1] for entry in listed if entry[:1] == "S" or entry[:1].islower()}
    hidden = [path for path in paths if path in told and (git.folder / path).is_file()]
    if hidden:
        option = "--no-skip-worktree" if told[hidden[0]] == "S" else "--no-assume-unchanged"
        raise ToolCrashed(
            f"Git was told not to look at {', '.join(hidden)}, which the update changes",
            hint=f"git update-index {option} {shlex.quote(hidden[0])}, then commit it",
        )


def _taken_back(git: Git, begun: Journal, file: Path, reason: str) -> ToolCrashed:
    try:
        restore.files(git, begun)
    except ToolError:  # the journal stays, and asks for `--abort`
        lock = git.folder / git("rev-parse", "--git-path", "index.lock")
        if lock.exists():
            message = (
                f"the update is half-written: {reason}; and {lock} is left, so that no git goes on"
            )
            return ToolCrashed(
                message,
                hint=f"if no git runs: rm {shlex.quote(str(lock))}, then scaffold update --abort",
            )
        return ToolCrashed(
            f"the update is half-written: {reason}", hint="fix that, then scaffold update --abort"
        )
    journal.remove(file)
    return ToolCrashed(f"nothing was changed: {reason}", hint="fix that, then update again")


def _mark_conflicts(git: Git, conflicts: tuple[Stage, ...], zero: str) -> None:
    """Record each conflict's sides in the index, and write its file, sparse or not."""
    paths = sorted({stage.path for stage in conflicts})
    if paths:
        listed = "".join(f"{path}\0" for path in paths)
        git.attempt("update-index", "--no-skip-worktree", "-z", "--stdin", stdin=listed)
        git.attempt("checkout-index", "--force", "-z", "--stdin", stdin=listed)
        gone = [f"0 {zero}\t{path}\0" for path in paths]
        stages = [
            f"{stage.mode} {stage.blob} {stage.number}\t{stage.path}\0" for stage in conflicts
        ]
        git("update-index", "-z", "--index-info", stdin="".join([*gone, *stages]))


def _reason(done: CompletedRun) -> str:
    """Return Git's complaint in one line."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    said = next((line for line in reversed(lines) if line.startswith("fatal: ")), " ".join(lines))
    how = "was killed" if done.exit_code > _SIGNALS else "failed"
    return said or f"git {how} with exit code {done.exit_code}, and gave no reason"


def _ended(step: Step, reason: str) -> ToolCrashed:
    """Return the error of a process that ended without a reason.

    Only the journal has its progress.
    """
    file = Path(step.journal)
    with contextlib.suppress(UpdateError):
        last = journal.read(file.parent, step.head)
        if last is None or last.head != step.head:
            return ToolCrashed(f"nothing was changed: {reason}", hint="scaffold update, once more")
    return ToolCrashed(
        f"the update is half-written: {reason}", hint="scaffold update --abort takes it back"
    )


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def _told(said: str) -> ToolCrashed | None:
    """Return the other process's error; None if it could not write one."""
    try:
        message, hint = json.loads(said)
    except ValueError:
        return None
    return ToolCrashed(message, hint=hint)


if __name__ == "__main__":
    with SystemToolchain(Cache()) as real:
        try:
            main(Path(sys.argv[1]), real)
        except ToolError as error:
            sys.stdout.write(json.dumps([error.message, error.hint]))
            sys.stdout.flush()
            os._exit(1)
