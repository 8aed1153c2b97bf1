"""Node.js."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from scaffolder.formats import Unreadable
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import reading
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes.runtime import (
    RANGE,
    VERSION_FILE,
    Build,
    BuildTool,
    Clue,
    Name,
    Service,
    Version,
    first_numbers,
    is_plain,
    last_part,
    leading_version,
    line_with,
    names_in,
    never_multi_module,
    no_packages,
    no_paths_of_settings,
    relative_path,
    started_words,
    value_at,
    version_of_distroless,
)

TITLE = "Node.js"
PRECISION = 1
TOOLING = 1

VERSION_FILES = (".node-version", ".nvmrc")
TOOL_NAMES = ("nodejs", "node")
GITHUB_ACTIONS = {"setup-node": "node-version"}
AZURE_TASKS = {"UseNode": ("version",), "NodeTool": ("versionSpec",)}
JENKINS_TOOL = "nodejs"
FEATURE = "node"

MANIFESTS = ("package.json",)
HINTS: tuple[str, ...] = ()
DEPENDENCIES = MANIFESTS
LOCK_FILES = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")

SOURCES = (".js", ".mjs", ".cjs", ".ts")
TEXTS = (".js", ".ts")
SETTINGS: tuple[str, ...] = ()
SETTINGS_PORTS: Mapping[str, tuple[tuple[str, ...], ...]] = {}
SETTINGS_PREFIXES: tuple[str, ...] = ()
REQUIRES = (
    regex(r"\bprocess\.env\.([A-Z][A-Z0-9_]+)!(?!=)"),
    regex(r"!process\.env\.([A-Z][A-Z0-9_]+)\s*\).*\bthrow\b"),
    regex(
        r"""\b(?:requireEnv|requiredEnv|mustGetEnv|getRequiredEnv)\(\s*["']([A-Z][A-Z0-9_]+)["']"""
    ),
    regex(
        r"""\b(?:connect|createClient|createPool|createConnection|verify|sign)\(\s*process\.env\."""
        r"""([A-Z][A-Z0-9_]+)\s*[,)]"""
    ),
)
LISTENS = (regex(r"""\.listen\(\s*(\d{2,5})\b"""),)
LISTENS_PERHAPS = (
    Clue(
        files=("*.js", "*.ts", "*.mjs", "*.cjs"),
        pattern=r"\.listen\(\s*\{\s*port:\s*(\d{2,5})"
        r"|PORT(?:,\s*10)?\)?\s*(?:\|\||\?\?)\s*[\"']?(\d{2,5})",
        rank=2,
    ),
)
FRAMEWORKS = {
    **dict.fromkeys(("prom-client", "express-prom-bundle", "fastify-metrics"), ("/metrics",)),
    "terminus": ("/health",),
    "next": ("/api",),
}
ROUTERS_OF_FILES = (
    *("next", "nuxt", "astro", "gatsby", "vite", "react-scripts", "react-router", "vue-router"),
    *("@remix-run/react", "@sveltejs/kit", "@angular/core", "@tanstack/react-router"),
)
"""Libraries whose routes are files, or are told apart in the browser."""

SERIES = ("nodejs",)

_FRAMEWORKS = frozenset(
    {
        *("express", "fastify", "koa", "restify", "polka", "hono", "next", "nuxt", "moleculer"),
        *("@nestjs/core", "@hapi/hapi", "@adonisjs/core", "@feathersjs/feathers", "@sveltejs/kit"),
    }
)
"""Libraries that serve HTTP."""

_IMAGES = regex(r"^(?:node|nodejs|javascript-node|typescript-node)$")


def version_in_image(name: str, tag: str) -> str:
    """Return the version that an image brings; "" for another image or an unknown version."""
    if version := version_of_distroless(name, "nodejs"):
        return version
    return leading_version(name, tag) if _IMAGES.match(last_part(name)) else ""


def shared_form(version: str) -> str:
    """Return the major version: "22" for "v22.1.0"."""
    return first_numbers(version, PRECISION)


def _package(project: Project, file: Path) -> Iterator[Version]:
    """Yield what a package.json allows (engines) and what Volta installs for it."""
    table = reading.json_of(project, file)
    for key, role in (("engines", RANGE), ("volta", VERSION_FILE)):
        version = value_at(table, key, "node")
        if isinstance(version, str):
            line = line_with(project, file, r"\"node\"\s*:\s*\"" + re.escape(version))
            yield Version(version=version, file=file, line=line, role=role)


