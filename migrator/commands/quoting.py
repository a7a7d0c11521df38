"""Names and values as SQL text; for names from a catalogue and values of our own, where no parameter can stand."""

from __future__ import annotations


def quoted(name: str, mark: str = '"') -> str:
    """An identifier between quotation marks of the make (`"`, for MariaDB a backtick)."""
    return mark + name.replace(mark, mark * 2) + mark


def listed(names: list[str], mark: str = '"') -> str:
    """Identifiers separated by commas."""
    return ", ".join(quoted(name, mark) for name in names)


def text_value(text: str) -> str:
    """A string constant; raises ValueError for signs that makes of databases read differently."""
    if "\\" in text or "\0" in text:
        raise ValueError(f"{text!r} cannot be written as a constant")
    return "'" + text.replace("'", "''") + "'"
