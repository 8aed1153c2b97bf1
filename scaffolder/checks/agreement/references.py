"""References of texts, pipelines and owners exist: targets, scripts, files, headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files, reading, spelling
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.facts import (
    brought,
    commands,
    compose,
    documents,
    ignored,
    ownership,
)
from scaffolder.repository.facts.commands import Command
from scaffolder.repository.facts.documents import Link
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Makefile
from scaffolder.repository.reading import place as place_of
from scaffolder.repository.runtimes.runtime import relative_path
from scaffolder.tools.toolchain import Toolchain

_SCRIPT = regex(r"(?:^|[\s;&|(\"'])((?:\./)?(?:[\w.-]+/)*[\w.-]+\.(?:sh|bash|py))(?=$|[\s;&|)\"'])")
_MOST_COMPARED = 300
"""Names that are held against one that leads nowhere, to find what may be meant."""
_MADE = regex(
    r"(?:^|/)(?:build|dist|target|out|node_modules|\.venv|venv|tmp|coverage|bin|vendor|\.terraform)(?:/|$)"
)


_GONE = regex(
    r"\b(?:removed|deprecated|obsolete|no longer|replaced|renamed|formerly|used to|there is no)\b"
    r"|does(?:n't| not) exist|not yet",
    re.IGNORECASE,
)
"""Words of a sentence about a command that is not there any more."""


def targets_exist(project: Project, _: Toolchain) -> Verdict:
    """Each target that a pipeline, a script or a text gives to make is one of the Makefile."""
    if not files.makefiles(project):
        raise NotApplicable("no Makefile")
    findings, looked = [], 0
    texts = frozenset(files.documents(project))
    for place, file, name in _asked_of_make(project):
        looked += 1
        if _lacks(project, file, name):
            makefile = reading.makefile_of(project, file)
            findings.append(
                disagreement(
                    place,
                    f"calls `make {name}`, which is not a target of {file.as_posix()}",
                    Location(path=file, line=makefile.targets[0].line if makefile.targets else 0),
                    fix=_nearest(name, makefile),
                    severity=Severity.WARNING if place.path in texts else Severity.ERROR,
                )
            )
    if not looked:
        raise NotApplicable("nothing calls make")
    return Verdict(findings=distinct(findings), detail=counted(looked, "call"))


def scripts_exist(project: Project, _: Toolchain) -> Verdict:
    """Each script of the repository that is called by its path exists.

    Callers are pipelines, the Makefile and other scripts.
    """
    findings, looked = [], 0
    present = {file.as_posix() for file in project.files}
    folders = {folder.as_posix() for folder in project.folders}
    for command in commands.commands(project):
        if command.folder is None or command.has_left or _is_for_others(command.place.path):
            continue
        for name in _SCRIPT.findall(command.text):
            folder, is_run = _run_in(command, name)
            if _is_elsewhere(name) or _is_written(command.text, name) or folder is None:
                continue
            path = project.relative((folder / name).as_posix()).as_posix()
            if path.split("/")[0] not in folders or path.startswith(".."):
                continue
            looked += 1
            if (
                path not in present
                and not _starts_in_its_folder(project, command)
                and not brought.is_brought(project, command, Path(path))
            ):
                alike = [one for one in present if Path(one).name == Path(name).name]
                other = alike[0] if len(alike) == 1 else ""
                verb = "calls" if is_run else "names"
                what = "call" if is_run else "name"
                findings.append(
                    disagreement(
                        command.place,
                        f"{verb} {path}, which does not exist",
                        [Location(path=Path(other))] if other else _folder_place(project, path),
                        fix=f"{what} {other}"
                        if other
                        else f"add the script, or take the {what} out",
                        severity=Severity.ERROR if is_run else Severity.WARNING,
                    )
                )
    if not looked:
        raise NotApplicable("nothing calls a script of the repository")
    return Verdict(findings=distinct(findings), detail=counted(looked, "call"))


def _is_elsewhere(name: str) -> bool:
    """Return whether a script is found by its name, made first, or no part of the repository."""
    return "/" not in name or name.startswith("/") or _MADE.search(name) is not None


_OF_OTHERS = frozenset({"template", "templates", "skeleton", "skeletons", "boilerplate"})


def _is_for_others(file: Path) -> bool:
    """Return whether a file is copied to another repository before it is run, by its folder."""
    return not _OF_OTHERS.isdisjoint(file.parts[:-1])


_PRINTS = frozenset({"echo", "printf"})
_IN_BRACKETS = regex(r"\(\s*cd\b[^()]*\)")
"""A folder that a line is in for some commands, and not for what comes after them."""


def _run_in(command: Command, name: str) -> tuple[Path | None, bool]:
    """Return the folder in which a line runs a script, and whether it runs or only prints it."""
    left = _IN_BRACKETS.search(command.text)
    has_come_back = left is not None and name not in command.text[: left.end()]
    for words, folder in commands.calls(command):
        if any(name in word for word in words):
            if _is_run_in_a_container(words, name):
                return None, True
            return command.folder if has_come_back else folder, words[0] not in _PRINTS
    return command.folder, not command.is_text


_CONTAINERS = frozenset({"docker", "docker-compose", "podman", "podman-compose", "nerdctl"})
_CLUSTERS = frozenset({"kubectl", "oc", "k3s"})


def _is_run_in_a_container(words: tuple[str, ...], name: str) -> bool:
    """Return whether a container runs a script: it is in its image, at a path of the image."""
    program = words[0].rpartition("/")[2]
    if program in _CLUSTERS:
        starts = {"exec", "run", "debug"}
    elif program in _CONTAINERS:
        starts = {"exec", "run"}
    else:
        return False
    at = next((at for at, word in enumerate(words) if word in starts), len(words))
    return any(name in word for word in words[at:])


def _starts_in_its_folder(project: Project, command: Command) -> bool:
    """Return whether all scripts that a pipeline in a folder calls are there from its own folder.

    A system may check the folder out as a repository, or be told to work in it.
    """
    file = command.place.path
    if not command.in_pipeline or file.parent == Path() or file.parts[0].startswith("."):
        return False
    beside = [
        other.text
        for other in commands.commands(project)
        if other.place.path == file and other.folder is not None
    ]
    called = {
        name
        for name in chain.from_iterable(map(_SCRIPT.findall, beside))
        if "/" in name and not name.startswith("/") and not _MADE.search(name)
    }
    return all(project.has(project.relative((file.parent / name).as_posix())) for name in called)


def links_lead_somewhere(project: Project, _: Toolchain) -> Verdict:
    """Each link of a Markdown text to a file, or to a heading of one, leads there."""
    findings, looked = [], 0
    guesses = _guesses(project)
    for link in documents.links(project):
        looked += 1
        target = documents.target(project, link)
        if target is None:
            near = guesses.get(link, "")
            is_address = _HOST.match(link.written) is not None
            findings.append(
                disagreement(
                    link.place,
                    f"links to {link.written}, which does not exist",
                    [Location(path=Path(near))] if near and not is_address else (),
                    fix=_mended(link, near),
                    severity=_weight(project, link),
                )
            )
        elif target.suffix == ".md" and not _leads_into(project, link, target):
            message = f"links to #{link.anchor}, which matches no heading of {target.as_posix()}"
            findings.append(
                disagreement(
                    link.place,
                    message,
                    Location(path=target),
                    fix=_nearest_heading(project, link, target),
                    severity=Severity.NOTE,
                )
            )
    if not looked:
        raise NotApplicable("no text links to a file of the repository")
    return Verdict(findings=distinct(findings), detail=counted(looked, "link"))


def _weight(project: Project, link: Link) -> Severity:
    """Return NOTE for a link to what a program makes on each machine, such as a report."""
    return Severity.NOTE if link.path in ignored.of(project) else Severity.WARNING


def _guesses(project: Project) -> dict[Link, str]:
    """Return probable targets of dead links; a guess shared by different links is dropped.

    A path from the root of a host without an ending, such as /owner/name/actions, is a page of it.
    """
    guesses = {
        link: _moved(project, link.path, but=link.place.path)
        for link in documents.links(project)
        if documents.target(project, link) is None
        if link.path.suffix or not link.written.startswith("/")
    }
    meant = {(near, link.path) for link, near in guesses.items() if near}
    times = Counter(near for near, _ in meant)
    return {
        link: near
        for link, near in guesses.items()
        if times[near] == 1 or Path(near).name == link.path.name
    }


def owners_own_something(project: Project, _: Toolchain) -> Verdict:
    """Each pattern of CODEOWNERS matches a file."""
    owners = files.owners(project)
    if not owners:
        raise NotApplicable("no CODEOWNERS")
    findings, looked = [], 0
    for file in owners:
        for at, line in enumerate(project.lines(file), 1):
            words = line.split("#")[0].split()
            if not words or words[0].startswith(("[", "^[")):
                continue
            looked += 1
            here = Location(path=file, line=at, text=line.strip())
            if all(_OWNER.fullmatch(word) for word in words):
                message = f"{words[0]} owns no pattern"
                fix = f"write `* {' '.join(words)}` for all files"
                findings.append(disagreement(here, message, fix=fix))
            elif not documents.owned(project, words[0]):
                near = _moved(project, Path(words[0].strip("/*")))
                related = [Location(path=Path(near))] if near else ()
                findings.append(
                    disagreement(
                        here,
                        f"{words[0]} matches no file",
                        related,
                        fix=f"name {near}" if near else "take the line out",
                    )
                )
    return Verdict(findings=distinct(findings), detail=counted(looked, "pattern"))


_OWNER = regex(r"@[\w.-]+(?:/[\w./-]+)?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
"""A user, a team, or an address: https://docs.github.com/articles/about-code-owners."""


