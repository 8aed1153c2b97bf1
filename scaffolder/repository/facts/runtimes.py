"""Versions of runtimes in images, builds and version files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable, xml
from scaffolder.formats.dockerfile import Dockerfile, Stage
from scaffolder.repository import files, reading
from scaffolder.repository.facts import services
from scaffolder.repository.facts.statements import Declaration, Unread, place
from scaffolder.repository.facts.versions_of_images import runtime_of, shared_form
from scaffolder.repository.project import Project

VERSION_FILE, BUILD, IMAGE, IMAGE_BUILD = "version file", "build", "image", "image build"

_VERSION_FILES = {
    ".java-version": "java",
    ".python-version": "python",
    ".node-version": "node",
    ".nvmrc": "node",
    ".go-version": "go",
}
_TOOL_NAMES = {"java": "java", "python": "python", "nodejs": "node", "node": "node", "golang": "go", "go": "go"}
_NUMBER = re.compile(r"v?(\d+(?:[._]\d+)*)")
_GRADLE = re.compile(
    r"JavaLanguageVersion\.of\(\s*[\"']?(\d+)|JavaVersion\.VERSION_(\d+(?:_\d+)?)|JvmTarget\.JVM_(\d+)"
    r"|jvmToolchain\(\s*(\d+)|(?:source|target)Compatibility\s*=\s*[\"']?(\d+(?:\.\d+)?)"
    r"|jvmTarget\s*=\s*[\"'](\d+(?:\.\d+)?)|options\.release(?:\.set\(|\s*=)\s*(\d+)"
)


_CATALOG = re.compile(r"(?:jvmToolchain|JavaLanguageVersion\.of|release\.set)\(\s*libs\.versions\.([\w.]+?)\.get\(")


def read(project: Project) -> Iterator[Declaration | Unread]:
    """What version files, builds and Dockerfiles say."""
    yield from version_files(project)
    yield from maven(project)
    yield from gradle(project)
    yield from manifests(project)
    for file in files.dockerfiles(project):
        try:
            yield from image(project, file, reading.dockerfile_of(project, file))
        except Unreadable as error:
            yield reading.unread(file, error)


def stated(
    project: Project, runtime: str, version: str, file: Path, line: int, role: str, *, subject: Path | None = None
) -> Iterator[Declaration]:
    """The statement that a line makes of a runtime's version; nothing where it is no version."""
    value = version if role == "range" else shared_form(runtime, version)
    if value:
        of = services.subject_of(project, file) if subject is None else subject
        yield Declaration(
            fact=f"runtime {runtime}", subject=of, value=value, role=role, place=place(project, file, line)
        )


def version_files(project: Project) -> Iterator[Declaration | Unread]:
    """.java-version and its like, .sdkmanrc, .tool-versions, mise.toml."""
    for file in project.matching(*_VERSION_FILES):
        for number, line in enumerate(project.lines(file), 1):
            found = _NUMBER.search(line.split("#")[0])
            if found:
                yield from stated(project, _VERSION_FILES[file.name], found[1], file, number, VERSION_FILE)
                break
    for file in project.matching(".tool-versions", ".sdkmanrc"):
        for number, line in enumerate(project.lines(file), 1):
            words = re.match(r"\s*(\w+)[\s=]+\D*?(\d[\w.]*)", line)
            if words and words[1] in _TOOL_NAMES:
                yield from stated(project, _TOOL_NAMES[words[1]], words[2], file, number, VERSION_FILE)
    for file in files.mise_settings(project):
        try:
            tools = reading.toml_of(project, file).get("tools", {})
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        for name, version in tools.items() if isinstance(tools, dict) else ():
            found = _NUMBER.search(_version(version))
            if name in _TOOL_NAMES and found:
                at = _line(project, file, rf"^\s*\"?{name}\"?\s*=")
                yield from stated(project, _TOOL_NAMES[name], found[1], file, at, VERSION_FILE)


_RELEASES = ("maven.compiler.release", "java.version", "maven.compiler.target", "maven.compiler.source")


def maven(project: Project) -> Iterator[Declaration | Unread]:
    """The release that each pom.xml compiles for, its own properties and its parent's filled in."""
    for file in files.maven_builds(project):
        try:
            root = reading.xml_of(project, file)
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        known = _properties(project, file)
        said: list[tuple[str, int]] = []
        own = root.child("properties")
        for name in _RELEASES:
            said += [(element.text, element.line) for element in (own.each(name) if own else ())]
        for plugin in (one for one in root.all("plugin") if one.value("artifactId") == "maven-compiler-plugin"):
            settings = plugin.child("configuration")
            for name in ("release", "target", "source"):
                said += [(one.text, one.line) for one in (settings.each(name) if settings else ())]
        for text, line in said:
            version = _resolved(text, known)
            if "$" not in text and _NUMBER.fullmatch(version):
                yield from stated(project, "java", version, file, line, BUILD)


