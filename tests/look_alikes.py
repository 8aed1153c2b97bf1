"""Random files of blocks that look alike, in formats that people edit, and a judge that reads the names of the blocks.

The template changes blocks, puts copies of old ones beside them, moves and removes some; people change, add and take out
lines. The judge knows how each format names its blocks, and nothing of how the engine looks at them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

FIELDS = ("image", "timeout", "retries", "script")
Block = dict[str, str]
"""Field → value."""


@dataclass(frozen=True)
class Format:
    """How a file is written: what is before all blocks, one block, and the name in a line that begins one."""

    file: str
    start: str
    block: Callable[[str, Block], str]
    name: re.Pattern[str]
    end: str = ""


@dataclass
class Case:
    """The four versions of a file, as blocks, and what people did: word → block, and (block, field) taken out."""

    name: str
    form: Format
    base: dict[str, Block]
    ours: dict[str, Block] = field(default_factory=dict)
    theirs: dict[str, Block] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    cut: set[tuple[str, str]] = field(default_factory=set)

    @property
    def path(self) -> str:
        return f"{self.name}/{self.form.file}"

    def text(self, side: str) -> str:
        blocks: dict[str, Block] = getattr(self, side)
        return (
            self.form.start
            + "".join(self.form.block(name, lines) for name, lines in blocks.items())
            + self.form.end
        )


def _steps(name: str, lines: Block) -> str:
    return f"  - name: {name}\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())


def _named_last(name: str, lines: Block) -> str:
    pairs = [*lines.items(), ("name", name)]
    return "".join(
        f"{'  - ' if not at else '    '}{key}: {value}\n" for at, (key, value) in enumerate(pairs)
    )


def _jobs(name: str, lines: Block) -> str:
    return f"{name}:\n  with:\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())


def _variables(name: str, lines: Block) -> str:
    return (
        f'variable "{name}" {{\n'
        + "".join(f'  {key} = "{value}"\n' for key, value in lines.items())
        + "}\n\n"
    )


def _targets(name: str, lines: Block) -> str:
    return (
        f"{name}: .ready\n"
        + "".join(f"\tset {key} {value}\n" for key, value in lines.items())
        + "\n"
    )


def _objects(name: str, lines: Block) -> str:
    pairs = ",\n".join(
        f'      "{key}": "{value}"' for key, value in [*lines.items(), ("name", name)]
    )
    return f"    {{\n{pairs}\n    }},\n"


def _sections(name: str, lines: Block) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items()) + "\n"


def _stages(name: str, lines: Block) -> str:
    return f"FROM scratch AS {name}\n" + "".join(
        f"ENV {key}={value}\n" for key, value in lines.items()
    )


def _functions(name: str, lines: Block) -> str:
    return (
        f"{name}() {{\n"
        + "".join(f'  export {key}="{value}"\n' for key, value in lines.items())
        + "}\n\n"
    )


FORMATS = (
    Format("steps.yml", "steps:\n", _steps, re.compile(r"^  - name: (\S+)")),
    Format("last.yml", "steps:\n", _named_last, re.compile(r"^    name: (\S+)")),
    Format("jobs.yml", "", _jobs, re.compile(r"^([\w-]+):$")),
    Format("main.tf", "", _variables, re.compile(r'^variable "(\S+)"')),
    Format("Makefile", "", _targets, re.compile(r"^([\w-]+): \.ready")),
    Format(
        "a.json",
        '{\n  "steps": [\n',
        _objects,
        re.compile(r'^      "name": "(\S+)"'),
        "    {}\n  ]\n}\n",
    ),
    Format("a.ini", "", _sections, re.compile(r"^\[(\S+)\]")),
    Format("Dockerfile", "", _stages, re.compile(r"^FROM scratch AS (\S+)")),
    Format("a.sh", "", _functions, re.compile(r"^([\w-]+)\(\) \{")),
)
_CONFLICT = re.compile(r"^<<<<<<< .*\n((?:.*\n)*?)=======\n((?:.*\n)*?)>>>>>>> .*\n?", re.MULTILINE)
_LAST = {"last.yml": "  - ", "a.json": "    {"}
"""How a block begins where its name is not in its first line."""


def cases(number: int, seed: int) -> Iterator[Case]:
    """`number` cases, the same ones for the same seed."""
    for index in range(number):
        yield _case(f"c{index}", random.Random(f"{seed}-{index}"))  # noqa: S311, nothing secret


def faults(case: Case, result: str) -> list[str]:
    """Return the faults of `result`.

    A line that is lost, or that came or went in another block than its own.

    In a conflict, only lost lines, and lines outside the markers in another block, whichever side
    is taken.
    """
    wrong = [f"{case.path}: {word} is lost" for word in case.words if word not in result]
    if "<<<<<<< " in result:
        beside = _CONFLICT.sub("", result)
        sides = [dict(_read(case.form, _CONFLICT.sub(side, result))) for side in (r"\1", r"\2")]
        outside = {word: block for word, block in case.words.items() if word in beside}
        placed = {
            word
            for word, block in outside.items()
            if any(word in side.get(block, "") for side in sides)
        }
        return wrong + [
            f"{case.path}: {word} is beside a conflict and elsewhere"
            for word in outside.keys() - placed
        ]
    found = dict(_read(case.form, result))
    for word, block in case.words.items():
        if word not in found.get(block, ""):
            wrong.append(f"{case.path}: {word} of {block} is elsewhere")
    for block, name in case.cut:
        if re.search(rf"\b{name}\b", found.get(block, "")):
            wrong.append(f"{case.path}: {name} of {block} is back")
    edited = {*case.words.values(), *(block for block, _ in case.cut)}
    for block, text in _read(case.form, case.text("theirs")):
        if block not in edited and found.get(block, text) != text:
            wrong.append(f"{case.path}: {block} is not as the template has it")
    return wrong


def _read(form: Format, text: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each block."""
    lines = text.splitlines(keepends=True)
    if form.file in _LAST:
        starts = [at for at, line in enumerate(lines) if line.startswith(_LAST[form.file])]
    else:
        starts = [at for at, line in enumerate(lines) if form.name.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = lines[start:end]
        named = [match[1] for line in part if (match := form.name.match(line))]
        if named:
            yield named[0], "".join(line.strip() + "\n" for line in part if re.search(r"\w", line))


def _case(name: str, chance: random.Random) -> Case:
    form = FORMATS[chance.randrange(len(FORMATS))]
    base = {
        f"{word}-{name}": _old(name)
        for word in ("lint", "build", "scan", "ship")[: chance.randint(1, 4)]
    }
    case = Case(name=name, form=form, base=base)
    case.ours = {block: dict(lines) for block, lines in base.items()}
    case.theirs = {block: dict(lines) for block, lines in base.items()}
    for number in range(chance.randint(1, 2)):
        _by_people(case, chance, f"mine-{name}-{number}")
    for number in range(chance.randint(1, 4)):
        _by_template(case, chance, f"{name}x{number}")
    return case


def _old(name: str) -> Block:
    return {key: f"{key}-of-{name}" for key in FIELDS}


def _by_people(case: Case, chance: random.Random, word: str) -> None:
    block = chance.choice(sorted(case.ours))
    lines = case.ours[block]
    key = chance.choice(sorted(lines))
    match chance.choice(["change", "change", "add", "cut"]):
        case "change" if not lines[key].startswith("mine"):
            lines[key] = word
            case.words[word] = block
        case "add":
            case.ours[block] = _with(lines, f"extra{word[-1]}", word, chance)
            case.words[word] = block
        case "cut" if len(lines) > 2 and not lines[key].startswith("mine"):
            del lines[key]
            case.cut.add((block, key))


def _with(lines: Block, key: str, value: str, chance: random.Random) -> Block:
    pairs = list(lines.items())
    pairs.insert(chance.randint(0, len(pairs)), (key, value))
    return dict(pairs)


def _by_template(case: Case, chance: random.Random, new: str) -> None:
    names = list(case.theirs)
    block = chance.choice(names)
    match chance.choice(["change", "change", "beside", "beside", "move", "cut"]):
        case "change":
            key = chance.choice(FIELDS[:3])
            case.theirs[block][key] = f"{key}-{new}"
        case "beside":  # what looks like the block before the template changed it
            at = names.index(block) + chance.randint(0, 1)
            names.insert(at, f"unit-{new}")
            case.theirs[f"unit-{new}"] = _old(case.name)
            case.theirs = {name: case.theirs[name] for name in names}
        case "move":
            names.remove(block)
            names.insert(chance.randint(0, len(names)), block)
            case.theirs = {name: case.theirs[name] for name in names}
        case "cut" if case.ours.get(block) == case.base.get(block) and len(names) > 1:
            del case.theirs[block]
