"""Read from a service's source: its port, the paths it answers, the metrics it counts.

Source is not parsed: readers look for literals in their usual places. A value that is not found is
unknown, and rules then make no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Blocked, Location
from scaffolder.repository.facts import libraries, routes, services
from scaffolder.repository.facts.statements import Declaration, Unread, place
from scaffolder.repository.files import compose_files, dependencies, image_builds, version_catalogs
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import of_each

SOURCE = "source"

_OTHERS = frozenset(
    {
        *(".rb", ".rs", ".cs", ".fs", ".php", ".ex", ".exs", ".erl", ".c", ".cc", ".cpp", ".cxx"),
        *(".h", ".hpp", ".scala", ".clj", ".lua", ".swift", ".dart", ".pl", ".hs"),
    }
) - {*of_each(lambda runtime: runtime.SOURCES)}
"""Sources in languages that the template has no service in."""

_SUFFIXES = _OTHERS | {*of_each(lambda runtime: runtime.SOURCES)}
_ROUTER = regex(
    r"\.(?:route|nest|service|mount|get|post|put)\(|#\[(?:get|post|put|head|route)\b|\bwarp::path"
    r"|\bweb::(?:resource|scope)|\bRoute(?:::|\()|\[(?:Http|Route)|\bMap(?:Get|Post|Put|Group|Health)"
    r"|^\s*(?:get|post|match|resources?|namespace|scope|pipe_through)\b[\s(]*[\"':]|->(?:get|post|map)\("
    r"|CROW_ROUTE|pathPrefix|HttpRoutes",
    re.MULTILINE,
)
"""A call, a macro or an attribute that registers a route in one of those languages."""

_SETTINGS = frozenset({*of_each(lambda runtime: runtime.SETTINGS), "appsettings.json"})
_PREFIXES = of_each(lambda runtime: runtime.SETTINGS_PREFIXES)
_TESTS = regex(
    r"(?:^|/)(?:tests?|__tests__|spec|testing|e2e|testdata|mocks?|bench(?:es|marks?)?)(?:/|$)"
    r"|(?:^|/)src/(?:[a-z]\w*Tests?|aat|testFixtures)/|(?:^|/)(?:examples?|samples?|contrib|hack)/|[._-](?:test|spec)\.\w+$|Tests?\.\w+$|/test_"
    r"|(?:^|/)(?:playwright|cypress|karma|jest|vitest|wdio|protractor|nightwatch|testcafe|codecept)"
    r"[\w.-]*\.\w+$"
)

_PORTS = (
    regex(r"""["'](?:HTTP_|SERVER_|APP_)?PORT["']\s*,\s*["']?:?(\d{2,5})\b"""),
    regex(
        r"""\b(?:env|environ)\S{0,3}\.?(?:HTTP_|SERVER_|APP_)?PORT["'\])]*\s*(?:\|\||\?\?|or)\s*["']?(\d{2,5})\b"""
    ),
    *of_each(lambda runtime: runtime.LISTENS),
    regex(
        r"""\b(?:const|let|var|final|static)\s[^=\n]{0,60}\b(?:PORT|port|defaultPort)\b\s*=\s*["']?:?(\d{4,5})["']?\s*;?\s*$"""
    ),
)
_DIGITS = regex(r"\d\d")
"""In every line that has a port, and in few of the others."""

_HEALTH = regex(r"/(?:health|live|ready|status|ping)")
_PATH = regex(r"""["'`](/[A-Za-z0-9_.{}:*$<>~-]*(?:/[A-Za-z0-9_.{}:*$<>~-]*)*)["'`]""")
_DJANGO = regex(r"""\b(?:re_)?(?:path|url)\(\s*r?["']\^?([\w<>:./-]+)\$?["'](,\s*include\()?""")
"""A route of Django, on any line of its call; with what it includes, it answers all below it."""

_FILE = regex(
    r"/(?:dev/(?:shm|null|u?random|std\w+|tty)|tmp|proc/(?:self|\d+|sys|net|\w+info)"
    r"|etc/[\w.-]+|usr/(?:s?bin|lib|local|share)|var/(?:cache|lib|log|run|spool|tmp|www))(?:/|$)"
)
"""A path of the machine, which no service answers."""

_BELOW = "/**"
"""How a route ends that answers all below it."""

