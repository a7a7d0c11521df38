"""What a set says of itself: records that are written once, when it is complete, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator.backup.logs.record import LogRecord
from migrator.backup.parts.part import Part
from migrator.backup.sets.proof import STARTED

FORMAT = 2
"""Since 2: sets may build on others, be sealed, hold logs, and know what is attached; none of format 1 does."""


@dataclass(frozen=True)
class DatabaseRecord:
    """A dump. `properties` is what an equal empty database needs. `tables` maps each table to rows and digest; None
    when the database was written to meanwhile, so that only a restored copy can tell (see Proof.tables). `log` is set
    where moments between sets can be brought back.
    """

    make: str
    part: Part
    properties: Mapping[str, str]
    schema: str
    tables: Mapping[str, Mapping[str, Any]] | None
    log: LogRecord | None = None


@dataclass(frozen=True)
class TreeRecord:
    """A packed tree: where it lay, what was left out, and the part that lists its entries, one JSON line each. `again`
    is a second archive, of what changed while the first was read. `made_by` is the vendor's export tool that wrote the
    files, `proves` the highest level to which such files can be proven.
    """

    part: Part
    list: Part
    path: str
    host: str
    exclude: tuple[str, ...]
    files: int
    bytes: int
    again: Part | None = None
    made_by: tuple[str, ...] = ()
    proves: int = STARTED

    @property
    def archives(self) -> tuple[Part, ...]:
        """In the order in which they are unpacked, each over what the one before has left."""
        return (self.part, self.again) if self.again else (self.part,)


@dataclass(frozen=True)
class Manifest:
    """Everything known of a set when it was completed. `notes` are findings made while it was taken. `base` is the id
    of the set that it builds on, None when it is whole. `seal` are the age recipients who alone can open its parts,
    empty when they are not encrypted; the manifest itself never is. `attached` is what its databases named in its
    trees, and what of that was found.
    """

    id: str
    environment: str
    taken: str
    completed: str
    tool: str
    databases: Mapping[str, DatabaseRecord]
    trees: Mapping[str, TreeRecord]
    notes: tuple[Mapping[str, Any], ...] = ()
    base: str | None = None
    seal: tuple[str, ...] = ()
    attached: tuple[Mapping[str, Any], ...] = ()
    format: int = FORMAT

    @property
    def provable(self) -> int:
        """The highest proof level that the set can have."""
        return min((tree.proves for tree in self.trees.values()), default=STARTED)

    @property
    def parts(self) -> list[Part]:
        """Every file of the set but the manifest."""
        return [*(d.part for d in self.databases.values()),
                *(p for t in self.trees.values() for p in (*t.archives, t.list))]
