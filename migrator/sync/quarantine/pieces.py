"""Pieces: a batch that a server refuses is halved until the rows that are refused stand alone, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from migrator.errors import DatabaseError
from migrator.sync.batch.outcome import Outcome
from migrator.sync.batch.part import Part
from migrator.sync.batch.road import Confirm, Road
from migrator.sync.batch.take import Entries
from migrator.sync.quarantine.reasons import reason_of

Apply = Callable[[list[Part], Sequence[Entries]], Outcome]
"""Carries the keys that parts have, in transactions of its own."""
Key = tuple[Part, int]
"""One of a part's keys, by its number among those that were set aside."""


class Pieces:
    """Carries the keys of a batch piece by piece. One row that is refused costs about two batches for each halving."""

    def __init__(self, road: Road, confirm: Confirm, apply: Apply) -> None:
        self._road = road
        self._confirm = confirm
        self._apply = apply

    def carry(self, parts: list[Part], entries: Sequence[Entries]) -> Outcome:
        """Carry what the parts have taken and could not carry at once; what is refused goes into quarantine.

        Raises DatabaseError where rows are not to blame.
        """
        with self._road.looking(self._road.way.source):
            keys = [(part, number) for part in parts for number in part.set_aside()]
        outcome = self._halved(keys, entries)
        with self._road.at_source(self._confirm):
            for one in entries:
                one.forget(self._road.source)
        return outcome

    def _halved(self, keys: Sequence[Key], entries: Sequence[Entries]) -> Outcome:
        middle = (len(keys) + 1) // 2
        halves = [half for half in (keys[:middle], keys[middle:]) if half]
        return sum((self._tried(half, entries) for half in halves), Outcome())

    def _tried(self, keys: Sequence[Key], entries: Sequence[Entries]) -> Outcome:
        try:
            return self._apply(self._picked(keys), entries)
        except DatabaseError as error:
            reason = reason_of(error)
            if reason is None:
                raise
            if len(keys) > 1:
                return self._halved(keys, entries)
            part, = self._picked(keys)
            with self._road.at_source(self._confirm):
                return Outcome(quarantined=part.ward.admit(reason, error.message))

    def _picked(self, keys: Sequence[Key]) -> list[Part]:
        """The parts of some keys that stand one behind the other, each with its own."""
        with self._road.looking(self._road.way.source):
            found = [(part, [number for _, number in own]) for part, own in groupby(keys, lambda key: key[0])]
            for part, numbers in found:
                part.pick(numbers[0], numbers[-1])
        return [part for part, _ in found]
