"""From the types that SQLAlchemy reads in a database to what a column can hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import types as sa
from sqlalchemy.dialects import mysql, postgresql

from migrator.lens.places.catalog import Facts
from migrator.lens.types import Family, Type


def type_of(found: sa.TypeEngine[Any], make: str, facts: Facts | None = None) -> Type:
    """What a column can hold: its reflected type, and what its server's catalogue adds to that."""
    type_ = replace(_type(found, make), loose=make == "sqlite")
    known = facts or {}
    if make == "postgresql" and not (known.get("own") or type_.family in (Family.JSON, Family.OTHER)):
        return type_  # a value of a type that every make has is taken for it without a cast
    return replace(type_, **known)


def _type(found: sa.TypeEngine[Any], make: str) -> Type:
    shown = _shown(found)
    match found:
        case postgresql.DOMAIN():
            return replace(_type(found.data_type, make), shown=found.name or shown)
        case postgresql.MONEY():
            return Type(Family.DECIMAL, shown, precision=19, scale=2)
        case mysql.BIT():
            return Type(Family.INTEGER, shown, bits=found.length or 1, unsigned=True)
        case mysql.YEAR():
            return Type(Family.INTEGER, shown, bits=16, unsigned=True)
        case mysql.TINYINT(display_width=1):
            return Type(Family.INTEGER, shown, bits=8, unsigned=bool(found.unsigned))
        case sa.Boolean():
            return Type(Family.BOOLEAN, shown)
        case sa.Integer():
            unsigned = bool(getattr(found, "unsigned", False))
            return Type(Family.INTEGER, shown, bits=_bits(found, make), unsigned=unsigned)
        case sa.Float():
            single = isinstance(found, (sa.REAL, mysql.FLOAT)) and make != "sqlite"
            return Type(Family.REAL, shown, bits=32 if single else 64, scale=getattr(found, "scale", None))
        case sa.Numeric():
            bare = found.precision is None  # the standard's scale is 0 once a precision is said
            return Type(Family.DECIMAL, shown, precision=found.precision, scale=None if bare else found.scale or 0)
        case mysql.SET():
            return Type(Family.TEXT, shown)
        case sa.Enum():
            return Type(Family.TEXT, shown, labels=tuple(found.enums), collation=found.collation)
        case sa.JSON():
            return Type(Family.JSON, shown)
        case sa.String():
            return Type(Family.TEXT, shown, length=found.length, octets=_octets(found, make),
                        collation=found.collation)
        case (sa.LargeBinary() | sa.BINARY() | sa.VARBINARY() | mysql.TINYBLOB() | mysql.MEDIUMBLOB()
              | mysql.LONGBLOB()):
            return Type(Family.BINARY, shown, length=found.length or _octets(found, make))
        case sa.DateTime():
            zoned = isinstance(found, sa.TIMESTAMP) if make == "mariadb" else make == "postgresql" and found.timezone
            return Type(Family.MOMENT, shown, zoned=bool(zoned), fraction=_fraction(found, make))
        case sa.Date():
            return Type(Family.DATE, shown)
        case sa.Time():
            zoned = make == "postgresql" and found.timezone
            return Type(Family.TIME, shown, zoned=bool(zoned), fraction=_fraction(found, make))
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
