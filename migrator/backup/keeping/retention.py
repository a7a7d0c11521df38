"""Which sets are kept: by days, weeks, months and years, and never fewer than what somebody relies on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from migrator import clock
from migrator.backup.sets.catalog import is_former, sets
from migrator.backup.sets.chain import bases_of, builds_on
from migrator.backup.sets.known_lists import forget_others
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.partial import PARTIAL, lock, sweep
from migrator.backup.watch import nobody
from migrator.errors import WrongUse
from migrator.playbook.inventory import Backups
from migrator.text import _
from migrator.transport.base import OnLine
from migrator.units import show_size

_DAY, _WEEK, _MONTH, _YEAR = "%Y-%m-%d", "%G-W%V", "%Y-%m", "%Y"


@dataclass(frozen=True)
class Candidate:
    """What decides over a set: when it was taken, the set that it builds on, what was proven of it, and the databases
    and trees that it `holds`.
    """

    id: str
    taken: datetime
    base: str | None
    proven: bool
    failed: bool
    bytes: int
    holds: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kept: BackupSet) -> Candidate:
        proof = kept.proof
        return cls(kept.id, clock.parse(kept.manifest.taken), kept.manifest.base, proof.proven, proof.failed,
                   kept.bytes, frozenset([*kept.manifest.databases, *kept.manifest.trees]))


@dataclass(frozen=True)
class Pruning:
    """Why each set is kept, by its id; and the bytes of each that is not, the newest first."""

    kept: Mapping[str, tuple[str, ...]]
    removed: Mapping[str, int]

    @property
    def bytes(self) -> int:
        """Bytes that the vault gets back."""
        return sum(self.removed.values())


def plan(found: Iterable[BackupSet], keeping: Backups, now: datetime, needed: Collection[str] = ()) -> Pruning:
    """What to keep of the sets of one environment, and what to remove; nothing is changed.

    `needed` are ids that an open run relies on. Days, weeks, months and years are those of the zone of `now`, and only
    those that have a set are counted: where no backup is taken, none goes away. See `choose`.
    """
    return choose([Candidate.of(kept) for kept in found], keeping, now, needed)


def choose(candidates: Sequence[Candidate], keeping: Backups, now: datetime, needed: Collection[str] = ()) -> Pruning:
    """Kept are the newest set of each of the last days, the newest whole one of weeks, months and years, the newest
    proven one, what is needed, the way back of restores as long as a day's set, and every set that one of these
    builds on.

    After Bacula's and borg's grandfather-father-son. The newest is more than one where it does not hold all that an
    earlier one of the same time holds. A set that failed a proof stands for its time only where no other can.
    """
    everything = sorted(candidates, key=lambda c: (c.taken, c.id), reverse=True)
    newest = [c for c in everything if not is_former(c.id)]
    whole = [c for c in newest if c.base is None]
    reasons: dict[str, list[str]] = {}
    for each, why in [*_last_proven(newest),
                      *((c, _("an open run needs it")) for c in everything if c.id in needed),
                      *((c, _("the way back of a restore")) for c in everything
                        if is_former(c.id) and c.taken > now - timedelta(days=keeping.daily)),
                      *_of_each(newest, _DAY, keeping.daily, now), *_of_each(whole, _WEEK, keeping.weekly, now),
                      *_of_each(whole, _MONTH, keeping.monthly, now), *_of_each(whole, _YEAR, keeping.yearly, now)]:
        reasons.setdefault(each.id, []).append(why)
    base_of = {c.id: c.base for c in everything}
    for name in list(reasons):
        for base in bases_of(name, base_of):
            if base in base_of:
                reasons.setdefault(base, []).append(_("{set} builds on it").format(set=name))
    return Pruning({c.id: tuple(reasons[c.id]) for c in everything if c.id in reasons},
                   {c.id: c.bytes for c in everything if c.id not in reasons})


def prune(vault: Path, pruning: Pruning, say: OnLine = nobody) -> None:
    """Remove what a plan says, increments before what they build on; a crash leaves sets that are whole or gone.

    Raises WrongUse, with nothing removed, when a set that stays has come to build on one of them since.
    """
    above = builds_on(sets(vault))
    for name in pruning.removed:
        if staying := [kept.id for kept in above.get(name, ()) if kept.id not in pruning.removed]:
            raise WrongUse(_("{set} cannot be removed: {others} builds on it").format(
                set=name, others=", ".join(staying)), where=str(vault), hint=_("plan the pruning again"))
    sweep(vault)
    for name, size in pruning.removed.items():
        remove(vault / name)
        say(_("removed {set}: {size}").format(set=name, size=show_size(size)))
    forget_others(vault, sets(vault))


def remove(folder: Path) -> None:
    """Remove one set; fine when it is not there. From its first instant on nothing of it looks like a set."""
    if not folder.exists():
        return
    held = lock(folder)  # or who takes a set right now would sweep the same folder away
    try:
        doomed = folder.rename(folder.with_name(folder.name + PARTIAL))
        shutil.rmtree(doomed)
    finally:
        if held is not None:
            os.close(held)


def _last_proven(newest: Iterable[Candidate]) -> list[tuple[Candidate, str]]:
    return [(c, _("the newest proven one")) for c in _covering(c for c in newest if c.proven)]


def _of_each(newest: Iterable[Candidate], form: str, count: int, now: datetime) -> list[tuple[Candidate, str]]:
    """Those that stand for the newest `count` times that have any candidate."""
    by_time: dict[str, list[Candidate]] = {}
    for each in newest:
        by_time.setdefault(each.taken.astimezone(now.tzinfo).strftime(form), []).append(each)
    return [(c, _("the newest of {time}").format(time=time)) for time, each in list(by_time.items())[:count]
            for c in _covering(sorted(each, key=lambda c: c.failed))]


def _covering(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first, and every later one that holds what none before it does."""
    found: list[Candidate] = []
    held: frozenset[str] = frozenset()
    for each in candidates:
        if not found or not each.holds <= held:
            found.append(each)
            held |= each.holds
    return found
