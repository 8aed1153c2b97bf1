"""Makefiles as targets."""

from __future__ import annotations

from scaffolder.formats import (
    makefile,
)


def test_a_makefile_has_targets_of_variables_and_patterns() -> None:
    read = makefile.read(
        "A := one two\n.PHONY: all\nall: $(A)\n$(A): %-x\n\t@echo $@\nbin/%: y\n\tcp y $@\nX = a:b\nrelease: y ## write V=1\n"
    )
    assert [one.name for one in read.targets] == ["all", "one", "two", "bin/%", "release"]
    assert (read.has("bin/z"), read.has("absent"), read.complete) == (True, False, True)
    assert not makefile.read("include x.mk\n").complete
