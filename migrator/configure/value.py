"""Values that a key can be set to, and what a set of changes is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Value = str | int | bool | list[Any] | dict[str, Any]
Changes = Mapping[str, Value | None]
"""New values by key; None removes the key."""


def as_text(value: Value) -> str:
    """The value as formats that know only text write it: true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def line_end(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"