_NEAR_THE_ROOT = 2
"""Levels of folders that a link may mean by their last name alone."""


def _moved(project: Project, path: Path, *, but: Path | None = None) -> str:
    """Return what a path may mean; a folder counts if most of its path is alike."""
    near = _alike(project, path, but=but)
    parts = Path(near).parts
    if not near or project.has(near) or (but and len(parts) <= _NEAR_THE_ROOT):
        return near
    shared = sum(part in parts for part in path.parts)
    return near if shared * 2 >= max(len(parts), len(path.parts)) else ""


def named_files_exist(project: Project, _: Toolchain) -> Verdict:
    """Files that a pipeline takes in or hands to a tool are there, such as templates and tfvars."""
    findings, looked = [], 0
    for place, path in _named(project):
        looked += 1
        if not project.has(path) and path not in project.folders:
            meant = spelling.meant_path(project, path)
            near = meant.as_posix() if meant else _alike(project, path)
            findings.append(
                disagreement(
                    place,
                    f"names {path.as_posix()}, which does not exist",
                    [Location(path=Path(near))]
                    if near
                    else _folder_place(project, path.as_posix()),
                    fix=f"name {near}" if near else "add the file, or name another",
                )
            )
    if not looked:
        raise NotApplicable("no pipeline names a file of the repository")
    return Verdict(findings=distinct(findings), detail=counted(looked, "file"))


