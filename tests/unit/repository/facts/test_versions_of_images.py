"""Runtimes and versions in the names and tags of images."""

from __future__ import annotations

import pytest

from scaffolder.repository.facts.versions_of_images import runtime_of, shared_form, split


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("shop", ("shop", "", "")),
        ("shop:1.2", ("shop", "1.2", "")),
        ("registry.example.com:5000/shop", ("registry.example.com:5000/shop", "", "")),
        ("registry.example.com:5000/shop:1.2", ("registry.example.com:5000/shop", "1.2", "")),
        ("shop@sha256:ab", ("shop", "", "sha256:ab")),
        ("shop:1.2@sha256:ab", ("shop", "1.2", "sha256:ab")),
    ],
)
def test_an_image_has_a_name_a_tag_and_a_digest(image: str, parts: tuple[str, str, str]) -> None:
    assert split(image) == parts


@pytest.mark.parametrize(
    ("image", "runtime", "version"),
    [
        ("eclipse-temurin:21-jre", "java", "21"),
        ("python:3.13-slim", "python", "3.13"),
        ("docker.io/library/node:24-alpine", "node", "24"),
        ("golang:1.26.1", "go", "1.26"),
        ('"GOLANG:1.26"', "go", "1.26"),
    ],
)
def test_an_image_of_a_runtime_is_known_by_its_name(image: str, runtime: str, version: str) -> None:
    found = runtime_of(image)
    assert found is not None
    assert found[0] == runtime
    assert shared_form(*found) == version


@pytest.mark.parametrize(
    "image", ["postgres:16", "nginx:1.27", "example.com/shop:21", "python", ""]
)
def test_other_images_bring_no_known_version(image: str) -> None:
    assert runtime_of(image) is None


@pytest.mark.parametrize(
    ("runtime", "version", "form"),
    [
        ("java", "1.8", "8"),
        ("java", "21.0.4", "21"),
        ("node", "24.1.0", "24"),
        ("go", "x", ""),
        ("java", "latest", ""),
    ],
)
def test_a_version_has_one_form_in_all_places(runtime: str, version: str, form: str) -> None:
    assert shared_form(runtime, version) == form
