"""Writes docs/what-ran-where.md from the rows that `make pipelines` notes: what ran, and how."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "what-ran-where.md"

_HEAD = """# What ran where

The generated repository, run: each cell is a test that passed, with its seconds. `make pipelines`
runs them all and writes this page. An empty cell did not run.

"""

_PARTS = (
    (
        "scripts (`ci/`, `Makefile`), chart, `terraform/deploy`, rights (`platform/`)",
        "as generated",
    ),
    ("`helm`, `kubectl`, `terraform`, git, the linters, promtool, amtool", "real"),
    ("registry", "real: Debian's `docker-registry`"),
    (
        "GitHub Actions",
        "the workflows, run by `act` on this host, without two keys that it does not know; "
        "actions are stand-ins: checkout clones, the others do nothing",
    ),
    (
        "GitLab CI",
        "the file, run by `gitlab-ci-local` with its shell executor, without the container "
        "that builds",
    ),
    (
        "Jenkins, Azure Pipelines",
        "their steps in the order of the file, each job in a fresh clone with exactly the "
        "variables that file and server give; no server",
    ),
    (
        "cluster",
        "a stand-in that enforces RBAC, field ownership, Pod Security, quota and immutable "
        "fields, as recorded from kube-apiserver 1.36.2; its pods are invented, and time is short",
    ),
    (
        "Terraform's Helm provider",
        "a stand-in that runs the real Helm 3 (`tests/control_plane/helm_provider.py`)",
    ),
    (
        "image build",
        "real: buildah, as root, on stand-ins for the base images; where it cannot run, "
        "an image without a program",
    ),
    ("`crane`, the bill of materials", "stand-ins; crane speaks to the real registry"),
    (
        "`cosign`, `trivy`, `mise`, the cloud",
        "stand-ins; cosign verifies what it signed before, and nothing else",
    ),
)


@dataclass(frozen=True)
class Row:
    """One test that passed: in which table, what, with what, and the seconds that it took."""

    table: str
    what: str
    how: str
    seconds: int


def main(arguments: list[str]) -> None:
    """Read the rows of a file and write the page."""
    text = Path(arguments[0]).read_text(encoding="utf-8")
    rows = [_row(json.loads(line)) for line in text.splitlines()]
    PAGE.write_text(page(rows, versions()), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(rows)} runs")


def _row(read: dict[str, str]) -> Row:
    return Row(read["table"], read["what"], read["how"], int(read["seconds"]))


def page(rows: Iterable[Row], programs: dict[str, str]) -> str:
    """Return the page for these rows, with the versions of the programs that ran."""
    rows = list(rows)
    parts = [_HEAD, "## From a commit to prod\n\n"]
    parts.append(
        "One commit becomes one image, signed, and its digest goes to dev, qa and prod.\n\n"
    )
    parts.append("| pipeline | run by | from a commit to prod |\n|---|---|---|\n")
    parts += [
        f"| {row.what} | {row.how} | ran, {row.seconds} s |\n"
        for row in rows
        if row.table == "pipelines"
    ]
    parts.append("\n## What happens to a release\n\n")
    parts.append(
        "`make deploy`, `make rollback` and `helm uninstall` with the pipeline's rights.\n\n"
    )
    parts.append(_table([row for row in rows if row.table == "scenarios"]))
    parts.append("\n## What is real and what stands in\n\n| part | is |\n|---|---|\n")
    parts += [f"| {part} | {what} |\n" for part, what in _PARTS]
    parts.append("\n## With which programs\n\n| program | version |\n|---|---|\n")
    parts += [f"| {name} | {version} |\n" for name, version in programs.items()]
    return "".join(parts)


def _table(rows: list[Row]) -> str:
    ways = list(dict.fromkeys(row.how for row in rows))
    cells = {(row.what, row.how): f"ran, {row.seconds} s" for row in rows}
    lines = [f"| scenario | {' | '.join(ways)} |", "|---|" + "---|" * len(ways)]
    for what in dict.fromkeys(row.what for row in rows):
        shown = " | ".join(cells.get((what, way), "") for way in ways)
        lines.append(f"| {what} | {shown} |")
    return "\n".join(lines) + "\n"


def versions() -> dict[str, str]:
    """Return the versions of the programs that ran, as they tell them."""
    asked = {
        "Helm 3": [str(ROOT / ".helm/helm3"), "version", "--short"],
        "Helm 4": [str(ROOT / ".helm/helm4"), "version", "--short"],
        "kubectl": [str(ROOT / ".helm/kubectl"), "version", "--client"],
        "terraform": ["terraform", "version"],
        "act": [str(ROOT / ".pipelines/act"), "--version"],
        "Node.js": [str(ROOT / ".pipelines/node/bin/node"), "--version"],
        "docker-registry": ["docker-registry", "--version"],
    }
    told = {name: _version(command) for name, command in asked.items()}
    package = ROOT / "requirements/gitlab-ci-local/package.json"
    told["gitlab-ci-local"] = json.loads(package.read_text("utf-8"))["dependencies"][
        "gitlab-ci-local"
    ]
    told["on"] = f"{platform.system()} {platform.machine()}"
    return told


def _version(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return "not installed"
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout + done.stderr)
    return found[0] if found else "unknown"


if __name__ == "__main__":
    main(sys.argv[1:])