BUILDS = (Build(files=("package.json",), read=_package),)


def names(project: Project) -> Iterator[Name]:
    """Yield the name of the package."""
    return names_in(project, "package.json", r"^[\s{]*\"name\"\s*:\s*\"([^\"]+)\"", rank=1)


def build_tools(service: Service) -> Iterator[BuildTool]:
    """Yield the package manager, by the lock file of package or workspace; npm without one."""
    if not service.project.has("package.json"):
        return
    scripts = value_at(_manifest(service.project), "scripts")
    scripts = scripts if isinstance(scripts, dict) else {}
    file, name, install, command = _manager(service)
    yield BuildTool(
        name=name,
        place=Location(path=file),
        build=f"{install}\n" + (f"{command} run build\n" if "build" in scripts else ""),
        test=f"{install}\n{command} test\n" if "test" in scripts else "",
        run=_run(service, scripts, command),
    )


def _run(service: Service, scripts: dict[str, object], command: str) -> str:
    """Return the command for the script that the image starts, else for `start`; "" for none."""
    words = started_words(service)
    if words[:1] in (["npm"], ["yarn"], ["pnpm"]):
        named = [word for word in words[1:] if word != "run" and not word.startswith("-")]
        if named and named[0] in scripts and named[0] != "start":
            return f"exec {command} run {named[0]}\n"
    if "start" in scripts:
        return f"exec {command} start\n"
    return f"exec {' '.join(words)}\n" if words[:1] == ["node"] and is_plain(words) else ""


def _manager(service: Service) -> tuple[Path, str, str, str]:
    """Return the file that names the package manager, its name, its install and its command."""
    ways = (
        ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile", "pnpm"),
        ("yarn.lock", "Yarn", "yarn install --immutable", "yarn"),
        ("package-lock.json", "npm", "npm ci", "npm"),
    )
    for lock, name, install, command in ways:
        if file := _nearest(lock, service):
            return file, name, install, command
    return Path("package.json"), "npm", "npm install", "npm"


def _nearest(name: str, service: Service) -> Path | None:
    """Return the lock file in the folder or in one above it: a workspace has one for all."""
    here = service.project.root
    for folder in (here, *here.parents):
        if folder.is_relative_to(service.top) and (folder / name).is_file():
            return Path(relative_path(here, folder / name))
    return None


def is_service(project: Project) -> bool:
    """Return whether the package starts a server: one for assets or tests does not."""
    manifest = _manifest(project)
    libraries = value_at(manifest, "dependencies")
    server = isinstance(libraries, dict) and not _FRAMEWORKS.isdisjoint(libraries)
    return server or bool(value_at(manifest, "scripts", "start"))


def packages(project: Project) -> tuple[Path, ...]:
    """Return the folders of the packages of a workspace; none if the root is not a workspace."""
    patterns = _workspace(project)
    folders = [file.parent for file in project.matching("package.json") if len(file.parts) > 1]
    return tuple(folder for folder in folders if _is_member(folder, patterns))


def _workspace(project: Project) -> list[str]:
    """Return the patterns of a workspace's packages; "**" if there is one and they are unknown.

    https://docs.npmjs.com/cli/using-npm/workspaces, https://pnpm.io/pnpm-workspace_yaml
    """
    listed = value_at(_manifest(project), "workspaces")
    listed = value_at(listed, "packages") if isinstance(listed, dict) else listed
    file = Path("pnpm-workspace.yaml")
    if project.has(file):
        listed = reading.table(project, file).get("packages") or ["**"]
    if not isinstance(listed, list):
        return ["**"] if listed else []
    return [str(pattern).removeprefix("./").rstrip("/") for pattern in listed]


def _is_member(folder: Path, patterns: list[str]) -> bool:
    """Return whether the last pattern that matches a folder takes it: `!x` leaves it out."""
    taken = False
    for pattern in patterns:
        words = [".*" if part == "**" else _part(part) for part in pattern.lstrip("!").split("/")]
        if re.fullmatch("/".join(words), folder.as_posix()):
            taken = not pattern.startswith("!")
    return taken


def _part(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")


def _manifest(project: Project) -> object:
    """Return the package.json at the root; None if there is none or it does not parse."""
    file = Path("package.json")
    try:
        return reading.json_of(project, file) if project.has(file) else None
    except Unreadable:
        return None


is_multi_module = never_multi_module
started_modules = no_packages


paths_of_settings = no_paths_of_settings