def _asked_of_make(project: Project) -> Iterator[tuple[Location, Path, str]]:
    """Yield each target that make is asked for, with its place and the Makefile."""
    for command in commands.commands(project):
        for words, folder in commands.calls(command) if "make" in command.text else ():
            if command.system == commands.SCRIPT and command.folder is None:
                folder = None if command.has_left else Path()
            if words[0] == "make" and folder is not None:
                yield from _targets(project, command.place, folder, words[1:])
    moved: tuple[Path, int] | None = None
    for place, code in documents.shell(project):
        follows = moved == (place.path, place.line - 1)
        moved = (
            (place.path, place.line) if follows or re.search(r"\b(?:cd|pushd)\b", code) else None
        )
        code = _TO_FILL_IN.sub("%", code)
        for words in commands.words_of(code) if moved is None and "make" in code else ():
            if words[0] == "make" and not _GONE.search(place.text):
                asked = list(_asked_in_text(project, place, words[1:]))
                lacking = any(_lacks(project, file, name) for _, file, name in asked)
                if not (lacking and _is_about_a_clone(project, place)):
                    yield from asked


_CLONES = regex(
    r"\b(?:git|gh repo) clone\s+(?:-\S+\s+)*[\"'`]?(?P<cloned>[\w.@:/~-]+)"
    r"|(?:\b[Cc](?:lone|heck ?out)\b[^\n]*?|\brepo(?:sitory)?`?\]\()"
    r"https?://(?:github|gitlab)\.com/(?P<linked>[\w.-]+/[\w.-]+)"
)


_BESIDE = 8
"""Lines before a command in which a page may name its repository."""

_ANOTHER = regex(
    r"(?i)(?:\brepo(?:sitory)?\b|\breadme\b)[^\n]*?https?://(?:github|gitlab)\.com/[\w.-]+/(?P<linked>[\w.-]+)"
    r"|`(?P<named>[\w.-]+)` repo(?:sitory)?\b"
)


