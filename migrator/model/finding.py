"""A finding: something observed, how serious it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    BLOCKS = "blocks"
    WARNS = "warns"
    INFORMS = "informs"


@dataclass(frozen=True)
class Finding:
    """`code` is a stable short name (`space.short`); `later` marks what only an earlier act will make knowable."""

    severity: Severity
    code: str
    message: str
    advice: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    later: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Finding:
        return cls(**{**data, "severity": Severity(data["severity"])})


def blocks(code: str, message: str, advice: str = "", **evidence: Any) -> Finding:
    """A finding that forbids to go on."""
    return Finding(Severity.BLOCKS, code, message, advice, evidence)


def warns(code: str, message: str, advice: str = "", **evidence: Any) -> Finding:
    """A finding that a person should look at."""
    return Finding(Severity.WARNS, code, message, advice, evidence)


def informs(code: str, message: str, advice: str = "", **evidence: Any) -> Finding:
    """A measured fact worth keeping."""
    return Finding(Severity.INFORMS, code, message, advice, evidence)


def later(code: str, message: str) -> Finding:
    """Cannot be known before earlier steps have acted; asked again just before apply."""
    return Finding(Severity.INFORMS, code, message, later=True)


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Those that forbid to go on."""
    return [f for f in findings if f.severity is Severity.BLOCKS]