def _properties(project: Project, file: Path, seen: frozenset[Path] = frozenset()) -> dict[str, str]:
    try:
        root = reading.xml_of(project, file)
    except Unreadable:
        return {}
    parent = root.child("parent")
    above: dict[str, str] = {}
    if parent is not None:
        path = parent.value("relativePath") or "../pom.xml"
        other = project.relative((file.parent / path).as_posix())
        other = other / "pom.xml" if not other.name.endswith(".xml") else other
        if project.has(other) and other not in seen:
            above = _properties(project, other, seen | {file})
    own = root.child("properties")
    return {**above, **{one.name: one.text.strip() for one in (own.children if own else ())}}


def _resolved(text: str, known: dict[str, str]) -> str:
    for _ in range(10):
        filled = re.sub(r"\$\{([\w.-]+)\}", lambda found: known.get(found[1], found[0]), text)[:200]
        if filled == text:
            break
        text = filled
    return text.strip()


def compiler_options(project: Project, file: Path) -> dict[str, xml.Element]:
    """The elements of a pom.xml that say for which Java it compiles, by name; the last one of a name."""
    root = reading.xml_of(project, file)
    return {name: element for name in _RELEASES for element in root.all(name)}


def gradle(project: Project) -> Iterator[Declaration | Unread]:
    """Toolchains and compatibilities of Gradle builds. Nothing runs: these are the usual words."""
    for file in project.matching("build.gradle", "build.gradle.kts", "*.gradle"):
        for number, line in enumerate(project.lines(file), 1):
            found = _GRADLE.search(line.split("//")[0][:500])
            if found:
                version = next(group for group in found.groups() if group).replace("_", ".")
                yield from stated(project, "java", version, file, number, BUILD)
            elif found := _CATALOG.search(line.split("//")[0][:500]):
                yield from _from_catalog(project, found[1])


def _from_catalog(project: Project, alias: str) -> Iterator[Declaration]:
    """The version that `libs.versions.ALIAS` stands for; an alias may have dots where its key has - or _.

    https://docs.gradle.org/current/userguide/version_catalogs.html
    """
    file = Path("gradle/libs.versions.toml")
    try:
        versions = reading.toml_of(project, file).get("versions", {}) if project.has(file) else {}
    except Unreadable:
        return
    for key, version in versions.items() if isinstance(versions, dict) else ():
        if re.sub(r"[-_]", ".", key) == alias and isinstance(version, str) and _NUMBER.fullmatch(version):
            yield from stated(
                project, "java", version, file, _line(project, file, rf"^\s*\"?{re.escape(key)}\"?\s*="), BUILD
            )


def manifests(project: Project) -> Iterator[Declaration | Unread]:
    """package.json (engines, volta), go.mod, pyproject.toml; what allows a range says so."""
    for file in files.node_packages(project):
        try:
            table = reading.json_of(project, file)
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        for key, role in (("engines", "range"), ("volta", VERSION_FILE)):
            wanted = table.get(key) if isinstance(table, dict) else None
            version = wanted.get("node") if isinstance(wanted, dict) else None
            if isinstance(version, str):
                line = _line(project, file, r"\"node\"\s*:\s*\"" + re.escape(version))
                yield from stated(project, "node", version, file, line, role)
    for file in files.go_modules(project):
        for number, words in enumerate(project.lines(file), 1):
            if found := re.match(r"(go|toolchain)\s+(?:go)?(\d+\.\d+)", words):
                yield from stated(project, "go", f">={found[2]}", file, number, "range")
    for file in files.python_projects(project):
        try:
            table = reading.toml_of(project, file)
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        wanted = _dig(table, "project", "requires-python") or _dig(table, "tool", "poetry", "dependencies", "python")
        if isinstance(wanted, str):
            line = _line(project, file, r"^\s*(?:requires-python|python)\s*=")
            yield from stated(project, "python", wanted, file, line, "range")


def image(project: Project, file: Path, read: Dockerfile) -> Iterator[Declaration]:
    """The runtime of each stage that starts from an image: of the last, or of one that only builds."""
    subject = services.subject_of(project, file)
    last = read.base(read.stages[-1])
    bases = list(dict.fromkeys(stage.line for stage in map(read.base, read.stages)))
    runs = runtime_of(last.image)
    for stage in (one for one in read.stages if one.line in bases):
        found = runtime_of(stage.image)
        if not found:
            continue
        stands_for_it = stage.line == last.line or not runs or runs[0] != found[0]
        role = IMAGE if stands_for_it else IMAGE_BUILD
        line = _origin(read, stage) if role == IMAGE else stage.line
        yield from stated(project, found[0], found[1], file, line, role, subject=subject)


def _origin(read: Dockerfile, stage: Stage) -> int:
    """The line of the argument that fills in the version of a stage's image; the stage's own where none does."""
    tag = stage.written.partition("@")[0].rpartition(":")[2]
    for name in re.findall(r"\$\{?(\w+)", tag):
        for argument in read.arguments:
            if any(word.partition("=")[0] == name for word in argument.words):
                return argument.line
    return stage.line


def _version(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value.get("version", "")) if isinstance(value, dict) else str(value)


def _dig(table: Any, *keys: str) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _line(project: Project, file: Path, pattern: str) -> int:
    found = re.compile(pattern)
    return next((number for number, line in enumerate(project.lines(file), 1) if found.search(line)), 0)
