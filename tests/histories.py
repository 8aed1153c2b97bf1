"""Random histories: what a template had, what people made of it, what the template has now, and a judge of the merge.

Each history is a folder of its own with lines of its own, so that many of them are one merge. A line that people wrote
holds a word that stands nowhere else, which makes "lost" and "in another block" facts that a program can check.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

File = tuple[str, bool]
"""Content, and whether it is executable."""

Tree = dict[str, File]
"""Path → file."""

_USER = re.compile(r"mine-\w+")
_NAME = re.compile(r"^- name: (\S+)", re.MULTILINE)


@dataclass
class History:
    """One history: `moved` are files that people moved (old → new), `gone` those that they deleted."""

    name: str
    base: Tree = field(default_factory=dict)
    ours: Tree = field(default_factory=dict)
    theirs: Tree = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    template_moved: dict[str, str] = field(default_factory=dict)


def histories(number: int, seed: int) -> Iterator[History]:
    """`number` histories, the same ones for the same seed."""
    for index in range(number):
        yield _history(f"h{seed}x{index}", random.Random(f"{seed}-{index}"))  # noqa: S311, nothing secret


def together(made: list[History], side: str) -> Tree:
    """One tree with a folder per history; `side` is "base", "ours" or "theirs"."""
    return {f"{one.name}/{path}": file for one in made for path, file in getattr(one, side).items()}


def faults(one: History, result: Tree, said: Mapping[str, str]) -> list[str]:
    """Return the faults of `result`, the files of this history after the merge.

    `said` is the fate of each that was named.

    Empty where no line of a person is lost, none is in another block, what they deleted stays deleted, and what only
    one side changed is as that side has it.
    """
    wrong = []
    text = {path: content for path, (content, _) in result.items()}
    for path, (content, _) in one.ours.items():
        for word in sorted(set(_USER.findall(content))):
            holders = [file for file, there in text.items() if word in there]
            if not holders:
                wrong.append(f"{one.name}/{path}: {word} is lost")
            for file in holders:
                wrong += _misplaced(one, path, file, word, content, text[file])
    for path in one.gone:
        if path in result and path not in said:
            wrong.append(f"{one.name}/{path}: was deleted and is back, and nobody said so")
    for path in one.base.keys() & one.ours.keys() - one.theirs.keys() - one.template_moved.keys():
        words = set(_USER.findall(one.ours[path][0]))
        carried = words and all(
            any(word in text.get(file, "") for file in said) for word in words
        )  # Git saw a move
        kept = result.get(path) == one.ours[path] and path in said
        if one.ours[path][0] != one.base[path][0] and not kept and not carried:
            wrong.append(
                f"{one.name}/{path}: the template dropped it, people had changed it, and it is not kept and named"
            )
    for path in one.base.keys() & one.ours.keys() & one.theirs.keys():
        wrong += _one_sided(one, path, result)
    return wrong


def _misplaced(
    one: History, path: str, file: str, word: str, before: str, after: str
) -> Iterator[str]:
    """A line outside a conflict stands below the same name as it did.

    If the template put another block of the same lines in the place of one, it renamed the block,
    as far as lines show; then the line stands below the new name.
    """
    if _in_conflict(after, word):
        return
    expected, found = _block_of(before, word), _block_of(after, word)
    known = {name for content, _ in one.base.values() for name in _NAME.findall(content)}
    kept = {name for content, _ in one.theirs.values() for name in _NAME.findall(content)}
    renamed = expected in known - kept and found in kept - known
    if found != expected and not renamed:
        yield f"{one.name}/{path}: {word} of block {expected} is in block {found} of {file}"


def _one_sided(one: History, path: str, result: Tree) -> Iterator[str]:
    base, ours, theirs = one.base[path], one.ours[path], one.theirs[path]
    if ours == base and result.get(path) != theirs:
        yield f"{one.name}/{path}: nobody had touched it, and it is not what the template has"
    elif theirs == base and result.get(path) != ours:
        yield f"{one.name}/{path}: the template had not touched it, and it is not what people had"
    elif path in result and "<<<<<<<" not in result[path][0]:
        expected = ours[1] if theirs[1] == base[1] else theirs[1]
        if result[path][1] != expected:
            yield f"{one.name}/{path}: its mode is {result[path][1]}"


def _block_of(text: str, word: str) -> str:
    names = _NAME.findall(text[: text.index(word)])
    return names[-1] if names else ""


def _in_conflict(text: str, word: str) -> bool:
    """Whether the word stands between the markers of a conflict."""
    before = text[: text.index(word)]
    return before.count("<<<<<<< ") > before.count(">>>>>>> ")


def _history(name: str, chance: random.Random) -> History:
    one = History(name=name)
    for number in range(chance.randint(2, 4)):
        blocks = [f"{name}-{number}-{block}" for block in range(chance.randint(2, 6))]
        one.base[f"{chance.choice(['ci', 'env', '.'])}/f{number}.yml".removeprefix("./")] = (
            "".join(_block(block) for block in blocks),
            chance.random() < 0.2,
        )
    one.ours, one.theirs = dict(one.base), dict(one.base)
    for number in range(chance.randint(1, 4)):
        _by_people(one, chance, f"mine-{name}q{number}q")
    for number in range(chance.randint(1, 4)):
        _by_template(one, chance, f"{name}-new{number}")
    return one


def _block(name: str) -> str:
    own = name.split("-")[0]  # no history looks like another one
    return f"- name: {name}\n  image: {own}\n  timeout: 10 # {own}\n  retries: 1 # {own}\n  script: make {own}\n"


def _by_people(one: History, chance: random.Random, word: str) -> None:
    paths = sorted(one.ours.keys() & one.base.keys())
    kind = chance.choices(
        ["edit", "insert", "cut", "delete", "move", "mode", "add", "format"],
        [6, 6, 2, 1, 1, 1, 1, 1],
    )[0]
    if kind == "add" or not paths:
        one.ours[f"own/{word}.txt"] = (f"{word}\n", False)
        return
    path = chance.choice(paths)
    content, executable = one.ours[path]
    match kind:
        case "edit":
            one.ours[path] = (_edited(content, chance, f"  timeout: 60 # {word}\n"), executable)
        case "insert":
            one.ours[path] = (_inserted(content, chance, f"  extra: {word}\n"), executable)
        case "cut":
            one.ours[path] = (_without_block(content, chance), executable)
        case "delete":
            del one.ours[path]
            one.gone.add(path)
        case "move":
            one.ours[f"moved/{path.replace('/', '-')}"] = one.ours.pop(path)
            one.moved[path] = f"moved/{path.replace('/', '-')}"
        case "mode":
            one.ours[path] = (content, not executable)
        case "format":
            one.ours[path] = (_formatted(content, chance), executable)


def _formatted(content: str, chance: random.Random) -> str:
    """The file as a formatter leaves it: other indentation, other comments or empty lines between the blocks."""
    match chance.choice(["indent", "comments", "apart"]):
        case "indent":
            return re.sub(r"^  (?=\w)", "    ", content, flags=re.MULTILINE)
        case "comments":
            return re.sub(r" # ", "  # ", content)
        case _:
            return re.sub(r"\n(?=- name: )", "\n\n", content)


def _by_template(one: History, chance: random.Random, name: str) -> None:
    paths = sorted(one.theirs.keys() & one.base.keys())
    kind = chance.choices(
        ["edit", "block", "cut", "drop", "move", "mode", "add"], [5, 6, 2, 1, 1, 1, 1]
    )[0]
    if kind == "add" or not paths:
        one.theirs[f"new/{name}.yml"] = (_block(name), False)
        return
    path = chance.choice(paths)
    content, executable = one.theirs[path]
    match kind:
        case "edit":
            one.theirs[path] = (_edited(content, chance, f"  timeout: 30 # {name}\n"), executable)
        case "block":
            blocks = _blocks(content)
            blocks.insert(chance.randint(0, len(blocks)), _block(name))
            one.theirs[path] = ("".join(blocks), executable)
        case "cut":
            one.theirs[path] = (_without_block(content, chance), executable)
        case "drop":
            del one.theirs[path]
        case "move":
            one.theirs[f"elsewhere/{path.replace('/', '-')}"] = one.theirs.pop(path)
            one.template_moved[path] = f"elsewhere/{path.replace('/', '-')}"
        case "mode":
            one.theirs[path] = (content, not executable)


def _blocks(content: str) -> list[str]:
    return re.split(r"^(?=- name: )", content, flags=re.MULTILINE)[1:]


def _edited(content: str, chance: random.Random, line: str) -> str:
    """Replace a line with a timeout; an edited line stays."""
    lines = content.splitlines(keepends=True)
    places = [place for place, old in enumerate(lines) if "timeout: 10" in old]
    if places:
        lines[chance.choice(places)] = line
    return "".join(lines)


def _inserted(content: str, chance: random.Random, line: str) -> str:
    """One more line inside a block, below its name."""
    lines = content.splitlines(keepends=True)
    places = [place + 1 for place, old in enumerate(lines) if old.startswith(("- name", "  "))]
    lines.insert(chance.choice(places), line) if places else lines.append(line)
    return "".join(lines)


def _without_block(content: str, chance: random.Random) -> str:
    """One block less; one in which people wrote something is not what they cut."""
    blocks = _blocks(content)
    places = [place for place, block in enumerate(blocks) if not _USER.search(block)]
    if len(blocks) > 1 and places:
        del blocks[chance.choice(places)]
    return "".join(blocks)
