"""One event a line as JSON, for programs."""

from __future__ import annotations

import json
from typing import TextIO

from migrator.events import Event


class JsonLines:
    """Writes every event as one line of JSON, secrets scrubbed, at once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __call__(self, event: Event) -> None:
        self._out.write(json.dumps(event.as_json(), ensure_ascii=False, default=str) + "\n")
        self._out.flush()

    def close(self) -> None:
        """Nothing to give back."""
