"""AG063: ports and commands of pages, held against what listens and what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

FILES = {
    "Dockerfile": "FROM scratch\nENV PORT=8085\n",
    "package.json": '{"scripts": {"build": "tsc", "start": "node ."}}',
    "scripts/setup.sh": "true\n",
    ".env.example": "A=1\n",
}


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("npm run build", 0),
        ("npm run biuld", 1),
        ("./scripts/setup.sh", 0),
        ("./scripts/set-up.sh", 1),
        ("cp .env.example .env", 0),
        ("curl http://localhost:8085/", 0),
        ("curl http://localhost:8084/", 1),
        ("./elsewhere/setup.sh", 0),
    ],
)
def test_a_command_of_a_page_is_right_or_found(line: str, number: int, tmp_path: Path) -> None:
    page = f"# Shop\n\n```sh\n{line}\n```\n"
    found = places(tmp_path, {**FILES, "README.md": page}, "AG063")
    assert found == ["README.md:4"] * number
