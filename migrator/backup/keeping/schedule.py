"""What the day's backup is: a whole set, or the changes since the newest set that can be built on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import get_args

from migrator import clock
from migrator.backup.errors import SetDamaged, SetMissing
from migrator.backup.sets.catalog import backups, sets
from migrator.backup.sets.chain import Chain
from migrator.backup.sets.set import BackupSet
from migrator.playbook.inventory import Backups, Weekday
from migrator.text import _


@dataclass(frozen=True)
class Due:
    """`base` is the set to build on, None for a whole one; `why` says so to people. `today` is the newest set of this
    very day, None as long as there is none.
    """

    base: BackupSet | None
    why: str
    today: BackupSet | None

    @property
    def whole(self) -> bool:
        return self.base is None


def due(vault: Path, environment: str, keeping: Backups, now: datetime, *, trees: Collection[str] = ()) -> Due:
    """What is to be taken of an environment now; days are those of the zone of `now`.

    A set is whole when none was since the last `full_on`, so that a weekday that was missed is made up for; else it
    builds on the newest sound set that holds the `trees`. Databases are whole in every set unless their log is kept.
    """
    found = backups(sets(vault, environment))
    today = next((kept for kept in found if day_of(kept, now) == now.date()), None)
    base = next((kept for kept in found if set(trees) <= kept.manifest.trees.keys() and sound(kept)), None)
    if base is None:
        return Due(None, _("there is no sound set to build on"), today)
    whole, since = Chain.of(base).sets[0], last_full_day(keeping.full_on, now.date())
    if day_of(whole, now) < since:
        return Due(None, _("no whole set was taken since {day}").format(day=since), today)
    return Due(base, _("what has changed since {set}").format(set=base.id), today)


def sound(kept: BackupSet) -> bool:
    """Whether a set can be built on: its chain is complete, every file in its length, and no proof of it has failed.

    Reads no content: a flipped bit is found by verifying, after which the set is sound no more.
    """
    try:
        chain = Chain.of(kept)
        return (all(path.is_file() and path.stat().st_size == part.bytes
                    for each, part in chain.parts for path in [each.folder / part.path])
                and not any(each.proof.failed for each in chain.sets))
    except (SetMissing, SetDamaged):
        return False


def day_of(kept: BackupSet, now: datetime) -> date:
    """The day on which a set was taken, in the zone of `now`."""
    return clock.parse(kept.manifest.taken).astimezone(now.tzinfo).date()


def last_full_day(full_on: Weekday, today: date) -> date:
    """The newest such weekday that is not after today."""
    return today - timedelta(days=(today.weekday() - get_args(Weekday).index(full_on)) % 7)
