"""Values and their canonical texts in MariaDB and MySQL: the texts are binary strings of UTF-8."""

from __future__ import annotations

from migrator.lens.types import Family, Type


def text_of(value: str, type_: Type) -> str:
    """SQL of the canonical text of a value."""
    match type_.family:
        case Family.INTEGER | Family.BOOLEAN:  # adding takes the zeros of ZEROFILL and the bytes of BIT away
            return f"cast({value} + 0 as binary)"
        case Family.DECIMAL:
            return _trimmed(f"{value} + 0.0")
        case Family.REAL:
            return f"cast(replace(replace({value} + 0e0, 'e', 'e+'), 'e+-', 'e-') as binary)"
        case Family.TIME:
            return _trimmed(f"cast({value} as time(6))")
        case Family.MOMENT:
            return _trimmed(f"cast({value} as datetime(6))")
        case Family.BINARY:
            return f"concat(x'5c78', lower(hex({value})))"
        case Family.JSON if type_.spelled == "jsonb":
            return f"cast(json_loose({value}) as binary)"
    return f"cast(convert({value} using utf8mb4) as binary)"


def value_of(text: str, type_: Type) -> str:
    """SQL of the value of a canonical text."""
    match type_.family:
        case Family.INTEGER | Family.BOOLEAN:
            return f"cast({text} as {'unsigned' if type_.unsigned else 'signed'})"
        case Family.DECIMAL:
            scale = MAX_SCALE - 8 if type_.scale is None else min(type_.scale, MAX_SCALE)
            return f"cast({text} as decimal({min(type_.precision or MAX_PRECISION, MAX_PRECISION)}, {scale}))"
        case Family.REAL:
            return f"({text} + 0e0)"
        case Family.DATE:
            return f"cast({text} as date)"
        case Family.TIME:
            return f"cast({text} as time(6))"
        case Family.MOMENT:
            return f"cast({text} as datetime(6))"
        case Family.BINARY:
            return f"unhex(substr({text}, 3))"
    return f"convert({text} using utf8mb4)"


def _trimmed(number: str) -> str:
    """Without the zeros at the end of a fraction; the number must have one."""
    return f"cast(trim(trailing '.' from trim(trailing '0' from {number})) as binary)"


MAX_PRECISION = 65
MAX_SCALE = 38
"""Digits of a decimal, and digits of it after the point."""
