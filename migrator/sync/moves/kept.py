"""What stays of a sync when it has ended: what both sides agreed on, memories, conflicts and rows that were refused."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, select

from migrator.database.base import OURS
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side

_KEPT = tuple(f"{OURS}{name}" for name in ("agreed_", "memory_", "identity_", "conflicts", "quarantine"))


@dataclass(frozen=True)
class Kept:
    """One table that stays, its rows, and the file of the archive that holds them too; None without an archive."""

    side: Side
    table: str
    rows: int
    file: str | None


def kept(meeting: Meeting, archive: Path | None) -> list[Kept]:
    """The tables that stay at both sides.

    archive: folder for a copy of each as JSON lines, which only its owner may read; files of an earlier time are
    replaced.
    """
    return [one for side in Side for one in _of(meeting, side, archive)]


def _of(meeting: Meeting, side: Side, archive: Path | None) -> list[Kept]:
    with meeting.connect(side) as connection:
        space = connection.get_execution_options()["schema_translate_map"][side]
        names = sorted(name for name in inspect(connection).get_table_names(schema=space) if name.startswith(_KEPT))
        tables = [Table(name, MetaData(), schema=space, autoload_with=connection) for name in names]
        return [_kept(connection, side, table, archive) for table in tables]


def _kept(connection: Connection, side: Side, table: Table, archive: Path | None) -> Kept:
    if archive is None:
        return Kept(side, table.name, connection.execute(select(func.count()).select_from(table)).scalar_one(), None)
    archive.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = archive / f"{side}-{table.name}.jsonl"
    fresh, rows = path.with_suffix(".new"), 0
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        for row in connection.execution_options(stream_results=True).execute(select(table)).mappings():
            file.write(json.dumps(dict(row), ensure_ascii=False, default=_written) + "\n")
            rows += 1
    fresh.replace(path)
    return Kept(side, table.name, rows, str(path))


def _written(value: Any) -> str:
    """A value that JSON has no word for: texts that MariaDB keeps as bytes, moments, exact numbers."""
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)
