"""The day on which the data will have grown so much that bringing it back takes longer than it may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import linear_regression

from migrator import clock
from migrator.backup.sets.set import BackupSet
from migrator.text import _
from migrator.units import show_size

FEWEST = 3
SHORTEST = timedelta(days=7)
FARTHEST = 365.0 * 20
"""Days beyond which a straight line says nothing."""
DAY = 86400.0
Size = tuple[datetime, int]
"""When a set was taken, and its bytes before compression."""


@dataclass(frozen=True)
class Forecast:
    """`day` is ISO 8601; None when there is none, and `why` says why. Speed and growth are as measured; None: unknown.
    """

    day: str | None
    why: str
    bytes_per_second: float | None = None
    bytes_per_day: float | None = None


def sizes(sets: Iterable[BackupSet], like: BackupSet) -> list[Size]:
    """Of the sets that hold the same databases and trees as this one, and each database whole."""
    return sorted((clock.parse(s.manifest.taken), size(s)) for s in sets if whole(s)
                  and (s.manifest.databases.keys(), s.manifest.trees.keys())
                  == (like.manifest.databases.keys(), like.manifest.trees.keys()))


def whole(kept: BackupSet) -> bool:
    """Whether the size of the data can be told from the set: it holds no log that goes on from another one."""
    return not any(record.log and record.log.follows for record in kept.manifest.databases.values())


def size(kept: BackupSet) -> int:
    """Bytes of all dumps and of all files of the trees, packed in this set or in an earlier one."""
    return (sum(d.part.raw_bytes for d in kept.manifest.databases.values())
            + sum(t.bytes for t in kept.manifest.trees.values()))


def forecast(known: Sequence[Size], *, moved: int, moving: float, fixed: float, target: float) -> Forecast:
    """When a straight line through the sizes (least squares over their dates) reaches what fits into the target.

    moved: bytes that this drill has brought back in `moving` seconds; fixed: seconds of all other phases; target: of
    the whole, in seconds.
    """
    if moved <= 0 or moving <= 0:
        return Forecast(None, _("nothing was moved, so the speed is not known"))
    speed = moved / moving
    moments = [moment for moment, _size in known]
    if len(known) < FEWEST or max(moments) - min(moments) < SHORTEST:
        return Forecast(None, _("not enough sets: {count}, over {days} days").format(
            count=len(known), days=(max(moments) - min(moments)).days if moments else 0), speed)
    first = min(moments)
    slope, start = linear_regression([(m - first).total_seconds() / DAY for m in moments], [s for _m, s in known])
    room = (target - fixed) * speed
    if slope <= 0:
        return Forecast(None, _("the data does not grow"), speed, slope)
    ahead = max(0.0, (room - start) / slope)
    if ahead > FARTHEST:
        return Forecast(None, _("not within twenty years"), speed, slope)
    day = first + timedelta(days=ahead)
    return Forecast(day.date().isoformat(), _("{speed} a second, {growth} more a day, {room} fit").format(
        speed=show_size(speed), growth=show_size(slope), room=show_size(max(room, 0.0))), speed, slope)
