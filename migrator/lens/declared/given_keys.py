"""Keys that a mapping gives to tables which declare none."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import replace

from migrator.lens.declared.mapping import Mapping
from migrator.lens.schema import Schema, Table
from migrator.lens.side import Side
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Route
from migrator.text import _


def with_given_keys(mapping: Mapping, schemas: Dict[Side, Schema]) -> dict[Side, Schema]:
    """The structures of both sides, in which the tables that the mapping names have the keys that it gives them.

    Whether these are keys is seen by the census. Raises PlaybookError for a column that a table does not have.
    """
    given: dict[Side, dict[str, Table]] = {side: {} for side in Side}
    for number, entry in enumerate(mapping.file.tables):
        for side, key in entry.key.items():
            name = getattr(entry, side.value)[0]
            if name in schemas[side].tables:
                route = ("tables", number, "key", side.value)
                given[side][name] = _keyed(schemas[side].tables[name], key, mapping, route)
    return {side: replace(schema, tables={**schema.tables, **given[side]}) for side, schema in schemas.items()}


def _keyed(table: Table, key: list[str], mapping: Mapping, route: Route) -> Table:
    for column in key:
        if column not in table.columns:
            raise mapping.tree.error(route, unknown(_("column"), column, table.columns))
    columns = {name: replace(column, nullable=column.nullable and name not in key)
               for name, column in table.columns.items()}
    return replace(table, key=tuple(key), columns=columns, assumed=True)
