"""Routes that decorators, annotations and routers state."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.routes import decorated, global_prefix, without_slash

NEST = "import { Controller, Get } from '@nestjs/common';\n"
SPRING = "import org.springframework.web.bind.annotation.*;\n"


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("app.setGlobalPrefix('api');", "/api"),
        ('app.setGlobalPrefix("/api/v1/");', "/api/v1"),
        ("app.setGlobalPrefix(PREFIX);", ""),
        ("// prefix('api')", ""),
    ],
)
def test_an_application_may_have_a_prefix(text: str, prefix: str) -> None:
    assert global_prefix(text) == prefix


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("a.ts", NEST + "@Controller('orders')\nclass A {\n@Get('open')\n", {"/orders/open"}),
        ("a.ts", NEST + "@Controller('orders')\nclass A {\n@Get()\nall() {}\n", {"/orders"}),
        (
            "A.java",
            SPRING + '@RequestMapping("/orders")\nclass A {\n@GetMapping("/{id}")\n',
            {"/orders", "/orders/{id}"},
        ),
        ("A.java", SPRING + '@GetMapping(path = "/ready")\n', {"/ready"}),
        (
            "A.cs",
            'using Microsoft.AspNetCore.Mvc;\n[Route("api/[controller]")]\n[HttpGet("open")]\n',
            {"/api/{name}/open"},
        ),
    ],
)
def test_routes_are_below_their_controller(
    file: str, text: str, expected: set[str], tmp_path: Path
) -> None:
    found = {route for route, _ in decorated(written(tmp_path, {file: text}), Path(file))}
    assert expected <= found


@pytest.mark.parametrize(
    "text",
    ["@Get('open')\n", SPRING + "@GetMapping(READY)\n", SPRING + '// see Get("/x")\n'],
    ids=["another library", "a constant", "no annotation"],
)
def test_other_texts_are_no_routes(text: str, tmp_path: Path) -> None:
    assert list(decorated(written(tmp_path, {"A.java": text}), Path("A.java"))) == []


def test_a_route_has_its_line(tmp_path: Path) -> None:
    project = written(tmp_path, {"A.java": SPRING + '\n@GetMapping("/ready")\n'})
    assert {place.line for _, place in decorated(project, Path("A.java"))} == {3}


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("main.go", 'r.GET("ready", f)\n', ["/ready"]),
        ("main.go", 'r.GET("/ready", f)\n', []),
        (
            "config/routes.rb",
            "get 'ready', to: 'health#ready'\nresources :orders\n",
            ["/ready", "/orders"],
        ),
        ("app/models/order.rb", "get 'ready'\n", []),
        ("main.py", 'r.GET("ready")\n', []),
    ],
)
def test_some_routers_take_routes_without_a_slash(
    file: str, text: str, expected: list[str], tmp_path: Path
) -> None:
    project = written(tmp_path, {file: text})
    assert [route for route, _ in without_slash(project, Path(file))] == expected
