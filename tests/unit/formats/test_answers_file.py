"""The comments that people write into the record of the answers are in it after an update."""

from __future__ import annotations

from scaffolder.formats import answers_file

BASE = "# Answers.\n_commit: v1\n_src_path: x\nci:\n- a\n- b\nname: thing\n"
NEW = BASE.replace("v1", "v2").replace("- b\n", "- b\n- c\n")


def test_comments_stay_below_or_behind_their_entries() -> None:
    ours = (
        "# Answers.\n# Of the team.\n_commit: v1 # pinned\n# see TICKET-1\n# and 2\n_src_path: x\nci: # systems\n"
        "- a # first\n- b\nname: 'thi#ng' # by ops\n# last\n"
    )
    assert answers_file.with_comments(ours, NEW, BASE) == (
        "# Answers.\n# Of the team.\n_commit: v2 # pinned\n# see TICKET-1\n# and 2\n_src_path: x\nci: # systems\n"
        "- a # first\n- b\n- c\nname: thing # by ops\n# last\n"
    )


def test_a_comment_of_an_entry_that_is_gone_is_kept() -> None:
    ours = BASE.replace("name: thing", "name: thing # why\n# more")
    theirs = NEW.replace("name: thing\n", "")
    assert answers_file.with_comments(ours, theirs, BASE) == theirs + "# why\n# more\n"


def test_a_sharp_sign_in_a_text_is_no_comment() -> None:
    ours = BASE + "text: |\n  # no comment\n  b\nurl: http://x/#y\n"
    assert answers_file.with_comments(ours, NEW, BASE) == NEW


def test_the_comments_of_the_template_are_its_own() -> None:
    theirs = NEW.replace("# Answers.", "# The answers.")
    assert answers_file.with_comments(BASE, theirs, BASE) == theirs


def test_a_fingerprint_is_below_the_release_and_once() -> None:
    text = answers_file.with_fingerprint(answers_file.with_fingerprint(BASE, "aa"), "bb")
    assert text.splitlines()[1] == "_commit: v1"
    assert answers_file.fingerprint_in(text) == "bb"
    assert text.count("# Fingerprint") == 1
    assert answers_file.with_fingerprint(text, "") == BASE


def test_a_fingerprint_changes_with_the_release_and_every_answer() -> None:
    texts = (
        BASE,
        BASE.replace("v1", "v2"),
        BASE.replace("- b", "- d"),
        BASE.replace("thing", "'1'"),
        BASE + "z: 1\n",
    )
    assert len({answers_file.right_fingerprint(text) for text in texts}) == len(texts)
    assert answers_file.right_fingerprint(BASE + "# mine\n") == answers_file.right_fingerprint(BASE)