def _is_beside_another(project: Project, lines: Sequence[str]) -> bool:
    """Return whether the lines before a command, from the last heading on, name a repository."""
    lines = [line for line in lines if "clone" not in line]
    text = re.split(r"(?m)^#+ ", "\n".join(lines))[-1]
    names = [
        (one["linked"] or one["named"]).removesuffix(".git") for one in _ANOTHER.finditer(text)
    ]
    return bool(names) and ownership.own_names(project).isdisjoint(map(str.lower, names))


def _is_about_a_clone(project: Project, place: Location) -> bool:
    """Return whether a page has a reader clone another repository before a command.

    That of the first page is of this one, if a command for its Makefile comes after it.
    """
    lines = project.lines(place.path)
    if _is_beside_another(project, lines[max(0, place.line - _BESIDE) : place.line]):
        return True
    found = list(_CLONES.finditer("\n".join(lines[: place.line])))
    if not found:
        return False
    name = (found[-1]["cloned"] or found[-1]["linked"]).removesuffix(".git").rpartition("/")[2]
    if name.lower() in ownership.own_names(project):
        return False
    if place.path.parent != Path():
        return True
    first = "\n".join(lines).count("\n", 0, found[-1].start()) + 1
    asked = chain.from_iterable(
        _asked_in_text(project, other, words)
        for other, words in _makes_after(project, Location(path=place.path, line=first))
    )
    return all(_lacks(project, file, target) for _, file, target in asked)


def _makes_after(project: Project, first: Location) -> Iterator[tuple[Location, tuple[str, ...]]]:
    """Yield the arguments of each `make` in a page, from a line on."""
    for place, code in documents.shell(project):
        if place.path == first.path and place.line >= first.line and "make" in code:
            for words in commands.words_of(code):
                if words[0] == "make":
                    yield place, words[1:]


def _asked_in_text(
    project: Project, place: Location, words: tuple[str, ...]
) -> Iterator[tuple[Location, Path, str]]:
    """Yield what a text asks for and no Makefile above it has, from the nearest one."""
    words = tuple(word.rstrip(".,;:") for word in words if word not in _STAND_FOR_OTHERS)
    above = [folder for folder in place.path.parents if _makefile(project, folder, "")]
    known = [list(_targets(project, place, folder, words)) for folder in above]
    for targets in zip(*known, strict=False):
        having = [one for one in targets if not _lacks(project, *one[1:])]
        if having or not _has_anywhere(project, targets[0][2]):
            yield (having or targets)[0]


_TO_FILL_IN = regex(r"<[^<>|&]+>|\[[^\[\]|&]+\]")
"""Placeholders for a reader: `make <environment> plan`, `make plan NAME=[your name]`."""

_STAND_FOR_OTHERS = frozenset({"environment", "env", "target", "command", "your-target"})


def _has_anywhere(project: Project, name: str) -> bool:
    """Return whether a Makefile below has a target that the one that a text is about lacks."""
    return any(reading.makefile_of(project, file).has(name) for file in files.makefiles(project))


def _lacks(project: Project, file: Path, name: str) -> bool:
    """Return whether a Makefile has no such target; one that is not complete may have it."""
    makefile = reading.makefile_of(project, file)
    return makefile.complete and not makefile.has(name)


_WITH_VALUE = regex(r"(-C|--directory|-f|--file|--makefile|-[jlIoW]|--jobs)(?:=?(.+))?")


def _targets(
    project: Project, place: Location, folder: Path, words: tuple[str, ...]
) -> Iterator[tuple[Location, Path, str]]:
    """Yield the targets among the words after make; none if its folder or file is not known."""
    targets, named, at = [], "", 0
    while at < len(words):
        word = words[at]
        option = _WITH_VALUE.fullmatch(word)
        at += 1
        if option:
            value = option[2] or ""
            if not value and not (option[1] in {"-j", "--jobs"} and not _is_number(words, at)):
                value, at = (words[at] if at < len(words) else ""), at + 1
            if option[1] in {"-C", "--directory"}:
                folder = folder / value
            elif option[1] in {"-f", "--file", "--makefile"}:
                named = value
        elif not word.startswith("-") and not re.match(r"[A-Za-z_][\w.]*[:?+]?=", word):
            targets.append(word)
    file = _makefile(project, folder, named)
    for target in targets if file else ():
        if re.fullmatch(r"[a-z][\w./-]*", target) and not re.search(r"\.(?:txt|log)$", target):
            yield place, file or Path(), target


def _is_number(words: tuple[str, ...], at: int) -> bool:
    return at < len(words) and words[at].isdigit()


