"""One environment made the copy of another, with a memory on this machine of what it held before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator import clock
from migrator.application.service import ServiceOnHost, bring_all
from migrator.backup import watch
from migrator.backup.parts import part
from migrator.backup.restoring import former
from migrator.backup.sets.set import BackupSet
from migrator.clone.apart import too_close
from migrator.clone.clone import make_clone
from migrator.clone.fitting import misfits
from migrator.clone.harmless import Harmless, Terms, make_harmless
from migrator.commands.shell import Command
from migrator.errors import FindingsBlock, WrongUse
from migrator.model.finding import Finding, blocking
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine
from migrator.written import write_whole

MADE, BEFORE = "made.json", "before.json"
STARTED_WITHIN = 120.0


@dataclass(frozen=True)
class Making:
    """A copy, its original, where its former content is kept, and the copy's folder on this machine."""

    copy: Site
    live: Site
    vault: Path
    folder: Path

    @property
    def former(self) -> str:
        return f"{self.copy.name}.clone.before"

    def make(self, kept: BackupSet, terms: Terms, *, say: OnLine = watch.nobody,
             progress: part.Progress = watch.still) -> Harmless:
        """Replace the copy's content by the set's and make it harmless; services are stopped before, and none started.

        What the copy held first is kept, also when this is repeated after a crash. Raises FindingsBlock and what
        restoring raises; the copy may then be removed, or made again.
        """
        self.require_apart()
        self._refuse(misfits(kept, self.copy, self.live))
        record = self._record()
        (self.folder / MADE).unlink(missing_ok=True)
        self._all_services_stopped(say)
        make_clone(self.copy, kept, self.vault, self.former, record, say=say, progress=progress)
        done = make_harmless(self.copy, self.live, terms, say=say)
        _write(self.folder / MADE, {"of": self.live.name, "set": kept.id, "at": clock.stamp(), **done.as_json()})
        return done

    def require_apart(self) -> None:
        """Raise FindingsBlock when making the copy could change the original."""
        self._refuse(too_close(self.copy, self.live))

    def start(self) -> list[str]:
        """Start the services of a copy that is harmless; names of those that had to be. Raises WrongUse before that."""
        if not (self.folder / MADE).exists():
            raise WrongUse(_("{copy} is no finished copy, so nothing of it is started").format(copy=self.copy.name),
                           hint=f"inv clone.make --of {self.live.name} --env {self.copy.name}")
        return bring_all(self._services(), "start", self._run, STARTED_WITHIN)

    def remove(self, *, say: OnLine = watch.nobody) -> bool:
        """Give the environment back what it held before it became a copy; whether there was anything to do."""
        if not (self.folder / BEFORE).exists():
            return False
        self._all_services_stopped(say)
        former.give_back(self.copy, self.vault, self.former, json.loads((self.folder / BEFORE).read_text()), say=say)
        shutil.rmtree(self.vault / self.former, ignore_errors=True)
        (self.folder / BEFORE).unlink()
        (self.folder / MADE).unlink(missing_ok=True)
        return True

    def _refuse(self, findings: Sequence[Finding]) -> None:
        for finding in blocking(findings):
            raise FindingsBlock(finding.message, where=self.copy.name, hint=finding.advice)

    def _record(self) -> dict[str, Any]:
        """What the environment held before it ever became a copy, written down before anything is changed."""
        path = self.folder / BEFORE
        if not path.exists():
            _write(path, former.present(self.copy))
        record: dict[str, Any] = json.loads(path.read_text())
        return record

    def _all_services_stopped(self, say: OnLine) -> None:
        """Where nothing of the copy is there yet, nothing of it can run, and its programs could not even be asked."""
        if any(former.present(self.copy)[sort] for sort in ("trees", "databases")):
            for name in bring_all(self._services(), "stop", self._run, STARTED_WITHIN):
                say(_("stopped {name}").format(name=name))

    def _services(self) -> Sequence[ServiceOnHost]:
        return [ServiceOnHost(self.copy, name) for name in self.copy.environment.services]

    def _run(self, command: Command, *, on: str, label: str) -> object:
        return self.copy.host(on).run(command, timeout=STARTED_WITHIN)


def made(folder: Path) -> dict[str, Any]:
    """What is known of a finished copy; empty when there is none."""
    path = folder / MADE
    return json.loads(path.read_text()) if path.exists() else {}


def _write(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, json.dumps(data, indent=1, ensure_ascii=False))
