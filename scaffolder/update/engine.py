"""Plan an update whole before anything is touched: release, answers, each file's outcome."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scaffolder.errors import (
    AnswersError,
    ScaffolderError,
    StoreError,
    ToolError,
    UpdateError,
)
from scaffolder.formats import answers_file
from scaffolder.model import Report, Result
from scaffolder.repository.project import Project
from scaffolder.template import (
    allowed_sources,
    answers,
    keep_list,
    manifest,
    moved_tags,
    notes,
    releases,
)
from scaffolder.template.answers import Record
from scaffolder.template.merged_branches import Older
from scaffolder.template.notes import Notes
from scaffolder.template.releases import Cached, History, Release
from scaffolder.tools import scratch
from scaffolder.tools.git import PLAIN_DIFF
from scaffolder.tools.toolchain import Toolchain
from scaffolder.update import (
    answer_changes,
    apply,
    journal,
    markers,
    merge,
    merge_repository,
    moved_networks,
    new_source,
    older_files,
    outside_git,
    partial_clone,
    rendering,
    repository,
    restore,
)
from scaffolder.update.merge import FileAction, Merged
from scaffolder.update.merge_repository import Workshop
from scaffolder.update.outside_git import Outside
from scaffolder.update.repository import Repository


@dataclass(frozen=True, kw_only=True)
class Request:
    """A requested update of `root`: the release `to` ("" is the newest), and other answers.

    `address` is where the template is to come from, if no longer from where it did. `add` and
    `remove` are words for answers. `answers_only` stays at the release that the repository is at.
    """

    root: Path
    to: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    address: str = ""
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    answers_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One changed answer; None stands for an absent one."""

    name: str
    before: object | None
    after: object | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The changes of an update; `work` and `folder` hold it until it is applied."""

    repository: Repository
    record: Record
    old: Release
    new: Release
    news: tuple[Release, ...]
    answers: tuple[Difference, ...]
    notes: Notes
    merged: Merged
    work: Workshop
    folder: Path
    absent: frozenset[str] = frozenset()
    """Files of the repository's own that are not on this machine: a partial clone."""
    cached: Cached | None = None
    warning: str = ""
    older: Older | None = None
    outside: tuple[Outside, ...] = ()

    @property
    def conflicts(self) -> tuple[merge.Change, ...]:
        """Return the files that a person has to resolve."""
        return self.merged.of(FileAction.CONFLICT)

    @property
    def touched(self) -> tuple[str, ...]:
        """Every file that is written or removed, from the root of the generated repository."""
        before, after = (
            merge_repository.entries(self.work.git, tree)
            for tree in (self.repository.tree, self.merged.tree)
        )
        names = (path for path in sorted({*before, *after}) if before.get(path) != after.get(path))
        return tuple(dict.fromkeys([*names, *(stage.path for stage in self.merged.stages)]))

    @property
    def empty(self) -> bool:
        """Return whether the update changes nothing."""
        return self.merged.tree == self.repository.tree and not self.conflicts


