"""The tests of the generated rules find each wrong number, comparator, label and window: `make mutants`; a sample in the gate."""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mutants
import pytest
import yaml
from support import ROOT, Repository

PROMTOOL = shutil.which("promtool")

pytestmark = pytest.mark.skipif(
    not PROMTOOL, reason="promtool is not installed (apt install prometheus)"
)

EQUIVALENTS: list[dict[str, str]] = yaml.safe_load(
    (ROOT / "tests/data/equivalent-mutants.yml").read_text(encoding="utf-8")
)
"""Changes that no test can see, each with the reason."""

OBJECTIVES = ("slo", "month", "days")
"""The files with tests of the rules about objectives, the fastest first."""

SAMPLE = 120
"""Every so manieth mutant is tried in the gate."""


def test_the_reviewed_list_is_short_and_has_reasons() -> None:
    assert len(EQUIVALENTS) <= 3
    assert all(entry.keys() == {"mutant", "reason"} for entry in EQUIVALENTS)


def test_a_sample_of_the_mutants_is_caught(pristine: Repository, tmp_path: Path) -> None:
    repository = pristine()
    sample = list(mutants.of(_rules(repository).read_text(encoding="utf-8")))[::SAMPLE]
    assert len(sample) > 3
    assert _survivors(repository, tmp_path, sample) == []


@pytest.mark.mutants
def test_every_mutant_is_caught(pristine: Repository, tmp_path: Path) -> None:
    repository = pristine()
    every = list(mutants.of(_rules(repository).read_text(encoding="utf-8")))
    assert len(every) > 300
    assert _survivors(repository, tmp_path, every) == []


def _rules(repository: Path) -> Path:
    return repository / "helm/my-service/files/rules.yaml"


def _survivors(repository: Path, folder: Path, tried: list[mutants.Mutant]) -> list[str]:
    """Return the mutants that the generated tests let pass, without the equivalent ones."""
    tests = repository / "monitoring/tests"
    assert {file.stem for file in tests.glob("*.yaml")} == {"pods", "availability", *OBJECTIVES}

    def survives(number: int) -> bool:
        place = folder / str(number)
        (place / "monitoring/tests").mkdir(parents=True)
        rules = place / "helm/my-service/files/rules.yaml"
        rules.parent.mkdir(parents=True)
        rules.write_text(tried[number].text, encoding="utf-8")
        group = tried[number].group.partition(".")[2]
        for name in [group] if group in ("pods", "availability") else OBJECTIVES:
            copy = shutil.copy(tests / f"{name}.yaml", place / "monitoring/tests")
            done = subprocess.run(
                [str(PROMTOOL), "test", "rules", copy], capture_output=True, timeout=600
            )
            if done.returncode != 0:
                return False
        return True

    with ThreadPoolExecutor(2) as pool:
        alive = list(pool.map(survives, range(len(tried))))
    names = [str(mutant) for mutant, is_alive in zip(tried, alive, strict=True) if is_alive]
    known = [re.compile(entry["mutant"]) for entry in EQUIVALENTS]
    return [name for name in names if not any(form.fullmatch(name) for form in known)]
