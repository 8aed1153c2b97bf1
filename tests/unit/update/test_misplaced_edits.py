"""Whether an edit is still in its block: what a person sees as its heading."""

from __future__ import annotations

import pytest

from scaffolder.update import misplaced_edits


def block(name: str, *lines: str) -> str:
    return "".join(
        f"{line}\n" for line in (f"- name: {name}", "  image: x", *lines, "  retries: 1")
    )


BASE = block("build", "  timeout: 10") + block("test", "  timeout: 10")
OURS = block("build", "  timeout: 60") + block("test", "  timeout: 10")


def test_an_edit_in_its_block_is_not_doubtful() -> None:
    theirs = block("new", "  timeout: 10") + BASE.replace(
        "  image: x\n", "  image: x\n  pull: always\n"
    )
    merged = block("new", "  timeout: 10") + OURS.replace(
        "  image: x\n", "  image: x\n  pull: always\n"
    )
    assert not misplaced_edits.doubtful(BASE, OURS, theirs, merged)


def test_an_edit_in_a_new_block_is_doubtful() -> None:
    merged = (
        block("build", "  timeout: 30")
        + block("new", "  timeout: 60")
        + block("test", "  timeout: 10")
    )
    theirs = merged.replace("60", "10")
    assert misplaced_edits.doubtful(BASE, OURS, theirs, merged)


def test_an_edit_whose_heading_is_gone_is_doubtful() -> None:
    assert misplaced_edits.doubtful(
        BASE, OURS, BASE.replace("build", "compile"), OURS.replace("build", "compile")
    )


def test_an_edit_above_its_heading_is_doubtful() -> None:
    assert misplaced_edits.doubtful(
        BASE, OURS, block("new", "  timeout: 10") + BASE, block("new", "  timeout: 60") + BASE
    )


def test_a_conflict_of_both_sides_leaves_what_they_share_outside() -> None:
    assert misplaced_edits.sides("a\nb\nc\n", "a\nx\ny\nc\n", "template") == (
        "a\n<<<<<<< yours\nb\n=======\nx\ny\n>>>>>>> template\nc\n"
    )


# Each file: how a block is written, with its name, what the template changes, and what people change.
FORMATS = {
    "steps": "  - name: {name}\n    image: {image}\n    timeout: {timeout}\n    script: make\n",
    "steps whose name is their last line": "  - image: {image}\n    timeout: {timeout}\n    name: {name}\n",
    "items at the column of their key": "- image: {image}\n  timeout: {timeout}\n  name: {name}\n",
    "steps of a workflow": "  {name}:\n    steps:\n      - uses: setup\n        with:\n          image: {image}\n"
    "          timeout: {timeout}\n",
    "Terraform": 'variable "{name}" {{\n  image   = "{image}"\n  timeout = {timeout}\n}}\n\n',
    "blocks in a block of Terraform": '  set {{\n    image = "{image}"\n    value = {timeout}\n    name = "{name}"\n  }}\n',
    "JSON": '  {{\n    "image": "{image}",\n    "timeout": {timeout},\n    "name": "{name}"\n  }},\n',
    "Makefile": "{name}: .ready\n\tuse {image}\n\tset timeout {timeout}\n\n",
    "Jenkinsfile": "  stage('{name}') {{\n    agent '{image}'\n    timeout({timeout})\n  }}\n",
    "Dockerfile": "FROM x AS {name}\nENV IMAGE={image}\nENV TIMEOUT={timeout}\n",
    "settings": "# {name}\nIMAGE={image}\nTIMEOUT={timeout}\n\n",
    "page": "## {name}\n\nThe image is {image}.\n\nIt takes {timeout} s.\n\n",
    "objects of Kubernetes": "---\nkind: Job\nmetadata:\n  name: {name}\nspec:\n  image: {image}\n  timeout: {timeout}\n",
    "XML": "<dep>\n  <v>{image}</v>\n  <scope>{timeout}</scope>\n  <artifactId>{name}</artifactId>\n</dep>\n",
}


def written(form: str, *blocks: tuple[str, str, str]) -> str:
    """A file of blocks: the name, the image and the timeout of each."""
    parts = (
        FORMATS[form].format(name=name, image=image, timeout=timeout)
        for name, image, timeout in blocks
    )
    return "".join(parts)


