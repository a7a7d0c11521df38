"""A database through the sets of a chain: taken whole once, and its server's log since then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator import clock
from migrator.backup.errors import SetDamaged
from migrator.backup.logs.errors import OutsideLog
from migrator.backup.sets.chain import Chain
from migrator.text import _

if TYPE_CHECKING:
    from migrator.backup.parts.part import Part
    from migrator.backup.sets.manifest import DatabaseRecord
    from migrator.backup.sets.set import BackupSet


@dataclass(frozen=True)
class Stretch:
    """`sets` begins with the one that holds the database whole; the others hold its log, each going on from the one
    before.
    """

    name: str
    sets: tuple[BackupSet, ...]

    @classmethod
    def of(cls, kept: BackupSet, name: str) -> Stretch:
        """Of a database of a set. Raises SetMissing for a link that is gone, SetDamaged for a gap in the log."""
        if not follows(kept.manifest.databases[name]):
            return cls(name, (kept,))
        found = [kept]
        for base in reversed(Chain.of(kept).sets[:-1]):
            if name not in base.manifest.databases or not follows(found[0].manifest.databases[name]):
                break
            found.insert(0, replace(base, key=base.key or kept.key))
        stretch = cls(name, tuple(found))
        stretch._require_no_gap()
        return stretch

    @property
    def records(self) -> list[DatabaseRecord]:
        return [kept.manifest.databases[self.name] for kept in self.sets]

    @property
    def parts(self) -> list[tuple[BackupSet, Part]]:
        """Every part that bringing the database back reads, each with its set."""
        return [(kept, kept.manifest.databases[self.name].part) for kept in self.sets]

    @property
    def covers(self) -> tuple[datetime, datetime] | None:
        """The first and the last moment that can be brought back; None where there is no log."""
        first, last = self.records[0].log, self.records[-1].log
        return (clock.parse(first.since), clock.parse(last.until)) if first and last else None

    def require(self, until: datetime) -> None:
        """Raises OutsideLog, with the range that is covered, for a moment that cannot be brought back."""
        covered = self.covers
        if covered is None:
            raise OutsideLog(_("{set} holds {name} without the log of its changes: only the whole set can be brought "
                               "back").format(set=self.sets[-1].id, name=self.name), where=str(self.sets[-1].folder),
                             hint=_("leave the moment out, or choose another set"))
        if not covered[0] <= until <= covered[1]:
            first, last = (clock.local(clock.stamp(moment), form="%Y-%m-%d %H:%M:%S") for moment in covered)
            raise OutsideLog(_("{name} cannot be brought back as of {until}").format(
                name=self.name, until=clock.local(clock.stamp(until), form="%Y-%m-%d %H:%M:%S")),
                where=str(self.sets[-1].folder),
                hint=_("{set} and the sets before it cover {first} to {last}; choose a moment in between, or another "
                       "set").format(set=self.sets[-1].id, first=first, last=last))

    def up_to(self, until: datetime | None) -> Stretch:
        """The sets that are needed for a moment: those that end before it, and the one that it lies in."""
        if until is None:
            return self
        later = [n for n, record in enumerate(self.records) if record.log and clock.parse(record.log.until) >= until]
        return replace(self, sets=self.sets[:later[0] + 1]) if later else self

    def _require_no_gap(self) -> None:
        for (before, earlier), (after, later) in pairwise(zip(self.sets, self.records, strict=True)):
            if not earlier.log or not later.log or earlier.log.last != later.log.first:
                raise SetDamaged(_("the log of {name} has a gap between {before} and {after}").format(
                    name=self.name, before=before.id, after=after.id), where=str(after.folder),
                    hint=_("use {before} or an earlier set").format(before=before.id))
        if follows(self.records[0]):
            raise SetDamaged(_("no set that {set} builds on holds {name} whole").format(
                set=self.sets[-1].id, name=self.name), where=str(self.sets[-1].folder), hint=_("use another set"))


def follows(record: DatabaseRecord) -> bool:
    """Whether a set holds only the log of this database, so that it needs the set that it builds on."""
    return record.log is not None and record.log.follows


def covers(kept: BackupSet, name: str) -> tuple[datetime, datetime] | None:
    """The first and the last moment as of which a set and those that it builds on can bring a database back."""
    return Stretch.of(kept, name).covers
