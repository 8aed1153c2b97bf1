"""How the service that is there is built, tested and run, as the three scripts that the rest of a repository calls."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.adopt import ports
from scaffolder.adopt.found import Found
from scaffolder.model import Location
from scaffolder.repository import files as kinds
from scaffolder.repository import reading
from scaffolder.repository.project import Project

FILES = ("app/build.sh", "app/test.sh", "app/run.sh")

_HEAD = """\
#!/usr/bin/env bash
# {what} the service with {tool}: found by `scaffold adopt`, and yours to change.
set -euo pipefail
cd "$(dirname "${{BASH_SOURCE[0]}}")/.."

"""
_UNKNOWN = """\
echo "{file}: nothing here says how the service is {done}; write it in this file" >&2
exit 1
"""
_JUNIT = """\
status=0
{command} || status=$?
mkdir -p build/test-results
find . -path '{reports}' -exec cp {{}} build/test-results/ \\;
exit "$status"
"""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A build tool: what people call it, the file that says so, and the commands of the three scripts ("" unknown)."""

    name: str
    place: Location
    build: str
    test: str
    run: str


def tool(project: Project, top: Path, runtime: str) -> Tool | None:
    """The build tool of the service, None where nothing says one; `top` is the root of the whole repository."""
    readers = {"java": _java, "node": _node, "python": _python, "go": _go}
    return next(readers[runtime](project, top), None)


def found(tool: Tool) -> Found:
    """The build tool as one of the things that were found."""
    return Found(name="build", value=tool.name, places=(tool.place,))


def of(tool: Tool) -> Mapping[str, str]:
    """The text of each of FILES."""
    words = (("Builds", "built"), ("Tests", "tested"), ("Runs", "started"))
    return {
        file: _HEAD.format(what=what, tool=tool.name) + (command or _UNKNOWN.format(file=file, done=done))
        for file, (what, done), command in zip(FILES, words, (tool.build, tool.test, tool.run), strict=True)
    }


def _java(project: Project, top: Path) -> Iterator[Tool]:
    if project.has("pom.xml"):
        spring = "spring-boot-maven-plugin" in project.text("pom.xml")
        whole = _above(project.root, top, "pom.xml", "<module>")
        maven = _wrapper(project.root, whole or project.root, "mvnw", "mvn")
        # A module is built with those that it needs, by the build of which it is one.
        batch = f"{maven} --batch-mode"
        if whole:
            batch += f" --file {_way(project.root, whole)}/pom.xml --projects {_way(whole, project.root)} --also-make"
        yield Tool(
            name="Maven",
            place=Location(path=Path("pom.xml")),
            build=f"{batch} -DskipTests package\n",
            test=_JUNIT.format(command=f"{batch} verify", reports="*/surefire-reports/*.xml"),
            run=f"exec {maven} --batch-mode spring-boot:run\n" if spring else "",
        )
    for file in kinds.gradle_builds(project)[:1]:
        whole = _above(project.root, top, "settings.gradle.kts") or _above(project.root, top, "settings.gradle")
        gradle = _wrapper(project.root, whole or project.root, "gradlew", "gradle")
        spring = "org.springframework.boot" in project.text(file) or "spring.boot" in project.text(file)
        yield Tool(
            name="Gradle",
            place=Location(path=file),
            build=f"{gradle} --console=plain assemble\n",
            test=_JUNIT.format(command=f"{gradle} --console=plain check", reports="*/test-results/*/*.xml"),
            run=f"exec {gradle} --console=plain {'bootRun' if spring else 'run'}\n",
        )


def _above(folder: Path, top: Path, name: str, words: str = "") -> Path | None:
    """The nearest folder above, inside the repository, with a file of this name that says `words`."""
    for one in folder.parents:
        file = one / name
        if one.is_relative_to(top) and file.is_file() and words in file.read_text(encoding="utf-8", errors="replace"):
            return one
    return None


def _wrapper(folder: Path, whole: Path, name: str, program: str) -> str:
    return f"{_way(folder, whole)}/{name}" if (whole / name).is_file() else program


def _way(start: Path, end: Path) -> str:
    return Path(os.path.relpath(end, start)).as_posix()


_LOCKS = (
    ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile", "pnpm"),
    ("yarn.lock", "Yarn", "yarn install --immutable", "yarn"),
    ("package-lock.json", "npm", "npm ci", "npm"),
)