def _makefile(project: Project, folder: Path, named: str) -> Path | None:
    """Return the Makefile that make reads in a folder, None if it is not known."""
    return project.once(
        ("Makefile of", folder, named), lambda: _found_makefile(project, folder, named)
    )


def _found_makefile(project: Project, folder: Path, named: str) -> Path | None:
    names = (named,) if named else ("GNUmakefile", "makefile", "Makefile")
    paths = [project.relative((folder / name).as_posix()) for name in names]
    return next((path for path in paths if project.has(path)), None)


def _nearest(name: str, makefile: Makefile) -> str:
    import difflib

    near = difflib.get_close_matches(name, [target.name for target in makefile.targets], n=1)
    return f"call `make {near[0]}`" if near else "add the target, or take the call out"


_WRITES = regex(
    r"(?:>|-o|--output|rm -f|\[\[? -\w|test -\w|cat|echo|printf|touch|mkdir(?: -p)?|tee(?: -a)?"
    r"|\b(?:cp|mv|ln|install)\s+(?:-\S+\s+)*[^\s|&;]+)\s*[\"']?\Z",
)


def _is_written(text: str, name: str) -> bool:
    """Whether the command makes the file itself, or only looks whether it is there."""
    at = text.find(name)
    while at >= 0:
        if _WRITES.search(text, 0, at):
            return True
        at = text.find(name, at + 1)
    return False


def _folder_place(project: Project, path: str) -> list[Location]:
    folder = Path(path).parent
    return [Location(path=beside) for beside in project.inside(folder)[:1]]


def _leads_into(project: Project, link: Link, target: Path) -> bool:
    """Return whether the text has the link's anchor.

    The top and the lines of every text are anchors without a heading.
    """
    anchor = link.anchor.removeprefix("user-content-")
    if not anchor or anchor == "top" or re.match(r"l\d+(?:-l\d+)?$|:~:", anchor):
        return True
    if anchor == "readme" and target.stem.lower() == "readme":
        return True
    return anchor in documents.anchors(project, target)


def _nearest_heading(project: Project, link: Link, target: Path) -> str:
    import difflib

    near = difflib.get_close_matches(
        link.anchor, sorted(documents.anchors(project, target)), n=1, cutoff=0.75
    )
    return f"link to #{near[0]}" if near else "name a heading that is there"


_ANYWHERE = frozenset(
    {
        *("readme.md", "index.md", "_index.md", "main.tf", "variables.tf", "values.yaml"),
        *("chart.yaml", "dockerfile", "package.json", "__init__.py", "kustomization.yaml"),
    }
)
"""Names that many folders have: one of them elsewhere is not the file that is meant."""


def _alike(project: Project, path: Path, *, but: Path | None = None) -> str:
    """The file or folder that a path which leads nowhere may mean, or nothing.

    Never `but`, the file that names it, and never one of several: a wrong hint is worse than none.
    """
    import difflib

    name = path.name.lower()
    same = [one for one in _by_name(project).get(name, ()) if one != but]
    if len(same) == 1 and name not in _ANYWHERE:
        return same[0].as_posix()
    ending = path.suffix.lower()
    beside = {
        file.name: file
        for file in project.inside(path.parent)[:_MOST_COMPARED]
        if file.parent == path.parent and file != but
        if not ending or file.suffix.lower() == ending
    }
    near = difflib.get_close_matches(path.name, list(beside), n=1, cutoff=0.75)
    return beside[near[0]].as_posix() if near else ""


def _by_name(project: Project) -> dict[str, list[Path]]:
    """Return the files by their names in lower case; the folders of a name that no file has."""
    return project.once("files by name", lambda: _named_alike(project))


def _named_alike(project: Project) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for file in project.files:
        found.setdefault(file.name.lower(), []).append(file)
    folders: dict[str, list[Path]] = {}
    for folder in set(chain.from_iterable(file.parents for file in project.files)):
        folders.setdefault(folder.name.lower(), []).append(folder)
    return folders | found


