"""A text shown again and again: in its place in a terminal, as one more line elsewhere, as JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from migrator import clock
from migrator.secret import scrub


class Again:
    """Shows what is looked at repeatedly; leave it as a context manager, so that a terminal is given back."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._json = as_json
        self._terminal = not as_json and self._out.isatty() and not os.environ.get("NO_COLOR") \
            and os.environ.get("TERM") != "dumb"
        self._view: Any = None
        self._last = ""

    def __call__(self, text: str, line: str, data: Any) -> None:
        """The whole text for terminals; elsewhere the line with its time, when it says something new."""
        if self._json:
            self._write(json.dumps(data, ensure_ascii=False, default=str))
        elif self._terminal:
            self._draw(text)
        elif line != self._last:
            self._last = line
            self._write(f"{clock.local(clock.stamp(), form='%H:%M:%S')} {line}")

    def __enter__(self) -> Again:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._view:
            self._view.stop()

    def _write(self, line: str) -> None:
        self._out.write(scrub(line) + "\n")
        self._out.flush()

    def _draw(self, text: str) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        if self._view is None:
            self._view = Live(console=Console(file=self._out, highlight=False), auto_refresh=False)
            self._view.start()
        self._view.update(Text(scrub(text)), refresh=True)