@pytest.mark.parametrize("form", FORMATS)
def test_an_edit_that_went_to_a_new_block_that_looks_alike_is_doubtful(form: str) -> None:
    base = written(form, ("lint", "tools", "10"), ("build", "builder", "20"))
    ours = written(form, ("lint", "tools", "60"), ("build", "builder", "20"))
    theirs = written(
        form, ("lint", "linter", "10"), ("unit", "tools", "10"), ("build", "builder", "20")
    )
    wrong = written(
        form, ("lint", "linter", "10"), ("unit", "tools", "60"), ("build", "builder", "20")
    )
    right = written(
        form, ("lint", "linter", "60"), ("unit", "tools", "10"), ("build", "builder", "20")
    )
    page = form == "page"
    assert misplaced_edits.doubtful(base, ours, theirs, wrong, page=page)
    assert not misplaced_edits.in_another_block(base, ours, theirs, right, page=page)


@pytest.mark.parametrize("form", FORMATS)
def test_a_line_that_was_taken_out_of_another_block_is_doubtful(form: str) -> None:
    def without(text: str, block: int) -> str:
        starts = [at for at, line in enumerate(text.splitlines()) if "10" in line]
        lines = text.splitlines(keepends=True)
        return "".join(line for at, line in enumerate(lines) if at != starts[block])

    base = written(form, ("lint", "tools", "10"))
    theirs = written(form, ("lint", "linter", "10"), ("unit", "tools", "10"))
    page = form == "page"
    assert misplaced_edits.doubtful(base, without(base, 0), theirs, without(theirs, 1), page=page)
    assert not misplaced_edits.doubtful(
        base, without(base, 0), theirs, without(theirs, 0), page=page
    )


def test_a_block_that_the_template_renames_keeps_its_edit() -> None:
    theirs, merged = (text.replace("build", "build-image") for text in (BASE, OURS))
    assert not misplaced_edits.in_another_block(BASE, OURS, theirs, merged, page=False)


def test_a_block_that_people_rename_takes_what_the_template_changes() -> None:
    ours = BASE.replace("build", "build-image")
    theirs = BASE.replace("timeout: 10", "timeout: 30", 1)
    assert not misplaced_edits.doubtful(BASE, ours, theirs, theirs.replace("build", "build-image"))


def test_a_line_at_the_margin_ends_no_block() -> None:
    base = 'variable "a" {\n  type = string\n  default = 1\n  nullable = false\n}\n'
    ours = base.replace("  type", "mine\n  type")
    theirs = base.replace("false", "true")
    assert not misplaced_edits.doubtful(base, ours, theirs, ours.replace("false", "true"))


def test_an_edit_in_a_nested_block_of_the_same_name_is_doubtful_below_another_one() -> None:
    def job(name: str, image: str, timeout: int) -> str:
        return f"{name}:\n  image: {image}\n  limits:\n    timeout: {timeout}\n"

    base, ours = job("lint", "tools", 10), job("lint", "tools", 60)
    theirs = job("lint", "linter", 10) + job("unit", "tools", 10)
    assert misplaced_edits.doubtful(
        base, ours, theirs, job("lint", "linter", 10) + job("unit", "tools", 60)
    )


def test_an_edit_in_another_block_beside_a_conflict_is_seen() -> None:
    def conflict(lint: str, unit: str) -> str:
        steps = [("lint", "linter", lint), ("unit", "tools", unit)]
        asked = "<<<<<<< yours\n    shell: bash\n=======\n    shell: sh\n>>>>>>> template-v1.1.0\n"
        return written("steps", *steps) + "  - name: last\n" + asked

    last = "  - name: last\n    shell: "
    base = written("steps", ("lint", "tools", "10")) + f"{last}zsh\n"
    ours = written("steps", ("lint", "tools", "60")) + f"{last}bash\n"
    theirs = written("steps", ("lint", "linter", "10"), ("unit", "tools", "10")) + f"{last}sh\n"
    assert misplaced_edits.beside_a_conflict(base, ours, theirs, conflict("10", "60"), page=False)
    assert not misplaced_edits.beside_a_conflict(
        base, ours, theirs, conflict("60", "10"), page=False
    )
