"""The console: the message is shown to whoever watches the run."""

from __future__ import annotations

from collections.abc import Callable

from migrator.notify.message import Message


class Console:
    """Says the message line by line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def __call__(self, message: Message) -> str:
        for line in [message.subject, *message.text.splitlines()]:
            self._say(line)
        return ""
