"""examples/ is what the templates generate: `make examples` writes it with the code that compares it."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

import pytest
from support import ROOT, Repository

EXAMPLES: dict[str, dict[str, object]] = {
    "java-eks-github": {"service_name": "my-service"},
}


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_what_the_templates_generate(
    name: str, pristine: Repository, request: pytest.FixtureRequest
) -> None:
    generated, example = pristine(**EXAMPLES[name]), ROOT / "examples" / name
    if request.config.getoption("--update-examples"):
        shutil.rmtree(example, ignore_errors=True)
        shutil.copytree(generated, example)
    assert files(example) == files(generated), "run `make examples` and read what it changed"
    _, different, unreadable = filecmp.cmpfiles(generated, example, sorted(files(generated)), shallow=False)
    assert (different, unreadable) == ([], []), "run `make examples` and read what it changed"
    modes = {name for name in files(generated) if (generated / name).stat().st_mode != (example / name).stat().st_mode}
    assert modes == set()


def test_every_example_is_listed() -> None:
    assert {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()} == set(EXAMPLES)
