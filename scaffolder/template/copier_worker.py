"""Copier's worker for rendering here: it names templates by address, and caches its work."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore", DeprecationWarning
    )  # Copier means to hide the class; run_copy() cannot do this
    from copier import Worker as CopierWorker

from copier._jinja_ext import YieldExtension
from copier._settings import SettingsModel

from scaffolder.template import bundled, sandbox

if TYPE_CHECKING:
    from types import CodeType

    from jinja2 import Environment, Template

_COMPILED: dict[tuple[str, str | None, str], CodeType] = {}
"""Code compiled by this process, by Jinja's settings and a template's name and text.

Releases are much alike.
"""


class Worker(CopierWorker):
    """Shows templates the recorded `commit` and `address`, as if Copier had read them there.

    For each part of each path Copier compiles the text again, and gathers its context again:
    thousands of times, and half of its time. Here each text is compiled once in a process, however
    often it renders, and while files are written, when no answer changes any more, all read the
    same context.

    Copier's data of this machine (its settings, `_external_data`) has no part in it: the same
    answers give the same bytes everywhere. And no code of a template is run, whomever Copier's
    settings trust.
    """

    commit: str
    address: str
    _settled: tuple[Mapping[str, Any], Path] | None = None

    def __init__(
        self, folder: Path, destination: Path, data: dict[str, Any], *, commit: str, address: str
    ) -> None:
        bundled.refuse_code(folder, f"the template {commit} at {address}")
        # Copier 9.16 tells of its cleaning up, and not of the error before it; the folder is ours
        # to remove anyway.
        own: dict[str, Any] = {"settings": SettingsModel(), "cleanup_on_error": False}
        super().__init__(str(folder), destination, data=data, defaults=True, quiet=True, **own)
        self.commit, self.address = commit, address

    @cached_property
    def jinja_env(self) -> Any:
        """The environment that every text of the template is rendered in."""
        copiers = super().jinja_env
        folder = self.template.local_abspath
        environment = sandbox.environment(folder, extensions=[YieldExtension], base=type(copiers))
        environment.filters["to_json"] = copiers.filters[
            "to_json"
        ]  # the one that knows Copier's own values
        _compile_once(environment, settings=repr(sorted(self.template.envops.items())))
        compiled = cache(environment.from_string)

        def from_string(source: str) -> Template:
            environment.preprocess(
                source
            )  # the place at which Copier's tag `yield` drops the text before it
            return compiled(source)

        environment.from_string = from_string  # type: ignore[method-assign, assignment]
        return environment

    @property
    def answers_relpath(self) -> Path:
        """The file of the answers, relative to the repository."""
        return self._settled[1] if self._settled else super().answers_relpath

    def _answers_to_remember(self) -> Mapping[str, Any]:
        said = super()._answers_to_remember()
        named = {"_commit": self.commit, "_src_path": self.address}
        return {**named, **{name: value for name, value in said.items() if name not in named}}

    def _render_template(self) -> None:
        self._settled = (self._render_context(), super().answers_relpath)
        super()._render_template()

    def _render_context(self) -> dict[str, Any]:
        context = dict(self._settled[0]) if self._settled else dict(super()._render_context())
        context["_copier_python"] = sandbox.value_of_the_machine("_copier_python")
        for name in ("src_path", "dst_path", "settings"):
            context["_copier_conf"][name] = sandbox.value_of_the_machine(f"_copier_conf.{name}")
        return context

    def _render_file(
        self, src_relpath: Path, dst_relpath: Path, extra_context: dict[str, Any] | None = None
    ) -> None:
        self.jinja_env.preprocess("")
        super()._render_file(src_relpath, dst_relpath, extra_context)

    def _render_string(self, string: str, extra_context: dict[str, Any] | None = None) -> str:
        """Return a part of a path without a mark of Jinja as it is."""
        starts = ("block_start_string", "variable_start_string", "comment_start_string")
        named = (*starts, "line_statement_prefix", "line_comment_prefix")
        marks = ["\n", "\r", *filter(None, (getattr(self.jinja_env, name) for name in named))]
        if any(mark in string for mark in marks):
            return super()._render_string(string, extra_context)
        return str(self.jinja_env.preprocess(string))


def _compile_once(environment: Environment, *, settings: str) -> None:
    """Let `environment` reuse the compiled code of another one with the same settings."""
    compiled = environment.compile

    def code(source: str, name: str | None = None, filename: str | None = None) -> CodeType:
        known = settings, name, source
        if known not in _COMPILED:
            _COMPILED[known] = compiled(source, name, filename)
        return _COMPILED[known].replace(
            co_filename=filename or "<template>"
        )  # the file that a traceback names

    environment.compile = code  # type: ignore[method-assign, assignment]
