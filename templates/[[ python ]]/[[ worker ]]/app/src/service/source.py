"""Where messages come from: what the worker needs of a queue, and a folder that is one.

**Put your queue here**: a class with the methods of `Source`, made by `connect`. README.md shows what they are in queues that
people use.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Message:
    id: str
    body: str
    # 1 at the first time.
    attempt: int
    # The key by which the source finds it.
    handle: str = ""


@dataclass(frozen=True)
class Backlog:
    """How many messages are not done, and when the oldest of them was sent: seconds since 1970, 0 where there is none."""

    waiting: int
    oldest: float


class Source(Protocol):
    def backlog(self) -> Backlog: ...

    def take(self) -> Message | None:
        """Return the next message, which no other worker gets meanwhile; None where none is due."""

    def done(self, message: Message) -> None:
        """Forget it."""

    def retry(self, message: Message, seconds: float) -> None:
        """Give it back, to be taken when so many seconds are over."""

    def set_aside(self, message: Message) -> None:
        """Keep it where no worker takes it, for a person to look at."""

    def send(self, body: str) -> str:
        """Add a message, and return its id."""


def connect(variables: Mapping[str, str], longest: float) -> Source:
    """Return the queue of this worker; a message that is taken is hidden for longer than `longest` seconds."""
    return Folder(Path(variables.get("QUEUE_FOLDER") or "/tmp/queue"), longest + 20)  # noqa: S108, of this process alone


class Folder:
    """A queue for one machine. A file is a message; its name holds when it is due, when it was sent, how often it was taken, and its id.

    To take one is to rename it into the future, which only one worker can do. One that is killed gives it back that way.
    """

    def __init__(self, root: Path, hidden: float, now: Callable[[], float] = time.time) -> None:
        self._root = root
        self._hidden = hidden
        self._now = now
        (root / "aside").mkdir(parents=True, exist_ok=True)

    def backlog(self) -> Backlog:
        sent = [sent for _, sent, _, _ in self._names()]
        return Backlog(len(sent), min(sent, default=0) / 1000)

    def take(self) -> Message | None:
        now = self._millis(0)
        for due, sent, attempt, key in sorted(self._names()):
            if due > now:
                break
            taken = _name(self._millis(self._hidden), sent, attempt + 1, key)
            try:
                (self._root / _name(due, sent, attempt, key)).rename(self._root / taken)
            except FileNotFoundError:
                continue  # another worker was faster
            return Message(key, (self._root / taken).read_text(encoding="utf-8"), attempt + 1, taken)
        return None

    def done(self, message: Message) -> None:
        (self._root / message.handle).unlink(missing_ok=True)

    def retry(self, message: Message, seconds: float) -> None:
        _, sent, attempt, key = _parts(message.handle)
        self._move(message, self._root / _name(self._millis(seconds), sent, attempt, key))

    def set_aside(self, message: Message) -> None:
        self._move(message, self._root / "aside" / message.id)

    def send(self, body: str) -> str:
        key = uuid.uuid4().hex
        now = self._millis(0)
        draft = self._root / f".{key}"
        draft.write_text(body, encoding="utf-8")
        # Only now is it a message, and a whole one.
        draft.rename(self._root / _name(now, now, 0, key))
        return key

    def _move(self, message: Message, to: Path) -> None:
        (self._root / message.handle).rename(to)

    def _names(self) -> Iterator[tuple[int, int, int, str]]:
        for name in os.listdir(self._root):
            if name.count("-") == 3:
                yield _parts(name)

    def _millis(self, seconds: float) -> int:
        return round((self._now() + seconds) * 1000)


def _name(due: int, sent: int, attempt: int, key: str) -> str:
    return f"{due}-{sent}-{attempt}-{key}"


def _parts(name: str) -> tuple[int, int, int, str]:
    due, sent, attempt, key = name.split("-")
    return int(due), int(sent), int(attempt), key
