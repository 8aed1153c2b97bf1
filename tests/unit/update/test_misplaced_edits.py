"""Whether an edit is still in its block: what a person sees as its heading."""

from __future__ import annotations

from scaffolder.update import misplaced_edits


def block(name: str, *lines: str) -> str:
    return "".join(f"{line}\n" for line in (f"- name: {name}", "  image: x", *lines, "  retries: 1"))


BASE = block("build", "  timeout: 10") + block("test", "  timeout: 10")
OURS = block("build", "  timeout: 60") + block("test", "  timeout: 10")


def test_an_edit_in_its_block_is_not_doubtful() -> None:
    merged = block("new", "  timeout: 10") + OURS.replace("  image: x\n", "  image: x\n  pull: always\n")
    assert not misplaced_edits.doubtful(BASE, OURS, merged)


def test_an_edit_in_a_new_block_is_doubtful() -> None:
    merged = block("build", "  timeout: 30") + block("new", "  timeout: 60") + block("test", "  timeout: 10")
    assert misplaced_edits.doubtful(BASE, OURS, merged)


def test_an_edit_whose_heading_is_gone_is_doubtful() -> None:
    assert misplaced_edits.doubtful(BASE, OURS, OURS.replace("build", "compile"))


def test_an_edit_above_its_heading_is_doubtful() -> None:
    assert misplaced_edits.doubtful(BASE, OURS, block("new", "  timeout: 60") + BASE)


def test_a_conflict_of_both_sides_leaves_what_they_share_outside() -> None:
    assert misplaced_edits.sides("a\nb\nc\n", "a\nx\ny\nc\n", "template") == (
        "a\n<<<<<<< yours\nb\n=======\nx\ny\n>>>>>>> template\nc\n"
    )
