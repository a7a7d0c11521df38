"""Read the structure of a real database as a lens needs it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Inspector, inspect
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.exc import SAWarning

from migrator.database.base import OURS
from migrator.errors import WrongUse
from migrator.lens.copy.aside.notes import Kept
from migrator.lens.places.catalog import Facts, facts_of_columns, triggers
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.reflected import type_of
from migrator.lens.schema import Column, ForeignKey, Schema, Table
from migrator.lens.types import Family
from migrator.text import _


def read_schema(endpoint: Endpoint) -> Schema:
    """All tables of an endpoint's namespace; ours are left out. Raises WrongUse for names that cannot be read."""
    with endpoint.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # what SQLAlchemy does not know the catalogue tells
        inspector = inspect(connection)
        space = None if endpoint.make == "sqlite" else endpoint.namespace
        fired = triggers(connection, endpoint.make, endpoint.namespace)
        facts = facts_of_columns(connection, endpoint.make, endpoint.namespace)
        kept = Kept(connection, space)
        tables = {name: kept.on(_table(inspector, endpoint.make, name, space, fired.get(name, ()), facts))
                  for name in sorted(inspector.get_table_names(schema=space)) if not name.startswith(OURS)}
    _require_readable(endpoint, tables.values())
    return Schema(endpoint.make, tables)


def _require_readable(endpoint: Endpoint, tables: Iterable[Table]) -> None:
    """Of MariaDB's names with a backtick SQLAlchemy makes others, and it sees no foreign keys of such tables."""
    odd = [f"{table.name}.{column}" for table in tables for column in table.columns if "`" in table.name + column]
    if odd and endpoint.make == "mariadb":
        raise WrongUse(_("names with a backtick cannot be read from MariaDB: {names}").format(names=", ".join(odd)),
                       where=endpoint.name, hint=_("rename them on the server"))


def _table(inspector: Inspector, make: str, name: str, space: str | None, fired: Iterable[str],
           facts: Mapping[tuple[str, str], Facts]) -> Table:
    columns = {c["name"]: _column(c, make, facts.get((name, c["name"])))
               for c in inspector.get_columns(name, schema=space)}
    primary = tuple(inspector.get_pk_constraint(name, schema=space)["constrained_columns"])
    uniques = [unique for unique in _uniques(inspector, name, space, make) if unique != primary]
    keys = [primary, *(u for u in uniques if all(not columns[c].nullable for c in u))]
    if make == "sqlite" and primary:  # a key of whole numbers counts itself there; a key column may be NULL by mistake
        columns = {n: _of_key(c, len(primary) == 1) if n in primary else c for n, c in columns.items()}
    foreign = tuple(ForeignKey(tuple(f["constrained_columns"]), f["referred_table"], tuple(f["referred_columns"]))
                    for f in inspector.get_foreign_keys(name, schema=space))
    return Table(name, columns, next((key for key in keys if key), ()), tuple(uniques), foreign, tuple(fired))


def _of_key(column: Column, alone: bool) -> Column:
    counted = alone and column.type.family is Family.INTEGER
    return Column(column.name, column.type, False, column.generated, counted, column.default)


def _uniques(inspector: Inspector, name: str, space: str | None, make: str) -> list[tuple[str, ...]]:
    found = [tuple(u["column_names"]) for u in inspector.get_unique_constraints(name, schema=space)]
    every = {"include_auto_indexes": True} if make == "sqlite" else {}  # it misses what is said beside a type
    found += [tuple(str(c) for c in i["column_names"]) for i in inspector.get_indexes(name, schema=space, **every)
              if i["unique"] and all(i["column_names"]) and not _partial(i)]
    return list(dict.fromkeys(found))


def _partial(index: ReflectedIndex) -> bool:
    """Whether it is about some rows only, so that others may share what it holds."""
    options = index.get("dialect_options", {})
    return any(options.get(f"{make}_where") is not None for make in ("postgresql", "sqlite"))


def _column(found: Mapping[str, Any], make: str, facts: Facts | None) -> Column:
    counted = bool(found.get("identity")) or found.get("autoincrement") is True
    default = found.get("default")
    return Column(found["name"], type_of(found["type"], make, facts), bool(found["nullable"]),
                  bool(found.get("computed")), counted, None if default is None else str(default))