_METRIC = regex(r"""["'`](?:# (?:HELP|TYPE) )?([a-zA-Z_][a-zA-Z0-9_.:]{2,80})["'`\s{]""")


@dataclass(frozen=True, kw_only=True)
class Application:
    """The source of one service.

    `paths` and `words` are every literal that could be a path or the name of a metric. `managed`
    are paths that a library answers because settings tell it to, with all below them; `bases` are
    paths below which the image is told to answer. `has_open_routes`: files or the browser define
    its routes.
    """

    folder: Path
    files: tuple[Path, ...]
    ports: tuple[Declaration, ...]
    paths: dict[str, Location]
    words: dict[str, Location]
    prefix: str = ""
    frameworks: frozenset[str] = frozenset()
    managed: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    has_open_routes: bool = False
    has_stated_routes: bool = True

    def serves(self, path: str) -> bool | None:
        """Whether the service answers `path`; None where its source names no path at all."""
        path = "/" + path.partition("?")[0].strip("/")
        if path.startswith("/.well-known/"):
            return None  # a library answers it
        if any(path == one or path.startswith(one + "/") for one in self.managed):
            return True
        below = [one for one in self.bases if path == one or path.startswith(one + "/")]
        if below and self._serves(path.removeprefix(max(below, key=len)) or "/") is not False:
            return True
        return None if below and path == below[0] else self._serves(path)

    def _serves(self, path: str) -> bool | None:
        known = {"/" + one.strip("/") for one in self.paths}
        if path in known or any(_fits(path, one) for one in known - self._of_any_name(path)):
            return True
        if any(path.startswith(one.removesuffix("**")) for one in known if one.endswith(_BELOW)):
            return True
        for word, paths in _OF_FRAMEWORKS.items():
            # The list of a library's paths, /actuator, is answered too.
            if word in self.frameworks and any(
                path == one or path.startswith(one + "/") or one.startswith(path + "/")
                for one in paths
            ):
                return True
        inside = path.removeprefix(self.prefix) if self.prefix else path
        parts = [part for part in inside.split("/") if part]
        if inside != path and self.serves_plainly(inside or "/"):
            return True
        if len(parts) > 1 and any(
            "/" + "/".join(parts[cut:]) in known for cut in range(1, len(parts))
        ):
            return True  # a router that is mounted below another path
        if self.has_open_routes:
            return None
        return False if self.has_stated_routes else None

    def _of_any_name(self, path: str) -> set[str]:
        """Return the routes of one parameter, `/{number}`, that cannot answer a health check.

        A router may be mounted below another path. They count if no other route is about health.
        """
        if not _HEALTH.match(path) or not any(_HEALTH.match(one) for one in self.paths):
            return set()
        return {one for one in self.paths if re.fullmatch(r"/[{<:][\w:]*[>}]?", one)}

    def serves_plainly(self, path: str) -> bool:
        """Return whether the path itself is a literal of the source."""
        return path in {"/" + one.strip("/") for one in self.paths}


_OF_FRAMEWORKS = dict(of_each(lambda runtime: runtime.FRAMEWORKS.items()))


def applications(project: Project) -> tuple[Application, ...]:
    """Return the source of each service, in the order of `services.folders`, if it has any."""
    return project.once("applications", lambda: tuple(_applications(project)))


def application_of(project: Project, service: Path) -> Application | None:
    """The source of the service in this folder; None where there is none."""
    known = project.once(
        "applications by folder", lambda: {one.folder: one for one in applications(project)}
    )
    return known.get(service)


def read(project: Project) -> Iterator[Declaration | Unread]:
    """The ports that sources and settings name."""
    try:
        known = applications(project)
    except Blocked as limit:
        yield Unread(path=Path(), line=0, reason=str(limit))
        return
    for one in known:
        yield from one.ports


def _applications(project: Project) -> Iterator[Application]:
    by_service: dict[Path, list[Path]] = {}
    size = 0
    for file in project.files:
        if (file.suffix in _SUFFIXES or file.name in _SETTINGS) and not _TESTS.search(
            file.as_posix()
        ):
            size += len(project.text(file))
            project.budget.refuse_text(size, "sources")
            by_service.setdefault(services.subject_of(project, file), []).append(file)
    for folder in services.folders(project) or (services.HERE,):
        files = by_service.get(folder)
        if files:
            own = _application(project, folder, _without_tools(folder, files))
            yield _with_libraries(project, own, by_service)


