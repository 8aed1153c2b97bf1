"""Check that an image has what its health check needs: a shell, and the requesting program."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Dockerfile, Instruction, Stage, stages
from scaffolder.tools.toolchain import Toolchain

_EMPTY = regex(r"scratch|(?:gcr\.io/)?(?:.*/)?distroless/\S+|cgr\.dev/chainguard/static(?:[:@].*)?")
"""Images with neither a shell nor programs: https://github.com/GoogleContainerTools/distroless."""

_WITH_BUSYBOX = regex(r":(?:debug|.*-debug|.*-dev|dev)\b")

_WITHOUT_CURL = regex(
    r"(?:docker\.io/)?(?:library/)?(?:alpine(?::[^@]*)?|(?:node|python|golang):[^@]*alpine[^@]*)(?:@.*)?"
)
_WITHOUT_BOTH = regex(
    r"(?:docker\.io/)?(?:library/)?(?:(?:debian|ubuntu)(?::[^@]*)?|(?:node|python):[^@]*slim[^@]*)(?:@.*)?"
)
"""Official images without curl, and without curl and wget."""

_INSTALLS_UNKNOWN = regex(r"\$|\bxargs\b|\.sh\b|\bmake\b|requirements|\bansible\b|\bnix\b")
_SHELLS = frozenset({"sh", "bash", "ash", "/bin/sh", "/bin/bash"})


def images_have_what_they_ask_with(project: Project, _: Toolchain) -> Verdict:
    """The image has the shell and the program that its HEALTHCHECK runs."""
    findings, looked = [], 0
    for file in files.image_builds(project):
        read = stages(project, file)
        if read is None or not read.stages:
            continue
        for one in read.stages[-1].each("HEALTHCHECK"):
            looked += 1
            if missing := _missing(read, read.stages[-1], one):
                findings.append(
                    Finding(
                        path=file,
                        line=one.line,
                        message=f"the health check needs {missing}, which "
                        f"{read.base(read.stages[-1]).image} does not have: it never passes",
                        fix=_fix(missing),
                    )
                )
    if not looked:
        raise NotApplicable("no Dockerfile has a HEALTHCHECK")
    return Verdict(findings=tuple(findings), detail=counted(looked, "health check"))


def _fix(missing: str) -> str:
    if missing == "a shell":
        return 'HEALTHCHECK CMD ["/app", "health"], or leave the check to the orchestrator'
    return f"install {missing}, or ask with a program that the image has"


def _missing(read: Dockerfile, stage: Stage, check: Instruction) -> str:
    """Return what the health check of the last stage lacks, "" if nothing is known to be."""
    command = re.sub(r"^.*?\bCMD\b\s*", "", check.text, count=1, flags=re.DOTALL).strip()
    if not command or check.text.strip().upper() == "NONE":
        return ""
    words, is_list = _words(command)
    chain = _chain(read, stage)
    image = read.base(stage).image
    if not words or "$" in image:
        return ""
    program = Path(words[0]).name
    if _EMPTY.fullmatch(image) and not _WITH_BUSYBOX.search(image):
        copied = _copied(chain)
        if not is_list and not copied & {"sh", "bash", "busybox", "bin"}:
            return "a shell"
        is_there = program in copied or "bin" in copied or "busybox" in copied
        is_usual = program in {"curl", "wget", "nc", *_SHELLS}
        return program if is_usual and not is_there else ""
    line = f"{' '.join(words)} "
    asking = [name for name in ("curl", "wget") if re.search(rf"(?:^|[\s/;&|(]){name}\s", line)]
    lacking = {name for name in asking if _is_absent(name, image)}
    if len(asking) != 1 or not lacking or _is_installed(chain, asking[0]):
        return ""
    return asking[0]


def _is_absent(program: str, image: str) -> bool:
    """Return whether an official image is known not to bring a program."""
    if _WITHOUT_BOTH.fullmatch(image):
        return True
    return program == "curl" and _WITHOUT_CURL.fullmatch(image) is not None


def _is_installed(chain: list[Stage], program: str) -> bool:
    """Return whether an instruction names the program, or installs what is not known."""
    for stage in chain:
        for one in stage.instructions:
            if one.word == "RUN" and (program in one.text or _INSTALLS_UNKNOWN.search(one.text)):
                return True
            if one.word in {"COPY", "ADD"} and (program in one.text or "/usr" in one.text):
                return True
    return False


def _chain(read: Dockerfile, stage: Stage) -> list[Stage]:
    """Return a stage and the stages of the same file that it is made from."""
    chain = [stage]
    while (base := _named(read, chain[-1].image)) and base not in chain:
        chain.append(base)
    return chain


def _named(read: Dockerfile, image: str) -> Stage | None:
    named = (one for one in read.stages if one.name and one.name.lower() == image.lower())
    return next(named, None)


def _copied(chain: list[Stage]) -> set[str]:
    """Return the last parts of all paths that the stages copy."""
    names: set[str] = set()
    for instruction in itertools.chain.from_iterable(stage.instructions for stage in chain):
        if instruction.word in {"COPY", "ADD"}:
            names |= {Path(word.rstrip("/")).name for word in instruction.words}
    return names


def _words(command: str) -> tuple[list[str], bool]:
    """Return the words of a command, and whether it is a list that takes no shell."""
    if command.startswith("["):
        return re.findall(r"\"((?:[^\"\\]|\\.)*)\"", command), True
    return command.split(), False


CHECKS = (
    Check(
        id="DK002",
        title="The image has its HEALTHCHECK's program",
        run=images_have_what_they_ask_with,
    ),
)
