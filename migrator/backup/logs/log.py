"""What is asked of a server's log of changes, whatever the make."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from migrator.backup.client import Client
from migrator.backup.client.mariadb import MariadbClient
from migrator.backup.client.postgres import PostgresClient
from migrator.backup.logs.record import LogRecord
from migrator.model.finding import Finding


class Log(Protocol):
    """The log of the server that one database is on. Errors are those of a transport: CommandFailed, Unreachable."""

    whole: str
    """The ending of a whole part's file, before compression: `sql`, `base.tar`."""
    changes: str
    """The ending of a part that holds the log alone: `binlog`, `wal.tar`."""

    def lacking(self) -> list[str]:
        """What forbids to back the log up, one sentence each; empty when all is well."""

    def remarks(self) -> list[Finding]:
        """What a person should know about a log that can be backed up."""

    def broken(self, since: LogRecord) -> str | None:
        """Why the log cannot go on from where a record ends; None when it can."""

    def let_go(self) -> None:
        """Let the server forget that its log was kept for us; fine when it was not."""

    def take_whole(self, sink: BinaryIO) -> LogRecord:
        """Write the whole database into the stream, and say where its log begins."""

    def take_changes(self, since: LogRecord, sink: BinaryIO) -> LogRecord:
        """Write what the log holds since a record's end until now."""


def log_of(client: Client) -> Log | None:
    """The log of a database's server; None for a make that has none."""
    if isinstance(client, MariadbClient):
        from migrator.backup.logs.mariadb import MariadbLog

        return MariadbLog(client)
    if isinstance(client, PostgresClient):
        from migrator.backup.logs.postgres import PostgresLog

        return PostgresLog(client)
    return None
