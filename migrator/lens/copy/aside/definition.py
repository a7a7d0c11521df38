"""What of a table can be dropped and made again without a trace, as statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from migrator.lens.copy.session import Session
from migrator.lens.schema import Table

INDEX = "index"
FOREIGN = "foreign key"


@dataclass(frozen=True)
class Definition:
    """One index or foreign key of a table, and the statements that drop it and make it again.

    `unique` is true where the columns alone tell rows apart; `parent` and `refers` are a foreign key's.
    """

    table: str
    kind: str
    name: str
    drop: str
    make: str
    columns: tuple[str, ...]
    unique: bool = False
    parent: str | None = None
    refers: tuple[str, ...] = ()


class Definitions(Protocol):
    """Reads the definitions of a table that may be set aside: never the key, nor what other tables still need."""

    def __call__(self, session: Session, table: Table, among: Iterable[str]) -> list[Definition]:
        """`among` are the tables whose foreign keys are set aside too."""
        ...
