"""Compare the version of a runtime in files, image, pipelines and development environments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scaffolder.checks import day
from scaffolder.checks.agreement import autofix
from scaffolder.checks.agreement.findings import limit_of
from scaffolder.formats import versions
from scaffolder.formats.regex import regex
from scaffolder.model import Blocked, Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import end_of_life, facts, files
from scaffolder.repository.ci.system import AGENT, CI
from scaffolder.repository.facts import Declaration, Facts, services
from scaffolder.repository.facts.dev_environments import COMPOSE, DEV
from scaffolder.repository.facts.runtimes import IMAGE, IMAGE_BUILD
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable
from scaffolder.repository.runtimes import RUNTIMES, java, of_each
from scaffolder.repository.runtimes.runtime import BUILD, RANGE, VERSION_FILE
from scaffolder.tools.toolchain import Toolchain

_OWN = (VERSION_FILE, BUILD, IMAGE, RANGE, COMPOSE)
_VERSION_FILES = of_each(lambda runtime: runtime.VERSION_FILES)
_STATES = frozenset({VERSION_FILE, BUILD, RANGE})
_RANK = {VERSION_FILE: 0, BUILD: 1, IMAGE: 2}


def runtime_is_the_same_everywhere(project: Project, _: Toolchain) -> Verdict:
    """Version file, build, image and compose file of a service name the same runtime version.

    The version file (`.java-version` …) is held to be right if present; else the build, else the
    image.
    """
    said = facts.read(project)
    found = [one for one in said.starting("runtime ") if one.role in _OWN]
    if not found:
        raise NotApplicable("no file states the version of a runtime")
    findings, details = [], []
    for runtime in RUNTIMES:
        for service, right in _rights(project, said, runtime).items():
            ours = [one for one in _of_service(project, said, runtime, service) if one.role in _OWN]
            findings += [
                _disagreement(project, one, right)
                for one in ours
                if not _agree(one, right)
                and not _is_named_in_its_path(one)
                and not _is_lower_bound(one, right)
            ]
            where = f" in {service.as_posix()}" if service != services.HERE else ""
            details.append(
                f"{runtime} {right.value}{where}, stated in {counted(len(ours), 'place')}"
            )
        findings += _outside_of_ranges(project, said, runtime)
    return Verdict(
        findings=tuple(dict.fromkeys(findings)),
        detail="; ".join(details[:4]),
        limit=limit_of(said.unread),
    )


def _outside_of_ranges(project: Project, said: Facts, runtime: str) -> Iterator[Finding]:
    """Yield containers of Compose that no build of a service allows, if nothing states a version.

    A service is one of the repository, so that a package with a range alone is held against what
    runs it.
    """
    known = _rights(project, said, runtime)
    for service in services.folders(project) or (services.HERE,):
        ours = said.about(f"runtime {runtime}", service) if service not in known else ()
        ranges = [one for one in ours if one.role == RANGE]
        for one in (each for each in ours if each.role == COMPOSE):
            for right in ranges[:1]:
                if versions.allows(right.value, one.value) is False:
                    yield Finding(
                        path=one.place.path,
                        line=one.place.line,
                        message=f"runs {runtime} {one.value}, which {right.place.path.as_posix()}"
                        f" does not allow ({right.value})",
                        related=(right.place,),
                        fix=f"take an image of {runtime} {right.value}",
                    )


def stages_of_the_image_agree(project: Project, _: Toolchain) -> Verdict:
    """The stage of a Dockerfile that builds has the runtime of the stage that runs.

    If the final stage is wrong itself, AG001 reports it and this check does not.
    """
    verdict = _held_against_the_service(
        project, IMAGE_BUILD, "no image is built in a stage of its own"
    )
    wrong_itself = {finding.path for finding in runtime_is_the_same_everywhere(project, _).findings}
    return replace(
        verdict, findings=tuple(one for one in verdict.findings if one.path not in wrong_itself)
    )


def pipelines_set_up_the_same(project: Project, _: Toolchain) -> Verdict:
    """Set-up steps and images of GitHub, GitLab and Azure pipelines have the service's version."""
    return _held_against_the_service(project, CI, "no pipeline sets up a runtime")


def jenkins_agents_have_the_same(project: Project, _: Toolchain) -> Verdict:
    """Tools and agent images of a Jenkinsfile bring the version of a service."""
    return _held_against_the_service(project, AGENT, "no Jenkinsfile names a runtime")


