"""Writer: brings what is planned about one pair into the target's tables, a step at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import Delete

from migrator.sync.batch.decide import Act
from migrator.sync.batch.road import Road
from migrator.sync.batch.script import Script
from migrator.sync.batch.tally import Tally
from migrator.sync.batch.writing.links import Links
from migrator.sync.batch.writing.write import Writing


class Writer:
    """The steps, for whoever knows in which order they fit among those of other pairs."""

    def __init__(self, road: Road, script: Script, writings: Sequence[Writing], links: Sequence[Links], tally: Tally
                 ) -> None:
        self._target = road.target
        self._side = road.way.target
        self._script = script
        self._writings = writings
        self._links = links
        self._tally = tally

    def unlink(self) -> int:
        """Delete links that are not wanted any more; how many."""
        due = self._links if self._tally.any(Act.DELETE, Act.CEDE, Act.UPDATE) else ()
        return sum(self._script.run(f"unlink {one.number}", self._target, one.remove) for one in due)

    def untie(self) -> None:
        """Have rows that are about to be deleted name no others any more, where the server minds the order."""
        for writing in self._writings if self._tally.any(Act.DELETE) else ():
            if writing.ties.inserted:
                self._script.run(f"untie {writing.table.name}", self._target, writing.untie)

    def remove(self) -> int:
        """Delete rows that are gone at the source; how many."""
        return sum(self._remove(writing) for writing in reversed(self._writings) if self._tally.any(*writing.removed))

    def write(self) -> tuple[int, int]:
        """Insert and update rows, but for what is tied to rows that come later; how many of each."""
        inserted, updated = 0, 0
        for writing in self._writings:
            if writing.changes and self._tally.any(Act.UPDATE):
                updated += self._script.run(f"change {writing.table.name}", self._target, writing.change)
            inserted += self._insert(writing) if self._tally.any(*writing.added) else 0
        return inserted, updated

    def complete(self) -> None:
        """Write what is tied to rows that come later, now that all are there."""
        for writing in self._writings:
            if writing.completed and self._tally.any(Act.INSERT, Act.UPDATE):
                self._script.run(f"complete {writing.table.name}", self._target, writing.complete)

    def link(self) -> int:
        """Insert links that are missing; how many."""
        due = self._links if self._tally.any(Act.INSERT, Act.UPDATE) else ()
        return sum(self._script.insert(f"link {one.number}", self._target, self._side, one.table.name, one.columns,
                                       one.rows) for one in due)

    def _insert(self, writing: Writing) -> int:
        def insert(name: str, *, ready: bool) -> int:
            return self._script.insert(f"{name} {writing.table.name}", self._target, self._side, writing.table.name,
                                       writing.columns, partial(writing.rows, ready=ready))

        levels = _until_none(partial(insert, "ready", ready=True)) if writing.ties.levels else 0
        return levels + insert("insert", ready=False)

    def _remove(self, writing: Writing) -> int:
        def remove(name: str, statement: Callable[[], Delete]) -> int:
            return self._script.run(f"{name} {writing.table.name}", self._target, statement)

        free = partial(writing.remove, self._target.make, free=True)
        levels = _until_none(partial(remove, "free", free)) if writing.ties.levels else 0
        return levels + remove("remove", partial(writing.remove, self._target.make))


def _until_none(step: Callable[[], int]) -> int:
    """Do a step again and again until it does nothing; what it has done in all."""
    done = 0
    while found := step():
        done += found
    return done
