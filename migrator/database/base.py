"""What every database promises, whatever its make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

OURS = "migrator_"
"""Prefix of everything that we leave in a database; left out of every digest and count."""


@dataclass(frozen=True)
class TableFacts:
    """`rows` counted, `bytes` as the server estimates them, `digest` over all cells independent of row order."""

    rows: int
    bytes: int
    digest: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    default: str | None
    key: bool


@dataclass(frozen=True)
class Schema:
    """The real structure: tables with columns, indexes, foreign keys, views and triggers as sorted text."""

    tables: Mapping[str, tuple[Column, ...]]
    others: tuple[str, ...]
    """Indexes, foreign keys, checks, views, triggers, sequences; one normalised line each."""

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal characters that are equal for equal structures on one make of database."""
        import hashlib

        text = "\n".join([f"{t}.{c.name} {c.type} {c.nullable} {c.default} {c.key}"
                          for t, columns in sorted(self.tables.items()) for c in columns] + sorted(self.others))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Database(Protocol):
    """One database. Raises DatabaseError (LoginRefused, Unreachable) with the database's name."""

    name: str
    make: str
    """`sqlite`, `postgresql` or `mariadb`."""

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a reading statement, in a transaction that cannot write; parameters are `:named`."""

    def execute(self, statements: Sequence[str]) -> list[int]:
        """Run statements in one transaction where the make allows it; rows touched by each.

        Raises ReadOnly on a database that was handed out for reading.
        """

    def server(self) -> dict[str, str]:
        """Version, encoding, collation, time zone of the server and the database."""

    def tables(self, names: Sequence[str] | None = None) -> dict[str, TableFacts]:
        """Facts of every table (or of those named), all from one consistent snapshot."""

    def schema(self) -> Schema:
        """The real structure."""

    def integrity(self) -> list[str]:
        """What the make's own checks complain about (broken pages, foreign keys without parent); empty when sound."""

    def reading(self) -> Database:
        """The same database, unable to write."""

    def close(self) -> None:
        """Give connections back; safe to call twice."""
