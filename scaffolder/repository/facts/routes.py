"""Routes that decorators, annotations and attributes state: NestJS, Spring, ASP.NET, JAX-RS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository.project import Project

_DECORATED = regex(
    r"(?:^|[\s(])[@\[](?P<name>Controller|RequestMapping|Route|Path|Get|Post|Put|Delete|Patch|All|Head"
    r"|GetMapping|PostMapping|PutMapping|HttpGet|HttpPost|HttpPut|HttpDelete|HttpHead)"
    r"(?:\((?P<inner>[^()\n]*)\)|(?=[\s\],]))"
)
_LITERAL = regex(
    r"^\s*(?:\[\s*|\{\s*(?:path\s*:\s*)?|(?:path|value)\s*=\s*\{?\s*)?[\"'`](?P<path>[^\"'`\n]*)"
)
_CONTROLLERS = frozenset({"Controller", "RequestMapping", "Route", "Path"})
_MARKS = ("@nestjs/", "org.springframework", "Microsoft.AspNetCore", "[ApiController", "jakarta.ws")
_PREFIX = regex(r"\.setGlobalPrefix\(\s*[\"'`]/?([\w/.-]+?)/?[\"'`]")


def global_prefix(text: str) -> str:
    """Return the prefix of all routes of an application of NestJS, such as "/api"; "" if none."""
    found = _PREFIX.search(text) if "setGlobalPrefix" in text else None
    return f"/{found[1]}" if found else ""


def decorated(project: Project, file: Path) -> Iterator[tuple[str, Location]]:
    """Yield the routes of controllers, of their methods, and of a method below its controller.

    A method without a path answers that of its controller. `~/` begins at the root in ASP.NET.
    """
    text = project.text(file)
    if not any(mark in text for mark in _MARKS):
        return
    controllers = [""]
    for found in _DECORATED.finditer(text):
        inner = found["inner"] or ""
        literal = _LITERAL.match(inner)
        if inner.strip() and literal is None:
            continue  # a constant
        path = _plain(literal["path"]) if literal else ""
        line = text.count("\n", 0, found.start("name")) + 1
        at = Location(path=file, line=line, text=found[0].strip())
        if found["name"] in _CONTROLLERS:
            if path and controllers == [""]:
                controllers = []
            controllers += [path] if path else []
            if path:
                yield f"/{path}", at
            continue
        for controller in controllers:
            yield "/" + "/".join(filter(None, (controller, path))), at
        if path:
            yield f"/{path}", at


_OF_GO = regex(
    r"\.(?:GET|POST|PUT|DELETE|PATCH|HEAD|Any|Get|Post|Put|Delete|Patch)"
    r"\(\s*\"(?P<path>\w[\w.-]*(?:/[\w.:{}*-]+)*)\""
)
_OF_RAILS = regex(
    r"^\s*(?:get|post|put|patch|delete|match|resources?|namespace|scope|mount\b.*=>)"
    r"\s*\(?\s*(?::|[\"'])/?(?P<path>\w[\w/.:-]*)",
    re.MULTILINE,
)


def without_slash(project: Project, file: Path) -> Iterator[tuple[str, Location]]:
    """Yield the routes that are written without a slash: gin's `GET("ready")`, those of Rails."""
    is_rails = file.suffix == ".rb" and "routes" in file.as_posix()
    if not is_rails and file.suffix != ".go":
        return
    text = project.text(file)
    for found in (_OF_RAILS if is_rails else _OF_GO).finditer(text):
        line = text.count("\n", 0, found.start("path")) + 1
        yield f"/{found['path']}", Location(path=file, line=line, text=found[0].strip())


def _plain(path: str) -> str:
    """Return a path without slashes around it; `[controller]` is a part that is not known."""
    return re.sub(r"\[\w+\]", "{name}", path).removeprefix("~").strip("/")
