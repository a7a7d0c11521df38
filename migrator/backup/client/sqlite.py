"""SQLite: dumps are database files made by its backup interface; a restored file takes the live place by one rename."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import BinaryIO

from migrator.backup.client.base import Source
from migrator.commands import sqlite
from migrator.database.base import OURS
from migrator.playbook.inventory import Database as Entry
from migrator.reach import file_of, owner_of
from migrator.site import Site

LONG = 24 * 3600.0
BELONGING = ("", "-wal", "-shm", "-journal")
"""Endings of the files that together are one SQLite database."""


class SqliteClient:
    """An SQLite file. It is handled as the user who owns the tree that it lies in, if the inventory names one."""

    make = "sqlite"
    extension = "sqlite"

    def __init__(self, site: Site, name: str) -> None:
        self.entry = site.database_entry(name)
        self.host = site.host(self.entry.at)
        self.path = file_of(self.entry, self.host)
        self.work = self.host.expand(site.environment.hosts[self.entry.at].work)
        self.owner = owner_of(site.environment, self.entry, self.host)

    def live(self) -> Entry:
        return self.entry

    def exists(self) -> bool:
        return self.host.stat(self.path) is not None

    def properties(self) -> dict[str, str]:
        return {"mode": self.host.read(sqlite.mode(self.path).as_user(self.owner)).text.strip()}

    def size(self) -> int:
        return int(self.host.read(sqlite.size(self.path).as_user(self.owner)).text)

    def dump(self, sink: BinaryIO) -> None:
        scratch = "/var/tmp" if self.owner else self._scratch  # noqa: S108 (mktemp makes a private folder in it)
        self.host.stream_out(sqlite.dump(self.path, scratch).as_user(self.owner), sink, timeout=LONG)

    def copy(self, label: str, *, beside: bool) -> Entry:
        name = f"{OURS}{label}_{posixpath.basename(self.path)}"
        folder = posixpath.dirname(self.path) if beside else self._scratch
        return self.entry.model_copy(update={"url": f"sqlite:///{posixpath.join(folder, name)}"})

    def load(self, source: Source, copy: Entry, properties: Mapping[str, str]) -> None:
        command = sqlite.load(file_of(copy, self.host), like=self.path, mode=properties["mode"])
        with source() as stream:
            self.host.stream_in(command.as_user(self._user(copy)), stream, timeout=LONG)

    def put_live(self, copy: Entry, source: Source, properties: Mapping[str, str]) -> None:
        self.host.run(sqlite.replace(file_of(copy, self.host), self.path).as_user(self.owner), timeout=600)

    def drop(self, copy: Entry) -> None:
        if self.host.stat(file_of(copy, self.host)):
            self.host.run(sqlite.remove(file_of(copy, self.host)).as_user(self._user(copy)))

    def drop_live(self) -> None:
        self.host.run(sqlite.remove(self.path).as_user(self.owner))

    @property
    def _scratch(self) -> str:
        return posixpath.join(self.work, "scratch")

    def _user(self, copy: Entry) -> str | None:
        """Our own scratch folder is the login user's; beside the live file only its owner may write."""
        return None if file_of(copy, self.host).startswith(self._scratch + "/") else self.owner