@contextlib.contextmanager
def planned(request: Request, toolchain: Toolchain, *, only_told: bool = False) -> Iterator[Plan]:
    """Compute the update in a temporary folder; the repository is only read.

    If it is `only_told`, the releases that are known on this machine serve where the template's
    host cannot be read.

    Raises:
        UpdateError: the repository is not in order, or the release is an older one.
        StoreError: the release does not exist.
        AnswersError: an answer is refused, or would change without a request.
        RenderError: a release does not render.

    """
    record = _record(request.root, toolchain)
    opened = repository.opened(request.root, toolchain)
    restore.refuse_interrupted(opened)
    repository.refuse_unsettled(opened)
    history = releases.at(request.address or record.address, toolchain, or_cached=only_told)
    named, new = _releases(request, record, history)
    old = moved_tags.made_from(request.root, history, named, record.answers, toolchain)
    if request.answers_only:
        new = old
    if history.address != record.address:
        _refuse_another(record, old, history, toolchain)
    with _temporary() as folder, _temporary(scratch.in_memory()) as rendered:
        work = merge_repository.workshop(folder, opened.objects, opened.hash_format, toolchain)
        given = _answers(request, record, history, new, toolchain)
        origins = (
            replace(manifest.origin(history, old, toolchain), address=record.address),
            manifest.origin(history, new, toolchain),
        )
        try:
            kept = keep_list.kept(request.root)
            before, after = rendering.both(
                (origins[0], record.answers), (origins[1], given), rendered, kept
            )
        except AnswersError as error:
            raise _all_missing(error, given, origins[1].folder, new) from error
        differences = _differences(request, before.answers, after.answers, new)
        moved_networks.refuse(before.answers, after.answers, origins[1].folder)
        _keep_fingerprint(request.root, before.folder, after.folder)
        if request.address:
            new_source.keep_lists(request.root, before.folder, after.folder)
        base, theirs = work.trees_of(rendered, before.folder.name, after.folder.name)
        absent = partial_clone.absent(opened, work, base, theirs)
        edited = merge_repository.changed(work.git, base, opened.tree)
        sides = [merge_repository.entries(work.git, tree) for tree in (base, opened.tree, theirs)]
        work.read_of(sides, edited)
        markers.refuse_left(opened, work, edited, before.folder, old.tag)
        outcome = merge.merged(
            work,
            base=base,
            ours=opened.tree,
            theirs=theirs,
            label=f"template-{new.tag}",
            renames=old != new,
            names=(
                _names(differences, releases.checkout(history, new, toolchain))
                if differences
                else {}
            ),
            record=answers.FILE,
            absent=absent,
        )
        own_file = allowed_sources.FILE in absent or allowed_sources.FILE in kept
        if request.address and not own_file:
            outcome = new_source.allowed(work, outcome, record.address, history.address)
        repository.refuse_occupied(opened, outcome.added)
        if outcome.tree != opened.tree and (
            record.fingerprint or (differences and _gives(request))
        ):
            outcome = replace(outcome, tree=_with_fingerprint(work, outcome.tree))
        yield Plan(
            repository=opened,
            record=record,
            old=old,
            new=new,
            news=tuple(release for release in history.since(old) if release.number <= new.number),
            answers=differences,
            notes=(
                notes.chosen(history, new, before.answers, after.answers, toolchain)
                if request.answers_only
                else notes.brought(history, old, new, after.answers, toolchain)
            ),
            merged=outcome,
            work=work,
            folder=folder,
            absent=absent,
            cached=history.cached,
            warning=moved_tags.warning(old, named, history),
            outside=outside_git.kept(record.answers, after.answers, origins[0].folder),
            older=older_files.found(
                request.root,
                history,
                old,
                record,
                written=before.folder,
                edited=edited,
                deleted=merge_repository.entries(work.git, base).keys()
                - merge_repository.entries(work.git, opened.tree).keys(),
                is_empty=outcome.tree == opened.tree,
                toolchain=toolchain,
            ),
        )


def checked(plan: Plan, toolchain: Toolchain, on_result: Callable[[Result], None]) -> Report:
    """Return the quick checks' report on the future repository; nothing in it is touched."""
    from scaffolder import checks  # 0.1 s, and an update that is not checked does not need it

    return checks.run(Project(result_of(plan)), checks.every(), toolchain, on_result=on_result)


def result_of(plan: Plan) -> Path:
    """Return a temporary folder with the repository as it would be."""
    folder = plan.folder / "result" / plan.repository.root.name
    here = (
        plan.work.edited(plan.merged.tree, dict.fromkeys(plan.absent))
        if plan.absent
        else plan.merged.tree
    )
    if not folder.exists():
        plan.work.written(here, folder)
    return folder


def difference(plan: Plan) -> str:
    """Return the update's changes, as `git diff` shows them."""
    return plan.work.git(
        "diff", *PLAIN_DIFF, "--find-renames", plan.repository.tree, plan.merged.tree
    )


def take(plan: Plan) -> None:
    """Apply the plan to files and index, all or nothing, as `git cherry-pick --no-commit` would."""
    whole = (
        plan.repository.git("rev-parse", "HEAD^{tree}")
        if plan.repository.prefix
        else plan.repository.tree
    )
    at_top = plan.repository.at_top
    step = apply.Step(
        top=str(plan.repository.top),
        journal=str(journal.place(plan.repository.private)),
        repository_objects=str(plan.repository.objects),
        objects=str(plan.work.git.folder / "objects"),
        head=plan.repository.head,
        before=whole,
        after=plan.work.grafted(whole, plan.repository.prefix, plan.merged.tree),
        paths=tuple(at_top(path) for path in plan.touched),
        conflicts=tuple(replace(stage, path=at_top(stage.path)) for stage in plan.merged.stages),
    )
    apply.put(step, plan.folder)


