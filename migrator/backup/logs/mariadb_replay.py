"""Binary logs replayed on a MariaDB server of our own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from migrator.backup.client.base import LONG
from migrator.backup.client.mariadb import MariadbClient
from migrator.backup.logs.errors import CannotReplay
from migrator.backup.logs.ground import Ground, ground
from migrator.backup.logs.mariadb import MAGIC, release_of
from migrator.backup.logs.stretch import Stretch
from migrator.backup.parts import part
from migrator.backup.parts.joined import joined
from migrator.backup.parts.pipe import Work, drawn
from migrator.commands import mariadb, mariadb_log
from migrator.site import Site
from migrator.text import _

_NO_PASSWORD = b"\n"
_GROWTH = 4
"""Bytes that a server takes for each byte of SQL, with its indexes and its own files; an estimate on the safe side."""
_OWN = 512 * 1024 * 1024
_SETTINGS = ("lower-case-table-names", "character-set-server", "collation-server")
_PIECE = 1024 * 1024

# A view or routine works only while the account exists that it acts as.
_DEFINERS = """
SELECT DISTINCT concat('GRANT ALL ON *.* TO ', quote(left(definer, char_length(definer) - 1 -
                                   char_length(substring_index(definer, '@', -1)))),
                       '@', quote(substring_index(definer, '@', -1)), ' IDENTIFIED VIA unix_socket;')
FROM (SELECT definer FROM information_schema.views UNION SELECT definer FROM information_schema.routines
      UNION SELECT definer FROM information_schema.triggers UNION SELECT definer FROM information_schema.events) AS d
WHERE definer NOT LIKE 'mariadb.sys@%' AND definer NOT LIKE 'root@localhost';
"""


@contextmanager
def replayed(site: Site, client: MariadbClient, stretch: Stretch, until: datetime | None,
             progress: part.Progress) -> Iterator[Work]:
    """What writes the dump of a stretch's database as of a moment."""
    whole, log = stretch.records[0], stretch.records[-1].log
    assert log is not None
    require_release(client, log.server["version"])
    sizes = sum(each.part.raw_bytes for each in stretch.records)
    with ground(site, client, "mysql", _OWN + _GROWTH * sizes) as place:
        server = _Server(place, log.server)
        kept, dump = stretch.parts[0]
        with kept.reading(dump, progress) as stream:
            server.fill(stream, whole.properties)
        with drawn(lambda sink: _logs(stretch, sink, progress)) as stream:
            server.replay(stream, until)
        yield server.dump


def require_release(client: MariadbClient, version: str) -> None:
    """Raises CannotReplay unless server and client programs of the version's release are on the host."""
    shown = client.host.read(mariadb_log.versions(), check=False).text
    found = [release_of(line) for line in shown.splitlines()]
    if found != [release_of(version)] * 2:
        raise CannotReplay(_("the log is of MariaDB {version}; the host has: {shown}").format(
            version=version, shown=", ".join(shown.splitlines()) or "-"), where=client.host.name,
            hint=_("install the programs mariadbd, mariadb and mariadb-binlog of that version there"))


class _Server:
    """A server of our own with one database."""

    def __init__(self, place: Ground, like: Mapping[str, str]) -> None:
        self._place, self._database = place, like["database"]
        self._login = mariadb_log.socket_in(place.folder)
        options = [f"--{name}={like[name]}" for name in _SETTINGS]
        place.host.run(mariadb_log.start(place.folder, options).as_user(place.user), timeout=300)

    def fill(self, dump: BinaryIO, properties: Mapping[str, str]) -> None:
        self._sql(mariadb.create_database(self._database, properties))
        self._place.host.stream_in(mariadb.restore(self._login, self._database).as_user(self._place.user),
                                   joined(_NO_PASSWORD, dump), timeout=LONG)
        self._admit_definers()

    def replay(self, log: BinaryIO, until: datetime | None) -> None:
        command = mariadb_log.replay(self._place.folder, self._database, until)
        self._place.host.stream_in(command.as_user(self._place.user), log, timeout=LONG)
        self._admit_definers()

    def dump(self, sink: BinaryIO) -> None:
        command = mariadb.dump(self._login, self._database).as_user(self._place.user)
        self._place.host.stream_out(command, sink, input=_NO_PASSWORD, timeout=LONG)

    def _admit_definers(self) -> None:
        self._sql(self._sql(_DEFINERS))

    def _sql(self, sql: str) -> str:
        command = mariadb.run_sql(self._login).as_user(self._place.user)
        return self._place.host.run(command, input=_NO_PASSWORD + sql.encode(), timeout=600).text


def _logs(stretch: Stretch, sink: BinaryIO, progress: part.Progress) -> None:
    """The logs of all sets as one."""
    for number, (kept, log) in enumerate(stretch.parts[1:]):
        with kept.reading(log, progress) as stream:
            if number:
                stream.read(len(MAGIC))
            shutil.copyfileobj(stream, sink, _PIECE)
