"""From a range whose digests differ to the keys of the rows that differ, and from these to the cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator.lens.verify.difference import Difference, Kind
from migrator.lens.verify.eye import Eye, Listed
from migrator.lens.verify.ranges import Cuts, Range
from migrator.lens.verify.view import UNSAID, Key
from migrator.text import _

NAMED = 10_000
"""Keys of a range that are kept to be looked at once more; the rest is only counted."""
TOGETHER = 200
"""Keys that one statement asks for."""
LONGEST = 200
"""Characters of a text in a report."""


@dataclass
class Found:
    """The rows of a range that differ, counted, with the first of their keys."""

    counts: Counter[Kind] = field(default_factory=Counter)
    agreed: int = 0
    """Rows that are not what would be computed, but what both sides have agreed on."""
    keys: list[tuple[Kind, Key]] = field(default_factory=list)

    def add(self, key: Key, old: Listed | None, new: Listed | None) -> None:
        """Take in what both sides have under a key."""
        if old is None or new is None:
            kind = Kind.MISSING if new is None else Kind.INVENTED
        elif old.said == new.said:
            return
        elif old.agreed == new.agreed:
            self.agreed += 1
            return
        else:
            kind = Kind.DIFFERS
        self.counts[kind] += 1
        if len(self.keys) < NAMED:
            self.keys.append((kind, key))


def differing_slots(old: Sequence[Any], new: Sequence[Any]) -> list[int]:
    """The slots of a range in which the sides have other digests."""
    digests = [{int(slot): (int(rows), int(total)) for slot, rows, total in found} for found in (old, new)]
    return sorted(slot for slot in {*digests[0], *digests[1]} if digests[0].get(slot) != digests[1].get(slot))


def narrowed(old: Eye, new: Eye, within: Range, cuts: Cuts, slots: Sequence[int]) -> Found:
    """The rows of some slots that differ: both sides list keys and hashes in the same order."""
    found = Found()
    for key, ours, theirs in _side_by_side(old.listed(within, cuts, slots), new.listed(within, cuts, slots)):
        found.add(key, ours, theirs)
    return found


def looked_at_again(old: Eye, new: Eye, before: Found) -> Found:
    """What still differs of the rows whose keys were kept; those that were only counted stay counted."""
    found = Found(before.counts - Counter(kind for kind, _key in before.keys), before.agreed)
    for keys in _portions([key for _kind, key in before.keys]):
        ours, theirs = old.looked_up(keys), new.looked_up(keys)
        for key in keys:
            if key in ours or key in theirs:
                found.add(key, ours.get(key), theirs.get(key))
    return found


def named(table: str, old: Eye, new: Eye, found: Found, most: int) -> list[Difference]:
    """The differences of a range, cell by cell, at most so many; rows that turn out to agree are taken out of it."""
    differences: list[Difference] = []
    for portion in _portions(found.keys[:most]):
        differing = [key for kind, key in portion if kind is Kind.DIFFERS]
        ours, theirs = (eye.cells(differing) if differing else {} for eye in (old, new))
        for kind, key in portion:
            shown = dict(zip(old.view.key_names, map(_shown, key), strict=True))
            if kind is not Kind.DIFFERS:
                differences.append(Difference(table, kind, shown))
                continue
            cells = list(_cells(old, ours.get(key, []), theirs.get(key, [])))
            differences += [Difference(table, kind, shown, *cell) for cell in cells]
            if not cells:
                found.counts[kind] -= 1
                found.agreed += 1
    return differences[:most]


def _side_by_side(old: Iterator[Listed], new: Iterator[Listed]) -> Iterator[tuple[Key, Listed | None, Listed | None]]:
    ours, theirs = next(old, None), next(new, None)
    while ours or theirs:
        if ours and theirs and ours.key == theirs.key:
            yield ours.key, ours, theirs
            ours, theirs = next(old, None), next(new, None)
        elif ours and (theirs is None or _order(ours.key) < _order(theirs.key)):
            yield ours.key, ours, None
            ours = next(old, None)
        elif theirs:
            yield theirs.key, None, theirs
            theirs = next(new, None)


def _order(key: Key) -> list[tuple[bool, bytes]]:
    return [(text is None, (text or "").encode(errors="surrogateescape")) for text in key]


def _cells(eye: Eye, ours: Sequence[Any], theirs: Sequence[Any]) -> Iterator[tuple[str | None, str | None, str | None]]:
    """Column, what the old side says and what the new side says, for each cell that differs."""
    if len(ours) != 1 or len(theirs) != 1:
        yield (None, _("{count} rows have this key").format(count=len(ours)),
               _("{count} rows have this key").format(count=len(theirs)))
        return
    for name, (old, old_agreed), (new, new_agreed) in zip(eye.view.names, ours[0], theirs[0], strict=True):
        if old != new and old_agreed != new_agreed:
            yield name, _shown(old_agreed), _shown(new_agreed)


def _shown(text: str | None) -> str | None:
    if text is not None and text.startswith(UNSAID):
        return _("cannot be said: {why}").format(why=text.removeprefix(UNSAID))
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST - 1]}…"


def _portions(items: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(items), TOGETHER):
        yield items[start:start + TOGETHER]