def _with_libraries(
    project: Project, own: Application, by_service: dict[Path, list[Path]]
) -> Application:
    """Add the paths, words, settings and frameworks of the libraries that a service is built with.

    Their ports are left out: the service decides on which one it listens.
    """
    whole = own
    for folder in libraries.of(project, own.folder):
        files = [file for file in by_service.get(folder, ()) if not _is_of_tools(folder, file)]
        if not files:
            continue
        library = _library(project, folder, files)
        # The dependencies of the root are those of every folder in it.
        is_root = folder == services.HERE
        whole = replace(
            whole,
            paths={**library.paths, **whole.paths},
            words={**library.words, **whole.words},
            managed=whole.managed | library.managed,
            frameworks=whole.frameworks if is_root else whole.frameworks | library.frameworks,
        )
    return whole


def _library(project: Project, folder: Path, files: list[Path]) -> Application:
    """Return the source of a library, which several services may be built with."""
    return project.once(
        ("source of a library", folder), lambda: _application(project, folder, files)
    )


_TOOLS = frozenset({"ci", "docs", "monitoring"})
"""Folders with tools of the repository, such as the receiver of a local Alertmanager."""


def _without_tools(folder: Path, files: list[Path]) -> list[Path]:
    """Return the files that are not in a folder of tools; all of them if there are no others."""
    own = [file for file in files if not _is_of_tools(folder, file)]
    return own or files


def _is_of_tools(folder: Path, file: Path) -> bool:
    return file.relative_to(folder).parts[0] in _TOOLS


def _application(project: Project, folder: Path, files: list[Path]) -> Application:
    ports: list[Declaration] = []
    frameworks = _frameworks(project, folder)
    paths: dict[str, Location] = {}
    words: dict[str, Location] = {}
    prefix = ""
    for file in files:
        for number, line in enumerate(project.lines(file), 1):
            if len(line) > 2000 or line.lstrip().startswith(("//", "*", "/*")):
                continue
            if '"' in line or "'" in line or "`" in line:
                _literals(Location(path=file, line=number, text=line), paths, words)
            if file.name in _SETTINGS:
                prefix = _prefix(line) or prefix
            for pattern in _PORTS if _DIGITS.search(line) else ():
                if found := pattern.search(line):
                    at = place(project, file, number)
                    ports.append(
                        Declaration(
                            fact="port", subject=folder, value=found[1], role=SOURCE, place=at
                        )
                    )
                    break
        for path, at in (
            *_routes_of_django(project, file),
            *routes.decorated(project, file),
            *routes.without_slash(project, file),
        ):
            paths.setdefault(path, at)
        prefix = routes.global_prefix(project.text(file)) or prefix
        ports += _nested_port(project, folder, file)
    return Application(
        folder=folder,
        files=tuple(files),
        ports=tuple(ports),
        paths=paths,
        words=words,
        prefix=prefix,
        frameworks=frameworks,
        managed=_managed(project, files),
        bases=_bases(project, folder),
        has_open_routes=_has_open_routes(project, folder),
        has_stated_routes=len(_routed(project, paths)) > 1 or bool(frameworks),
    )


def _routed(project: Project, paths: dict[str, Location]) -> list[str]:
    """Return the paths that may be routes.

    In a language without a reader here, a text counts if its file registers any route.
    """
    others = {at.path for at in paths.values() if at.path.suffix in _OTHERS}
    routers = {file for file in others if _ROUTER.search(project.text(file))}
    return [path for path, at in paths.items() if at.path not in others or at.path in routers]


def _managed(project: Project, files: list[Path]) -> frozenset[str]:
    """Return the paths that settings of a service make a library answer."""
    settings = [project.text(file) for file in files if file.name in _SETTINGS]
    each = (of_each(lambda runtime: runtime.paths_of_settings(text)) for text in settings)  # noqa: B023
    return frozenset(chain.from_iterable(each))


_BASE = regex(
    r"\b\w*(?:BASE_?PATH|ROOT_?PATH|CONTEXT_?PATH|PATH_?BASE|PATH_PREFIX|PUBLIC_URL|SCRIPT_NAME|BASE_?HREF)"
    r"\s*[=:]\s*[\"']?(/[\w./-]*\w)|--(?:root-path|base-href|basePath|base-path)[="
    r" ][\"']?(/[\w./-]*\w)"
)
"""A variable or an option by which an image, or what composes it, names the path it is below."""