def _node(project: Project, top: Path) -> Iterator[Tool]:
    if not project.has("package.json"):
        return
    scripts = reading.json(project, Path("package.json")).get("scripts", {})
    locks = ((_lock(one[0], project.root, top), one) for one in _LOCKS)
    none = (Path("package.json"), ("package.json", "npm", "npm install", "npm"))
    at, (_, name, install, command) = next(((at, one) for at, one in locks if at), none)
    yield Tool(
        name=name,
        place=Location(path=at),
        build=f"{install}\n" + (f"{command} run build\n" if "build" in scripts else ""),
        test=f"{install}\n{command} test\n" if "test" in scripts else "",
        run=f"exec {command} start\n" if "start" in scripts else "",
    )


def _lock(name: str, folder: Path, top: Path) -> Path | None:
    """The lock file of the package's folder or of one above it: a workspace has one for all."""
    inside = [one for one in (folder, *folder.parents) if one.is_relative_to(top)]
    return next((Path(_way(folder, one / name)) for one in inside if (one / name).is_file()), None)


def _python(project: Project, top: Path) -> Iterator[Tool]:
    ways = (
        ("uv.lock", "uv", "uv sync --locked\n", "uv run "),
        ("poetry.lock", "Poetry", "poetry install\n", "poetry run "),
        ("Pipfile.lock", "Pipenv", "pipenv sync --dev\n", "pipenv run "),
        ("requirements.txt", "pip", _venv(project), ".venv/bin/python -m "),
        (
            "pyproject.toml",
            "pip",
            "python3 -m venv .venv\n.venv/bin/python -m pip install --quiet .\n",
            ".venv/bin/python -m ",
        ),
        (
            "setup.py",
            "pip",
            "python3 -m venv .venv\n.venv/bin/python -m pip install --quiet .\n",
            ".venv/bin/python -m ",
        ),
    )
    for file, name, build, prefix in ways:
        if project.has(file):
            tests = (
                "pytest --junit-xml=build/test-results/unit.xml" if _uses(project, "pytest") else "unittest discover"
            )
            if tests.startswith("unittest") and not prefix.endswith("-m "):
                tests = f"python -m {tests}"
            started = _started(project)
            yield Tool(
                name=name,
                place=Location(path=Path(file)),
                build=build,
                test=f"app/build.sh\n{prefix}{tests}\n",
                run=f"app/build.sh\nexec {prefix}{started}\n" if started else "",
            )


def _venv(project: Project) -> str:
    files = [
        file for file in ("requirements.txt", "requirements-dev.txt", "requirements-test.txt") if project.has(file)
    ]
    wanted = " ".join(f"--requirement {file}" for file in files)
    return f"python3 -m venv .venv\n.venv/bin/python -m pip install --quiet {wanted}\n"


def _uses(project: Project, package: str) -> bool:
    return any(package in project.text(file) for file in kinds.python_needs(project))


def _started(project: Project) -> str:
    """The command of the image, where it is a Python program that can be started by name on any machine."""
    for file in kinds.dockerfiles(project):
        read = reading.stages(project, file)
        if read is None:
            continue
        last = read.stages[-1]
        words = [word for kind in ("ENTRYPOINT", "CMD") for one in list(last.each(kind))[-1:] for word in one.words]
        if words[:2] in (["python", "-m"], ["python3", "-m"], ["uv", "run"], ["poetry", "run"], ["pipenv", "run"]):
            words = words[2:]
        if words and words[0] in {"gunicorn", "uvicorn", "flask", "fastapi", "hypercorn"} and _plain(words):
            return " ".join(words)
    return ""


def _plain(words: list[str]) -> bool:
    return all(re.fullmatch(r"[\w./:=@%+-]+", word) for word in words)


def _go(project: Project, top: Path) -> Iterator[Tool]:
    if project.has("go.mod"):
        package = _main(project)
        yield Tool(
            name="Go",
            place=Location(path=Path("go.mod")),
            build=f"go build -o build/app/service {package}\n",
            test="go test ./...\n",
            run=f"exec go run {package}\n",
        )


def _main(project: Project) -> str:
    """The package of the service: the one that the image builds, else one that listens, else the first."""
    folders = [file.parent for file in kinds.go_programs(project)]
    packages = {folder: "." if folder == Path() else f"./{folder.as_posix()}" for folder in folders}
    images = "\n".join(project.text(file) for file in kinds.dockerfiles(project))
    built = [name for name in packages.values() if re.search(rf"\sgo build\b.*\s{re.escape(name)}/?(?:\s|$)", images)]
    listens = ports.port(project).places
    inside = [name for folder, name in packages.items() if any(one.path.parent == folder for one in listens)]
    return next(iter((*built, *inside, *packages.values())), ".")
