"""Python."""

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
    started_words,
    value_at,
    version_of_distroless,
)

TITLE = "Python"
PRECISION = 2
TOOLING = 2

VERSION_FILES = (".python-version",)
TOOL_NAMES = ("python",)
GITHUB_ACTIONS = {"setup-python": "python-version"}
AZURE_TASKS = {"UsePythonVersion": ("versionSpec",)}
JENKINS_TOOL = "python"
FEATURE = "python"

MANIFESTS = ("pyproject.toml", "setup.py")
HINTS = ("requirements.txt", "Pipfile", "manage.py")
DEPENDENCIES = ("requirements*.txt", "pyproject.toml")
LOCK_FILES = ("poetry.lock", "uv.lock")

SOURCES = (".py",)
TEXTS = (".py",)
SETTINGS: tuple[str, ...] = ()
SETTINGS_PORTS: Mapping[str, tuple[tuple[str, ...], ...]] = {}
SETTINGS_PREFIXES: tuple[str, ...] = ()
REQUIRES = (regex(r"""\benviron\[\s*["']([A-Z][A-Z0-9_]+)["']\s*\](?!\s*=[^=])"""),)
LISTENS = (
    regex(r"""(?:\.run|uvicorn\.run)\([^)\n]{0,200}\bport\s*=\s*(\d{2,5})\b"""),
    regex(r"""^PORT\s*=\s*(\d{4,5})\s*$"""),
)
LISTENS_PERHAPS = (
    Clue(
        files=("Makefile", "*.sh", "Procfile"),
        pattern=r"\bflask (?:\S+ )*run\b.*?(?:-p|--port)[ =](\d{4,5})\b",
        rank=2,
    ),
    Clue(files=("gunicorn*.py",), pattern=r"^bind\s*=\s*[\"'][^\"']*:(\d{2,5})", rank=0),
    Clue(
        files=("*.py",),
        pattern=r"\.run\([^)]*port\s*=\s*int\([^,]*,\s*[\"']?(\d{2,5})",
        rank=3,
    ),
)
FRAMEWORKS = dict.fromkeys(
    (
        *("prometheus_client", "prometheus-client", "prometheus-fastapi-instrumentator"),
        *("starlette-exporter", "prometheus-flask-exporter"),
    ),
    ("/metrics",),
)
ROUTERS_OF_FILES: tuple[str, ...] = ()
SERIES = ("python", "flask", "django", "fastapi", "uvicorn", "gunicorn", "celery")

_SERVERS = frozenset({"gunicorn", "uvicorn", "flask", "fastapi", "hypercorn"})


def version_in_image(name: str, tag: str) -> str:
    """Return the version that an image brings; "" for another image or an unknown version.

    `python3` in the name of a distroless image is not a version: the minor one is that of its
    Debian.
    """
    if version := version_of_distroless(name, "python"):
        return version if version != "3" else ""
    return leading_version(name, tag) if re.match(r"^(?:python|pypy)$", last_part(name)) else ""


def shared_form(version: str) -> str:
    """Return the major and the minor version: "3.13" for "3.13.2"."""
    return first_numbers(version, PRECISION)


def _pyproject(project: Project, file: Path) -> Iterator[Version]:
    """Yield the range that a pyproject.toml requires."""
    table = reading.toml_of(project, file)
    wanted = value_at(table, "project", "requires-python")
    wanted = wanted or value_at(table, "tool", "poetry", "dependencies", "python")
    if isinstance(wanted, str):
        line = line_with(project, file, r"^\s*(?:requires-python|python)\s*=")
        yield Version(version=wanted, file=file, line=line, role=RANGE)


BUILDS = (Build(files=("pyproject.toml",), read=_pyproject),)


def names(project: Project) -> Iterator[Name]:
    """Yield the name of the project in pyproject.toml."""
    return names_in(project, "pyproject.toml", r"^name\s*=\s*[\"']([^\"']+)", rank=3)


