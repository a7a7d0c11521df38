"""The binary log of a MariaDB server: fetched as the server keeps it, by its own program, over its own protocol.

A part holds the files one after the other as one stream that `mariadb-binlog -` reads: the four bytes that every file
begins with stand at the first one alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, cast

from migrator.backup.client.mariadb import MariadbClient
from migrator.backup.logs.head import Head, Without
from migrator.backup.logs.record import LogRecord
from migrator.commands import mariadb, mariadb_log
from migrator.commands.quoting import text_value
from migrator.errors import HostError
from migrator.model.finding import Finding, informs
from migrator.text import _

MAGIC = b"\xfebin"
START = 4
_HEAD = 256 * 1024
_PLACE = re.compile(rb"^-- CHANGE MASTER TO MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+);$", re.MULTILINE)
_RELEASE = re.compile(r"(\d+\.\d+)\.\d+-MariaDB")
_RIGHTS = {"RELOAD": {"RELOAD"},
           "REPLICATION SLAVE": {"REPLICATION SLAVE", "REPLICATION REPLICA", "SUPER"},
           "BINLOG MONITOR": {"BINLOG MONITOR", "REPLICATION CLIENT", "SUPER"}}
"""What the admin role must be granted, and the names under which servers know it."""

_SERVER = ("SELECT version(), @@log_bin, @@binlog_format, @@lower_case_table_names, @@character_set_server,"
           " @@collation_server;\n")
_GRANTED = ("SELECT privilege_type FROM information_schema.user_privileges"
            " WHERE grantee = concat('''', replace(current_user(), '@', '''@'''), '''');\n")
_NOW = "SELECT date_format(utc_timestamp(6), '%Y-%m-%dT%H:%i:%s.%f+00:00');\n"


@dataclass(frozen=True)
class Place:
    """A position in the binary log: a file of it, and an offset in bytes."""

    file: str
    offset: int

    @classmethod
    def of(cls, text: str) -> Place:
        file, _colon, offset = text.rpartition(":")
        return cls(file, int(offset))

    def __str__(self) -> str:
        return f"{self.file}:{self.offset}"


class MariadbLog:
    """The binary log of the server that a MariaDB database is on."""

    whole = "sql"
    changes = "binlog"

    def __init__(self, client: MariadbClient) -> None:
        self._client = client

    def lacking(self) -> list[str]:
        version, log_bin, form, *_rest = self._row(_SERVER)
        release = release_of(version)
        if release is None:
            return [_("its server is {version}; only MariaDB's binary log is read").format(version=version)]
        if log_bin != "1":
            return [_("the server writes no binary log (log_bin is off)")]
        granted = set(self._ask(_GRANTED).splitlines())
        found = [_("{user} may not read the binary log: GRANT {right} is missing").format(
            user=self._client.admin.user, right=right) for right, names in _RIGHTS.items() if not granted & names]
        if found:
            return found
        if form == "STATEMENT":
            found.append(_("binlog_format is STATEMENT, which cannot be replayed exactly; MIXED and ROW can"))
        _file, _offset, only, ignored = self._master()
        database = self._client.database
        if (only and database not in only.split(",")) or database in ignored.split(","):
            found.append(_("the server is set to leave this database out of its binary log"))
        return found + self._wrong_tools(release)

    def remarks(self) -> list[Finding]:
        if self._row(_SERVER)[2] == "ROW":
            return []
        return [informs("backup.log_mixed", _("the log of {name} holds statements (binlog_format is not ROW)").format(
            name=self._client.name), _("a statement that was given while another database was in use is not brought "
                                       "back with this one; set binlog_format to ROW"))]

    def broken(self, since: LogRecord) -> str | None:
        place = Place.of(since.last)
        sizes = self._files()
        if place.file not in sizes:
            return _("the server has removed its binary log {file}").format(file=place.file)
        if sizes[place.file] < place.offset or self._transaction(place) != since.server["transaction"]:
            return _("the server has begun its binary log anew")
        if release_of(self._row(_SERVER)[0]) != release_of(since.server["version"]):
            return _("the server has another version now")
        return None

    def let_go(self) -> None:
        """Nothing: how long these servers keep their log is not up to us."""

    def take_whole(self, sink: BinaryIO) -> LogRecord:
        head = Head(sink, _HEAD)
        self._client.pull(mariadb.dump(self._client.admin, self._client.database, position=True),
                          cast(BinaryIO, head))
        found = _PLACE.search(head.bytes)
        if not found:
            raise HostError(_("the dump does not say to which place in the binary log it belongs"),
                            where=self._client.host.name,
                            hint=_("without logs in the inventory it is dumped whole each time"))
        place, now = Place(found[1].decode(), int(found[2])), self._ask(_NOW)
        return LogRecord(str(place), str(place), now, now, self._server(place))

    def take_changes(self, since: LogRecord, sink: BinaryIO) -> LogRecord:
        """The server begins a new file, and all before it are finished: one that grows cannot be cut exactly."""
        first, now = Place.of(since.last), self._ask(_NOW)
        self._client.admin_sql("FLUSH BINARY LOGS;\n")
        last = Place(self._master()[0], START)
        files = list(self._files())
        for name in files[files.index(first.file):files.index(last.file)]:
            own = name == first.file
            command = mariadb_log.fetch(self._client.admin, name, first.offset if own else START)
            self._client.pull(command, sink if own else cast(BinaryIO, Without(sink, len(MAGIC))))
        return LogRecord(str(first), str(last), since.until, now, self._server(last), follows=True)

    def _server(self, place: Place) -> dict[str, str]:
        """What a server that replays must be like. `transaction` tells this log from one that was begun anew."""
        version, _log_bin, _form, lower, charset, collation = self._row(_SERVER)
        return {"version": version, "database": self._client.database, "transaction": self._transaction(place),
                "lower-case-table-names": lower, "character-set-server": charset, "collation-server": collation}

    def _transaction(self, place: Place) -> str:
        return self._ask(f"SELECT binlog_gtid_pos({text_value(place.file)}, {place.offset});\n")

    def _wrong_tools(self, release: str) -> list[str]:
        shown = self._client.host.read(mariadb_log.client_version(), check=False).text.strip()
        if release_of(shown) == release:
            return []
        return [_("the host's client programs are not those of the server's version {release}: {shown}").format(
            release=release, shown=shown or "-")]

    def _files(self) -> dict[str, int]:
        rows = [line.split("\t") for line in self._ask("SHOW BINARY LOGS;\n").splitlines()]
        return {row[0]: int(row[1]) for row in rows}

    def _master(self) -> tuple[str, str, str, str]:
        file, offset, only, ignored = [*self._ask("SHOW MASTER STATUS;\n").split("\t"), "", ""][:4]
        return file, offset, only, ignored

    def _row(self, sql: str) -> list[str]:
        return self._ask(sql).split("\t")

    def _ask(self, sql: str) -> str:
        return self._client.admin_sql(sql, changes=False)


def release_of(version: str) -> str | None:
    """The release that a MariaDB version belongs to, `10.11`; None for what is no MariaDB."""
    found = _RELEASE.search(version)
    return found[1] if found else None
