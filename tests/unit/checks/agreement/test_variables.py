"""AG061: what a source needs from its environment, and what sets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project


def found(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=["AG061"], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]


COMPOSE = {"compose.yaml": "services:\n  shop:\n    build: .\n    environment:\n      MODE: test\n"}
SERVICES = {
    "python": {"requirements.txt": "flask\n", "Dockerfile": "FROM python:3.14\n"},
    "java": {"pom.xml": "<project/>\n", "Dockerfile": "FROM eclipse-temurin:25\n"},
    "node": {"package.json": "{}\n", "Dockerfile": "FROM node:24\n"},
    "go": {"go.mod": "module shop\n\ngo 1.26\n", "Dockerfile": "FROM golang:1.26\n"},
}
NEEDS = [
    ("python", "app.py", 'queue = os.environ["ORDERS_QUEUE"]'),
    ("python", "shop/settings.py", "QUEUE = environ['ORDERS_QUEUE']"),
    ("java", "src/main/resources/application.properties", "orders.queue=${ORDERS_QUEUE}"),
    ("java", "src/main/resources/application.yml", "orders:\n  queue: ${ORDERS_QUEUE}"),
    (
        "java",
        "src/main/java/Shop.java",
        'String queue = Objects.requireNonNull(System.getenv("ORDERS_QUEUE"));',
    ),
    ("node", "src/shop.ts", "const queue = process.env.ORDERS_QUEUE!;"),
    ("node", "src/shop.js", "if (!process.env.ORDERS_QUEUE) throw new Error('no queue');"),
    ("node", "src/shop.js", "mongoose.connect(process.env.ORDERS_QUEUE);"),
    ("go", "main.go", 'mustMapEnv(&svc.queue, "ORDERS_QUEUE")'),
]


@pytest.mark.parametrize(("runtime", "file", "line"), NEEDS)
def test_a_variable_that_nothing_sets_is_found(
    runtime: str, file: str, line: str, tmp_path: Path
) -> None:
    files = {**SERVICES[runtime], **COMPOSE, file: line + "\n"}
    assert found(tmp_path, files) == [f"{file}:{line.count(chr(10)) + 1}"]


@pytest.mark.parametrize(
    "setting",
    [
        {".env.example": "ORDERS_QUEUE=orders\n"},
        {"k8s/shop.yaml": "kind: ConfigMap\ndata:\n  ORDERS_QUEUE: orders\n"},
        {".github/workflows/ci.yml": "env:\n  ORDERS_QUEUE: orders\n"},
        {"main.tf": 'locals {\n  settings = { ORDERS_QUEUE = "orders" }\n}\n'},
        {"run.sh": "export ORDERS_QUEUE=orders\n"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_a_variable_that_something_sets_is_accepted(
    setting: dict[str, str], tmp_path: Path
) -> None:
    files = {
        **SERVICES["python"],
        **COMPOSE,
        "app.py": 'q = os.environ["ORDERS_QUEUE"]\n',
        **setting,
    }
    assert found(tmp_path, files) == []


@pytest.mark.parametrize(
    ("runtime", "file", "line"),
    [
        ("python", "app.py", 'queue = os.environ.get("ORDERS_QUEUE", "orders")'),
        ("python", "app.py", 'os.environ["ORDERS_QUEUE"] = "orders"'),
        ("python", "app.py", 'try:\n    queue = os.environ["ORDERS_QUEUE"]\nexcept KeyError: ...'),
        ("python", "tests/test_app.py", 'queue = os.environ["ORDERS_QUEUE"]'),
        ("python", "app.py", '# os.environ["ORDERS_QUEUE"]'),
        ("python", "app.py", 'home = os.environ["HOME"]'),
        (
            "java",
            "src/main/resources/application.properties",
            "orders.queue=${ORDERS_QUEUE:orders}",
        ),
        ("node", "src/shop.js", "const queue = process.env.ORDERS_QUEUE || 'orders';"),
        ("node", "src/shop.js", "if (process.env.ORDERS_QUEUE !== undefined) start();"),
        ("go", "main.go", 'queue := os.Getenv("ORDERS_QUEUE")'),
    ],
)
def test_a_variable_with_a_default_is_not_needed(
    runtime: str, file: str, line: str, tmp_path: Path
) -> None:
    assert found(tmp_path, {**SERVICES[runtime], **COMPOSE, file: line + "\n"}) == []


@pytest.mark.parametrize(
    "compose",
    [
        "services:\n  shop:\n    build: .\n    env_file: .env\n    environment:\n      MODE: test\n",
        "services:\n  shop:\n    build: .\n",
    ],
    ids=["file", "nothing"],
)
def test_a_service_whose_variables_are_elsewhere_is_not_judged(
    compose: str, tmp_path: Path
) -> None:
    files = {
        **SERVICES["python"],
        "compose.yaml": compose,
        "app.py": 'queue = os.environ["ORDERS_QUEUE"]\n',
    }
    assert found(tmp_path, files) == []
