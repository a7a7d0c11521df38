"""Logs of databases replayed by a person: MariaDB's into the database itself, PostgreSQL's on a server of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from migrator.commands.by_hand import line, typed
from migrator.commands.shell import Command
from migrator.commands.typed_clients import TypedMariadb

FOLDER = "~/migrator-moment"
"""Where a PostgreSQL server of one's own lies until the database was taken out of it."""
DATA, WAL, DUMP = f"{FOLDER}/data", f"{FOLDER}/wal", f"{FOLDER}/dump"

_SETTINGS = ["listen_addresses = ''", "unix_socket_directories = '.'", "port = 5432",
             "hot_standby = off", "fsync = off", "max_prepared_transactions = 500", "max_locks_per_transaction = 1024",
             """restore_command = 'cp "$HOME/migrator-moment/wal/%f" "%p"'""", "recovery_target_timeline = 'current'"]
_UNTIL = ["recovery_target_inclusive = off", "recovery_target_action = promote"]


def replayed(client: TypedMariadb, database: str, until: datetime | None) -> Command:
    """Carry out in a MariaDB database what the binary log on standard input says of one of this name."""
    stop = [f"--stop-datetime={until.astimezone(UTC):%Y-%m-%d %H:%M:%S}"] if until else []
    renamed = [f"--rewrite-db={database}->{client.database}"] if client.database != database else []
    events = typed("env", "TZ=UTC", "mariadb-binlog", "--no-defaults", "--loose-skip-gtid-strict-mode",
                   f"--database={client.database}", *renamed, *stop, "-")
    return Command(f"{events.text} | {client.sql().text} --binary-mode --max-allowed-packet=1G")


def unpacked(folder: str) -> Command:
    """Unpack a tar archive into a folder that is there."""
    return typed("tar", "-xf", "-", "-C", folder)


def made() -> Command:
    """The folders for a server of one's own, for nobody else to see."""
    return typed("install", "-d", "-m", "700", FOLDER, DATA, WAL)


def recovered(server: Mapping[str, str], until: datetime | None) -> list[Command]:
    """Let PostgreSQL replay `WAL` on `DATA`, write the one database into `DUMP`, and stop again."""
    target = [f"recovery_target_time = '{until.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}'", *_UNTIL] if until else []
    return [_written(f"{DATA}/postgresql.conf", *_SETTINGS, *target), _written(f"{DATA}/postgresql.auto.conf"),
            _written(f"{DATA}/pg_hba.conf", "local all all trust"), _written(f"{DATA}/pg_ident.conf"),
            _written(f"{DATA}/recovery.signal"),
            _program(server, "pg_ctl", "start", "--no-wait", "-D", DATA, "-l", f"{FOLDER}/log"),
            Command(f"until {_program(server, 'pg_isready', '-q', '-h', DATA).text}; do sleep 1; done"),
            _program(server, "pg_dump", "-h", DATA, "-U", server["superuser"], "--format=custom", "-f", DUMP,
                     server["database"]),
            _program(server, "pg_ctl", "stop", "--mode=immediate", "-D", DATA)]


def loaded(command: Command) -> Command:
    """The command that loads a dump, fed from `DUMP`."""
    return Command(f"{line(command)} < {DUMP}")


def removed() -> Command:
    """All of it gone."""
    return typed("rm", "-rf", FOLDER)


def _written(path: str, *lines: str) -> Command:
    text = typed("printf", "%s\\n", *lines) if lines else Command(":")
    return Command(f"{text.text} > {path}")


def _program(server: Mapping[str, str], name: str, *arguments: str) -> Command:
    """A program of the server's version, which may lie beside the usual path."""
    major = int(server["version"]) // 10000
    path = f"PATH=/usr/lib/postgresql/{major}/bin:/usr/pgsql-{major}/bin:$PATH"
    return Command(f"{path} {typed(name, *arguments).text}")