def build_tools(service: Service) -> Iterator[BuildTool]:
    """Yield the package managers by their files, lock files first."""
    project = service.project
    venv, own_package = ".venv/bin/python -m ", _venv(".")
    files = ("requirements.txt", "requirements-dev.txt", "requirements-test.txt")
    requirements = _venv(" ".join(f"--requirement {file}" for file in files if project.has(file)))
    ways = (
        ("uv.lock", "uv", "uv sync --locked\n", "uv run "),
        ("poetry.lock", "Poetry", "poetry install\n", "poetry run "),
        ("Pipfile.lock", "Pipenv", "pipenv sync --dev\n", "pipenv run "),
        ("requirements.txt", "pip", requirements, venv),
        ("pyproject.toml", "pip", own_package, venv),
        ("setup.py", "pip", own_package, venv),
    )
    for file, name, build, prefix in ways:
        if project.has(file):
            tests = _tests(project, module=prefix == venv)
            started = _run_by(prefix, _started(service))
            yield BuildTool(
                name=name,
                place=Location(path=Path(file)),
                build=build,
                test=f"app/build.sh\n{prefix}{tests}\n",
                run=f"app/build.sh\nexec {started}\n" if started else "",
            )


def _run_by(prefix: str, arguments: str) -> str:
    """Return the command that hands `arguments` to the Python of the project."""
    if prefix.endswith("-m "):
        return f"{prefix.removesuffix('-m ')}{arguments}" if arguments else ""
    module = arguments.removeprefix("-m ")
    if module != arguments and module.split()[0] in _SERVERS:
        return f"{prefix}{module}"
    return f"{prefix}python {arguments}" if arguments else ""


def _venv(wanted: str) -> str:
    return f"python3 -m venv .venv\n.venv/bin/python -m pip install --quiet {wanted}\n"


def _tests(project: Project, *, module: bool) -> str:
    """Return the tests as the arguments of `python -m`, or as a command where `module` is false."""
    if _uses(project, "pytest"):
        return "pytest --junit-xml=build/test-results/unit.xml"
    return "unittest discover" if module else "python -m unittest discover"


def _uses(project: Project, package: str) -> bool:
    named = (
        "requirements*.txt",
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "tox.ini",
        "pytest.ini",
    )
    return any(package in project.text(file) for file in project.matching(*named))


def _started(service: Service) -> str:
    """Return the arguments of `python` that start what the image starts, or the Procfile's web; "".

    Nothing is started that is not found on any machine, such as a script of the image.
    """
    project = service.project
    words = started_words(service)
    procfile = re.search(
        r"^web:\s*(.+)$", project.text("Procfile") if project.has("Procfile") else "", re.M
    )
    if not words and procfile:
        words = procfile[1].split()
    for starter in (["uv", "run"], ["poetry", "run"], ["pipenv", "run"]):
        words = words[2:] if words[:2] == starter else words
    if not words or not is_plain(words):
        return ""
    if words[0] in _SERVERS:
        return " ".join(["-m", *words])
    if words[0] in {"python", "python3"} and len(words) > 1:
        known = words[1] == "-m" or project.has(words[1])
        return " ".join(words[1:]) if known else ""
    return ""


def is_service(project: Project) -> bool:
    """Return whether a build names a project: pyproject.toml may hold settings of tools alone."""
    file = Path("pyproject.toml")
    try:
        table = reading.toml_of(project, file) if project.has(file) else {}
    except Unreadable:
        table = {}
    named = value_at(table, "project") or value_at(table, "tool", "poetry")
    if named or project.has("setup.py") or project.has("manage.py"):
        return True
    return any(
        _FRAMEWORK.search(project.text(one)) for one in project.matching("requirements*.txt")
    )


_FRAMEWORK = regex(
    r"^(?:flask|django|fastapi|gunicorn|uvicorn|hypercorn|aiohttp|starlette|tornado|sanic)\b",
    re.MULTILINE | re.IGNORECASE,
)
"""Libraries that serve HTTP, in a list of requirements."""


is_multi_module = never_multi_module
started_modules = no_packages
packages = no_packages


paths_of_settings = no_paths_of_settings
