"""References of a generated text exist in the repository: paths, and versions for Renovate."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sample import sample
from support import Repository

ANSWERS: dict[str, dict[str, Any]] = {
    **sample(),
    "one letter": {"service_name": "a"},
    "long names": {
        "service_name": "customer-notification-preferences-api-v2",
        "organization": "a-rather-large-bank",
        "team": "payments",
    },
}

MADE_LATER = (
    "build/",
    "ci/scaffolder.in",
    "ci/scaffolder.txt",
    ".terraform",
    ".git/",
    ".env",
    "node_modules",
    # The lock files of the service's packages, once it has some.
    "app/package-lock.json",
    "app/pom.xml",
    "app/build.gradle",
    "app/gradle",
    "app/lib",
    "app/pyproject.toml",
    "app/requirements",
    "app/uv.lock",
    "app/go.sum",
    "app/vendor",
    "app/node_modules",
    "app/.npmrc",
    "app/wheels",
    "app/src/main/resources",
    "app/src/test/resources",
    "pyproject.toml",
    "uv.lock",
    "requirements",
)
"""Files that appear when the repository is used; texts may mention them."""

NAMED_FILES = re.compile(
    r"[\w.\[\]-]+\.(?:md|ya?ml|json|toml|sh|tf|tfvars|tftest\.hcl|(?:s3|azurerm)\.tfbackend|xml|java|py|go|mod|mjs)"
)


@pytest.fixture(params=ANSWERS, ids=lambda name: name.replace(" ", "-"))
def rendered(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    """The repository that one set of ANSWERS gives; not to be changed."""
    return pristine(**ANSWERS[request.param])


def test_paths_in_texts_exist(rendered: Path) -> None:
    assert [*dangling_paths(rendered)] == []


def test_paths_in_any_file_exist(rendered: Path) -> None:
    assert [*dangling_mentions(rendered)] == []


def test_renovate_finds_every_version_that_it_is_told_to_watch(rendered: Path) -> None:
    assert [*blind_managers(rendered)] == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("see `docs/absent.md`", "README.md:1: `docs/absent.md` does not exist"),
        ("see `absent.yaml`", "README.md:1: `absent.yaml` does not exist"),
        ("see `docs/{present,absent}.md`", "README.md:1: `docs/absent.md` does not exist"),
        ("```sh\nvi docs/absent.md\n```", "README.md:2: `docs/absent.md` does not exist"),
    ],
)
def test_a_dangling_reference_is_found(tmp_path: Path, text: str, finding: str) -> None:
    _write(tmp_path, text)
    assert [*dangling_paths(tmp_path)] == [finding]


@pytest.mark.parametrize(
    "text",
    [
        "see `docs/present.md`, `docs/`, `present.md`, `build/digest`, `/healthz`, `docs/<name>.md`, `docs/*.md`",
        "run `make present DRY_RUN=1`, and make sure",
        "```sh\nmake -s present | tee out   # and make absent\n```",
    ],
)
def test_a_sound_reference_is_not_found(tmp_path: Path, text: str) -> None:
    _write(tmp_path, text)
    assert [*dangling_paths(tmp_path)] == []


def _write(root: Path, readme: str) -> None:
    (root / "docs").mkdir()
    (root / "docs/present.md").write_text("# A heading, with `code`\n", encoding="utf-8")
    (root / "Makefile").write_text(".PHONY: present\npresent: docs\n\t@true\n", encoding="utf-8")
    (root / "README.md").write_text(readme, encoding="utf-8")


def dangling_paths(root: Path) -> Iterator[str]:
    """Paths in code spans and in shell lines of Markdown texts that name nothing in the repository."""
    present = _present(root)
    names = {Path(path).name for path in present}
    tops = {path.split("/")[0] for path in present}
    for file in _texts(root):
        for number, code in _code(file):
            for word in code.split():
                for path in _alternatives(
                    re.sub(r"^(?:-[\w-]+=|\./)|[.,;:)'\"]+$|^['\"(]+", "", word)
                ):
                    if not _names_something(
                        path, tops, present, names, beside=file.parent.relative_to(root)
                    ):
                        yield f"{file.relative_to(root)}:{number}: `{path}` does not exist"


def dangling_mentions(root: Path) -> Iterator[str]:
    """Paths that any file, in a comment or in a message, gives from the repository's root and that are not there."""
    present = _present(root)
    tops = "|".join(
        re.escape(top) for top in sorted({path.split("/")[0] for path in present if "/" in path})
    )
    elsewhere = r" of [\w-]+/[\w-]+"  # "docs/x.md of owner/repository" is another repository's
    mention = re.compile(
        rf"(?<![\w./*$}}{{-])(?:{tops})/[\w./-]*{NAMED_FILES.pattern}(?![\w/*{{]|{elsewhere})"
    )
    for path in sorted(present):
        file = root / path
        if not file.is_file() or file.suffix == ".md":
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            for found in mention.findall(line):
                if found not in present and not found.startswith(MADE_LATER):
                    yield f"{path}:{number}: {found} does not exist"


