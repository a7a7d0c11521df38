"""Reasons: what a server's error says about the row that it refuses; None where it is not the row's fault."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from migrator.errors import DatabaseError
from migrator.text import _


class Reason(StrEnum):
    """Why a row does not reach the other side, as a short code."""

    TOO_LONG = "too-long"
    OUT_OF_RANGE = "out-of-range"
    EMPTY = "empty"
    CHECK = "check"
    DUPLICATE = "duplicate"
    PARENT = "parent"
    NO_COUNTERPART = "no-counterpart"
    REFUSED = "refused"
    """By a trigger of the application, or for a reason that has no code here."""
    WAITS = "waits"
    """Nobody refused it; it has waited for others in vain."""


_POSTGRESQL: Mapping[str, Reason] = {
    "22001": Reason.TOO_LONG, "54000": Reason.TOO_LONG, "22003": Reason.OUT_OF_RANGE, "23502": Reason.EMPTY,
    "23514": Reason.CHECK, "44000": Reason.CHECK, "23505": Reason.DUPLICATE, "23503": Reason.PARENT}
_POSTGRESQL_CLASSES = ("22", "23", "P0")
"""Data exceptions, violated constraints, what functions raise."""
_MARIADB: Mapping[int, Reason] = {
    1406: Reason.TOO_LONG, 1153: Reason.TOO_LONG, 1301: Reason.TOO_LONG, 1264: Reason.OUT_OF_RANGE,
    1690: Reason.OUT_OF_RANGE, 1048: Reason.EMPTY, 1364: Reason.EMPTY, 4025: Reason.CHECK, 1062: Reason.DUPLICATE,
    1216: Reason.PARENT, 1217: Reason.PARENT, 1451: Reason.PARENT, 1452: Reason.PARENT, 1242: Reason.NO_COUNTERPART,
    1265: Reason.REFUSED, 1292: Reason.REFUSED, 1366: Reason.REFUSED, 1411: Reason.REFUSED, 1644: Reason.REFUSED}
_SQLITE: Mapping[int, Reason] = {
    275: Reason.CHECK, 787: Reason.PARENT, 1299: Reason.EMPTY, 1555: Reason.DUPLICATE, 2067: Reason.DUPLICATE,
    18: Reason.TOO_LONG, 20: Reason.REFUSED}
_SQLITE_CONSTRAINT = 19
_NO_VALUE = ("is no value", "malformed JSON")
"""What PostgreSQL and SQLite say where the lens has no value (see `migrator.lens.sql.refuse`)."""


def reason_of(error: DatabaseError) -> Reason | None:
    """Why a server refused to write rows; None where the rows are not to blame: connections, locks, space, our words.
    """
    said = getattr(error.__context__, "orig", None) or error.__context__
    state, code = getattr(said, "sqlstate", None), getattr(said, "sqlite_errorcode", None)
    arguments = getattr(said, "args", ())
    if any(sign in error.message for sign in _NO_VALUE):
        return Reason.NO_COUNTERPART
    if arguments and isinstance(arguments[0], int):  # MariaDB tells a state too, which says less
        return _MARIADB.get(arguments[0])
    if state is not None:
        return _POSTGRESQL.get(state) or (Reason.REFUSED if state.startswith(_POSTGRESQL_CLASSES) else None)
    if code is not None:
        return _SQLITE.get(code) or (Reason.REFUSED if code & 0xFF == _SQLITE_CONSTRAINT else None)
    return None


def sentence(reason: Reason, told: str) -> str:
    """The reason for people; `told` are the server's own words, or what the row waits for.

    Where the lens has no value, a server's words are beside the point: it was only made to stop.
    """
    said = {
        Reason.TOO_LONG: _("a value is longer than the other side's column"),
        Reason.OUT_OF_RANGE: _("a number is beyond what the other side's column holds"),
        Reason.EMPTY: _("a value is missing that the other side must have"),
        Reason.CHECK: _("a check of the other side forbids a value"),
        Reason.DUPLICATE: _("the other side has another row with a value that only one may have"),
        Reason.PARENT: _("it names a row that the other side does not have, or is named by one there"),
        Reason.NO_COUNTERPART: _("a value has no counterpart on the other side: "
                                  "it is in no map of the mapping, or does not fit the other column"),
        Reason.REFUSED: _("the other side's database refuses it"),
        Reason.WAITS: _("it waits for a row that does not come"),
    }[reason]
    return said if reason is Reason.NO_COUNTERPART else f"{said}: {told}"
