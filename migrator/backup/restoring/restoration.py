"""A restore that a person asked for, written down in the vault until it is over: it goes on, or is taken back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from migrator import clock
from migrator.backup import watch
from migrator.backup.errors import SetDamaged
from migrator.backup.parts import part
from migrator.backup.restoring.choice import Choice
from migrator.backup.restoring.former import give_back, keep, present
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.catalog import FORMER
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.partial import lock
from migrator.errors import Locked, WrongUse
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine
from migrator.written import write_whole

_SUFFIX = ".restoring.json"


@dataclass(frozen=True)
class Restoration:
    """Which set goes where, and what was there before. `former` names the set that keeps that, empty when nothing
    does: there was nothing, or nobody wanted it kept.
    """

    environment: str
    set: str
    choice: Choice
    former: str
    record: dict[str, Any] = field(default_factory=dict)
    until: str | None = None

    @classmethod
    def under_way(cls, vault: Path, environment: str) -> Restoration | None:
        """The restore that was begun here and has not ended; raises SetDamaged when its note cannot be read."""
        path = _note(vault, environment)
        try:
            data = json.loads(path.read_text())
            return cls(**{**data, "choice": Choice.from_json(data["choice"])})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SetDamaged(_("{path} cannot be understood: {why}").format(path=path.name, why=error),
                             where=str(vault), hint=_("see what is live, then remove this file")) from None

    @classmethod
    def planned(cls, site: Site, kept: BackupSet, choice: Choice, *, until: str | None = None,
                keeping: bool = True) -> Restoration:
        """Look at what is there; nothing is written yet. `keeping`: what is there is to be kept."""
        found = present(site, *choice.places(kept))
        former = f"{site.name}.{clock.now():%Y%m%d-%H%M%S}{FORMER}"
        return cls(site.name, str(kept.folder), choice,
                   former if keeping and (found["databases"] or found["trees"]) else "", found, until)

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the set's `id` and the `names` of what comes back."""
        choice = self.choice
        names = [_("everything")] if choice.whole else [
            *(choice.databases or ()), *(choice.trees or ()), *choice.tables, *choice.files]
        return {**asdict(self), "id": Path(self.set).name, "names": names}

    def carry_out(self, site: Site, vault: Path, kept: BackupSet, *, say: OnLine = watch.nobody,
                  progress: part.Progress = watch.still) -> dict[str, Any]:
        """Write the note, keep what is there, restore, and forget the note; safe to repeat after a crash.

        Gives the facts of the restore, and `former`. Raises Locked while another process does it, and what
        `restore_set` raises: the note stays as soon as anything may have been changed.
        """
        until = clock.parse(self.until) if self.until else None
        with self._noted(vault) as changing:
            if self.former:
                keep(site, vault, self.former, self.record, changes=True, say=say, progress=progress)
            facts = restore_set(site, kept, **asdict(self.choice), until=until, begins=changing, say=say,
                                progress=progress)
        return {**facts, "former": self.former}

    def take_back(self, site: Site, vault: Path, kept: BackupSet, *, say: OnLine = watch.nobody,
                  progress: part.Progress = watch.still) -> bool:
        """Give back what was there before, and forget the note; whether anything had to be done."""
        if not self.former and (self.record["databases"] or self.record["trees"]):
            raise WrongUse(_("nothing was kept of what {environment} held before").format(environment=site.name),
                           hint=_("go on with the restore"))
        databases, trees = self.choice.places(kept)
        with self._noted(vault) as changing:
            changing()
            return give_back(site, vault, self.former, self.record, databases=databases, trees=trees, say=say,
                             progress=progress)

    def require_same(self, kept: BackupSet, choice: Choice, until: str | None) -> None:
        """Raises WrongUse when something else is asked for than what is under way and can be taken back."""
        if self.former and (str(kept.folder), choice, until) != (self.set, self.choice, self.until):
            raise WrongUse(_("a restore of {set} into {environment} was cut off and has not ended").format(
                set=Path(self.set).name, environment=self.environment),
                hint=_("go on with it: inv backup.restore --env {environment} --resume; or take it back: "
                       "inv backup.restore --env {environment} --back").format(environment=self.environment))

    @contextmanager
    def _noted(self, vault: Path) -> Iterator[Callable[[], None]]:
        """The note stands in the vault until the block has ended well, or before it has said that something changes."""
        vault.mkdir(parents=True, exist_ok=True, mode=0o700)
        note, held = _note(vault, self.environment), lock(vault)
        if held is None:
            raise Locked(_("another process restores from this vault right now"), where=str(vault),
                         hint=_("wait until it has ended"))
        stays = note.exists()

        def changing() -> None:
            nonlocal stays
            stays = True

        try:
            write_whole(note, json.dumps(asdict(self), indent=1))
            yield changing
            stays = False
        finally:
            if not stays:
                note.unlink(missing_ok=True)
            os.close(held)


def relied_on(vault: Path) -> set[str]:
    """Ids of the sets that restores from this vault rely on, which are under way or were cut off."""
    begun = [Restoration.under_way(vault, path.name.removesuffix(_SUFFIX)) for path in vault.glob(f"*{_SUFFIX}")]
    return {name for one in begun if one for name in (Path(one.set).name, one.former) if name}


def _note(vault: Path, environment: str) -> Path:
    return vault / f"{environment}{_SUFFIX}"
