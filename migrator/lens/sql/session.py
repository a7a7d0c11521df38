"""What every session is told first, so that a value has one text and nothing is cut or guessed in silence."""

from __future__ import annotations

import hashlib
from typing import Any

_SETTINGS = {
    "postgresql": ("SET timezone = 'UTC'", "SET datestyle = 'ISO, YMD'", "SET intervalstyle = 'iso_8601'",
                   "SET extra_float_digits = 1", "SET bytea_output = 'hex'", "SET standard_conforming_strings = on"),
    "mariadb": ("SET time_zone = '+00:00', group_concat_max_len = 4294967295, "
                "sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,"
                "NO_ENGINE_SUBSTITUTION'",),
    "sqlite": (),
}


def prepare(make: str, raw: Any) -> None:
    """Make a fresh DBAPI connection speak as we need it."""
    if make == "sqlite":
        raw.isolation_level = None  # transactions begin where we say so
        raw.create_function("md5", 1, _md5, deterministic=True)
        return
    with raw.cursor() as cursor:
        for setting in _SETTINGS[make]:
            cursor.execute(setting)
    raw.commit()


def _md5(value: Any) -> str | None:
    if value is None:
        return None
    content = value if isinstance(value, bytes) else str(value).encode()
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
