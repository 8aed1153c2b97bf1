"""The work on one message. **Put your own here.**

A message may come twice: after a failure, or when a pod was killed before it could finish it. So handle it such that a second
time changes nothing.
"""

from service.log import Log
from service.source import Message


def handle(message: Message, log: Log) -> None:
    """Do what the message asks for. An exception gives it back, and it comes again later."""
    log.info("hello", id=message.id, bytes=len(message.body.encode()))
