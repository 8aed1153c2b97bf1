"""The texts of generated repositories that are counted: pages, comments, messages, new notes."""

from __future__ import annotations

from pathlib import Path

from tools import template_texts


def test_a_page_is_read_by_paragraphs_without_its_code(tmp_path: Path) -> None:
    page = _file(tmp_path, "a.md.jinja", "# Title\n\nOne\ntwo\n\n```sh\nthree\n```\n")
    assert _texts(page) == [(1, "# Title"), (3, "One two")]


def test_comments_that_follow_each_other_are_one_text(tmp_path: Path) -> None:
    script = _file(tmp_path, "a.sh", "#!/bin/sh\n# one\n# two\necho three\n// four\n")
    assert _texts(script) == [(2, "one two"), (5, "four")]


def test_a_message_is_read_and_code_is_not(tmp_path: Path) -> None:
    script = _file(tmp_path, "a.sh", 'a b c d\n  die "there is no plan to apply here"\n')
    assert _texts(script) == [(2, 'die "there is no plan to apply here"')]


def test_statements_of_the_template_are_left_out(tmp_path: Path) -> None:
    source = "#% if one\n# It is [[ name ]][% if x %] here[% endif %].\n#% endif\n"
    assert _texts(_file(tmp_path, "a.yaml.jinja", source)) == [(2, "It is ` here.")]


def test_notes_of_older_releases_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "copier.yml").write_text("")
    (tmp_path / "notes.yml").write_text(
        "- {id: old, release: 0.9.0, title: Before}\n"
        "- {id: new, release: 0.10.0, title: After, do: Run it}\n"
    )
    texts = list(template_texts.read(tmp_path, "0.10.0"))
    assert [text for _, text in texts] == ["After", "Run it"]


def _file(folder: Path, name: str, source: str) -> Path:
    path = folder / name
    path.write_text(source)
    return path


def _texts(path: Path) -> list[tuple[int, str]]:
    found = template_texts.of_file(path)
    return [(int(place.rpartition(":")[2]), text) for place, text in found]
