"""SQLite: dumps are database files made by its backup interface; a restored file takes the live place by one rename."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import BinaryIO

from migrator.backup.client.base import LONG, Source
from migrator.commands import files, sqlite
from migrator.database.base import OURS
from migrator.playbook.inventory import Database as Entry
from migrator.reach import file_of, owner_of
from migrator.site import Site

BELONGING = ("", "-wal", "-shm", "-journal")
"""Endings of the files that together are one SQLite database."""


class SqliteClient:
    """An SQLite file. It is handled as the user who owns the tree that it lies in, if the inventory names one."""

    make = "sqlite"
    extension = "sqlite"
    loads = 1

    def __init__(self, site: Site, name: str) -> None:
        self.entry = site.database_entry(name)
        self.host = site.host(self.entry.at)
        self.path = file_of(self.entry, self.host)
        self.work = self.host.expand(site.environment.hosts[self.entry.at].work)
        self.owner = owner_of(site.environment, self.entry, self.host)

    def live(self) -> Entry:
        return self.entry

    def exists(self) -> bool:
        return self._there(self.path, self.owner)

    def properties(self) -> dict[str, str]:
        return {"mode": self.host.read(sqlite.mode(self.path).as_user(self.owner)).text.strip()}

    def size(self) -> int:
        return int(self.host.read(sqlite.size(self.path).as_user(self.owner)).text)

    def data_folder(self) -> str | None:
        return posixpath.dirname(self.path)

    def dump(self, sink: BinaryIO, snapshot: str | None = None) -> None:
        scratch = "/var/tmp" if self.owner else self._scratch  # noqa: S108 (mktemp makes a private folder in it)
        self.host.stream_out(sqlite.dump(self.path, scratch).as_user(self.owner), sink, timeout=LONG)

    def copy(self, label: str, *, beside: bool) -> Entry:
        name = f"{OURS}{label}_{posixpath.basename(self.path)}"
        folder = posixpath.dirname(self.path) if beside else self._scratch
        return self.entry.model_copy(update={"url": f"sqlite:///{posixpath.join(folder, name)}"})

    def load(self, source: Source, copy: Entry, properties: Mapping[str, str]) -> None:
        file, user = file_of(copy, self.host), self._user(copy)
        like = self.path if user == self.owner else file  # only its owner may make a file like the live one
        with source() as stream:
            self.host.stream_in(sqlite.load(file, like=like, mode=properties["mode"]).as_user(user), stream,
                                timeout=LONG)

    def put_live(self, copy: Entry, source: Source, properties: Mapping[str, str]) -> None:
        self.host.run(sqlite.replace(file_of(copy, self.host), self.path).as_user(self.owner), timeout=600)

    def drop(self, copy: Entry) -> None:
        file, user = file_of(copy, self.host), self._user(copy)
        if self._there(file, user):
            self.host.run(sqlite.remove(file).as_user(user))

    def drop_live(self) -> None:
        self.host.run(sqlite.remove(self.path).as_user(self.owner))

    def _there(self, file: str, user: str | None) -> bool:
        return bool(self.host.read(files.exists(file).as_user(user)).text)

    @property
    def _scratch(self) -> str:
        return posixpath.join(self.work, "scratch")

    def _user(self, copy: Entry) -> str | None:
        """Our own scratch folder is the login user's; beside the live file only its owner may write."""
        return None if file_of(copy, self.host).startswith(self._scratch + "/") else self.owner
