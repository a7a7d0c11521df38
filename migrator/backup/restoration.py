"""A restore that a person asked for, written down in the vault until it is over: it goes on, or is taken back."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from migrator import clock
from migrator.backup import part, watch
from migrator.backup.choice import Choice
from migrator.backup.errors import SetDamaged
from migrator.backup.former import give_back, keep, present
from migrator.backup.restore import restore_set
from migrator.backup.set import BackupSet
from migrator.errors import WrongUse
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

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
    def begin(cls, site: Site, vault: Path, kept: BackupSet, choice: Choice, *, until: str | None,
              keeping: bool) -> Restoration:
        """Look at what is there and write the note; nothing is changed yet. `keeping`: what is there is to be kept."""
        found = present(site, *choice.places(kept))
        former = f"{site.name}.{clock.now():%Y%m%d-%H%M%S}.before"
        begun = cls(site.name, str(kept.folder), choice,
                    former if keeping and (found["databases"] or found["trees"]) else "", found, until)
        begun._write(vault)
        return begun

    def carry_out(self, site: Site, vault: Path, kept: BackupSet, *, say: OnLine = watch.nobody,
                  progress: part.Progress = watch.still) -> dict[str, Any]:
        """Keep what is there, restore, and forget the note; safe to repeat after a crash.

        Gives the facts of the restore, and `former`. Raises what `restore_set` raises; the note stays then.
        """
        if self.former:
            keep(site, vault, self.former, self.record, say=say, progress=progress)
        facts = restore_set(site, kept, **asdict(self.choice), say=say, progress=progress)
        self._forget(vault)
        return {**facts, "former": self.former}

    def take_back(self, site: Site, vault: Path, kept: BackupSet, *, say: OnLine = watch.nobody,
                  progress: part.Progress = watch.still) -> bool:
        """Give back what was there before, and forget the note; whether anything had to be done."""
        if not self.former and (self.record["databases"] or self.record["trees"]):
            raise WrongUse(_("nothing was kept of what {environment} held before").format(environment=site.name),
                           hint=_("go on with the restore"))
        databases, trees = self.choice.places(kept)
        done = give_back(site, vault, self.former, self.record, databases=databases, trees=trees, say=say,
                         progress=progress)
        self._forget(vault)
        return done

    def require_same(self, kept: BackupSet, choice: Choice, until: str | None) -> None:
        """Raises WrongUse when something else is asked for than what is under way."""
        if (str(kept.folder), choice, until) != (self.set, self.choice, self.until):
            raise WrongUse(_("a restore of {set} into {environment} was cut off and has not ended").format(
                set=Path(self.set).name, environment=self.environment),
                hint=_("go on with it: inv backup.restore --env {environment} --resume; or take it back: "
                       "inv backup.restore --env {environment} --back").format(environment=self.environment))

    def _write(self, vault: Path) -> None:
        vault.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = _note(vault, self.environment)
        new = path.with_suffix(".new")
        with open(new, "w") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def _forget(self, vault: Path) -> None:
        _note(vault, self.environment).unlink(missing_ok=True)


def relied_on(vault: Path) -> set[str]:
    """Ids of the sets that restores from this vault rely on, which are under way or were cut off."""
    begun = [Restoration.under_way(vault, path.name.removesuffix(_SUFFIX)) for path in vault.glob(f"*{_SUFFIX}")]
    return {name for one in begun if one for name in (Path(one.set).name, one.former) if name}


def _note(vault: Path, environment: str) -> Path:
    return vault / f"{environment}{_SUFFIX}"