def dev_container_has_the_same(project: Project, _: Toolchain) -> Verdict:
    """The dev container brings the version of a service."""
    return _held_against_the_service(project, DEV, "no dev container names a runtime")


def compiler_is_told_the_release(project: Project, _: Toolchain) -> Verdict:
    """A newer JDK that compiles for an older Java is told so by --release.

    `-source` and `-target` leave the newer library in reach: https://openjdk.org/jeps/247.
    """
    shells = (
        *files.shell_scripts(project),
        *files.make_files(project),
        *files.all_dockerfiles(project),
    )
    builds = sorted((*shells, *files.ant_builds(project)))
    scripts = [file for file in builds if "javac" in project.text(file)]
    poms = files.maven_builds(project)
    if not scripts and not poms:
        raise NotApplicable("nothing here compiles Java by itself")
    said = facts.read(project)
    findings = [
        *_calls_without_release(project, scripts, said),
        *_poms_without_release(project, poms, said),
    ]
    return Verdict(
        findings=tuple(findings), detail=", ".join(one.as_posix() for one in (*scripts, *poms)[:3])
    )


def _held_against_the_service(project: Project, role: str, nothing: str) -> Verdict:
    said = facts.read(project)
    found = [one for one in said.starting("runtime ") if one.role == role]
    others = _unread_pipelines(project) if role == CI else ""
    if not found and others:
        raise Blocked(others)
    if not found:
        raise NotApplicable(nothing)
    findings = []
    for one in found:
        runtime = one.fact.removeprefix("runtime ")
        all_rights = _rights(project, said, runtime)
        own = all_rights.get(one.subject)
        if _is_named_in_its_path(one):
            continue
        if own is None:
            all_rights = _of_the_repository(project, one, all_rights)
        # One statement of each version: of many services, most are for the same.
        rights = [own] if own else list({one.value: one for one in all_rights.values()}.values())
        if any(_is_newer_compiler(said, one, right) for right in rights):
            continue
        if rights and not any(_agree(one, right) for right in rights):
            right = own or next(iter(all_rights.values()))
            findings.append(_disagreement(project, one, right))
    limit = "; ".join(filter(None, (limit_of(said.unread), others)))
    return Verdict(findings=tuple(findings), detail=counted(len(found), "place"), limit=limit)


def _is_newer_compiler(said: Facts, one: Declaration, right: Declaration) -> bool:
    """Return whether a pipeline compiles for an older Java, and no image of Java is built here."""
    return (
        one.fact == "runtime java"
        and one.role == CI
        and right.role == BUILD
        and _is_older(right, one)
        and not any(other.role == IMAGE for other in said.of(one.fact))
    )


def _unread_pipelines(project: Project) -> str:
    """Return which pipelines no reader is for, as a verdict's limit."""
    return ", ".join(
        f"{file.as_posix()} is of {system}, which is not read"
        for file, system in files.unread_pipelines(project).items()
    )


_BESIDE_SERVICES = frozenset(
    {
        *("aws", "azure", "gcp", "terraform", "infra", "infrastructure", "iac", "ops", "hack"),
        *("lambda", "lambdas", "functions", "tools", "scripts", "ci", "images", "ecr", "docker"),
    }
)
"""Folders with images of what runs beside the services of a repository."""


def _of_the_repository(
    project: Project, one: Declaration, rights: dict[Path, Declaration]
) -> dict[Path, Declaration]:
    """Return what a statement of no service is held against: the services that stand for all.

    A project without a service is compared with none of them. An image deep in the repository is
    left out, because it may be a helper of the infrastructure.
    """
    if one.subject != services.HERE and one.subject not in services.folders(project):
        return {}
    return {
        service: right
        for service, right in rights.items()
        if _BESIDE_SERVICES.isdisjoint(service.parts)
        and (right.role != IMAGE or len(service.parts) < _DEEP)
        and not (one.role == CI and right.role == IMAGE and not _is_named(project, one, service))
    }


def _is_named(project: Project, one: Declaration, service: Path) -> bool:
    """Return whether the file of a statement names the folder of a service, or all of them."""
    if not service.parts or len(services.folders(project)) == 1:
        return True
    return service.name in project.text(one.place.path)


_DEEP = 3
"""So many folders above a Dockerfile: from there it does not speak for the repository."""


def _rights(project: Project, said: Facts, runtime: str) -> dict[Path, Declaration]:
    """Return for each service the declaration that the others are compared with."""
    return project.once(("rights", runtime), lambda: _each_right(project, said, runtime))


