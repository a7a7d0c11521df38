"""Commands for the write-ahead log (WAL) of PostgreSQL, and for a server of our own on which it is replayed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from migrator.commands.login import Login, password_first
from migrator.commands.postgres import PASSWORD, literal, reached
from migrator.commands.resource import packaged
from migrator.commands.shell import Command, script, words

PIECE = 4 * 1024 * 1024
"""Bytes of the log that the server reads at once."""

_PROGRAMS = """
for folder in "/usr/lib/postgresql/$1/bin" "/usr/pgsql-$1/bin" "/usr/lib/postgresql$1/bin" \\
        "$(dirname -- "$(command -v postgres || echo /usr/local/pgsql/bin/postgres)")"; do
    case $("$folder/postgres" --version 2> /dev/null) in *" $1."*) exec printf '%s\\n' "$folder" ;; esac
done
exit 1
"""
_UNPACK = 'umask 077; mkdir -p -- "$1" && exec tar -xf - -C "$1" --no-same-owner'


def base_version() -> Command:
    """Print the version of pg_basebackup."""
    return words("pg_basebackup", "--version")


def identify(login: Login) -> Command:
    """Ask the server as a replica would; fails where the role may not."""
    return password_first(PASSWORD, words("psql", *reached(login), "--no-psqlrc", "--quiet", "--tuples-only",
                                          "--dbname=dbname=postgres replication=true", "--command=IDENTIFY_SYSTEM"))


def base(login: Login) -> Command:
    """All databases of the server as one tar archive on standard output, with the log that makes it consistent."""
    return password_first(PASSWORD, words(
        "pg_basebackup", *reached(login), "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast",
        "--label=migrator"))


def read_segments(names: Sequence[str], size: int) -> str:
    """SQL that copies files of the log, of `size` bytes each, one after the other, in PostgreSQL's binary format."""
    listed = ", ".join(literal(name) for name in names)
    return ("COPY (SELECT pg_read_binary_file('pg_wal/' || name, start, "  # noqa: S608 (quoted)
            f"{PIECE}, false) FROM (SELECT name, start FROM unnest(ARRAY[{listed}]) WITH ORDINALITY AS file (name, n),"
            f" generate_series(0, {size - 1}, {PIECE}) AS start ORDER BY n, start) AS pieces)"
            " TO STDOUT (FORMAT binary);\n")


def programs(major: str) -> Command:
    """Print the folder of the server's programs of a major version; fails where the host has none."""
    return script(_PROGRAMS, major)


def unpack(folder: str) -> Command:
    """Unpack the tar archive on standard input into a private folder, which is made."""
    return script(_UNPACK, folder)


def start(folder: str, binaries: str, until: datetime | None) -> Command:
    """Start a server on `FOLDER/data`, let it replay `FOLDER/wal`, and return when it has, open on its socket.

    `until`: transactions that were committed at this moment or later are left out.
    """
    target = ["-c", f"recovery_target_time={until.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}",
              "-c", "recovery_target_inclusive=off", "-c", "recovery_target_action=promote"] if until else []
    return packaged("postgres_start", arguments=(folder, binaries, *target))
