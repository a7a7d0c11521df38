"""A census as it was taken: rows counted for each pair, and everything that was found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from migrator.errors import FindingsBlock
from migrator.lens.census.finding import Finding, Verdict
from migrator.text import _

SHOWN = 20
"""Findings that an error message names before it counts the others."""


@dataclass(frozen=True)
class Tally:
    """The rows of one pair's old side. Each row is either refused, in need of memory, or it survives by itself."""

    pair: str
    rows: int
    surviving: int
    needing_memory: int
    refused: int


@dataclass(frozen=True)
class Census:
    """What was counted and found of all pairs of a lens, in one snapshot of the old side."""

    tallies: tuple[Tally, ...]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> tuple[Finding, ...]:
        """What forbids to copy."""
        return self._of(Verdict.REFUSED)

    @property
    def needing_memory(self) -> tuple[Finding, ...]:
        """What survives only with pair memory."""
        return self._of(Verdict.NEEDS_MEMORY)

    def require(self) -> None:
        """Raise FindingsBlock with all that is refused, and with the command that shows the rest."""
        if not self.refused:
            return
        lines = [f"{finding.about}: {finding.message}" for finding in self.refused[:SHOWN]]
        if len(self.refused) > SHOWN:
            lines.append(_("and {n} more").format(n=len(self.refused) - SHOWN))
        raise FindingsBlock("\n".join([_("the old data cannot be carried over as it is:"), *lines]), hint=_(
            "inv map.census with the same flags shows sample keys and advice; nothing was written"))

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"pairs": [asdict(tally) for tally in self.tallies],
                "findings": [finding.as_json() for finding in self.findings]}

    def _of(self, verdict: Verdict) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.verdict is verdict)
