"""SQLite: a file of this machine, or of a host that is reached by running commands there."""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from migrator.commands.shell import Command, words
from migrator.database import sqlite_agent
from migrator.database.base import NOTHING, Column, Held, Schema, TableFacts
from migrator.errors import CommandFailed, DatabaseError, ReadOnly
from migrator.text import _

Ask = Callable[[dict[str, Any]], Any]
"""Answers one request of the agent; raises sqlite3.Error."""


class Runner(Protocol):
    """Runs a command on the host of the database and returns its whole standard output.

    Raises CommandFailed when the exit code is not 0; `changes` says whether the command may change the host.
    """

    def __call__(self, command: Command, input: bytes, *, changes: bool) -> bytes: ...


class SqliteDatabase:
    """One SQLite file. A reader never makes a missing file and cannot write to an existing one."""

    make = "sqlite"

    def __init__(self, name: str, path: str, on_host: Runner | None = None, *, read_only: bool = False) -> None:
        self.name = name
        self.path = path
        self._on_host = on_host
        self._read_only = read_only
        self._ask: Ask = over(on_host) if on_host else sqlite_agent.answer

    @property
    def here(self) -> bool:
        """Whether the file lies on this machine."""
        return self._on_host is None

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a reading statement; parameters are `:named`."""
        return list(map(tuple, self._answer("query", sql=sql, parameters=dict(parameters or {}))))

    def execute(self, statements: Sequence[str], parameters: Mapping[str, Any] | None = None) -> list[int]:
        """Run statements in one transaction; rows touched by each."""
        if self._read_only:
            raise ReadOnly(_("a database that was handed out for reading was asked to write"), where=self.name)
        return [int(n) for n in self._answer("execute", statements=list(statements),
                                               parameters=dict(parameters or {}))]

    def server(self) -> dict[str, str]:
        """Version of the library and settings of the file."""
        return dict(self._answer("server"))

    def tables(self, names: Sequence[str] | None = None, *,
               without: Mapping[str, Collection[str]] = NOTHING) -> dict[str, TableFacts]:
        """Facts of every table (or of those named); writers wait while a file without write-ahead log is read."""
        found = self._answer("tables", names=None if names is None else list(names),
                             without={table: list(columns) for table, columns in without.items()})
        return {table: TableFacts.summed(*facts) for table, facts in found.items()}

    @contextmanager
    def held(self) -> Iterator[Held]:
        """Measured at once: a state that is kept open would keep writers waiting."""
        found = self.tables()
        yield Held(None, lambda: found, lambda: False)

    def schema(self) -> Schema:
        """The real structure."""
        found = self._answer("schema")
        return Schema({table: tuple(Column(*c) for c in columns) for table, columns in found["tables"].items()},
                      tuple(found["others"]))

    def integrity(self) -> list[str]:
        """Broken pages and indexes, and foreign keys without parent."""
        return list(self._answer("integrity"))

    def reading(self) -> SqliteDatabase:
        """The same file, unable to write."""
        return SqliteDatabase(self.name, self.path, self._on_host, read_only=True)

    def close(self) -> None:
        """Nothing is kept open between two questions."""

    def _answer(self, ask: str, **request: Any) -> Any:
        try:
            return self._ask({"ask": ask, "path": self.path, **request})
        except sqlite3.Error as error:
            hint = _("is {path} the right file, and may the user read it?").format(path=self.path)
            raise DatabaseError(str(error), where=self.name, hint=hint) from None


def over(run: Runner) -> Ask:
    """Asks the agent on another machine: its text goes to `python3` by standard input, so nothing is left there."""
    text = Path(sqlite_agent.__file__).read_text(encoding="utf-8")

    def ask(request: dict[str, Any]) -> Any:
        program = f"{text}\n\nmain({json.dumps(request, default=sqlite_agent.pack)!r})\n"
        try:
            output = run(words("python3", "-"), program.encode(), changes=request["ask"] == "execute")
        except CommandFailed as error:
            raise _without_python(error) from None
        answer = json.loads(zlib.decompress(base64.b64decode(output)), object_hook=sqlite_agent.unpack)
        if "error" in answer:
            raise sqlite3.DatabaseError(answer["error"])
        return answer["ok"]

    return ask


def _without_python(error: CommandFailed) -> DatabaseError:
    too_old = "SyntaxError" in error.output
    if error.exit_code == 127 or too_old:
        return DatabaseError(_("this host has no python3 of version 3.7 or newer, which reads an SQLite file there"),
                             where=error.where, hint=_("install the host's python3 package"))
    why = error.output or error.message
    return DatabaseError(_("the SQLite file could not be asked: {why}").format(why=why), where=error.where)
