"""Tags of images that are moved."""

from __future__ import annotations

import pytest

from scaffolder.repository import image_tags

TAGS = {
    "redis": "",
    "redis:latest": "latest",
    "registry.example.com:5000/team/x": "",
    "registry.example.com:5000/team/x:edge": "edge",
    "node:lts": "lts",
    "x:${TAG:-latest}": "latest",
    "node:alpine": "alpine",
    "node:lts-alpine": "lts-alpine",
    "node:alpine3.21": "alpine3.21",
    "mongo:jammy": "jammy",
    "nginx:mainline": "mainline",
    "nginx:stable-alpine3.19": "stable-alpine3.19",
    "python:slim-bookworm": "slim-bookworm",
    "eclipse-temurin:jre": "jre",
    "gradle:jdk17-alpine": "jdk17-alpine",
    "docker:dind": "dind",
    "gcr.io/distroless/static:nonroot": "nonroot",
    "acme/till:production": "production",
    "acme/till:LATEST": "LATEST",
    "redis:8.2": None,
    "redis:8": None,
    "node:24-alpine": None,
    "eclipse-temurin:21-jre-alpine": None,
    "maven:3.9-eclipse-temurin-17": None,
    "debian:bookworm-slim": None,
    "ubuntu:jammy": None,
    "mcr.microsoft.com/devcontainers/base:jammy": None,
    "gcr.io/distroless/java21-debian12:nonroot": None,
    "acme/till:v1": None,
    "acme/till:2024-05-01": None,
    "acme/till:deadbeef": None,
    "acme/till:sha-0a1b2c3": None,
    "acme/till:local": None,
    "IMAGE": None,
    "IMAGE_NAME:latest": None,
    "acme/till:IMAGE_TAG": None,
    "my-image": None,
    "your-registry/till:latest": None,
    "<ACCOUNT>.dkr.ecr.eu-west-1.amazonaws.com/auth:latest": None,
    "{{ image }}": None,
    "__IMAGE__": None,
    "%IMAGE%": None,
    "REPLACE_ME": None,
    "controller:latest": None,
    "acme/controller:latest": "latest",
    "acme/imagemagick:latest": "latest",
    "redis@sha256:" + "0" * 64: None,
    "x:${TAG}": None,
    "$CI_REGISTRY_IMAGE:latest": None,
    "scratch": None,
}


@pytest.mark.parametrize(("image", "tag"), TAGS.items())
def test_a_tag_that_moves(image: str, tag: str | None) -> None:
    assert image_tags.moving_tag(image) == tag
