"""Do its own tests pass?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.tools.offline import catalog
from scaffolder.tools.offline.requirements import choose, required_providers
from scaffolder.tools.terraform.folders import LOCAL_TIMEOUT, PROVIDER_TIMEOUT, Root, copied
from scaffolder.tools.terraform.output import Diagnostic, diagnostic, no_verdict
from scaffolder.tools.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True)
class Tests:
    """The result of `terraform test` for one root: counts of runs, and causes of failures."""

    root: Path
    passed: int
    failed: int
    diagnostics: tuple[Diagnostic, ...] = ()


def run_tests(
    tools: Toolchain,
    directory: Path,
    roots: Sequence[Path],
    *,
    releases: Mapping[str, str] | None = None,
) -> tuple[Tests, ...]:
    """Run `terraform test` for each root below `directory`.

    It runs on a copy, with the packaged schemas behind its mocks.
    """
    with copied(directory) as (copy, _):
        return tuple(_test(tools, Root(copy, root), releases or {}) for root in roots)


def _test(tools: Toolchain, root: Root, releases: Mapping[str, str]) -> Tests:
    from scaffolder.tools.offline.server import serving

    root.run(tools, "get", "-no-color", timeout=LOCAL_TIMEOUT)
    configuration = root.with_modules()
    chosen, _ = choose(required_providers(configuration.files), releases)
    words = frozenset(re.findall(r"\w+", configuration.text))
    with serving({schema.address: catalog.load(schema, words) for schema in chosen}) as env:
        done = root.run(tools, "test", "-json", "-no-color", env=env, timeout=PROVIDER_TIMEOUT)
    summary: dict[str, Any] = {}
    diagnostics = []
    for line in done.stdout.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        match event.get("type"):
            case "diagnostic":
                diagnostics.append(diagnostic(event["diagnostic"], root.path))
            case "test_summary":
                summary = event["test_summary"]
    if done.exit_code not in (0, 1) or not (summary or diagnostics):
        raise no_verdict(done)
    failed = summary.get("failed", 0) + summary.get("errored", 0) + summary.get("skipped", 0)
    return Tests(
        root=root.path,
        passed=summary.get("passed", 0),
        failed=failed if summary else 1,
        diagnostics=tuple(sorted(set(diagnostics))),
    )
