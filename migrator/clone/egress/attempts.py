"""What a copy tried to send: read from the sinkhole's lines, counted by where it was meant to go."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from migrator.secret import scrub


@dataclass(frozen=True)
class Attempt:
    """Attempts of one sort at one place: how many, from when to when (seconds since 1970), and how the first began."""

    protocol: str
    to: str
    port: int
    count: int
    first_at: float
    last_at: float
    first: str

    @property
    def when(self) -> str:
        """The first one's time, UTC."""
        return datetime.fromtimestamp(self.first_at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def attempts(lines: Iterable[str]) -> list[Attempt]:
    """All attempts that the lines tell of, the first ones first; a line that is cut off is left out.

    A name that was asked for and then connected to is told once, by what followed.
    """
    found: dict[tuple[str, str, int], Attempt] = {}
    for told in _told(lines):
        to = told["name"] or told["address"]
        key = told["protocol"], to, told["port"]
        before = found.get(key)
        found[key] = Attempt(told["protocol"], to, told["port"], before.count + 1 if before else 1,
                             before.first_at if before else told["at"], told["at"],
                             before.first if before else scrub(told["first"]))
    reached = {attempt.to for attempt in found.values() if attempt.protocol != "dns"}
    return sorted((each for each in found.values() if each.protocol != "dns" or each.to not in reached),
                  key=lambda each: each.first_at)


def _told(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and told.keys() >= {"at", "protocol", "name", "address", "port", "first"}:
            yield told
