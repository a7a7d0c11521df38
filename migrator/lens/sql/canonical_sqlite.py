"""Values and their canonical texts in SQLite, with functions of ours (`spelling`) that every session is taught."""

from __future__ import annotations

from migrator.lens.types import Family, Type


def text_of(value: str, type_: Type) -> str:
    """SQL of the canonical text of a value."""
    match type_.family:
        case Family.DECIMAL | Family.REAL | Family.TIME | Family.BINARY:
            return f"migrator_{type_.family}_text({value})"
        case Family.MOMENT:
            return f"migrator_moment_text({value}, {int(type_.zoned)})"
        case Family.JSON if type_.spelled == "jsonb":
            return f"migrator_json_text({value})"
    return f"cast({value} as text) collate binary"  # a cast still compares as its column does


def value_of(text: str, type_: Type) -> str:
    """SQL of the value of a canonical text."""
    match type_.family:
        case Family.INTEGER | Family.BOOLEAN:
            return f"migrator_integer({text})"
        case Family.DECIMAL | Family.REAL | Family.BINARY:
            return f"migrator_{type_.family}({text})"
    return text
