"""AG068: what a Dockerfile copies from the repository is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding

FILES = {
    "requirements.txt": "",
    "config/settings.yaml": "",
    "src/app.py": "",
    "services/web/Dockerfile": "FROM scratch\n",
    "services/web/package.json": "{}\n",
    "services/web/src/index.js": "",
}


def found(root: Path, copies: str, file: str = "Dockerfile", **more: str) -> list[Finding]:
    image = f"FROM python:3.14-slim AS build\n{copies}\n"
    files = {**FILES, file: image, **{name.replace("__", "/"): text for name, text in more.items()}}
    chosen = checks.choose(select=["AG068"], ignore=[])
    report = checks.run(written(root, files), chosen, ScriptedToolchain({}))
    return [one for result in report.results for one in result.findings]


@pytest.mark.parametrize(
    ("copies", "meant"),
    [
        ("COPY requirments.txt ./", "copy requirements.txt"),
        ("COPY --chown=app:app ./requirement.txt .", "copy requirements.txt"),
        ("COPY conifg/settings.yaml /etc/app/", "copy config/settings.yaml"),
        ('ADD ["config/setings.yaml", "/etc/app/"]', "copy config/settings.yaml"),
        ("COPY config/*.yaml confg/*.yml /etc/", "copy config"),
        ("COPY Requirements.txt .", "copy requirements.txt"),
        ("COPY nginx.conf /etc/nginx/nginx.conf", "add the file, or take it out of the copy"),
        ("COPY src/other.py .", "add the file, or take it out of the copy"),
    ],
)
def test_a_source_that_is_not_there_is_reported(copies: str, meant: str, tmp_path: Path) -> None:
    (one,) = found(tmp_path, copies)
    assert (one.path, one.line, one.fix) == (Path("Dockerfile"), 2, meant)


@pytest.mark.parametrize(
    "copies",
    [
        "COPY requirements.txt src/ config ./",
        "COPY . .",
        "COPY src/*.py package*.json ./",
        "COPY --from=build /app/requirments.txt .",
        "ARG FILE\nCOPY $FILE .",
        "COPY target/app.jar /app.jar",
        "COPY manager /",
        "COPY package.json ./",
        "COPY <<EOF /etc/app.conf\nCOPY nothing.txt .\nEOF",
        "ADD https://example.com/nothing.txt .",
        "COPY generated.json .",
        "COPY notes.txt .",
        "COPY far/away/settings.yaml .",
    ],
)
def test_what_is_there_or_is_made_is_not(copies: str, tmp_path: Path) -> None:
    others = {".gitignore": "generated.json\n", "build__release.sh": "date > notes.txt\n"}
    assert found(tmp_path, copies, **others) == []


COMPOSE = "services:\n  web: {build: %s}\n"


@pytest.mark.parametrize(
    ("build", "copies", "number"),
    [
        ("services/web", "COPY package.json index.html ./", 1),
        ("{context: services/web}", "COPY package.json src/index.jsx ./", 1),
        ("{context: ., dockerfile: services/web/Dockerfile}", "COPY services/web/src ./", 0),
        ("{context: ., dockerfile: services/web/Dockerfile}", "COPY services/web/srcs ./", 1),
        ("services/web", "COPY package.json src ./", 0),
        ("services/web", "COPY requirements.txt ./", 0),
        ("services/web", "COPY app.py ./", 1),
    ],
)
def test_a_context_is_that_of_compose(build: str, copies: str, number: int, tmp_path: Path) -> None:
    told = found(tmp_path, copies, "services/web/Dockerfile", **{"compose.yaml": COMPOSE % build})
    assert len(told) == number


def test_without_a_named_context_any_folder_may_be_it(tmp_path: Path) -> None:
    assert found(tmp_path, "COPY app.py ./", "services/web/Dockerfile") == []


def test_files_of_another_repository_are_not_looked_for(tmp_path: Path) -> None:
    modules = '[submodule "lib"]\n\tpath = lib\n\turl = ../lib.git\n'
    assert found(tmp_path, "COPY lib/setup.py ./", **{".gitmodules": modules}) == []
