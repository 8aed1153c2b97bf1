"""Fill in Helm's templates without Helm: the part of Go's language that charts use.

A function or a form that is not known here ends in `Unreadable`; nothing is guessed. Steps and
output are bounded. The language: https://pkg.go.dev/text/template, the functions:
https://helm.sh/docs/chart_template_guide/function_list/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.gotemplate_syntax import Node, Template, Token, parse
from scaffolder.formats.sprig import FUNCTIONS, Failed, text_of, truth

__all__ = ["LONGEST", "STEPS", "Node", "Template", "parse", "render"]

STEPS = 50_000
"""Actions that one rendering may run."""

LONGEST = 1_000_000
"""Characters that one rendering may give."""

Piece = tuple[str, int, bool]
"""Printed text, its line in the template, and whether it is literal there."""


@dataclass(kw_only=True)
class Scope:
    """The state of a rendering: the templates by name, and how much it may still do."""

    templates: Mapping[str, tuple[Node, ...]]
    root: Any
    steps: int = STEPS
    depth: int = 0
    size: int = 0
    lines: list[Piece] = field(default_factory=list)


def render(
    template: Template, root: Any, templates: Mapping[str, tuple[Node, ...]]
) -> tuple[str, list[int]]:
    """Return the output of `template`, and for each line its first line in the template.

    Raises:
        Unreadable: a function is not known, or the rendering is stopped: by the chart (`fail`), or
        by a bound.

    """
    scope = Scope(templates=templates, root=root)
    try:
        _Run(scope).nodes(template.nodes, root, {"$": root})
    except RecursionError as error:
        raise Unreadable("nests too deep") from error
    return "".join(piece for piece, _, _ in scope.lines), _origins(scope.lines)


def _origins(pieces: Sequence[Piece]) -> list[int]:
    origins = [pieces[0][1]] if pieces else [1]
    for text, line, is_text in pieces:
        origins += [line + (number if is_text else 0) for number in range(1, text.count("\n") + 1)]
    return origins


class _Run:
    """One execution; variables of a block are gone at its end, assignments to outer ones stay."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._line = 0

    def nodes(self, nodes: Sequence[Node], dot: Any, variables: dict[str, Any]) -> None:
        for node in nodes:
            self._step(node.line)
            if node.kind == "text":
                self._print(node.text, node.line, is_text=True)
            elif node.kind == "action":
                self._action(node, dot, variables)
            else:
                self._block(node, dot, variables)

    def _step(self, line: int) -> None:
        self._line = line
        self._scope.steps -= 1
        if self._scope.steps < 0:
            raise Unreadable(f"runs more than {STEPS} steps", line)

    def _print(self, text: str, line: int, *, is_text: bool = False) -> None:
        self._scope.size += len(text)
        if self._scope.size > LONGEST:
            raise Unreadable(f"prints more than {LONGEST} characters", line)
        self._scope.lines.append((text, line, is_text))

    def _action(self, node: Node, dot: Any, variables: dict[str, Any]) -> None:
        tokens = node.tokens
        if len(tokens) > 1 and tokens[0][0] == "variable" and tokens[1][1] in {":=", "="}:
            value = self._pipeline(tokens[2:], dot, variables)
            holder = variables
            while tokens[1][1] == "=" and tokens[0][1] not in holder and "" in holder:
                holder = holder[""]
            holder[tokens[0][1]] = value
        elif tokens[0][1] == "template":
            self._print(
                self._included(tokens[1][1].strip('"`'), tokens[2:], dot, variables), node.line
            )
        else:
            self._print(text_of(self._pipeline(tokens, dot, variables)), node.line)

    def _block(self, node: Node, dot: Any, variables: dict[str, Any]) -> None:
        inner: dict[str, Any] = {"": variables}
        signs = [place for place, token in enumerate(node.tokens) if token[1] == ":="]
        names = (
            [token[1] for token in node.tokens[: signs[0]] if token[0] == "variable"]
            if signs
            else []
        )
        value = self._pipeline(
            node.tokens[signs[0] + 1 :] if signs else node.tokens, dot, variables
        )
        if node.kind == "range":
            pairs = _pairs(value)
            for key, item in pairs:
                own: dict[str, Any] = {
                    "": variables,
                    **dict(zip(names, (key, item) if len(names) > 1 else (item,), strict=False)),
                }
                self.nodes(node.body, item, own)
            if not pairs:
                self.nodes(node.otherwise, dot, inner)
        elif truth(value):
            if names:
                inner[names[0]] = value
            self.nodes(node.body, value if node.kind == "with" else dot, inner)
        else:
            self.nodes(node.otherwise, dot, inner)

    def _pipeline(self, tokens: Sequence[Token], dot: Any, variables: dict[str, Any]) -> Any:
        commands: list[list[Token]] = [[]]
        depth = 0
        for token in tokens:
            depth += (token[1] == "(" and token[0] == "sign") - (
                token[1] == ")" and token[0] == "sign"
            )
            if token == ("sign", "|", token[2]) and depth == 0:
                commands.append([])
            else:
                commands[-1].append(token)
        value: Any = None
        for number, command in enumerate(commands):
            self._step(self._line)
            value = self._command(command, dot, variables, (value,) if number else ())
        return value

    def _command(
        self, tokens: Sequence[Token], dot: Any, variables: dict[str, Any], last: tuple[Any, ...]
    ) -> Any:
        if not tokens:
            raise Unreadable("an empty command", self._line)
        if tokens[0][0] == "word" and tokens[0][1] not in {"true", "false", "nil"}:
            name = tokens[0][1]
            return self._call(
                name, [*self._operands(tokens[1:], dot, variables), *last], dot, variables
            )
        operands = self._operands(tokens, dot, variables)
        return (
            operands[0]
            if len(operands) == 1 and not last
            else self._method(tokens, operands[0], [*operands[1:], *last])
        )

    def _method(self, tokens: Sequence[Token], value: Any, arguments: list[Any]) -> Any:
        if callable(value):
            return value(*arguments)
        raise Unreadable(
            f"{''.join(token[1] for token in tokens)[:40]} is not a function", self._line
        )

    def _operands(self, tokens: Sequence[Token], dot: Any, variables: dict[str, Any]) -> list[Any]:
        values: list[Any] = []
        at = 0
        while at < len(tokens):
            kind, text, spaced = tokens[at]
            if kind == "field" and values and not spaced and at:
                values[-1] = self._member(values[-1], text[1:])
            elif kind == "field":
                values.append(self._member(dot, text[1:]))
            elif kind == "sign" and text == "(":
                close = _closing(tokens, at, self._line)
                values.append(self._pipeline(tokens[at + 1 : close], dot, variables))
                at = close
            else:
                values.append(self._literal(kind, text, dot, variables))
            at += 1
        return values

    def _literal(self, kind: str, text: str, dot: Any, variables: dict[str, Any]) -> Any:
        if kind == "dot":
            return dot
        if kind == "variable":
            holder = variables
            while text not in holder and "" in holder:
                holder = holder[""]
            if text not in holder:
                return self._scope.root if text == "$" else None
            return holder[text]
        if kind == "string":
            return text[1:-1] if text[0] == "`" else re.sub(r"\\(.)", _unescaped, text[1:-1])
        if kind == "number":
            try:
                return float(text) if "." in text else int(text, 0)
            except ValueError as error:
                raise Unreadable(f"{text} is not a number", self._line) from error
        if text in {"true", "false", "nil"}:
            return {"true": True, "false": False, "nil": None}[text]
        return self._call(text, [], dot, variables)

    def _member(self, value: Any, name: str) -> Any:
        return value.get(name) if isinstance(value, Mapping) else None

    def _call(self, name: str, arguments: list[Any], dot: Any, variables: dict[str, Any]) -> Any:
        if name == "include":
            return self._run_template(
                str(arguments[0]), arguments[1] if len(arguments) > 1 else None
            )
        if name == "tpl":
            return self._inline(str(arguments[0]), arguments[1])
        function: Callable[..., Any] | None = FUNCTIONS.get(name)
        if function is None:
            raise Unreadable(f"the function {name} is not known", self._line)
        try:
            value = function(*arguments)
        except Failed as error:
            raise Unreadable(str(error), self._line) from error
        except (
            TypeError,
            ValueError,
            KeyError,
            IndexError,
            AttributeError,
            OverflowError,
            re.error,
        ) as error:
            raise Unreadable(f"{name} cannot take what it is given", self._line) from error
        if isinstance(value, str | list) and len(value) > LONGEST:
            raise Unreadable(f"{name} gives more than {LONGEST} characters or items", self._line)
        return value

    def _included(
        self, name: str, tokens: Sequence[Token], dot: Any, variables: dict[str, Any]
    ) -> str:
        return self._run_template(name, self._pipeline(tokens, dot, variables) if tokens else None)

    def _run_template(self, name: str, dot: Any) -> str:
        if name not in self._scope.templates:
            raise Unreadable(f"no template is called {name}", self._line)
        return self._captured(self._scope.templates[name], dot)

    def _inline(self, text: str, dot: Any) -> str:
        return self._captured(parse(text).nodes, dot) if "{{" in text else text

    def _captured(self, nodes: Sequence[Node], dot: Any) -> str:
        scope, line = self._scope, self._line
        scope.depth += 1
        if scope.depth > 50:
            raise Unreadable("templates include each other without end", line)
        outer, scope.lines = scope.lines, []
        self.nodes(nodes, dot, {"$": dot})
        text = "".join(piece for piece, _, _ in scope.lines)
        scope.lines, self._line = outer, line
        scope.depth -= 1
        return text


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return [(key, value[key]) for key in sorted(value, key=str)]
    if isinstance(value, int) and not isinstance(value, bool):
        return [(number, number) for number in range(min(value, STEPS))]
    return list(enumerate(value)) if isinstance(value, list | tuple) else []


def _closing(tokens: Sequence[Token], at: int, line: int) -> int:
    depth = 0
    for place in range(at, len(tokens)):
        if tokens[place][0] == "sign":
            depth += (tokens[place][1] == "(") - (tokens[place][1] == ")")
            if depth == 0:
                return place
    raise Unreadable("a bracket is not closed", line)


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1])
