"""Commands of MariaDB's and MySQL's own client programs. Each reads the password from the first line of its input."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrator.commands.login import Login, password_first
from migrator.commands.quoting import quoted
from migrator.commands.shell import Command, script

PASSWORD = "MYSQL_PWD"  # noqa: S105 (a variable's name)

# MariaDB's programs under their own names where they have them, under MySQL's elsewhere.
_EITHER = 'first=$1 second=$2; shift 2; command -v "$first" >/dev/null || first=$second; exec "$first" "$@"'


def dump(login: Login, database: str, *, position: bool = False) -> Command:
    """The whole database as SQL on standard output: data from one snapshot, routines, triggers and events.

    `position`: its first lines say, as a comment, to which place in the binary log the snapshot belongs.
    """
    return _client("mariadb-dump", "mysqldump", login, "--single-transaction", "--quick", "--hex-blob", "--routines",
                   "--triggers", "--events", "--default-character-set=utf8mb4", "--skip-dump-date",
                   *(["--master-data=2"] if position else []), database)


def restore(login: Login, database: str) -> Command:
    """Load such SQL from standard input, stopping at the first error."""
    return _client("mariadb", "mysql", login, "--batch", "--default-character-set=utf8mb4", database)


def run_sql(login: Login) -> Command:
    """Run the statements on standard input, stopping at the first error; rows are printed bare."""
    return _client("mariadb", "mysql", login, "--batch", "--skip-column-names", "--default-character-set=utf8mb4")


def create_database(name: str, properties: Mapping[str, str]) -> str:
    """SQL that makes an empty database with the `charset` and `collation` of another."""
    return (f"CREATE DATABASE {quoted(name, '`')} CHARACTER SET {_word(properties['charset'])}"
            f" COLLATE {_word(properties['collation'])};\n")


def drop_database(name: str) -> str:
    """SQL that removes a database if it is there."""
    return f"DROP DATABASE IF EXISTS {quoted(name, '`')};\n"


def database_exists(name: str) -> str:
    """SQL that gives a row when a database of this name exists."""
    text = name.replace("\\", "\\\\").replace("'", "''")
    return f"SELECT 'yes' FROM information_schema.schemata WHERE schema_name = '{text}';\n"  # noqa: S608 (quoted)


def _word(text: str) -> str:
    if not re.fullmatch(r"\w+", text, re.ASCII):
        raise ValueError(f"not the name of a character set or collation: {text!r}")
    return text


def _client(program: str, elsewhere: str, login: Login, *arguments: str) -> Command:
    return password_first(PASSWORD, script(
        _EITHER, program, elsewhere, *reached(login), f"--user={login.user}", *arguments))


def reached(login: Login) -> list[str]:
    """The options that lead to the server; an address with a slash is a socket of ours, no matter who logs in there."""
    if "/" in login.address:
        return ["--no-defaults", "--protocol=socket", f"--socket={login.address}"]
    return ["--protocol=tcp", f"--host={login.address}", f"--port={login.port}"]
