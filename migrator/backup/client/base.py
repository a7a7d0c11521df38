"""What a database's own client programs can do for a backup, whatever the make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from migrator.playbook.inventory import Database as Entry
from migrator.transport.base import Transport

LONG = 24 * 3600.0
"""Seconds after which moving a whole database is given up."""
Source = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens a dump from its beginning; may be called more than once."""


class Client(Protocol):
    """One database, reached by programs on its host. Errors are those of a transport: CommandFailed, Unreachable.

    A *copy* is a database beside the live one whose name begins with `migrator_`; it is an inventory entry, so that
    it can be opened like any database.
    """

    make: str
    host: Transport
    extension: str
    """Of a dump's file in a set: `dump`, `sql` or `sqlite`."""
    loads: int
    """How often bringing a database back reads the dump."""

    def live(self) -> Entry:
        """The live database, reached by the role that also reaches copies: both are seen with the same eyes."""

    def exists(self) -> bool:
        """Whether the live database is there at all."""

    def properties(self) -> dict[str, str]:
        """What an equal empty database needs: encoding and collation, owner, mode of a file."""

    def size(self) -> int:
        """Bytes that the live database takes; a dump is rarely larger."""

    def data_folder(self) -> str | None:
        """Where on its host the database's files lie; None when they lie elsewhere or nobody may know."""

    def dump(self, sink: BinaryIO, snapshot: str | None = None) -> None:
        """Write one consistent state of the live database into the stream, while others go on working with it.

        `snapshot` is the name of a state that is held open meanwhile, and is then the one that is written.
        """

    def copy(self, label: str, *, beside: bool) -> Entry:
        """The entry of a copy. `beside`: it may take the live one's place, so it lies on the same disk."""

    def load(self, source: Source, copy: Entry, properties: Mapping[str, str]) -> None:
        """Make the copy anew from a dump; whatever had its name before is gone."""

    def put_live(self, copy: Entry, source: Source, properties: Mapping[str, str]) -> None:
        """Put the loaded copy in the place of the live database, which may be missing; `source` is the same dump.

        Afterwards the copy is gone.
        """

    def drop(self, copy: Entry) -> None:
        """Remove a copy; fine when there is none."""

    def drop_live(self) -> None:
        """Remove the live database; fine when there is none."""


def beside(client: Client) -> Entry:
    """The copy that is restored beside the live database, to take its place."""
    return client.copy("restore", beside=True)
