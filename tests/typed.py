"""What a command that was typed in a test has answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Typed:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.out.splitlines()[-1]

    @property
    def data(self) -> dict[str, Any]:
        """The last event of `--json`."""
        return json.loads(self.last)