def _each_right(project: Project, said: Facts, runtime: str) -> dict[Path, Declaration]:
    rights = {}
    dots = RUNTIMES[runtime].PRECISION - 1
    for service in services.folders(project) or (services.HERE,):
        ours = _of_service(project, said, runtime, service)
        exact = [one for one in ours if one.role in _RANK and one.value.count(".") >= dots]
        candidates = exact or [one for one in ours if one.role in _RANK]
        if candidates:
            rights[service] = min(
                candidates, key=lambda one: (*_rank(one), one.subject != service, -_like(one, ours))
            )
    return rights


def _like(one: Declaration, others: list[Declaration]) -> int:
    """Return how many statements agree with one: of several images of a service, most are right."""
    return sum(_agree(other, one) for other in others)


def _rank(one: Declaration) -> tuple[int, bool]:
    """Rank a file with only the version of one runtime before one that lists many tools."""
    return _RANK[one.role], one.place.path.name not in _VERSION_FILES


def _of_service(project: Project, said: Facts, runtime: str, service: Path) -> list[Declaration]:
    """Its own statements, and those of the folders above that hold several services."""
    fact = f"runtime {runtime}"
    own = said.about(fact, service)
    if not own:
        return []
    shared = service != services.HERE and services.shared(project, services.HERE)
    if not shared or any(mine.role in _STATES for mine in own):
        return list(own)
    of_all = project.once(
        ("stated for all", runtime),
        lambda: [one for one in said.about(fact, services.HERE) if one.role in _STATES],
    )
    above = (one for one in of_all if service.is_relative_to(one.place.path.parent))
    return [*own, *above]


def _agree(one: Declaration, right: Declaration) -> bool:
    if _RANGE_SIGNS.search(one.value):
        return versions.allows(one.value, right.value) is not False
    ours, theirs = one.value.split("."), right.value.split(".")
    shortest = min(len(ours), len(theirs))
    return ours[:shortest] == theirs[:shortest]


_OLDEST_JAVA = 8
"""No JDK that still gets fixes compiles for less, so that an older target is only a lower bound."""


def _is_lower_bound(one: Declaration, right: Declaration) -> bool:
    """Return whether a build is for so old a Java that each newer one is meant to run it."""
    return (
        one.fact == "runtime java"
        and right.role == BUILD
        and right.value.isdigit()
        and one.value.isdigit()
        and int(right.value) < _OLDEST_JAVA <= int(one.value)
    )


_WORDS = {"python": "python|py", "java": "java|jdk|jre|temurin", "node": "node|nodejs"}
"""Names of a runtime before its version in a file's name, if not its own name."""


def _is_named_in_its_path(one: Declaration) -> bool:
    """Return whether a file's name or folder has another version, as in python313."""
    runtime = one.fact.removeprefix("runtime ")
    numbers = one.value.split(".")[: RUNTIMES[runtime].PRECISION]
    if not all(number.isdigit() for number in numbers):
        return False
    words, version = _WORDS.get(runtime, runtime), "[._-]?".join(numbers)
    named = re.compile(rf"(?<![a-z])(?:{words})[._-]?v?{version}(?![\d])", re.IGNORECASE)
    alone = re.compile(rf"(?<![\w.]){re.escape('.'.join(numbers))}(?![\w.])")
    return any(
        named.search(part) or (len(numbers) > 1 and alone.search(part))
        for part in one.place.path.parts
    )


def _disagreement(project: Project, wrong: Declaration, right: Declaration) -> Finding:
    runtime = wrong.fact.removeprefix("runtime ")
    path = right.place.path.as_posix()
    # The fix follows the majority, else the newest version that gets fixes; in what the template
    # made, the file that states the version.
    for_wrong, for_right = (_places_with(project, one, wrong, right) for one in (wrong, right))
    is_older = _is_older(right, wrong)
    has_ended = is_older and _has_ended(runtime, right)
    goes_up = has_ended or (
        not project.is_generated
        and not _has_ended(runtime, wrong)
        and (for_wrong > for_right or (is_older and for_wrong == for_right))
    )
    fix = f"write {right.value} here, or change {path} and all other places"
    if goes_up:
        fix = f"write {_number(wrong)} in {path}, " + (
            f"as in {for_wrong} places" if for_wrong > for_right else "the newer of the two"
        )
    if has_ended and _has_ended(runtime, wrong):
        fix = f"write one version in both places, one of {runtime} that still gets fixes"
    return Finding(
        path=wrong.place.path,
        line=wrong.place.line,
        message=f"uses {runtime} {wrong.value}, but the service is for {runtime} {right.value}",
        related=(right.place,),
        fix=fix,
        edits=() if goes_up else autofix.write_the_right_version(project, wrong, right),
    )


