"""What every database promises, whatever its make."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Protocol

OURS = "migrator_"
"""Prefix of everything that we leave in a database; left out of every digest and count."""
NOTHING: Mapping[str, Collection[str]] = {}


@dataclass(frozen=True)
class TableFacts:
    """`rows` counted, `bytes` as the server estimates them, `digest` over all cells independent of row order."""

    rows: int
    bytes: int
    digest: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TableFacts:
        return cls(**data)

    @classmethod
    def summed(cls, rows: int, size: int, total: str) -> TableFacts:
        """Facts of a table whose row hashes add up to `total`: equal for equal sets of rows, repeats counted."""
        return cls(rows, size, hashlib.sha256(f"{rows} {total}".encode()).hexdigest()[:32])


@dataclass(frozen=True)
class Held:
    """One state of a database, while a block lasts. `name`: other sessions of the server can join it by that name, None
    where they cannot. `tables` measures it, in a thread if wanted. `stands`: it is sure that nothing was written since
    the state began.
    """

    name: str | None
    tables: Callable[[], dict[str, TableFacts]]
    stands: Callable[[], bool]


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    default: str | None
    key: bool

    def __str__(self) -> str:
        words = [self.name, self.type, "null" if self.nullable else "not null"]
        words += [f"default {self.default}"] if self.default is not None else []
        return " ".join(words + ["key"] * self.key)


@dataclass(frozen=True)
class Schema:
    """The real structure: tables with columns, indexes, foreign keys, views and triggers as sorted text.

    Columns are sorted by name: the same product has them in another order after an upgrade than after a fresh install.
    """

    tables: Mapping[str, tuple[Column, ...]]
    others: tuple[str, ...]
    """Indexes, foreign keys, checks, views, triggers, sequences; one normalised line each."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The whole structure as sorted lines; two structures are equal when their lines are."""
        columns = [f"column {table}.{column}" for table, columns in self.tables.items() for column in columns]
        return tuple(sorted([f"table {table}" for table in self.tables] + columns + list(self.others)))

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal characters that are equal for equal structures on one make of database."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        return {"tables": {table: [asdict(c) for c in columns] for table, columns in self.tables.items()},
                "others": list(self.others)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Schema:
        return cls({table: tuple(Column(**c) for c in columns) for table, columns in data["tables"].items()},
                   tuple(data["others"]))


class Database(Protocol):
    """One database. Raises DatabaseError (LoginRefused, Unreachable) with the database's name."""

    name: str
    make: str
    """`sqlite`, `postgresql` or `mariadb`."""

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a reading statement, in a transaction that cannot write; parameters are `:named`."""

    def execute(self, statements: Sequence[str], parameters: Mapping[str, Any] | None = None) -> list[int]:
        """Run statements in one transaction where the make allows it; rows touched by each. Parameters are `:named`.

        Raises ReadOnly on a database that was handed out for reading.
        """

    def server(self) -> dict[str, str]:
        """Version, encoding, collation, time zone of the server and the database."""

    def tables(self, names: Sequence[str] | None = None, *,
               without: Mapping[str, Collection[str]] = NOTHING) -> dict[str, TableFacts]:
        """Facts of every table (or of those named), all from one consistent snapshot.

        `without` names columns, by table, that the digests leave out.
        """

    def held(self) -> AbstractContextManager[Held]:
        """A state of the database that can be measured while something else reads it."""

    def schema(self) -> Schema:
        """The real structure."""

    def integrity(self) -> list[str]:
        """What the make's own checks complain about (broken pages, foreign keys without parent); empty when sound."""

    def reading(self) -> Database:
        """The same database, unable to write."""

    def close(self) -> None:
        """Give connections back; safe to call twice."""
