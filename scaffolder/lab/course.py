"""The labs in lab-work: start one, judge it, put it back, and keep what is known of it."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scaffolder.errors import DestinationError, ProjectError
from scaffolder.lab import judging, restoring, runtimes, steps, work
from scaffolder.lab.judge import Verdict
from scaffolder.lab.lab import Lab, LabFile
from scaffolder.lab.place import Place
from scaffolder.lab.work import Backup, Hint, Progress
from scaffolder.tools.toolchain import SystemToolchain

STARTING = ".start-"
"""How the folder is called in which a lab is made before it is moved into place."""

_START = "start"


def start(
    folder: Path,
    file: LabFile,
    *,
    track: str = "",
    force: bool = False,
    form: Mapping[str, str] | None = None,
    generate: work.Generate = work.generate,
) -> tuple[Place, int]:
    """Write a lab and open it; return its place, and the number of files of the repository.

    Leftovers of a killed start are removed first. `generate` writes the repository that the
    template gives for answers.

    Raises:
        AnswersError: the lab has no such track.
        DestinationError: the lab is there already, and `force` is not given.

    """
    chosen = form or chosen_form(folder, file, track)
    place = Place(folder=folder, lab=file.of(chosen))
    if place.root.exists() and not force:
        raise DestinationError(
            f"lab {file.number} was started before: {place.root} already exists",
            hint=f"scaffold lab check {file.number}, or scaffold lab reset {file.number}",
        )
    _write(place, generate)
    known = work.load(folder)
    known.current = file.id
    known.exercises[file.id] = Progress(
        started=work.now(), digests=judging.digests(place), form=dict(chosen)
    )
    work.save(folder, known)
    return place, sum(1 for path in place.root.rglob("*") if _counts(path, place.root))


def opened(folder: Path, file: LabFile) -> Place:
    """Return the place of a lab that is started. Raises ProjectError if it is not."""
    progress = _progress(folder, file)
    if progress.form not in [dict(form) for form in file.forms]:
        raise ProjectError(
            f"lab {file.number} was started by another version of scaffold",
            hint=f"scaffold lab start {file.number} --force",
        )
    return Place(folder=folder, lab=file.of(progress.form))


def check(place: Place) -> tuple[Verdict, ...]:
    """Judge a lab and note the result."""
    known = work.load(place.folder)
    progress = known.exercises[place.lab.id]
    verdicts = judging.judge(place, progress.digests)
    work.note(progress, verdicts)
    known.current = place.lab.id
    work.save(place.folder, known)
    return verdicts


def first(place: Place) -> tuple[Verdict, ...]:
    """Judge a lab at its start; nothing is noted."""
    return judging.judge(place, work.load(place.folder).exercises[place.lab.id].digests)


def hint(place: Place) -> Hint:
    """Return the next hint; the last one again if there is none."""
    known = work.load(place.folder)
    again = known.exercises[place.lab.id].take_hint(len(place.lab.hints))
    work.save(place.folder, known)
    number = known.exercises[place.lab.id].hints
    return Hint(number=number, text=place.lab.hints[number - 1], again=again)


def show_solution(place: Place) -> str:
    """Return the solution, and note that it was shown before the lab was solved."""
    known = work.load(place.folder)
    progress = known.exercises[place.lab.id]
    progress.solution_shown = progress.solution_shown or not progress.done
    work.save(place.folder, known)
    return place.lab.shown


def reset(place: Place) -> Backup:
    """Put a lab back as it was at its start, and keep a copy of what that changes."""
    _require_start(place)
    backups = place.folder / restoring.BACKUPS
    folder, files = restoring.back_up(started_from(place), place.root, backups)
    restore(place)
    known = work.load(place.folder)
    was_done = known.exercises[place.lab.id].done
    known.exercises[place.lab.id].done = False
    known.current = place.lab.id
    work.save(place.folder, known)
    return Backup(folder=folder, files=files, was_done=was_done)


def restore(place: Place) -> None:
    """Put the files of a lab back as they were at its start."""
    _require_start(place)
    kept = place.side / _START
    for entry in place.side.iterdir():
        if entry.name != _START:
            restoring.remove(entry)
    restoring.restore(kept / place.lab.id, place.root)
    for entry in kept.iterdir():
        if entry.name != place.lab.id:
            _copy(entry, place.side / entry.name)


def started_from(place: Place) -> Path:
    """Return the repository as it was at the start of the lab."""
    return place.side / _START / place.lab.id


def chosen_form(folder: Path, file: LabFile, track: str) -> Mapping[str, str]:
    """Return the first form whose runtime is here; one of those without a runtime by lot."""
    forms = file.of_track(track)
    if "image" not in forms[0]:
        return secrets.choice(forms)
    for form in forms:
        if runtimes.find(folder, form["track"], form["image"]):
            return form
    return forms[0]


def _write(place: Place, generate: work.Generate) -> None:
    """Make the lab in a folder beside, and move it into place when it is whole."""
    place.folder.mkdir(parents=True, exist_ok=True)
    for left in place.folder.glob(f"{STARTING}*"):
        restoring.remove(left)
    with tempfile.TemporaryDirectory(dir=place.folder, prefix=STARTING) as name:
        made = Place(folder=Path(name), lab=place.lab)
        made.side.mkdir()
        generate(made.lab.answers, made.root)
        with SystemToolchain() as toolchain:
            steps.carry_out(made, made.lab.start, toolchain)
        _keep(made)
        if place.root.exists():
            restoring.restore(made.root, place.root)
        else:
            made.root.replace(place.root)
        restoring.remove(place.side)
        made.side.replace(place.side)


def _require_start(place: Place) -> None:
    """Raise ProjectError if what the lab starts from is not there."""
    if not started_from(place).is_dir():
        raise ProjectError(
            f"{place.side} is not complete", hint=f"scaffold lab start {place.lab.number} --force"
        )


def _keep(place: Place) -> None:
    """Copy what the lab starts from into its side, for resets."""
    kept = place.side / _START
    kept.mkdir()
    for entry in place.side.iterdir():
        if entry.name != _START:
            _copy(entry, kept / entry.name)
    shutil.copytree(place.root, kept / place.lab.id, symlinks=True)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)


def _counts(path: Path, root: Path) -> bool:
    return path.is_file() and ".git" not in path.relative_to(root).parts[:-1]


def _progress(folder: Path, file: LabFile) -> Progress:
    known = work.load(folder).exercises
    if file.id not in known:
        raise ProjectError(
            f"lab {file.number} is not started", hint=f"scaffold lab start {file.number}"
        )
    return known[file.id]


def lab_of(folder: Path, file: LabFile) -> Lab:
    """Return a lab in the form in which it was started, else in its first one."""
    progress = work.load(folder).exercises.get(file.id)
    return file.of(progress.form if progress and progress.form else file.forms[0])
