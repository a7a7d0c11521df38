"""Before and after: the first and the last measure of every table and every file tree of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHORT = 10
Measures = dict[str, Mapping[str, Any]]
"""Counts and digests by the name of a table or tree."""


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
    """Compare `what` (tables, trees) of the first attempt that measured it with the last; None without two measures.

    Each database and each tree is compared by itself: not every attempt measures all of them.
    """
    in_order = sorted(record["attempts"], key=lambda a: (a.get("ended") or "", a.get("started") or ""))
    measured: dict[str, list[tuple[int, Measures]]] = {}
    for number, attempt in enumerate(in_order):
        for group, found in _groups((attempt.get("facts") or {}).get(what), what).items():
            measured.setdefault(group, []).append((number, found))
    twice = [found for found in measured.values() if len(found) > 1]
    if not twice:
        return None
    before = {name: one for found in twice for name, one in found[0][1].items()}
    after = {name: one for found in twice for name, one in found[-1][1].items()}
    first, last = min(found[0][0] for found in twice), max(found[-1][0] for found in twice)
    return Comparison(in_order[first]["step"], in_order[last]["step"], tuple(
        _compared(name, before.get(name), after.get(name), "rows" if what == "tables" else "files")
        for name in sorted({*before, *after})))


def _groups(facts: Any, what: str) -> dict[str, Measures]:
    """Measures by name, for each database (tables that stand in none: under an empty name) or for each tree."""
    groups: dict[str, Measures] = {}
    for name, found in facts.items() if isinstance(facts, Mapping) else ():
        if "digest" in found:
            groups.setdefault(name if what == "trees" else "", {})[name] = found
        else:
            groups[name] = {f"{name}.{table}": one for table, one in found.items()}
    return groups


def _compared(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, count: str) -> Compared:
    old, new = before or {}, after or {}
    verdict = "new" if before is None else "gone" if after is None else \
        "same" if (old.get("digest"), old.get(count)) == (new.get("digest"), new.get(count)) else "changed"
    return Compared(name, old.get(count), new.get(count), (old.get("digest") or "")[:SHORT],
                    (new.get("digest") or "")[:SHORT], verdict)
