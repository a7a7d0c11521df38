"""Which observer suits: programs get JSON, terminals the live view, everything else plain lines."""

from __future__ import annotations

import os
import sys
from typing import Protocol, TextIO

from migrator.events import Event


class Screen(Protocol):
    """An observer that holds a terminal and gives it back."""

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None:
        """Give the terminal back; safe to call twice."""


def choose(*, json: bool = False, out: TextIO | None = None) -> Screen:
    """The observer for this flag and this terminal; NO_COLOR and TERM=dumb ask for plain lines."""
    stream = out or sys.stdout
    if json:
        from migrator.screen.json_lines import JsonLines

        return JsonLines(stream)
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        from migrator.screen.plain import Plain

        return Plain(stream)
    from rich.console import Console

    from migrator.screen.live import Live

    return Live(Console(file=stream, highlight=False))
