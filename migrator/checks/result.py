"""How one check ended, and the comparisons that all kinds of checks share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrator.model.finding import Finding, blocks, informs
from migrator.text import _


@dataclass(frozen=True)
class CheckResult:
    """`why` is empty when the check passed, `advice` says what to do otherwise; later suites compare with `saved`."""

    name: str
    why: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    saved: dict[str, Any] | None = None
    advice: str = ""

    @property
    def passed(self) -> bool:
        return not self.why

    def finding(self) -> Finding:
        """A passed check informs, a failed one blocks."""
        if self.passed:
            return informs("check.passed", self.name, **self.evidence)
        return blocks("check.failed", f"{self.name}: {self.why}", self.advice, **self.evidence)


def wrong_text(text: str, contains: Iterable[str], not_contains: Iterable[str] = ()) -> Iterator[str]:
    """A sentence for every text that should be there and is not, or the other way round."""
    for wanted in contains:
        if wanted not in text:
            yield _('"{text}" is not in it').format(text=wanted)
    for unwanted in not_contains:
        if unwanted in text:
            yield _('"{text}" is in it').format(text=unwanted)


def plain(value: Any) -> str:
    """A value of a database or of JSON as the text that a suite would write for it."""
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)