def blind_managers(root: Path) -> Iterator[str]:
    """Custom managers of renovate.json that match no version in one of the files that they name."""
    files = [path for path in _present(root) if (root / path).is_file()]
    for manager in json.loads((root / "renovate.json").read_text(encoding="utf-8"))[
        "customManagers"
    ]:
        expressions = [re.compile(one.replace("(?<", "(?P<")) for one in manager["matchStrings"]]
        for pattern in manager["managerFilePatterns"]:
            watched = [root / path for path in files if re.search(pattern.strip("/"), path)]
            found = "".join(file.read_text(encoding="utf-8") for file in watched)
            if not any(expression.search(found) for expression in expressions):
                yield f"renovate.json: {manager['matchStrings'][0]} finds nothing in {pattern}"


def _names_something(
    path: str, tops: set[str], present: set[str], names: set[str], beside: Path
) -> bool:
    """Return whether `path` is in the repository.

    True as well for words that are not paths of it.
    """
    if path.startswith(MADE_LATER) or re.search(r"[<>$=@:\[\]()|\\…]", path):
        return True
    if "/" not in path:
        return (
            not NAMED_FILES.fullmatch(path)
            or path in names
            or any(name.endswith(path) for name in names)
        )
    if path.startswith("../"):
        path = str((Path("/") / beside / path).resolve()).lstrip("/")
    if path.split("/")[0] not in tops:
        return True
    wanted = path.rstrip("/")
    return wanted in present or bool("*" in wanted and fnmatch.filter(present, wanted))


def _alternatives(path: str) -> list[str]:
    """`a/{b,c}` is `a/b` and `a/c`."""
    braces = re.fullmatch(r"([^{}]*)\{([^{}]*,[^{}]*)\}([^{}]*)", path)
    return (
        [f"{braces[1]}{choice}{braces[3]}" for choice in braces[2].split(",")] if braces else [path]
    )


def _present(root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if ".git/" not in path.as_posix()
    }


def _texts(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.md") if path.is_file())


def _lines(file: Path) -> Iterator[tuple[int, str, str]]:
    """Number, text and kind of each line: `prose`, `shell` (a fence of sh or console), or `other` (any other fence)."""
    kind = "prose"
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if fence := re.match(r"\s*```(\w*)", line):
            kind = (
                "prose"
                if kind != "prose"
                else "shell"
                if fence[1] in {"sh", "bash", "console"}
                else "other"
            )
        else:
            yield number, line, kind


def _code(file: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each code span of the prose and of each shell line, its comment left out."""
    for number, line, kind in _lines(file):
        if kind == "prose":
            yield from ((number, span) for span in re.findall(r"`([^`]+)`", line))
        elif kind == "shell":
            yield number, line.split(" #")[0]
