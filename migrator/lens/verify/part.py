"""One pair of the lens under comparison."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.lens.pair import Pair
from migrator.lens.verify.difference import Kind
from migrator.lens.verify.done import Done
from migrator.lens.verify.eye import Eye
from migrator.lens.verify.narrow import Found, differing_slots, looked_at_again, named, narrowed
from migrator.lens.verify.ranges import Cuts, Range, cut
from migrator.lens.verify.state import State
from migrator.lens.verify.view import Key


@dataclass(frozen=True)
class Part:
    """`number` is the pair's place in the lens."""

    number: int
    pair: Pair
    old: Eye
    new: Eye

    def cut(self, kept: State) -> Cuts:
        """The ranges that are still to be compared."""
        last = kept.last(self.number)
        if last and last.high is None:
            return Cuts((), 1, 0)
        return cut(self.old.reader, self.old.view, last.high if last else None)

    def compare(self, within: Range, cuts: Cuts, *, most: int, again: float | None) -> Done:
        """Compare one range; name as many differences as are wanted."""
        began = time.monotonic()
        asked = [eye.digests(within, cuts) for eye in (self.old, self.new)]
        digests = [one.result() for one in asked]
        for eye, digest in zip((self.old, self.new), digests, strict=True):
            eye.require_hashes(self.pair.name, digest)
        slots = differing_slots(*digests)
        found = narrowed(self.old, self.new, within, cuts, slots) if slots else Found()
        if again is not None and found.keys and most > 0:
            found = self._later(found, began + again)
        differences = named(self.pair.name, self.old, self.new, found, most)
        old, new = (sum(int(count) for _slot, count, *_rest in slots) for slots in digests)
        return Done(self.number, within.low, within.high, old, new, found.counts[Kind.MISSING],
                    found.counts[Kind.INVENTED], found.counts[Kind.DIFFERS], found.agreed,
                    time.monotonic() - began, differences)

    def look(self, keys: Sequence[Key], *, most: int) -> tuple[Done, list[Key]]:
        """Compare the rows that have these keys; also the keys of those that differ."""
        began = time.monotonic()
        found = looked_at_again(self.old, self.new, Found(keys=[(Kind.DIFFERS, key) for key in keys]))
        differences = named(self.pair.name, self.old, self.new, found, most)
        differing = [key for _kind, key in found.keys] if found.counts.total() else []
        return Done(self.number, None, None, len(keys), len(keys), found.counts[Kind.MISSING],
                    found.counts[Kind.INVENTED], found.counts[Kind.DIFFERS], found.agreed, time.monotonic() - began,
                    differences), differing

    def _later(self, found: Found, moment: float) -> Found:
        for eye in (self.old, self.new):
            eye.reader.leave()  # an open look at an SQLite file would keep its writers waiting
        time.sleep(max(0.0, moment - time.monotonic()))
        for eye in (self.old, self.new):
            eye.reader.renew()
        return looked_at_again(self.old, self.new, found)
