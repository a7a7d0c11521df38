"""Before and after: the first and the last measure of every table and every file tree of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHORT = 10


@dataclass(frozen=True)
class Compared:
    """One table or tree; `verdict` is same, changed, new or gone. Counts are rows or files."""

    name: str
    before_count: int | None
    after_count: int | None
    before_digest: str
    after_digest: str
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """All tables, or all trees: where the two measures come from, and what differs."""

    first: str
    last: str
    items: tuple[Compared, ...]

    @property
    def different(self) -> list[Compared]:
        """What is not the same."""
        return [item for item in self.items if item.verdict != "same"]

    @property
    def same(self) -> list[Compared]:
        """What is the same to the last bit."""
        return [item for item in self.items if item.verdict == "same"]


def compare(record: Mapping[str, Any], what: str) -> Comparison | None:
    """Compare `what` (tables, trees) of the first attempt that measured it with the last; None without two measures."""
    in_order = sorted(record["attempts"], key=lambda a: (a.get("ended") or "", a.get("started") or ""))
    measured = [(a["step"], dict(found)) for a in in_order if (found := _measures((a.get("facts") or {}).get(what)))]
    if len(measured) < 2:
        return None
    (first, before), (last, after) = measured[0], measured[-1]
    count = "rows" if what == "tables" else "files"
    return Comparison(first, last, tuple(
        _compared(name, before.get(name), after.get(name), count) for name in sorted({*before, *after})))


def _measures(facts: Any, prefix: str = "") -> list[tuple[str, Mapping[str, Any]]]:
    """Names with their counts and digests; what is grouped by database gets the database's name before its own."""
    if not isinstance(facts, Mapping):
        return []
    if "digest" in facts:
        return [(prefix, facts)]
    return [found for name, inner in facts.items()
            for found in _measures(inner, f"{prefix}.{name}" if prefix else name)]


def _compared(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, count: str) -> Compared:
    old, new = before or {}, after or {}
    verdict = "new" if before is None else "gone" if after is None else \
        "same" if (old.get("digest"), old.get(count)) == (new.get("digest"), new.get(count)) else "changed"
    return Compared(name, old.get(count), new.get(count), (old.get("digest") or "")[:SHORT],
                    (new.get("digest") or "")[:SHORT], verdict)
