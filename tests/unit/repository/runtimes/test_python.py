"""Python's meaning for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.runtimes import python
from scaffolder.repository.runtimes.runtime import BuildTool, Service


def tool(folder: Path, files: dict[str, str]) -> BuildTool:
    project = written(folder, files)
    images = project.matching("Dockerfile")
    return next(
        python.build_tools(Service(project=project, top=folder, images=images, listens=lambda: ()))
    )


@pytest.mark.parametrize(
    ("name", "tag", "version"),
    [
        ("python", "3.13-slim", "3.13"),
        ("gcr.io/distroless/python3-debian12", "nonroot", ""),
        ("mcr.microsoft.com/devcontainers/python", "1-3.12-bookworm", "3.12"),
        ("mcr.microsoft.com/devcontainers/python", "3.12", "3.12"),
        ("python", "3.12-1", "3.12"),
        ("python", "latest", ""),
        ("python-app", "3.13", ""),
    ],
)
def test_the_version_that_an_image_brings(name: str, tag: str, version: str) -> None:
    assert python.version_in_image(name, tag) == version


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nrequires-python = ">=3.12"\n',
        '[tool.poetry.dependencies]\npython = ">=3.12"\n',
    ],
)
def test_the_range_that_a_project_requires(tmp_path: Path, text: str) -> None:
    project = written(tmp_path, {"pyproject.toml": text})
    (found,) = python.BUILDS[0].read(project, Path("pyproject.toml"))
    assert (found.version, found.line, found.role) == (">=3.12", 2, "range")


@pytest.mark.parametrize(
    ("lock", "command", "run"),
    [
        (
            "uv.lock",
            '["uv", "run", "uvicorn", "a:b", "--port", "80"]',
            "exec uv run uvicorn a:b --port 80\n",
        ),
        ("poetry.lock", '["poetry", "run", "gunicorn", "a:b"]', "exec poetry run gunicorn a:b\n"),
        ("uv.lock", '["uv", "run", "./start.sh"]', ""),
    ],
)
def test_an_image_that_starts_by_its_package_manager(
    tmp_path: Path, lock: str, command: str, run: str
) -> None:
    files = {
        "pyproject.toml": "[project]\n",
        lock: "",
        "Dockerfile": f"FROM python:3.13\nCMD {command}\n",
    }
    assert tool(tmp_path, files).run == (f"app/build.sh\n{run}" if run else "")


@pytest.mark.parametrize(
    ("files", "test"),
    [
        ({"uv.lock": ""}, "uv run python -m unittest discover"),
        ({"requirements.txt": ""}, ".venv/bin/python -m unittest discover"),
        (
            {"uv.lock": "", "tox.ini": "pytest\n"},
            "uv run pytest --junit-xml=build/test-results/unit.xml",
        ),
    ],
)
def test_the_tests_run_in_the_environment_of_the_package_manager(
    tmp_path: Path, files: dict[str, str], test: str
) -> None:
    assert tool(tmp_path, files).test == f"app/build.sh\n{test}\n"
