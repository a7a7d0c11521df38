"""The write-ahead log of a PostgreSQL server: whole is a base backup of the server, changes are finished files of the
log, read through SQL.

A replication slot of ours makes the server keep its log from one backup to the next. It is moved on only to where the
set ends that is built on, so a backup that fails loses nothing.
"""

from __future__ import annotations

import json
import re
from typing import BinaryIO

from migrator.backup.client.postgres import PostgresClient
from migrator.backup.logs.record import LogRecord
from migrator.backup.logs.wal import lsn, lsn_text, segment_names, write_tar
from migrator.backup.parts.pipe import drawn
from migrator.commands import postgres, postgres_log
from migrator.commands.postgres import literal
from migrator.database.base import OURS
from migrator.model.finding import Finding, warns
from migrator.text import _

OLDEST = 12
_LONGEST_SLOT = 63

_SERVER = """
SELECT json_build_object(
    'version', current_setting('server_version_num'),
    'system', (SELECT system_identifier::text FROM pg_control_system()),
    'timeline', substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
    'segment', pg_size_bytes(current_setting('wal_segment_size'))::text,
    'superuser', (SELECT rolname FROM pg_roles WHERE oid = 10));
"""
_MAY = """
SELECT json_build_object(
    'version', current_setting('server_version_num')::int / 10000,
    'standby', pg_is_in_recovery(),
    'level', current_setting('wal_level'),
    'tablespaces', (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')),
    'read', has_function_privilege('pg_read_binary_file(text,bigint,bigint,boolean)', 'execute'),
    'switch', has_function_privilege('pg_switch_wal()', 'execute'),
    'limit', current_setting('max_slot_wal_keep_size', true));
"""
_NOW = "SELECT to_json(clock_timestamp() AT TIME ZONE 'UTC') #>> '{}';\n"
_POSITION = "SELECT pg_current_wal_lsn();\n"
# A transaction of no content is committed after the moment that is noted: where there is a later one, replaying up to
# a moment knows that it has reached it.
_FINISH = "SELECT txid_current();\nSELECT pg_switch_wal();\nSELECT pg_current_wal_lsn();\n"


class PostgresLog:
    """The write-ahead log of the server that a PostgreSQL database is on."""

    whole = "base.tar"
    changes = "wal.tar"

    def __init__(self, client: PostgresClient) -> None:
        self._client = client
        slug = re.sub(r"[^a-z0-9_]", "_", f"{client.site.name}_{client.database}".lower())
        self._slot = literal(f"{OURS}{slug}"[:_LONGEST_SLOT])
        self._ours = f"FROM pg_replication_slots WHERE slot_name = {self._slot}"

    def lacking(self) -> list[str]:
        may = json.loads(self._ask(_MAY))
        user, version = self._client.admin.user, int(may["version"])
        found = [sentence for wrong, sentence in [
            (version < OLDEST, _("the server has version {version}; logs are backed up from {oldest} on").format(
                version=version, oldest=OLDEST)),
            (may["standby"], _("the server is a standby; its log is that of the primary")),
            (may["level"] == "minimal", _("wal_level is minimal; replica is needed")),
            (may["tablespaces"], _("the server has tablespaces outside of its data directory")),
            (not may["read"], _("{user} may not run {function}: GRANT EXECUTE is missing").format(
                user=user, function="pg_read_binary_file(text,bigint,bigint,boolean)")),
            (not may["switch"], _("{user} may not run {function}: GRANT EXECUTE is missing").format(
                user=user, function="pg_switch_wal()")),
        ] if wrong]
        refused = self._client.refused(postgres_log.identify(self._client.admin))
        if refused:
            found.append(_("{user} may not read the log (REPLICATION, and a replication line in pg_hba.conf): "
                           "{why}").format(user=user, why=refused))
        unlogged = self._client.unlogged()
        if unlogged:
            found.append(_("these tables are unlogged and would come back empty: {tables}").format(
                tables=", ".join(unlogged[:5])))
        return found + self._old_tool(version)

    def remarks(self) -> list[Finding]:
        if json.loads(self._ask(_MAY))["limit"] != "-1":
            return []
        return [warns("backup.log_unlimited", _("the server of {name} keeps its log until the next backup, however "
                                                "long that takes").format(name=self._client.name),
                      _("set max_slot_wal_keep_size, so that backups that fail cannot fill its disk"))]

    def broken(self, since: LogRecord) -> str | None:
        now = self._server()
        if (now["system"], now["timeline"]) != (since.server["system"], since.server["timeline"]):
            return _("the server has begun its log anew")
        if int(now["version"]) // 10000 != int(since.server["version"]) // 10000:
            return _("the server has another version now")
        kept = self._ask(f"SELECT restart_lsn {self._ours} AND restart_lsn IS NOT NULL;\n")
        if not kept or lsn(kept) > lsn(since.last):
            return _("the server has not kept its log since then")
        return None

    def let_go(self) -> None:
        self._client.admin_sql(f"SELECT pg_drop_replication_slot(slot_name) {self._ours} AND NOT active;\n")

    def take_whole(self, sink: BinaryIO) -> LogRecord:
        self._keep_log()
        position = self._ask(_POSITION)
        self._client.pull(postgres_log.base(self._client.admin), sink)
        now = self._ask(_NOW)
        return LogRecord(position, position, now, now, self._server())

    def take_changes(self, since: LogRecord, sink: BinaryIO) -> LogRecord:
        server, now = self._server(), self._ask(_NOW)
        self._move_on(since.last)
        size = int(server["segment"])
        reached = self._client.admin_sql(_FINISH).splitlines()[-1]
        last = lsn(reached) // size * size
        names = segment_names(server["timeline"], lsn(since.last), last, size)
        command = postgres.run_sql(self._client.admin, self._client.maintenance)
        sql = postgres_log.read_segments(names, size)
        with drawn(lambda rows: self._client.pull(command, rows, sql)) as copied:
            write_tar(names, size, copied, sink)
        return LogRecord(since.last, lsn_text(last), since.until, now, server, follows=True)

    def _keep_log(self) -> None:
        """Let the server keep its log from now on, if it does not yet."""
        self._client.admin_sql(
            f"SELECT pg_drop_replication_slot(slot_name) {self._ours} AND restart_lsn IS NULL;\n"
            f"SELECT pg_create_physical_replication_slot({self._slot}, true)"
            f" WHERE NOT EXISTS (SELECT 1 {self._ours});\n")

    def _move_on(self, position: str) -> None:
        """Let the server remove its log up to a position."""
        at = literal(position)
        self._client.admin_sql(f"SELECT pg_replication_slot_advance(slot_name, {at}) {self._ours}"
                               f" AND restart_lsn < {at}::pg_lsn;\n")

    def _server(self) -> dict[str, str]:
        """What a server that replays must be like."""
        return {**json.loads(self._ask(_SERVER)), "database": self._client.database}

    def _old_tool(self, version: int) -> list[str]:
        shown = self._client.host.read(postgres_log.base_version(), check=False).text.strip()
        found = re.search(r"(\d+)\.", shown)
        if found and int(found[1]) >= version:
            return []
        return [_("the host's pg_basebackup is older than the server's version {version}: {shown}").format(
            version=version, shown=shown or "-")]

    def _ask(self, sql: str) -> str:
        return self._client.admin_sql(sql, changes=False)
