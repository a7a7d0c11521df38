"""How values are written, for SQLite: it calls these functions for each row. What they do not know they leave."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Stored = int | float | str | bytes
"""What SQLite can keep in any column, NULL left out."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?)? ?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_TIME = re.compile(r"(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?", re.ASCII)


def decimal_text(value: Stored | None) -> str | None:
    """A decimal without an exponent and without zeros at the end; a float counts with its 15 certain digits."""
    if value is None or isinstance(value, int):
        return None if value is None else str(value)
    if isinstance(value, float):
        return _plain(Decimal(f"{value:.15g}")) if math.isfinite(value) else _special(value)
    return _plain(Decimal(_as_text(value))) if _NUMBER.fullmatch(_as_text(value)) else _as_text(value)


def decimal(text: str | None) -> int | float | None:
    """The number of a canonical text as SQLite keeps it. Raises ValueError for what is none, NaN included."""
    if text is None:
        return None
    number = Decimal(text)
    if number.is_nan():
        raise ValueError(text)
    whole = number.is_finite() and number == number.to_integral_value() and abs(number) < 2**63
    return int(number) if whole else float(number)


def real_text(value: Stored | None) -> str | None:
    """The shortest digits that are read as the same float; an exponent from 1e15 on and below 1e-15."""
    if value is None:
        return None
    if not isinstance(value, (int, float)):
        return _as_text(value)
    number = float(value)
    if not math.isfinite(number):
        return _special(number)
    digits = Decimal(repr(number))
    return _plain(digits) if number == 0 or 1e-15 <= abs(number) < 1e15 else f"{digits.normalize():e}"


def real(text: str | None) -> float | None:
    """The float of a canonical text. Raises ValueError for what is none; SQLite has no NaN."""
    number = None if text is None else float(text)
    if number is not None and math.isnan(number):
        raise ValueError(text)
    return number


def integer(text: str | None) -> int | None:
    """The whole number of a canonical text. Raises ValueError for what is none; SQLite refuses more than 64 bits."""
    return None if text is None else int(text)


def binary_text(value: Stored | None) -> str | None:
    r"""Bytes as \\x and two hexadecimal digits for each."""
    if value is None:
        return None
    return "\\x" + (value if isinstance(value, bytes) else _as_text(value).encode()).hex()


def binary(text: str | None) -> bytes | None:
    """The bytes of a canonical text."""
    return None if text is None else bytes.fromhex(text[2:])


def time_text(value: Stored | None) -> str | None:
    """A time of day: seconds always, their fraction only as far as it goes."""
    if value is None:
        return None
    found = _TIME.fullmatch(_as_text(value))
    return _clock(*found.groups()) if found else _as_text(value)


def moment_text(value: Stored | None, zoned: int) -> str | None:
    """Date and time of day, whether a T or a space was between them; UTC where an offset was given and is wanted.

    zoned: 1 when the value is one moment of the world; else an offset that was stored stays part of the text.
    """
    if value is None:
        return None
    found = _MOMENT.fullmatch(_as_text(value))
    if not found:
        return _as_text(value)
    day, minute, second, fraction, offset = found.groups()
    said = f"{day} {_clock(minute or '00:00', second, fraction)}"
    if offset and zoned:
        try:
            return _in_utc(f"{day}T{minute or '00:00'}:{second or '00'}", offset) + said[19:]
        except ValueError:
            return _as_text(value)
    return said + (offset or "")


def json_text(value: Stored | None) -> str | None:
    """A document as PostgreSQL's jsonb writes it: keys by length and then by bytes, the last of equal keys."""
    if value is None:
        return None
    try:
        return _document(json.loads(_as_text(value), parse_int=Decimal, parse_float=Decimal, parse_constant=_refused))
    except ValueError:
        return _as_text(value)


def _document(node: Any) -> str:
    if isinstance(node, dict):
        order = sorted(node.items(), key=lambda item: (len(item[0].encode()), item[0].encode()))
        return "{" + ", ".join(f"{_document(key)}: {_document(value)}" for key, value in order) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(_document, node)) + "]"
    return f"{node:f}" if isinstance(node, Decimal) else json.dumps(node, ensure_ascii=False)


def _refused(constant: str) -> None:
    raise ValueError(constant)


def _clock(minute: str, second: str | None, fraction: str | None) -> str:
    digits = (fraction or "").rstrip("0")
    return f"{minute}:{second or '00'}" + (f".{digits}" if digits else "")


def _in_utc(moment: str, offset: str) -> str:
    there = datetime.fromisoformat(moment + ("+00:00" if offset == "Z" else offset))
    return there.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _plain(number: Decimal) -> str:
    digits = f"{number:f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in ("-0", "") else digits


def _special(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _as_text(value: Stored) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "migrator_integer": (1, integer),
    "migrator_decimal": (1, decimal), "migrator_decimal_text": (1, decimal_text),
    "migrator_real": (1, real), "migrator_real_text": (1, real_text),
    "migrator_binary": (1, binary), "migrator_binary_text": (1, binary_text),
    "migrator_time_text": (1, time_text), "migrator_moment_text": (2, moment_text),
    "migrator_json_text": (1, json_text),
}
"""By the name that SQLite knows them by, with the number of their arguments."""