@contextlib.contextmanager
def _temporary(place: str | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(
        prefix="scaffold-update-", dir=place, ignore_cleanup_errors=True
    ) as folder:
        try:
            yield Path(folder)
        except ToolError as error:
            _forget(error, folder)
            raise


def _forget(error: ToolError, folder: str) -> None:
    """Leave nothing in `error` that names `folder`, which is gone when the error is read."""
    if folder in error.message or folder in error.hint:
        where = re.compile(rf"{re.escape(folder)}[^\s:,;']*")
        error.message = where.sub("a temporary folder", error.message)
        error.hint = "try it again; `scaffold update --debug` shows where it stopped"
        error.args = (error.message,)


def _keep_fingerprint(root: Path, *sides: Path) -> None:
    """Give both sides of the template the repository's fingerprint, which no merge is about."""
    known = answers_file.fingerprint_in((root / answers.FILE).read_text(encoding="utf-8"))
    for folder in sides if known else ():
        file = folder / answers.FILE
        file.write_text(
            answers_file.with_fingerprint(file.read_text(encoding="utf-8"), known), encoding="utf-8"
        )


def _gives(request: Request) -> bool:
    """Return whether other answers are requested, beside a release.

    A release alone is a line that Git sees change.
    """
    return bool(request.given or request.add or request.remove)


def _with_fingerprint(work: Workshop, tree: str) -> str:
    """`tree` with a record whose fingerprint is that of what it holds."""
    mode, blob = merge_repository.entries(work.git, tree)[answers.FILE]
    text = work.text_of(blob)
    marked = answers_file.with_fingerprint(text, answers_file.right_fingerprint(text))
    if work.ends_as_on_windows(blob):
        marked = marked.replace("\n", "\r\n")
    return work.edited(tree, {answers.FILE: (mode, work.kept(marked))})


def _record(root: Path, toolchain: Toolchain) -> Record:
    """Return the record at `root`; an interrupted update is reported instead of its record."""
    try:
        return answers.recorded(root)
    except ScaffolderError as error:
        try:
            opened = repository.opened(root, toolchain)
        except ScaffolderError:
            raise error from None
        restore.refuse_interrupted(opened)
        raise


def _refuse_another(record: Record, old: Release, history: History, toolchain: Toolchain) -> None:
    """Raise if the new address has another release under the name of the repository's one."""
    try:
        known = releases.at(record.address, toolchain).named(record.commit)
    except StoreError:  # the old host is gone, which may be why there is a new one
        return
    if old.tree not in {known.tree, *known.earlier}:
        raise UpdateError(
            f"{old.tag} at {history.address} is not the {old.tag} that the repository was made"
            " from",
            hint="scaffold template publish, to an empty repository",
        )


def _releases(request: Request, record: Record, history: History) -> tuple[Release, Release]:
    try:
        old = history.named(record.commit)
    except StoreError as error:
        if not request.address:
            raise
        hint = (
            f"a repository stays at its release: {history.address} has to have {record.commit} as"
            " well"
        )
        raise StoreError(error.message, hint=hint) from error
    new = (
        old if request.answers_only else history.named(request.to) if request.to else history.newest
    )
    if new.number < old.number:
        raise UpdateError(
            f"the repository is at {old.tag}, and {new.tag} is older",
            hint="git revert takes back the commit of an update",
        )
    return old, new


def _answers(
    request: Request, record: Record, history: History, new: Release, toolchain: Toolchain
) -> Mapping[str, object]:
    try:
        return _wanted(request, record, releases.checkout(history, new, toolchain))
    except AnswersError as error:
        if new == history.newest:
            raise
        with contextlib.suppress(AnswersError):
            _wanted(request, record, releases.checkout(history, history.newest, toolchain))
            error = AnswersError(
                error.message,
                hint=f"{history.newest.tag} knows it: scaffold update, then the same again",
            )
        raise error


def _all_missing(
    error: AnswersError, given: Mapping[str, object], folder: Path, new: Release
) -> AnswersError:
    """Return `error`, or one that names all unanswered questions: a renderer stops at the first."""
    if not error.missing:
        return error
    try:
        answers.refuse_missing(answers.questions(folder), given)
    except AnswersError as every:
        names = tuple(dict.fromkeys([*error.missing, *every.missing]))
        values = " ".join(f"-d {name}=VALUE" for name in names)
        asked = "it" if len(names) == 1 else "them"
        hint = f"{new.tag} asks for {asked}: scaffold update {values}"
        return AnswersError(every.message, hint=hint, missing=names)
    return error


def _wanted(request: Request, record: Record, folder: Path) -> Mapping[str, object]:
    """The answers to render the release in `folder` with."""
    given = dict(request.given)
    if request.add:
        given |= answer_changes.added(request.add, record.answers, folder)
    if request.remove:
        given |= answer_changes.removed(request.remove, record.answers, folder)
    if not given:
        return record.answers
    return answer_changes.resolved(record.answers, given, folder, following=request.answers_only)


def _differences(
    request: Request, before: Mapping[str, object], after: Mapping[str, object], new: Release
) -> tuple[Difference, ...]:
    differences = tuple(
        Difference(name=name, before=before.get(name), after=after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name) and str(before.get(name)) != str(after.get(name))
    )
    for one in differences:
        unasked = one.name not in request.given and not request.answers_only
        if unasked and one.before is not None and one.after is not None:
            raise AnswersError(
                f"{one.name} is {one.before}, and {new.tag} would make it {one.after}",
                hint=f"scaffold update -d {one.name}=VALUE sets it",
            )
    return differences


def _names(differences: tuple[Difference, ...], folder: Path) -> dict[str, str]:
    """Return the changed answers that accept any text, for which files may be named."""
    free = {question.name for question in answers.questions(folder) if not question.choices}
    texts = ((one.before, one.after) for one in differences if one.name in free)
    return {
        before: after
        for before, after in texts
        if isinstance(before, str) and isinstance(after, str)
    }
