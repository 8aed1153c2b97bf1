"""Java, and the languages that run beside it on the JVM."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from scaffolder.formats import Unreadable, xml
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import reading
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes.runtime import (
    BUILD,
    NUMBER,
    Build,
    BuildTool,
    Clue,
    Name,
    Service,
    Version,
    always_service,
    first_numbers,
    last_part,
    leading_version,
    line_with,
    names_in,
    no_packages,
    relative_path,
    started_words,
    version_of_distroless,
)

TITLE = "Java"
PRECISION = 1
TOOLING = 0

VERSION_FILES = (".java-version",)
TOOL_NAMES = ("java",)
GITHUB_ACTIONS = {"setup-java": "java-version", "setup-graalvm": "java-version"}
AZURE_TASKS = {
    "JavaToolInstaller": ("versionSpec",),
    "Maven": ("jdkVersionOption", "jdkVersion"),
    "Gradle": ("jdkVersionOption", "jdkVersion"),
}
JENKINS_TOOL = "jdk"
FEATURE = "java"

MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts")
HINTS: tuple[str, ...] = ()
DEPENDENCIES = MANIFESTS
LOCK_FILES = ("gradle.lockfile", "verification-metadata.xml")

SOURCES = (".java", ".kt", ".scala", ".groovy")
TEXTS = (".gradle", ".kts", ".java")
SETTINGS = ("application.properties", "application.yml", "application.yaml", "bootstrap.yml")
_PORTS = (("server", "port"), ("quarkus", "http", "port"), ("micronaut", "server", "port"))
SETTINGS_PORTS = {"application.yml": _PORTS, "application.yaml": _PORTS}
SETTINGS_PREFIXES = (r"\s*(?:server\.servlet\.)?context-?[pP]ath\s*[=:]\s*[\"']?(/[\w/-]+)",)
REQUIRES = (
    # A placeholder without a default: https://docs.spring.io/spring-boot/reference/features/external-config.html
    regex(r"^[\w.\- ]+[:=].*\$\{([A-Z][A-Z0-9_]+)\}"),
    regex(r"""requireNonNull\(\s*System\.getenv\(\s*"([A-Z][A-Z0-9_]+)"\s*\)"""),
)
LISTENS = (
    regex(
        r"^(?:server\.port|quarkus\.http\.port|micronaut\.server\.port)\s*[=:]"
        r"\s*(?:\$\{\w+:)?(\d{2,5})\b"
    ),
)
LISTENS_PERHAPS: tuple[Clue, ...] = ()

_ACTUATOR = (
    *("health", "info", "metrics", "prometheus", "env"),
    *("loggers", "beans", "mappings", "threaddump", "startup"),
)
"""https://docs.spring.io/spring-boot/reference/actuator/endpoints.html"""

FRAMEWORKS = {
    "spring-boot-starter-actuator": (
        *(f"/{base}/{name}" for base, name in product(("actuator", "management"), _ACTUATOR)),
        *("/livez", "/readyz"),
    ),
    "chaos-monkey-spring-boot": ("/actuator/chaosmonkey",),
    "resilience4j": tuple(
        f"/actuator/{name}" for name in ("circuitbreakers", "retries", "ratelimiters", "bulkheads")
    ),
    "spring-cloud": tuple(
        f"/actuator/{name}" for name in ("refresh", "busrefresh", "gateway", "features", "env")
    ),
    "jolokia": ("/actuator/jolokia", "/jolokia"),
    "quarkus": ("/q",),
    "micronaut-management": ("/health", "/metrics", "/prometheus", "/info"),
}
ROUTERS_OF_FILES: tuple[str, ...] = ()
_BASE_PATH = regex(r"^\s*(?:management\.endpoints\.web\.)?base-?[pP]ath\s*[=:]\s*(\S*)")
_MAPPED = regex(
    r"^\s*(?:management\.endpoints\.web\.path-mapping\.)?(?:health|info|metrics|prometheus)"
    r"\s*[=:]\s*[\"']?/?([A-Za-z][\w/-]*)[\"']?\s*$"
)
_MANAGEMENT = regex(r"^management(?:\.|\s*:)", re.MULTILINE)


def paths_of_settings(text: str) -> tuple[str, ...]:
    """Return the paths that Actuator answers if settings speak of it: it is there then.

    https://docs.spring.io/spring-boot/reference/actuator/monitoring.html#actuator.monitoring.customizing-management-server-context-path
    """
    lines = list(_lines_of_management(text))
    if not lines:
        return ()
    bases = [found[1] for line in lines if (found := _BASE_PATH.match(line))]
    base = _default_of(bases[-1]).rstrip("/") if bases else "/actuator"
    mapped = [found[1] for line in lines if (found := _MAPPED.match(line))]
    return tuple(f"{base}/{name}" for name in (*_ACTUATOR, *mapped))


def _lines_of_management(text: str) -> Iterator[str]:
    """Yield the lines that begin with `management.`, and those of the table `management:`."""
    inside = False
    for line in text.splitlines() if _MANAGEMENT.search(text) else ():
        if line[:1].strip() and not line.startswith("#"):
            inside = line.startswith("management:")
        if inside or line.startswith("management."):
            yield line


def _default_of(value: str) -> str:
    """Return a value without quotes; `${NAME:/manage}` is "/manage" if nothing sets it."""
    plain = value.strip("\"'")
    found = re.fullmatch(r"\$\{[^:}]*:?([^}]*)\}", plain)
    return found[1] if found else plain


SERIES = (
    *("jvm", "tomcat", "jetty", "hikaricp", "logback", "log4j2", "executor", "micrometer", "vertx"),
    # Micrometer names these after what they measure, in each service that has it.
    *("system", "disk", "application", "spring"),
)

_IMAGES = regex(
    r"temurin|openjdk|corretto|zulu|liberica|semeru|sapmachine|graalvm|dragonwell"
    r"|\bjdk|\bjre|^java$"
)
_IMAGES_OF_TOOLS = regex(
    r"^(?:maven|gradle|sbt|kotlin|jenkins.*"
    r"|jetty|tomcat|payara|wildfly|openliberty)$"
)
_IN_TAG = regex(r"(?:temurin|jdk|jre|openjdk|corretto|java|semeru|sapmachine|graalvm)-?(\d+)")
_IN_NAME = regex(r"(?:openjdk|jdk|jre|java)-?(\d+)")

_RELEASES = (
    "maven.compiler.release",
    "java.version",
    "maven.compiler.target",
    "maven.compiler.source",
)
_GRADLE = regex(
    r"JavaLanguageVersion\.of\(\s*[\"']?(\d+)|JavaVersion\.VERSION_(\d+(?:_\d+)?)"
    r"|JvmTarget\.JVM_(\d+)|jvmToolchain\(\s*(\d+)"
    r"|(?:source|target)Compatibility\s*=\s*[\"']?(\d+(?:\.\d+)?)"
    r"|jvmTarget\s*=\s*[\"'](\d+(?:\.\d+)?)|options\.release(?:\.set\(|\s*=)\s*(\d+)"
)
_CATALOG = regex(
    r"(?:jvmToolchain|JavaLanguageVersion\.of|release\.set)"
    r"\(\s*libs\.versions\.([\w.]+?)\.get\("
)

_SPRING_MAVEN = "spring-boot-maven-plugin"
_LOADER = "org.springframework.boot.loader."
_STARTING = tuple(
    f"*{name}.{end}"
    for name, end in product(
        ("Application", "App", "Main", "Server", "Service", "Launcher"), ("java", "kt")
    )
)
_STARTS = regex(
    r"^@SpringBootApplication|\bSpringApplication\.run\(|\brunApplication<"
    r"|^@QuarkusMain|\bMicronaut\.(?:run|build)\(",
    re.MULTILINE,
)

_JUNIT = """\
status=0
{command} || status=$?
mkdir -p build/test-results
find . -path '{reports}' -exec cp {{}} build/test-results/ \\;
exit "$status"
"""

SOURCE_AND_TARGET = regex(r"(?:^|\s|[\"'(])-?-(?:source|target)(?:\s+|=)[\"']?\$?[\w{]")
"""A call of javac that leaves a newer library in reach: https://openjdk.org/jeps/247."""


def version_in_image(name: str, tag: str) -> str:
    """Return the version that an image brings; "" for another image or an unknown version."""
    last = last_part(name)
    if distroless := version_of_distroless(name, "java"):
        return distroless
    if _IMAGES_OF_TOOLS.match(last):
        found = _IN_TAG.search(tag)
        return found[1] if found else ""
    if not _IMAGES.search(last):
        return ""
    if found := _IN_NAME.search(last):
        return found[1]
    found = _IN_TAG.search(tag)
    return leading_version(name, tag) or (found[1] if found else "")


def shared_form(version: str) -> str:
    """Return the major version: "8" for "1.8" and for "8u502", "21" for "21.0.4-tem"."""
    first, _, rest = first_numbers(version, 2).partition(".")
    return rest if first == "1" and rest else first


def _maven(project: Project, file: Path) -> Iterator[Version]:
    """Yield the releases that a pom.xml compiles for, properties of its parents filled in."""
    root = reading.xml_of(project, file)
    known = _properties(project, file)
    for element in _compiler_settings(root):
        version = _resolved(element.text, known)
        if "$" not in element.text and NUMBER.fullmatch(version):
            yield Version(version=version, file=file, line=element.line, role=BUILD)


def _compiler_settings(root: xml.Element) -> Iterator[xml.Element]:
    own = root.child("properties")
    for name in _RELEASES:
        yield from own.each(name) if own else ()
    for plugin in root.all("plugin"):
        settings = plugin.child("configuration")
        if settings and plugin.value("artifactId") == "maven-compiler-plugin":
            for name in ("release", "target", "source"):
                yield from settings.each(name)


def _properties(
    project: Project,
    file: Path,
    seen: frozenset[Path] = frozenset(),
) -> dict[str, str]:
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
    """Return the elements of a pom.xml that name the Java it compiles for; the last one of a name.

    Raises:
        Unreadable: it does not parse.

    """
    root = reading.xml_of(project, file)
    named = {name: list(root.all(name)) for name in _RELEASES}
    return {name: elements[-1] for name, elements in named.items() if elements}


_BUILD_LOGIC = frozenset({"buildSrc", "build-logic", "buildLogic", "build-plugins"})


def _gradle(project: Project, file: Path) -> Iterator[Version]:
    """Yield toolchains and compatibilities of a Gradle build, by the usual words: nothing runs.

    A build of build logic compiles what Gradle runs, and nothing of the service:
    https://docs.gradle.org/current/userguide/sharing_build_logic_between_subprojects.html.
    """
    if file.parent.name in _BUILD_LOGIC:
        return
    yield from _from_conventions(project, file)
    for number, line in enumerate(project.lines(file), 1):
        code = line.split("//")[0][:500]
        if found := _GRADLE.search(code):
            version = next(group for group in found.groups() if group).replace("_", ".")
            yield Version(version=version, file=file, line=number, role=BUILD)
        elif found := _CATALOG.search(code):
            yield from _from_catalog(project, found[1])


_PLUGIN = regex(
    r"""(?:\bid\s*\(?\s*|^\s*`)["'`]?([\w.-]+-conventions?|[\w.-]*conventions?[\w.-]*)["'`]"""
)


def _from_conventions(project: Project, file: Path) -> Iterator[Version]:
    """Yield what the convention plugins of the repository set that a build applies.

    https://docs.gradle.org/current/userguide/implementing_gradle_plugins_precompiled.html
    """
    for line in project.lines(file):
        if found := _PLUGIN.search(line.split("//")[0][:500]):
            for plugin in project.matching(f"{found[1]}.gradle", f"{found[1]}.gradle.kts"):
                if plugin != file:
                    yield from _gradle(project, plugin)


def _from_catalog(project: Project, alias: str) -> Iterator[Version]:
    """Yield the version that `libs.versions.ALIAS` means.

    An alias may have dots where its key has - or _:
    https://docs.gradle.org/current/userguide/version_catalogs.html
    """
    file = Path("gradle/libs.versions.toml")
    try:
        versions = reading.toml_of(project, file).get("versions", {}) if project.has(file) else {}
    except Unreadable:
        return
    for key, version in versions.items() if isinstance(versions, dict) else ():
        named = re.sub(r"[-_]", ".", key) == alias
        if named and isinstance(version, str) and NUMBER.fullmatch(version):
            line = line_with(project, file, rf"^\s*\"?{re.escape(key)}\"?\s*=")
            yield Version(version=version, file=file, line=line, role=BUILD)


BUILDS = (
    Build(files=("pom.xml",), read=_maven),
    Build(files=("build.gradle", "build.gradle.kts", "*.gradle"), read=_gradle),
)


def names(project: Project) -> Iterator[Name]:
    """Yield the artifact of a pom.xml and the root project of a Gradle build."""
    pom = Path("pom.xml")
    try:
        root = reading.xml_of(project, pom) if project.has(pom) else None
    except Unreadable:
        root = None
    artifact = root.child("artifactId") if root else None
    if artifact:
        yield Name(value=artifact.text.strip(), file=pom, line=artifact.line, rank=0)
    pattern = r"rootProject\.name\s*=\s*['\"]([^'\"]+)"
    yield from names_in(project, "settings.gradle*", pattern, rank=2)


def build_tools(service: Service) -> Iterator[BuildTool]:
    """Yield Maven and Gradle, by the wrappers of the build of which the service is a module."""
    project = service.project
    if project.has("pom.xml"):
        yield _maven_tool(service)
    for file in project.matching("build.gradle", "build.gradle.kts")[:1]:
        yield _gradle_tool(service, file)


def _maven_tool(service: Service) -> BuildTool:
    here = service.project.root
    module = _module(service)
    own = module / "pom.xml"
    spring = service.project.has(own) and _SPRING_MAVEN in service.project.text(own)
    whole = _above(here, service.top, "pom.xml", "<module>")
    maven = _wrapper(here, whole or here, "mvnw", "mvn")
    # A module is built with those that it needs, by the build of which it is one.
    batch = f"{maven} --batch-mode"
    if whole:
        part = relative_path(whole, here)
        batch += f" --file {relative_path(here, whole)}/pom.xml --projects {part} --also-make"
    return BuildTool(
        name="Maven",
        place=Location(path=Path("pom.xml")),
        build=f"{batch} -DskipTests package\n",
        test=_JUNIT.format(command=f"{batch} verify", reports="*/surefire-reports/*.xml"),
        run=_maven_run(f"{maven} --batch-mode", module, _main_class(service)) if spring else "",
    )


def _maven_run(maven: str, module: Path, main: str) -> str:
    """Return the commands that start a Spring Boot service, or one module of a build."""
    start = f"spring-boot:run{f' -Dspring-boot.run.main-class={main}' if main else ''}\n"
    if module == Path():
        return f"exec {maven} {start}"
    part = f"--projects {module.as_posix()}"
    return f"{maven} {part} --also-make -DskipTests install\nexec {maven} {part} {start}"


def _module(service: Service) -> Path:
    """Return the module that is the service: the one that starts a server, or "." for the root."""
    started = started_modules(service.project)
    images = [file.parent for file in service.images]
    named = [module for module in started if module in images] or list(started)
    return named[0] if len(named) == 1 else Path()


def _main_class(service: Service) -> str:
    """Return the class that the image starts, if it names one; "" if the archive does."""
    words = started_words(service)
    for word in " ".join(words).split():
        if word.startswith("-Dloader.main="):
            return word.partition("=")[2].strip("\"'")
    named = [word for word in words if re.fullmatch(r"(?:[a-z]\w*\.)+[A-Z]\w*", word)]
    return next((word for word in named if not word.startswith(_LOADER)), "")


def _gradle_tool(service: Service, file: Path) -> BuildTool:
    here, text = service.project.root, service.project.text(file)
    whole = _above(here, service.top, "settings.gradle.kts")
    whole = whole or _above(here, service.top, "settings.gradle")
    gradle = f"{_wrapper(here, whole or here, 'gradlew', 'gradle')} --console=plain"
    module = _module(service)
    task = _gradle_task(service, module, text)
    return BuildTool(
        name="Gradle",
        place=Location(path=file),
        build=f"{gradle} assemble\n",
        test=_JUNIT.format(command=f"{gradle} check", reports="*/test-results/*/*.xml"),
        run=f"exec {gradle} {task}\n" if task else "",
    )


def _gradle_task(service: Service, module: Path, root: str) -> str:
    """Return the task that starts the service; "" if no plugin brings one, or for another class."""
    builds = [module / name for name in MANIFESTS if service.project.has(module / name)]
    text = "".join(service.project.text(file) for file in builds)
    main = _main_class(service)
    if main and main not in f"{root}{text}":
        return ""
    path = "".join(f":{part}" for part in module.parts)
    prefix = f"{path}:" if path else ""
    if re.search(r"org\.springframework\.boot|spring[.-]boot|springBoot", f"{root}{text}"):
        return f"{prefix}bootRun"
    applied = re.search(
        r"^\s*(?:id\s*\(?\s*)?[\"'`]?(?:application|io\.ktor\.plugin|io\.micronaut\.\w+)",
        text,
        re.M,
    )
    return f"{prefix}run" if applied else ""


def _above(folder: Path, top: Path, name: str, words: str = "") -> Path | None:
    """Return the nearest folder above, up to `top`, whose file of this name holds `words`."""
    for parent in folder.parents:
        file = parent / name
        if not parent.is_relative_to(top):
            break
        if file.is_file() and words in file.read_text(encoding="utf-8", errors="replace"):
            return parent
    return None


def _wrapper(folder: Path, whole: Path, name: str, program: str) -> str:
    """Return the wrapper of the whole build if it has one, else the program on PATH."""
    return f"{relative_path(folder, whole)}/{name}" if (whole / name).is_file() else program


def is_multi_module(project: Project) -> bool:
    """Return whether the root is a Maven reactor, or a Gradle build that includes others."""
    if project.has("pom.xml") and "<module>" in project.text("pom.xml"):
        return True
    settings = [name for name in ("settings.gradle", "settings.gradle.kts") if project.has(name)]
    return any(re.search(r"^\s*include\b", project.text(name), re.MULTILINE) for name in settings)


def started_modules(project: Project) -> tuple[Path, ...]:
    """Return the modules whose classes start a server, by the words of the frameworks."""
    builds = {file.parent for file in project.matching(*MANIFESTS)} - {Path()}
    found = set()
    for file in project.matching(*_STARTING):
        if "/src/main/" in f"/{file.as_posix()}" and _STARTS.search(project.text(file)):
            found |= {next((folder for folder in file.parents if folder in builds), Path())}
    return tuple(sorted(found - {Path()}))


is_service = always_service
packages = no_packages
