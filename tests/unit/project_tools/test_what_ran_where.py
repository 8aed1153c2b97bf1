"""The page of what ran where shows what was noted, and leaves empty what was not."""

from __future__ import annotations

from tools.what_ran_where import Row, page


def test_a_cell_is_empty_where_nothing_ran() -> None:
    rows = [
        Row("scenarios", "first", "helm3", 9),
        Row("scenarios", "upgrade", "helm4", 12),
        Row("pipelines", "GitHub Actions", "act", 40),
    ]
    shown = page(rows, {"act": "0.2.89"})
    assert "| scenario | helm3 | helm4 |" in shown
    assert "| first | ran, 9 s |  |" in shown
    assert "| upgrade |  | ran, 12 s |" in shown
    assert "| GitHub Actions | act | ran, 40 s |" in shown
    assert shown.endswith("| act | 0.2.89 |\n")
