"""Copies of a set in other places, so that the loss of this machine is not the loss of the backups."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from migrator.backup import watch
from migrator.backup.keeping.place import Place, place_of
from migrator.backup.parts.part import Progress
from migrator.backup.sets.chain import Chain
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.partial import lock
from migrator.errors import CommandFailed, Locked, MigratorError
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

State = Literal["whole", "missing", "damaged", "unknown"]


@dataclass(frozen=True)
class Copied:
    """One set in one place that the inventory names. `detail` says why it is not whole; `new`: written just now."""

    place: str
    set: str
    state: State
    detail: str = ""
    hint: str = ""
    new: bool = False
    seconds: float = 0.0


def copy_set(site: Site, kept: BackupSet, say: OnLine = watch.nobody, progress: Progress = watch.still) -> list[Copied]:
    """Bring a set, and the sets that it builds on, to every place that the inventory names; a repeat copies nothing.

    Each copy is written under another name, read again where it lies, and then gets its name; a damaged one is
    replaced. A place that fails keeps no other from being served, and the set itself stays as it is: what went wrong
    is in the answer. Raises Locked while another process copies the set; SetMissing when one that it builds on is.
    """
    sets = Chain.of(kept).sets
    with _alone(kept):
        return [_brought(site, name, sets, say, progress) for name in site.environment.backups.copies]


def copies_of(site: Site, kept: BackupSet, *, hashed: bool = False) -> list[Copied]:
    """How the copies of a set are, place by place; `hashed` has every file of them read where it lies."""
    return [_looked(site, name, kept, hashed=hashed) for name in site.environment.backups.copies]


def remove_copies(site: Site, names: Iterable[str], say: OnLine = watch.nobody) -> list[Copied]:
    """Remove the copies of sets that are no longer kept, in every place; what could not be removed is in the answer.

    A folder that is no set of this environment is left alone.
    """
    return [failed for place in site.environment.backups.copies for name in names
            if (failed := _removed(site, place, name, say))]


def _removed(site: Site, name: str, set_name: str, say: OnLine) -> Copied | None:
    try:
        if place_of(site, name).remove(set_name, site.name):
            say(_("removed the copy of {set} in {place}").format(set=set_name, place=name))
        return None
    except MigratorError as error:
        return _failed(name, set_name, error)


def _brought(site: Site, name: str, sets: tuple[BackupSet, ...], say: OnLine, progress: Progress) -> Copied:
    started = time.monotonic()
    *bases, kept = sets
    try:
        place = place_of(site, name)
        for base in bases:
            _bring(place, base, say, progress, hashed=False)
        new = _bring(place, kept, say, progress, hashed=True)
        return Copied(name, kept.id, "whole", new=new, seconds=round(time.monotonic() - started, 3))
    except (MigratorError, OSError) as error:
        return _failed(name, kept.id, error)


def _bring(place: Place, kept: BackupSet, say: OnLine, progress: Progress, *, hashed: bool) -> bool:
    """Whether a copy had to be written."""
    faults = place.faults(kept, hashed=hashed)
    if faults == []:
        place.renew_proof(kept)
        return False
    if faults:
        say(_("the copy of {set} in {place} is damaged and is replaced: {faults}").format(
            set=kept.id, place=place.name, faults="; ".join(faults[:3])))
    say(_("copying {set} to {place}").format(set=kept.id, place=place.name))
    place.receive(kept, progress)
    return True


def _looked(site: Site, name: str, kept: BackupSet, *, hashed: bool) -> Copied:
    try:
        faults = place_of(site, name).faults(kept, hashed=hashed)
    except MigratorError as error:
        return _failed(name, kept.id, error)
    if faults is None:
        return Copied(name, kept.id, "missing", _("there is no copy of {set}").format(set=kept.id))
    return Copied(name, kept.id, "damaged" if faults else "whole", "; ".join(faults))


def _failed(name: str, set_name: str, error: MigratorError | OSError) -> Copied:
    if not isinstance(error, MigratorError):
        return Copied(name, set_name, "unknown", str(error))
    said = error.output.strip().splitlines()[-1:] if isinstance(error, CommandFailed) else []
    return Copied(name, set_name, "unknown", ": ".join([str(error), *said]), error.hint or "")


@contextmanager
def _alone(kept: BackupSet) -> Iterator[None]:
    held = lock(kept.folder)
    if held is None:
        raise Locked(_("another process copies the set {set} right now").format(set=kept.id),
                     where=str(kept.folder), hint=_("wait until it has ended"))
    try:
        yield
    finally:
        os.close(held)
