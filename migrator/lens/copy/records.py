"""What must be there before the rows of a pair: records that several of them share, and their own new keys."""

from __future__ import annotations

from functools import partial

from migrator.lens.copy.keys import WAY
from migrator.lens.copy.load import Load, first, of_memory
from migrator.lens.copy.paths.by_rows import ByRows
from migrator.lens.copy.paths.path import Path
from migrator.lens.copy.paths.staging import Staging
from migrator.lens.copy.session import Session
from migrator.lens.group import Group, Satellite
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.satellites import missing, records_missing, satellite_rows
from migrator.lens.scope import Tables


def shared(pair: Pair) -> list[tuple[Group, Satellite]]:
    """The satellites of the target whose rows several rows of the pair share."""
    return [(group, satellite) for group in pair.groups for satellite in group.satellites
            if satellite.side is WAY.target and not satellite.owner]


def needed(lens: Lens, pair: Pair) -> bool:
    """Whether anything must be there before the rows."""
    return bool(shared(pair)) or any(first(memory) for memory in lens.memories_of(pair).values())


def prepare(lens: Lens, pair: Pair, path: Path, tables: Tables) -> None:
    """Fill memories of keys, each in one statement, since that numbers its rows."""
    for memory in lens.memories_of(pair).values():
        if first(memory):
            load = of_memory(memory, tables)
            path.carry(load, load.rows(None))


def bring(lens: Lens, pair: Pair, source: Session, target: Session, tables: Tables) -> None:
    """Make shared records that the target does not have yet."""
    for group, satellite in shared(pair):
        if source.connection is target.connection:
            target.connection.execute(records_missing(pair, group, satellite, WAY, tables))
            continue
        rows = satellite_rows(pair, group, satellite, WAY, tables)
        columns = lens.schemas[WAY.target].tables[satellite.table].columns
        load = Load(satellite.table, {column.name: columns[column.name].type for column in rows.selected_columns},
                    partial(satellite_rows, pair, group, satellite, WAY, tables))
        staging = Staging(target, load)
        ByRows(source, target).fill(staging, load, rows)  # each different record once: never many
        target.connection.execute(missing(staging.values.subquery(), satellite, lens.tables))
        staging.drop()
