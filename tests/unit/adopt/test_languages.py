"""A service in a language that the template does not have is refused, and what only looks like one is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.adopt import languages
from scaffolder.errors import ProjectError

TOOLS = '{"devDependencies": {"@playwright/test": "1.50.0"}}'


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"Shop.slnx": "", "package.json": TOOLS}, r"\.NET \(Shop\.slnx\)"),
        ({"src/Api/Api.csproj": "<Project/>", "package.json": TOOLS}, r"\.NET \(src/Api/Api"),
        ({"composer.json": "{}", "package.json": '{"scripts": {"dev": "vite"}}'}, "PHP"),
        (
            {"Gemfile": "", "package.json": '{"dependencies": {"@hotwired/turbo-rails": "8"}}'},
            "Ruby",
        ),
        ({"Cargo.toml": "", "requirements.txt": "mkdocs\n"}, "Rust"),
        ({"Cargo.toml": "", "pyproject.toml": "[tool.ruff]\nline-length = 100\n"}, "Rust"),
        ({"mix.exs": "", "assets/package.json": "{}"}, "Elixir"),
        ({"package.json": "{}", "Dockerfile": "FROM node:24 AS a\nFROM php:8.4-fpm\n"}, "PHP"),
        ({"Dockerfile": "FROM rust:1.90 AS build\nFROM debian:13-slim\n"}, "Rust"),
        ({"Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:10.0\n"}, r"\.NET"),
        ({"cpanfile": "requires 'Mojolicious';\n", "Dockerfile": "FROM perl:5.42\n"}, "Perl"),
        (
            {
                "Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0 AS base\n"
                "FROM node:24 AS front\nFROM base\nCOPY --from=front / /\n"
            },
            r"\.NET \(Dockerfile\)",
        ),
    ],
)
def test_another_language(tmp_path: Path, files: dict[str, str], says: str) -> None:
    project = written(tmp_path, files)
    with pytest.raises(
        ProjectError, match=f"is written in {says}.*the template does not"
    ) as raised:
        languages.refuse_another(project)
    assert "--only checks" in raised.value.hint


@pytest.mark.parametrize(
    "files",
    [
        {"pom.xml": "<project/>", "Gemfile": "gem 'danger'\n"},
        {"package.json": '{"scripts": {"start": "node ."}}', "Gemfile": "gem 'jekyll'\n"},
        {"package.json": '{"dependencies": {"express": "5"}}', "composer.json": "{}"},
        {"pyproject.toml": '[project]\nname = "x"\n', "Cargo.toml": ""},
        {"go.mod": "module x\n", "docs/Gemfile": ""},
        {"manage.py": "", "CMakeLists.txt": ""},
        {"package.json": "{}", "tests/load/Load.csproj": ""},
        {"Gemfile": "", "package.json": "{}", "Dockerfile": "FROM node:24-slim\n"},
        {"Cargo.toml": "", "Dockerfile": "FROM rust:1 AS tool\nFROM python:3.14-slim\n"},
        {"package.json": "{}"},
        {"README.md": "# nothing\n"},
    ],
)
def test_no_other_language(tmp_path: Path, files: dict[str, str]) -> None:
    languages.refuse_another(written(tmp_path, files))