def _places_with(
    project: Project, version: Declaration, wrong: Declaration, right: Declaration
) -> int:
    """Return how many files state a version for the service that two statements are about."""
    subjects = {wrong.subject, right.subject, services.HERE}
    return len(
        {
            one.place.path
            for one in facts.read(project).of(version.fact)
            if one.subject in subjects and not _RANGE_SIGNS.search(one.value)
            if _agree(one, version)
        }
    )


_RANGE_SIGNS = regex(r"[<>=^~*|x ,]")


def _has_ended(runtime: str, one: Declaration) -> bool:
    """Return whether a version gets no more fixes, so that going back to it is wrong."""
    end = end_of_life.end_of(runtime, _number(one))
    return end is not None and end.day is not None and end.day < day.of_the_run()


def _number(one: Declaration) -> str:
    """Return the version of a statement without the signs of a range."""
    return one.value.lstrip("<>=^~v ")


def _is_older(one: Declaration, other: Declaration) -> bool:
    first, second = versions.parse(_number(one)), versions.parse(_number(other))
    if first is None or second is None:
        return False
    shortest = min(len(first), len(second))
    return first[:shortest] < second[:shortest]


def _calls_without_release(project: Project, scripts: list[Path], said: Facts) -> Iterator[Finding]:
    """Yield scripts' own calls of javac, if the service states its Java version."""
    for file in scripts:
        right = _rights(project, said, "java").get(services.subject_of(project, file))
        for at, line in enumerate(project.lines(file), 1):
            if java.SOURCE_AND_TARGET.search(line[:2000]) and not line.lstrip().startswith("#"):
                yield Finding(
                    path=file,
                    line=at,
                    message=(
                        "compiles with -source and -target, which let the library of a newer JDK in"
                    ),
                    related=(right.place,) if right else (),
                    fix=f"javac --release {right.value if right else '…'} instead of both",
                )


def _poms_without_release(
    project: Project, poms: tuple[Path, ...], said: Facts
) -> Iterator[Finding]:
    """Yield source and target of a pom.xml, if a newer JDK is declared to compile it."""
    for file in poms:
        try:
            options = java.compiler_options(project, file)
        except Unreadable:
            continue
        target = options.get("maven.compiler.target") or options.get("maven.compiler.source")
        if target is None or "maven.compiler.release" in options or "$" in target.text:
            continue
        subject = services.subject_of(project, file)
        wanted = _major(target.text)
        jdks = [
            one
            for one in said.of("runtime java")
            if one.role in {IMAGE_BUILD, CI, AGENT} and one.subject in {subject, services.HERE}
        ]
        newer = next(
            (one for one in jdks if one.value.isdigit() and int(one.value) > max(wanted, 8)), None
        )
        exact = next(
            (
                one
                for one in said.of("runtime java")
                if one.role == IMAGE and one.subject == subject
            ),
            None,
        )
        if newer and wanted and exact and exact.value == str(wanted):
            yield Finding(
                path=file,
                line=target.line,
                message=f"source and target are Java {wanted}, but JDK {newer.value} compiles it",
                related=(newer.place,),
                fix=f"<maven.compiler.release>{wanted}</maven.compiler.release> instead of both",
            )


def _major(version: str) -> int:
    found = re.match(r"\s*(?:1\.)?(\d+)", version)
    return int(found[1]) if found else 0


CHECKS = (
    Check(
        id="AG001", title="The runtime is the same everywhere", run=runtime_is_the_same_everywhere
    ),
    Check(id="AG002", title="An image runs what it was built with", run=stages_of_the_image_agree),
    Check(
        id="AG003", title="Pipelines set up the service's runtime", run=pipelines_set_up_the_same
    ),
    Check(
        id="AG004",
        title="Jenkins agents have the service's runtime",
        run=jenkins_agents_have_the_same,
    ),
    Check(
        id="AG005",
        severity=Severity.WARNING,
        title="The dev container has the service's runtime",
        run=dev_container_has_the_same,
    ),
    Check(
        id="AG006",
        severity=Severity.WARNING,
        title="An older Java is compiled with --release",
        run=compiler_is_told_the_release,
    ),
)
