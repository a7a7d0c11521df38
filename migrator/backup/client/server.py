"""What the clients of database servers have in common: logins, and the password's way to the program."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import closing
from typing import BinaryIO

from sqlalchemy.engine import URL, make_url

from migrator.backup.client.base import LONG, Source
from migrator.backup.parts.joined import joined
from migrator.commands.login import Login
from migrator.commands.shell import Command
from migrator.database.base import OURS
from migrator.errors import WrongUse
from migrator.playbook.inventory import Database as Entry
from migrator.reach import open_at
from migrator.secret import Secret, resolve
from migrator.site import Site
from migrator.text import _

LONGEST_NAME = 63


class ServerClient(ABC):
    """A database on a server. The inventory's admin role, if it names one, dumps, makes and removes databases: it
    alone may be sure to see everything in them.
    """

    port: int
    where: str
    """Asks the server for the folder of its data; no row for a role that may not know."""

    def __init__(self, site: Site, name: str) -> None:
        self.entry = site.database_entry(name)
        self.host = site.host(self.entry.at)
        self.name, self.site = name, site
        url = make_url(self.entry.url)
        if not url.database:
            raise WrongUse(_("the URL of {name} names no database").format(name=name), where=site.name)
        self.database = url.database
        self._live = site.database(name)
        self.user = self._login(url)
        admin_url = make_url(self.entry.admin_url) if self.entry.admin_url else url
        self.admin = self._login(admin_url)
        self.admin_database = admin_url.database or ""
        self._admin_password = (_line(self.entry.admin_password, admin_url) if self.entry.admin_url
                                else _line(self.entry.password, url))

    def live(self) -> Entry:
        return self._entry(self.database)

    def exists(self) -> bool:
        return self._there(self.database)

    def copy(self, label: str, *, beside: bool) -> Entry:
        return self._entry(self.beside(label))

    def data_folder(self) -> str | None:
        if self.user.address not in ("127.0.0.1", "localhost", "::1"):
            return None
        with closing(open_at(self.host, self.site.environment, self.name, self.live())) as database:
            found = database.reading().query(self.where)
        return str(found[0][0]) if found else None

    def drop(self, copy: Entry) -> None:
        if self._there(database_of(copy)):
            self._remove(database_of(copy))

    def drop_live(self) -> None:
        self._live.close()
        self._remove(self.database)

    @abstractmethod
    def _there(self, database: str) -> bool:
        """Whether the server has a database of this name."""

    @abstractmethod
    def admin_sql(self, sql: str, *, changes: bool = True) -> str:
        """Run statements as the admin role; the rows, bare."""

    @abstractmethod
    def _remove(self, database: str) -> None:
        """Remove a database; fine when there is none."""

    def beside(self, label: str) -> str:
        """The name of a database of ours beside the live one, short enough for every server."""
        name = f"{OURS}{label}_{self.database}"
        if len(name.encode()) <= LONGEST_NAME:
            return name
        return f"{OURS}{label}_{hashlib.sha256(self.database.encode()).hexdigest()[:24]}"

    def _entry(self, database: str) -> Entry:
        """The entry of another database on the same server, reached by the role that made it."""
        url = make_url(self.entry.admin_url or self.entry.url).set(database=database)
        return self.entry.model_copy(update={
            "url": url.render_as_string(hide_password=False),
            "password": self.entry.admin_password if self.entry.admin_url else self.entry.password})

    def _login(self, url: URL) -> Login:
        return Login(url.host or "127.0.0.1", url.port or self.port, url.username or "")

    def act(self, command: Command) -> None:
        """Run a changing command of the database's programs as the role that may see and make everything."""
        self.host.run(command, input=self._admin_password, timeout=LONG)

    def pull(self, command: Command, sink: BinaryIO, sql: str = "") -> None:
        """Run a program that logs in as the admin role, its output into the stream; it reads `sql`."""
        self.host.stream_out(command, sink, input=self._admin_password + sql.encode(), timeout=LONG)

    def refused(self, command: Command) -> str:
        """Why a reading program that logs in as the admin role fails; empty when it does not."""
        result = self.host.read(command, input=self._admin_password, check=False)
        return result.tail if result.exit_code else ""

    def _push(self, command: Command, source: Source) -> None:
        with source() as stream:
            self.host.stream_in(command, joined(self._admin_password, stream), timeout=LONG)

    def _as_admin(self, command: Command, sql: str, *, changes: bool = True) -> str:
        act = self.host.run if changes else self.host.read
        return act(command, input=self._admin_password + sql.encode(), timeout=600).text.strip()


def foreign(properties: Mapping[str, str], login: Login) -> bool:
    """Whether the dump was taken from a database that another role uses."""
    return properties["user"] != login.user


def database_of(copy: Entry) -> str:
    """The name of the database that an entry's URL leads to."""
    return make_url(copy.url).database or ""


def _line(password: str | None, url: URL) -> bytes:
    secret = resolve(password) if password else Secret(str(url.password or ""))  # scrubbed from here on
    if "\n" in secret.reveal():
        raise WrongUse(_("a database password cannot hold a line break"),
                       hint=_("check what the secret holds, or set another password"))
    return f"{secret.reveal()}\n".encode()
