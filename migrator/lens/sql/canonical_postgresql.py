"""Values and their canonical texts in PostgreSQL; the session speaks UTC, ISO dates, hexadecimal bytes (`prepare`)."""

from __future__ import annotations

from migrator.lens.types import Family, Type


def text_of(value: str, type_: Type) -> str:
    """SQL of the canonical text of a value."""
    return f'{_text(value, type_)} collate "C"'


def value_of(text: str, type_: Type) -> str:
    """SQL of the value of a canonical text."""
    match type_.family:
        case Family.INTEGER:
            return f"cast({text} as {'numeric' if type_.unsigned and type_.bits == 64 else 'bigint'})"
        case Family.TIME:
            return f"cast({text} as {'timetz' if type_.zoned else 'time'})"
        case Family.MOMENT:
            return f"cast({text} as {'timestamptz' if type_.zoned else 'timestamp'})"
        case Family.OTHER | Family.JSON if type_.spelled and not type_.own:
            return f"cast({text} as {type_.spelled})"
    return f"cast({text} as {_VALUES.get(type_.family, 'text')})"


def _text(value: str, type_: Type) -> str:
    match type_.family:
        case Family.DECIMAL:
            return f"cast(trim_scale(cast({value} as numeric)) as text)"
        case Family.REAL:
            return _real(f"cast({value} as float8)")
        case Family.BOOLEAN:
            return f"cast(cast({value} as integer) as text)"
        case Family.MOMENT:
            return f"cast(cast({value} as timestamp) as text)"
        case Family.JSON if type_.spelled == "jsonb":
            return f"cast(cast({value} as jsonb) as text)"
    return f"cast({value} as text)"


def _real(value: str) -> str:
    # MariaDB writes numbers down to 1e-15 without an exponent, PostgreSQL only down to 1e-4; else both agree.
    small = f"case when abs({value}) >= 1e-15 then cast(cast({value} as text) as numeric) end"
    return (f"case when abs({value}) < 1e-4 then coalesce(cast({small} as text), cast({value} + 0 as text)) "
            f"else cast({value} as text) end")


_VALUES = {Family.DECIMAL: "numeric", Family.REAL: "float8", Family.BOOLEAN: "boolean", Family.DATE: "date",
           Family.BINARY: "bytea"}
