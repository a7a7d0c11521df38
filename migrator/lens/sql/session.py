"""What every session is told first, so that a value has one text and nothing is cut or guessed in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.lens.sql import clocks, judging, lists, parts, replaced, spelling
from migrator.lens.sql.fingerprint import fingerprint_of
from migrator.lens.sql.hash import row_hash_of

_SETTINGS = {
    "postgresql": ("SET timezone = 'UTC'", "SET datestyle = 'ISO, YMD'", "SET intervalstyle = 'iso_8601'",
                   "SET extra_float_digits = 1", "SET bytea_output = 'hex'", "SET standard_conforming_strings = on"),
    "mariadb": ("SET time_zone = '+00:00', group_concat_max_len = 4294967295, "
                "sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,"
                "NO_ENGINE_SUBSTITUTION'",),
    "sqlite": (),
}

_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "migrator_row_hash": (-1, row_hash_of),
    "migrator_fingerprint": (-1, fingerprint_of),
    **spelling.FUNCTIONS,
    **clocks.FUNCTIONS,
    **judging.FUNCTIONS,
    **parts.FUNCTIONS,
    **replaced.FUNCTIONS,
    **lists.FUNCTIONS,
}
"""What SQLite is taught, with the number of its arguments."""


def prepare(make: str, raw: Any) -> None:
    """Make a fresh DBAPI connection speak as we need it."""
    if make == "sqlite":
        raw.isolation_level = None  # transactions begin where we say so
        for name, (arguments, function) in _FUNCTIONS.items():
            raw.create_function(name, arguments, function, deterministic=True)
        return
    with raw.cursor() as cursor:
        for setting in _SETTINGS[make]:
            cursor.execute(setting)
    raw.commit()
