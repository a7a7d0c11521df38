"""The scratch environment: borrowed by one drill at a time, and given back as it was, whatever happens in between."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.backup import watch
from migrator.backup.client import client_of
from migrator.backup.parts import part
from migrator.backup.restoring.former import give_back, keep, present
from migrator.backup.sets.entry import Entry, compare
from migrator.backup.taking.partial import lock
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.tree_folder import tree_folder
from migrator.drill.application import Application
from migrator.errors import Locked
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine
from migrator.written import write_whole

DRILLS = "drills"
"""Folder of a vault for what drills leave there: their records, and what a scratch held before."""
FORMER = "former"
NOTE = "note.json"
ENDING = ".scratch"


@dataclass(frozen=True)
class Scratch:
    """A borrowed environment. Its folder in the vault holds a note of what it was and a set of what it held, written
    before anything is changed, so that whoever comes after a drill that was killed can give it back.
    """

    site: Site
    folder: Path
    say: OnLine = watch.nobody
    progress: part.Progress = watch.still

    @property
    def note(self) -> dict[str, Any]:
        """What the environment held (of `present`) and which services ran; empty when nobody has borrowed it."""
        path = self.folder / NOTE
        note: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return note

    def clear(self) -> None:
        """Note what is there, stop what runs, keep what it holds, and remove that: a lost system has nothing left."""
        shutil.rmtree(self.folder / FORMER, ignore_errors=True)
        record, application = present(self.site), Application(self.site)
        write_whole(self.folder / NOTE, json.dumps({"present": record, "running": application.running()}, indent=1))
        application.stop()
        keep(self.site, self.folder, FORMER, record, say=self.say, progress=self.progress)
        for name in record["databases"]:
            client_of(self.site, name).drop_live()
        for name in record["trees"]:
            _empty(tree_folder(self.site, name))

    def give_back(self) -> None:
        """Make the environment what the note says that it was; a repeat goes on where an earlier try stopped."""
        note, application = self.note, Application(self.site)
        if not note:
            return
        self.say(_("giving {env} back as it was").format(env=self.site.name))
        application.stop()
        give_back(self.site, self.folder, FORMER, note["present"], say=self.say, progress=self.progress)
        application.start(note["running"])
        application.tidy()
        (self.folder / NOTE).unlink()
        shutil.rmtree(self.folder / FORMER, ignore_errors=True)


@contextmanager
def borrowed(site: Site, vault: Path, *, say: OnLine = watch.nobody,
             progress: part.Progress = watch.still) -> Iterator[None]:
    """The environment for the block, its services stopped; afterwards it holds and runs what it did before.

    What a drill that was killed has left there is given back first. Raises Locked while another drill has it.
    """
    with _alone(Scratch(site, folder_of(vault, site.name), say, progress)) as scratch:
        scratch.give_back()
        try:
            scratch.clear()
            yield
        finally:
            scratch.give_back()


def given_back(site: Site, vault: Path, *, say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> bool:
    """Give the environment back if a drill that was killed has left something there; whether it had."""
    scratch = Scratch(site, folder_of(vault, site.name), say, progress)
    if not scratch.note:
        return False
    with _alone(scratch):
        scratch.give_back()
    return True


@contextmanager
def _alone(scratch: Scratch) -> Iterator[Scratch]:
    scratch.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = lock(scratch.folder)
    if held is None:
        raise Locked(_("another drill uses {env} right now").format(env=scratch.site.name), where=str(scratch.folder),
                     hint=_("wait until it has ended"))
    try:
        yield scratch
    finally:
        os.close(held)


def left(vault: Path) -> list[str]:
    """Names of the scratch environments that a drill has now, or that one which was killed has not given back."""
    return sorted(note.parent.name.removesuffix(ENDING) for note in (vault / DRILLS).glob(f"*{ENDING}/{NOTE}"))


def _empty(folder: Folder) -> None:
    there = folder.entries(hashed=False)
    stays: dict[str, Entry] = {name: entry for name, entry in there.items() if not name}
    folder.clear(compare(stays, there, owners=False), stays)


def folder_of(vault: Path, scratch: str) -> Path:
    """Where it is noted what a scratch environment was before."""
    return vault / DRILLS / f"{scratch}{ENDING}"