def _bases(project: Project, folder: Path) -> frozenset[str]:
    texts = [project.text(file) for file in image_builds(project) if file.parent == folder]
    beside = (file for file in compose_files(project) if file.parent in {folder, *folder.parents})
    texts += map(project.text, beside)
    found = chain.from_iterable(map(_BASE.finditer, texts))
    return frozenset(one[1] or one[2] for one in found)


_ROUTERS = of_each(lambda runtime: runtime.ROUTERS_OF_FILES)
_SERVERS = regex(r"\"(?:express|fastify|koa|@nestjs/core|@hapi/hapi|hono|restify|polka)\"")
"""Libraries that serve what source states, beside what the browser routes."""


def _has_open_routes(project: Project, folder: Path) -> bool:
    own = [file for file in dependencies(project, folder) if file.parent == folder]
    text = "\n".join(map(project.text, own))
    return any(f'"{name}"' in text for name in _ROUTERS) and not _SERVERS.search(text)


def _literals(line: Location, paths: dict[str, Location], words: dict[str, Location]) -> None:
    """Add literals of a line that could be a path or a metric's name; the first place counts."""
    place = replace(line, text=line.text.strip()[:160])
    for path in (one for one in _PATH.findall(line.text) if not _FILE.match(one)):
        paths.setdefault(path, place)
    for word in _METRIC.findall(line.text):
        words.setdefault(word, place)


def _routes_of_django(project: Project, file: Path) -> Iterator[tuple[str, Location]]:
    """Yield the routes of a module of Django, which may stand on the line after their call."""
    text = project.text(file)
    if "django" not in text:
        return
    for found in _DJANGO.finditer(text):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", found[1]).strip("/")
        line = text.count("\n", 0, found.start(1)) + 1
        at = Location(path=file, line=line, text=found[1])
        yield f"/{path}{_BELOW if found[2] else ''}", at


def _nested_port(project: Project, folder: Path, file: Path) -> Iterator[Declaration]:
    """Yield the port in YAML settings, such as `server: {port: 8080}` of Spring Boot."""
    from scaffolder.formats import Unreadable
    from scaffolder.formats.yaml import line_of
    from scaffolder.repository import reading
    from scaffolder.repository.facts.charts import dig

    ways = of_each(lambda runtime: runtime.SETTINGS_PORTS.get(file.name, ()))
    if not ways:
        return
    try:
        table = reading.table_of(project, file)
    except Unreadable:
        return
    for way in ways:
        found = re.search(r"(?:^|:)(\d{2,5})\}?$", str(dig(table, *way) or ""))
        if found:
            at = place(project, file, line_of(table, *way))
            yield Declaration(fact="port", subject=folder, value=found[1], role=SOURCE, place=at)


def _prefix(line: str) -> str:
    for pattern in _PREFIXES:
        if found := re.match(pattern, line):
            return found[1].rstrip("/")
    return ""


def _frameworks(project: Project, folder: Path) -> frozenset[str]:
    beside = project.once("dependencies by folder", lambda: _by_folder(dependencies(project)))
    above = chain.from_iterable(beside.get(parent, ()) for parent in folder.parents)
    named = (*above, *dependencies(project, folder), *version_catalogs(project))
    text = "\n".join(map(project.text, named))
    return frozenset(
        word
        for word in _OF_FRAMEWORKS
        if word in text and re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", text)
    )


def _by_folder(files: Iterable[Path]) -> dict[Path, list[Path]]:
    by_folder: dict[Path, list[Path]] = {}
    for file in files:
        by_folder.setdefault(file.parent, []).append(file)
    return by_folder


def _fits(path: str, pattern: str) -> bool:
    """Whether a route with parameters (`/orders/{id}`, `/orders/:id`) answers a path."""
    if not re.search(r"[{:*<$]", pattern) or pattern.strip("/{}:*<>$") == "":
        return False
    ours, theirs = path.strip("/").split("/"), pattern.strip("/").split("/")
    return len(ours) == len(theirs) and all(
        a == b or b[:1] in "{:*<$" for a, b in zip(ours, theirs, strict=True)
    )
