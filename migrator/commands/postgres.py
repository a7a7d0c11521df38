"""Commands of PostgreSQL's own client programs. Each reads the password from the first line of its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.commands.login import Login, password_first
from migrator.commands.quoting import quoted
from migrator.commands.shell import Command, pipe, script, words

PASSWORD = "PGPASSWORD"  # noqa: S105 (a variable's name)
_BARE = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")

_FEED = """
set -e
before=$1 after=$2 address=$3 port=$4 user=$5 source=$6
shift 6
printf '%s\\n' "$before"
while [ $# -gt 0 ]; do
    printf '%s\\n' "$1"
    psql --host="$address" --port="$port" --username="$user" --no-password --no-psqlrc --set=ON_ERROR_STOP=1 \\
        --dbname="$source" --command="$2"
    printf '%s\\n' '\\.'
    shift 2
done
printf '%s\\n' "$after"
"""


def dump(login: Login, database: str, *, snapshot: str | None = None) -> Command:
    """The whole database in pg_dump's custom format on standard output, not compressed, from one snapshot.

    `snapshot` is the name of one that another session has exported and keeps open meanwhile.
    """
    return _client("pg_dump", login, database, "--format=custom", "--compress=0", "--lock-wait-timeout=60s",
                   *([f"--snapshot={snapshot}"] if snapshot else []))


def restore(login: Login, database: str, *, role: str | None = None) -> Command:
    """Load such a dump from standard input, stopping at the first error.

    `role` makes everything belong to that role, whoever owned it before; None keeps owners and privileges.
    """
    foreign = ["--no-owner", "--no-privileges", f"--role={role}"] if role else []
    return _client("pg_restore", login, database, "--exit-on-error", "--format=custom", *foreign)


def run_sql(login: Login, database: str) -> Command:
    """Run the statements on standard input, each by itself, stopping at the first error; rows are printed bare."""
    return _client("psql", login, database, *_BARE)


def move_rows(login: Login, source: str, target: str, before: str, tables: Sequence[tuple[str, str]],
              after: str) -> Command:
    """SQL and rows into one session of `target`: `before`; for each table a COPY from standard input, fed by a COPY to
    standard output that `source` runs; `after`. Where a table's rows end too early, `after` is never said.
    """
    steps = [text for table in tables for text in table]
    fed = script(_FEED, before, after, login.address, str(login.port), login.user, source, *steps)
    one = pipe(fed, words("psql", *reached(login), *_BARE, f"--dbname={target}"))
    return password_first(PASSWORD, words("env", "PGCLIENTENCODING=UTF8", "sh", "-c", one.text))


def create_database(name: str, properties: Mapping[str, str], owner: str) -> str:
    """SQL that makes an empty database with the `encoding`, `collate` and `ctype` of another."""
    return (f"CREATE DATABASE {quoted(name)} TEMPLATE template0 OWNER {quoted(owner)}"
            f" ENCODING {literal(properties['encoding'])} LC_COLLATE {literal(properties['collate'])}"
            f" LC_CTYPE {literal(properties['ctype'])};\n")


def drop_database(name: str) -> str:
    """SQL that removes a database, also when somebody is still connected to it."""
    return f"{end_sessions(name)}DROP DATABASE IF EXISTS {quoted(name)};\n"


def swap_databases(new: str, live: str, old: str) -> str:
    """SQL that puts `new` in the place of `live` and keeps that as `old`: both renames or none."""
    return (f"{end_sessions(live)}{end_sessions(new)}BEGIN;\n"
            f"ALTER DATABASE {quoted(live)} RENAME TO {quoted(old)};\n"
            f"ALTER DATABASE {quoted(new)} RENAME TO {quoted(live)};\nCOMMIT;\n")


def rename_database(name: str, to: str) -> str:
    """SQL that gives a database another name."""
    return f"{end_sessions(name)}ALTER DATABASE {quoted(name)} RENAME TO {quoted(to)};\n"


def database_exists(name: str) -> str:
    """SQL that gives a row when a database of this name exists."""
    return f"SELECT 'yes' FROM pg_database WHERE datname = {literal(name)};\n"  # noqa: S608 (quoted)


def end_sessions(name: str) -> str:
    """SQL that ends every other session in a database; renaming and dropping need it alone."""
    return ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"  # noqa: S608 (quoted)
            f" WHERE datname = {literal(name)} AND pid <> pg_backend_pid();\n")


def literal(text: str) -> str:
    """A text as an SQL string, whatever standard_conforming_strings says."""
    if "\\" in text:
        return " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + text.replace("'", "''") + "'"


def _client(program: str, login: Login, database: str, *options: str) -> Command:
    return password_first(PASSWORD, words(program, *reached(login), f"--dbname={database}", *options))


def reached(login: Login) -> list[str]:
    """The options that lead to the server; an address with a slash is the folder of its socket."""
    return [f"--host={login.address}", f"--port={login.port}", f"--username={login.user}", "--no-password"]
