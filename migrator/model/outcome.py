"""What a step would change, and what it did."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """One thing that a step will change: shown in the plan, before anything acts."""

    what: str
    where: str = ""
    before: str = ""
    after: str = ""
    command: str = ""
    seconds: float | None = None
    """Estimated seconds, None when nobody knows yet."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Request:
    """What a steering step asks of the engine: `park` (for people) or `undo_to` (a drill)."""

    act: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What apply or undo did: facts are JSON and kept as evidence; `by_hand` is what a person must finish."""

    changed: bool
    summary: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    request: Request | None = None
    by_hand: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        request = data.get("request")
        return cls(**{**data, "request": Request(**request) if request else None})
