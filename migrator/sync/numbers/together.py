"""At the end one side goes on alone, whichever that is: its counters must stand above all rows of both."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.numbers.counted import counted
from migrator.sync.numbers.counter import counter, fresh, opened, turn


def bring_together(lens: Lens, meeting: Meeting, ranges: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Have both counters of each number go on above both sides' rows, by one; done again it changes nothing.

    ranges: those that `keep_apart` has given.
    Gives, by column of the new side, the number from which on both are free. Raises Busy when a table is in use.
    """
    free: dict[str, int] = {}
    with opened(meeting) as both:
        for number in counted(lens):
            with turn(both):
                name = number.name(Side.NEW)
                free[name] = fresh(number, both)
                for side in (side for side in Side if number.counts(side)):
                    here = counter(both[side], side, number)
                    if ranges.get(name) == {}:
                        here.every()
                    here.raise_to(free[name])
    return free
