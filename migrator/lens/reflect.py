"""Read the structure of a real database as a lens needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy import types as sa
from sqlalchemy.dialects import mysql

from migrator.database.base import OURS
from migrator.lens.endpoint import Endpoint
from migrator.lens.schema import Column, ForeignKey, Schema, Table
from migrator.lens.types import Family, Type


def read_schema(endpoint: Endpoint) -> Schema:
    """All tables of an endpoint's namespace; ours are left out."""
    with endpoint.connect() as connection:
        inspector = inspect(connection)
        space = None if endpoint.make == "sqlite" else endpoint.namespace
        triggers = _triggers(connection, endpoint)
        return Schema(endpoint.make, {name: _table(inspector, endpoint.make, name, space, triggers.get(name, ()))
                                      for name in sorted(inspector.get_table_names(schema=space))
                                      if not name.startswith(OURS)})


def _table(inspector: Inspector, make: str, name: str, space: str | None, triggers: Iterable[str]) -> Table:
    columns = {c["name"]: _column(c, make) for c in inspector.get_columns(name, schema=space)}
    primary = tuple(inspector.get_pk_constraint(name, schema=space)["constrained_columns"])
    uniques = _uniques(inspector, name, space)
    keys = [primary, *(u for u in uniques if all(not columns[c].nullable for c in u))]
    if make == "sqlite" and primary:  # a key of whole numbers counts itself there; a key column may be NULL by mistake
        columns = {n: _of_key(c, len(primary) == 1) if n in primary else c for n, c in columns.items()}
    foreign = tuple(ForeignKey(tuple(f["constrained_columns"]), f["referred_table"], tuple(f["referred_columns"]))
                    for f in inspector.get_foreign_keys(name, schema=space))
    return Table(name, columns, next((key for key in keys if key), ()), tuple(uniques), foreign, tuple(triggers))


def _of_key(column: Column, alone: bool) -> Column:
    counted = alone and column.type.family is Family.INTEGER
    return Column(column.name, column.type, False, column.generated, counted, column.default)


def _uniques(inspector: Inspector, name: str, space: str | None) -> list[tuple[str, ...]]:
    found = [tuple(u["column_names"]) for u in inspector.get_unique_constraints(name, schema=space)]
    found += [tuple(str(c) for c in i["column_names"]) for i in inspector.get_indexes(name, schema=space)
              if i["unique"] and all(i["column_names"]) and not i.get("dialect_options", {}).get("postgresql_where")]
    return list(dict.fromkeys(found))


def _column(found: Mapping[str, Any], make: str) -> Column:
    counted = bool(found.get("identity")) or found.get("autoincrement") is True
    default = found.get("default")
    return Column(found["name"], type_of(found["type"], make), bool(found["nullable"]), bool(found.get("computed")),
                  counted, None if default is None else str(default))


def type_of(found: sa.TypeEngine[Any], make: str) -> Type:
    """What a reflected type can hold."""
    shown = _shown(found)
    match found:
        case mysql.TINYINT(display_width=1):
            return Type(Family.INTEGER, shown, bits=8, unsigned=bool(found.unsigned))
        case sa.Boolean():
            return Type(Family.BOOLEAN, shown)
        case sa.Integer():
            unsigned = bool(getattr(found, "unsigned", False))
            return Type(Family.INTEGER, shown, bits=_bits(found, make), unsigned=unsigned)
        case sa.Float():
            return Type(Family.REAL, shown, bits=32 if isinstance(found, (sa.REAL, mysql.FLOAT)) else 64)
        case sa.Numeric():
            return Type(Family.DECIMAL, shown, precision=found.precision, scale=found.scale)
        case sa.Enum():
            return Type(Family.TEXT, shown, labels=tuple(found.enums), collation=found.collation)
        case sa.JSON():
            return Type(Family.JSON, shown)
        case sa.String():
            return Type(Family.TEXT, shown, length=found.length, octets=_octets(found, make),
                        collation=found.collation)
        case sa.LargeBinary() | sa.BINARY() | sa.VARBINARY():
            return Type(Family.BINARY, shown, length=found.length or _octets(found, make))
        case sa.DateTime():
            zoned = bool(found.timezone) or (make == "mariadb" and isinstance(found, sa.TIMESTAMP))
            return Type(Family.MOMENT, shown, zoned=zoned, fraction=_fraction(found, make))
        case sa.Date():
            return Type(Family.DATE, shown)
        case sa.Time():
            return Type(Family.TIME, shown, zoned=bool(found.timezone), fraction=_fraction(found, make))
    return Type(Family.OTHER, shown)


def _shown(found: sa.TypeEngine[Any]) -> str:
    try:
        return str(found).lower()
    except Exception:
        return type(found).__name__.lower()


def _bits(found: sa.TypeEngine[Any], make: str) -> int:
    if make == "sqlite":
        return 64
    match found:
        case mysql.TINYINT():
            return 8
        case mysql.MEDIUMINT():
            return 24
        case sa.SmallInteger():
            return 16
        case sa.BigInteger():
            return 64
    return 32


def _octets(found: sa.TypeEngine[Any], make: str) -> int | None:
    if make != "mariadb":
        return None
    sizes: dict[type[Any], int] = {
        mysql.TINYTEXT: 2**8 - 1, mysql.TINYBLOB: 2**8 - 1, mysql.MEDIUMTEXT: 2**24 - 1, mysql.MEDIUMBLOB: 2**24 - 1,
        mysql.LONGTEXT: 2**32 - 1, mysql.LONGBLOB: 2**32 - 1, sa.TEXT: 2**16 - 1, sa.BLOB: 2**16 - 1}
    return next((size for kind, size in sizes.items() if isinstance(found, kind)), None)


def _fraction(found: sa.TypeEngine[Any], make: str) -> int | None:
    if make == "mariadb":
        return int(getattr(found, "fsp", None) or 0)
    given = getattr(found, "precision", None)
    return given if given is not None else 6 if make == "postgresql" else None


_TRIGGERS = {
    "postgresql": "select event_object_table, trigger_name from information_schema.triggers "
                  "where event_object_schema = :space",
    "mariadb": "select event_object_table, trigger_name from information_schema.triggers "
               "where event_object_schema = :space",
    "sqlite": "select tbl_name, name from sqlite_master where type = 'trigger' and :space is not null",
}


def _triggers(connection: Connection, endpoint: Endpoint) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, trigger in connection.execute(text(_TRIGGERS[endpoint.make]), {"space": endpoint.namespace}):
        if not trigger.startswith(OURS) and trigger not in found.get(table, []):
            found.setdefault(table, []).append(trigger)
    return found
