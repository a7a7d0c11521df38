"""Commands of PostgreSQL's own client programs. Each reads the password from the first line of its input."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.commands.login import Login, password_first
from migrator.commands.quoting import quoted
from migrator.commands.shell import Command, words

PASSWORD = "PGPASSWORD"  # noqa: S105 (a variable's name)


def dump(login: Login, database: str) -> Command:
    """The whole database in pg_dump's custom format on standard output, not compressed, from one snapshot."""
    return _client("pg_dump", login, database, "--format=custom", "--compress=0", "--lock-wait-timeout=60s")


def restore(login: Login, database: str, *, role: str | None = None) -> Command:
    """Load such a dump from standard input, stopping at the first error.

    `role` makes everything belong to that role, whoever owned it before; None keeps owners and privileges.
    """
    foreign = ["--no-owner", "--no-privileges", f"--role={role}"] if role else []
    return _client("pg_restore", login, database, "--exit-on-error", "--format=custom", *foreign)


def run_sql(login: Login, database: str) -> Command:
    """Run the statements on standard input, each by itself, stopping at the first error; rows are printed bare."""
    return _client("psql", login, database, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                   "--set=ON_ERROR_STOP=1")


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
    return password_first(PASSWORD, words(
        program, f"--host={login.address}", f"--port={login.port}", f"--username={login.user}", "--no-password",
        f"--dbname={database}", *options))
