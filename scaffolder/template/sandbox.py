"""The one Jinja environment for a template's texts, and the guards around it.

`_src_path` of a repository names the template, so its text is not trusted. It may compute with the
answers; it runs no code and does not read this machine: no file outside the template, no variable,
no clock, no random number. Each attempt is refused by name, because an empty text in its place
would be committed without notice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from itertools import product
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemLoader, StrictUndefined, Undefined
from jinja2.sandbox import SandboxedEnvironment

from scaffolder.errors import RenderError, ScaffolderError
from scaffolder.template import bundled
from scaffolder.tools import limits, package_data

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.ext import Extension

FILTERS_OF_THE_MACHINE = {
    "expanduser": "reads the home folders of this machine",
    "expandvars": "reads the variables of this machine",
    "fileglob": "reads the files of this machine",
    "realpath": "reads the files of this machine",
    "relpath": "reads the current folder of this machine",
    "strftime": "reads the clock and the time zone of this machine",
}
"""Filters of Copier, from jinja2-ansible-filters 1.3.2, that read more than their input."""

FILTERS_OF_CHANCE: Mapping[str, int | None] = {
    "ans_random": 4,
    "random": None,
    "random_mac": 1,
    "shuffle": 1,
}
"""Filters with random results, unless seeded; and the argument for the seed, if any."""

HINT = "ask whoever keeps that template to take it out"

LONGEST = 1_000_000
"""How long a text or list may become by `*`, and how many bits a number by `**`."""

SECONDS = 2.0
"""The time limit of one expression; usual ones take less than a thousandth of it."""

# https://jinja.palletsprojects.com/en/stable/api/#jinja2.Environment, without what names code or
# other files.
_MARKS = frozenset(
    f"{kind}_{end}_string"
    for kind, end in product(("block", "variable", "comment"), ("start", "end"))
) | {
    "line_statement_prefix",
    "line_comment_prefix",
    "newline_sequence",
}
_SWITCHES = frozenset({"trim_blocks", "lstrip_blocks", "keep_trailing_newline", "autoescape"})
_UNDEFINED = {"jinja2.Undefined": Undefined, "jinja2.StrictUndefined": StrictUndefined}

_OF_THE_CLOCK = frozenset(
    {"astimezone", "fromtimestamp", "now", "timestamp", "today", "utcfromtimestamp", "utcnow"}
)
_OF_COPIERS_MODELS = frozenset({"from_file", "parse_file", "parse_raw"})


def environment(
    folder: Path | None,
    *,
    undefined: type[Undefined] | None = None,
    extensions: Sequence[type[Extension]] = (),
    base: type[SandboxedEnvironment] = SandboxedEnvironment,
) -> SandboxedEnvironment:
    """Return the environment for a template's texts, with the marks of its copier.yml.

    A `folder` of None is the embedded template.

    `undefined` stands for a name without a value; None is the setting of copier.yml. `base` is the
    sandbox that the guards are put around: Copier accepts only its own.

    Raises:
        RenderError: the settings of the template are not only about marks.

    """
    folder = folder or package_data.root()
    settings = _settings(folder)
    said = settings.pop("undefined", Undefined)
    return _guarded(
        base,
        **settings,
        undefined=undefined or said,
        loader=_InsideLoader(folder),
        extensions=extensions,
    )


def of_conditions() -> SandboxedEnvironment:
    """Return the environment for conditions outside a copier.yml, which include nothing."""
    return _guarded(SandboxedEnvironment, undefined=StrictUndefined)


def _guarded(
    base: type[SandboxedEnvironment], *, extensions: Sequence[type[Extension]] = (), **settings: Any
) -> SandboxedEnvironment:
    """A sandbox of the class `base` with all guards of this module around it."""
    guarded: type[SandboxedEnvironment] = type("GuardedEnvironment", (_Guards, base), {})
    # the filters that Copier itself offers
    copiers = "jinja2_ansible_filters.AnsibleCoreFiltersExtension"
    made = guarded(**settings, extensions=[copiers, *extensions])
    made.filters |= {
        name: _refusing("filter", name, why) for name, why in FILTERS_OF_THE_MACHINE.items()
    }
    made.filters |= {
        name: _seeded(name, made.filters[name], at) for name, at in FILTERS_OF_CHANCE.items()
    }
    made.globals["lipsum"] = _refusing("function", "lipsum", "gives another result each time")
    made.globals["pathjoin"] = _pathjoin
    return made


def value_of_the_machine(name: str) -> Undefined:
    """Return the stand-in for `name`, a value of this machine: its use raises RenderError."""
    return _OfTheMachine(name=name)


@contextlib.contextmanager
def rendering(text: str) -> Iterator[None]:
    """Run the block, which renders `text`; any failure is one sentence about the template.

    Raises:
        RenderError: naming the text; or it takes too much time or memory.

    """
    try:
        with limits.bounded(SECONDS):
            yield
    except ScaffolderError:
        raise
    except (
        Exception
    ) as error:  # a template may divide by zero, name a file that is not there, or never end
        said = " ".join(str(error).split()) or type(error).__name__
        shown = " ".join(text.split())
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        raise RenderError(f"the template does not render: {shown!r}: {said[:200]}") from error


class _Guards(SandboxedEnvironment):
    """Jinja's sandbox, without its silence: what it keeps away is refused, and not undefined."""

    intercepted_binops = frozenset({"*", "**"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, PurePath) and attr == "parser":  # a module, with `os` in it
            return False
        if isinstance(obj, date | time) and attr in _OF_THE_CLOCK:
            return False
        return attr not in _OF_COPIERS_MODELS and super().is_safe_attribute(obj, attr, value)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        raise RenderError(
            f"the template reads {attribute!r} of a {type(obj).__name__}, which is unsafe",
            hint=HINT,
        )

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if (_bits if operator == "**" else _length)(left, right) > LONGEST:
            raise RenderError(
                f"the template makes a value that is too large, with `{operator}`", hint=HINT
            )
        return super().call_binop(context, operator, left, right)


class _InsideLoader(FileSystemLoader):
    """Reads the files of one template: no name and no link leads out of its folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder.resolve()))

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, file, unchanged = super().get_source(environment, template)
        if not Path(file).resolve().is_relative_to(self.searchpath[0]):
            raise RenderError(f"the template includes {template}, which leads out of it", hint=HINT)
        return source, file, unchanged


class _OfTheMachine(Undefined):
    """A value that differs between machines: every use of it raises RenderError."""

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> Any:
        raise RenderError(
            f"the template reads {self._undefined_name}, a value of this machine", hint=HINT
        )

    __str__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = __hash__ = __contains__ = (
        _fail_with_undefined_error
    )
    __add__ = __radd__ = __mod__ = __getitem__ = __call__ = __fspath__ = _fail_with_undefined_error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._fail_with_undefined_error()


def _settings(folder: Path) -> dict[str, Any]:
    """Return `_envops` of copier.yml, with Copier's additions."""
    said = bundled.configuration(folder).get("_envops") or {}
    if not isinstance(said, Mapping):
        raise RenderError("_envops of the template's copier.yml is not a mapping", hint=HINT)
    settings = {"keep_trailing_newline": True, **said}
    for name, value in settings.items():
        if name == "undefined" and value in _UNDEFINED:
            settings[name] = _UNDEFINED[value]
        elif not _is_about_marks(name, value):
            raise RenderError(
                f"copier.yml of the template sets _envops.{name} to {value!r}", hint=HINT
            )
    return settings


def _is_about_marks(name: str, value: object) -> bool:
    if name in _SWITCHES:
        return isinstance(value, bool)
    return name in _MARKS and (
        isinstance(value, str) or (value is None and name.endswith("_prefix"))
    )


def _refusing(kind: str, name: str, why: str) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> Any:
        raise RenderError(f"the template uses the {kind} `{name}`, which {why}", hint=HINT)

    return refuse


def _seeded(name: str, original: Callable[..., Any], position: int | None) -> Callable[..., Any]:
    """The filter `name`, for which every use needs a seed: it decides the result alone."""
    refuse = _refusing("filter", name, "gives another result each time")

    def chosen(*given: Any, **options: Any) -> Any:
        by_position = position is not None and any(given[position : position + 1])
        has_seed = by_position or (position is not None and options.get("seed"))
        return original(*given, **options) if has_seed else refuse()

    if (passed := getattr(original, "jinja_pass_arg", None)) is not None:
        chosen.jinja_pass_arg = passed  # type: ignore[attr-defined]
    return chosen


def _pathjoin(*path: str, mode: str = "posix") -> str:
    """Copier's own function (https://copier.readthedocs.io/en/stable/creating/#pathjoin)."""
    kinds: dict[str, type[PurePath]] = {
        "posix": PurePosixPath,
        "windows": PureWindowsPath,
        "native": PurePath,
    }
    return str(kinds[mode](*path))


def _length(left: object, right: object) -> int:
    """How long the text or list becomes that `left * right` is; 0 where it is a number."""
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, str | bytes | list | tuple) and isinstance(times, int):
            return len(sequence) * times
    return 0


def _bits(left: object, right: object) -> int:
    """Return the most bits of `left ** right`; 0 if it is not an integer."""
    return left.bit_length() * right if isinstance(left, int) and isinstance(right, int) else 0