_HOST = regex(
    r"www(?:\.[\w-]+)+(?:/|$)|[a-z][\w-]*(?:\.[\w-]+)*\.(?:com|org|io|net|dev|edu|gov)(?:/|$)"
)
_ADDRESS = regex(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def _mended(link: Link, near: str) -> str:
    """Return what to write in the place of a link that leads nowhere."""
    if _HOST.match(link.written):
        return f"link to https://{link.written}"
    if _ADDRESS.fullmatch(link.written):
        return f"link to mailto:{link.written}"
    if not near:
        return "correct the link, or take it out"
    if documents.is_form(link.place.path):
        return f"write the whole address of {near}: the text is copied to pages elsewhere"
    if link.written.startswith("/"):
        return f"link to /{near}"
    return f"link to {relative_path(link.place.path.parent, Path(near))}"


_OPTIONS = regex(
    r"(?:--values|--?var-file|--?backend-config)[= ]+[\"']?([\w./-]+\.\w+)"
    r"|(?:docker|buildah|podman)\s+(?:buildx\s+)?build\b.*?\s(?:-f|--file)[= ]+([\w./-]+)"
)


def _named(project: Project) -> Iterator[tuple[Location, Path]]:
    for command in commands.commands(project):
        if command.in_pipeline and command.folder is not None:
            for found in _OPTIONS.finditer(command.text):
                yield from _from(project, command, found[1] or found[2])
    for name, system in CI_SYSTEMS.items():
        for file in files.ci_files(project, name):
            for one in system.named_files(project, file):
                if not one.may_be_made or spelling.meant_path(project, one.path):
                    yield place_of(project, file, one.line), one.path
    yield from _working_folders(project)
    for place, path in compose.builds(project):
        # Another repository may be checked out there; a slip in a name is none.
        if spelling.meant_path(project, path):
            yield place, path


_CHDIR = regex(r"\b(?:terraform|tofu)\s+-chdir=[\"']?([\w./-]+)")
_MAKES_FOLDERS = regex(
    r"download-artifact|\brepository:|\bgit\s+(?:clone|submodule|worktree)\b|\bcp\b|\bmkdir\b|\btar\b"
    r"|\bunzip\b|cache@|\bsubmodules:|\bcreate\b|\bnew\b|\bgenerate\b|\binit\b.*\s-o\b|\bsed\b|\brsync\b"
)
"""Commands by which a pipeline gets folders that the repository does not have."""


def _working_folders(project: Project) -> Iterator[tuple[Location, Path]]:
    """Yield the folders that commands of pipelines work in, each once a file."""
    told = set()
    for command in commands.commands(project):
        if not command.in_pipeline or command.folder is None:
            continue
        named = [command.folder / one for one in _CHDIR.findall(command.text)]
        for folder in (command.folder, *named):
            path = project.relative(folder.as_posix())
            key = command.place.path, path
            if key not in told and _is_of_repository(project, command, path):
                told.add(key)
                yield command.place, path


def _is_of_repository(project: Project, command: Command, folder: Path) -> bool:
    """Return whether a folder has to be in the repository: nothing in the pipeline makes it."""
    if folder == Path() or folder.parts[:1] == ("..",) or _MADE.search(folder.as_posix()):
        return False
    if brought.is_brought(project, command, folder):
        return False
    text = project.text(command.place.path)
    return not _MAKES_FOLDERS.search(text) or _is_misspelt(project, folder, text)


def _is_misspelt(project: Project, folder: Path, text: str) -> bool:
    """Return whether a folder of nearly the same name is meant: only commands' folders name it."""
    if spelling.meant_path(project, folder) is None:
        return False
    named = re.compile(rf"(?<![\w-]){re.escape(folder.as_posix())}(?![\w-])")
    lines = [line for line in text.splitlines() if named.search(line)]
    return all("orking-" in line or "orkingDirectory" in line or "-chdir" in line for line in lines)


def _from(project: Project, command: Command, name: str) -> Iterator[tuple[Location, Path]]:
    if command.folder is not None and not _MADE.search(name) and not name.startswith("/"):
        chdir = re.search(r"-chdir=[\"']?([\w./-]+)", command.text)
        base = command.folder / chdir[1] if chdir else command.folder
        path = project.relative((base / name).as_posix())
        if not brought.is_brought(project, command, path):
            yield command.place, path


CHECKS = (
    Check(id="AG047", title="Targets that are called exist", run=targets_exist),
    Check(id="AG048", title="Scripts that are called exist", run=scripts_exist),
    Check(
        id="AG049",
        severity=Severity.WARNING,
        title="Links in documents work",
        run=links_lead_somewhere,
    ),
    Check(
        id="AG050",
        severity=Severity.WARNING,
        title="CODEOWNERS patterns match files",
        run=owners_own_something,
    ),
    Check(id="AG051", title="Files that pipelines name exist", run=named_files_exist),
)
