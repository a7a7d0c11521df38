"""SQL checks: a query's first value, its rows, or the same rows as an earlier suite saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from migrator.checks.model import Sql
from migrator.checks.result import CheckResult, plain
from migrator.checks.saved import keep, unlike_saved
from migrator.database.base import Database
from migrator.errors import MigratorError
from migrator.text import _


def check_rows(name: str, sql: Sql, database: Database, saved: Mapping[str, Any] | None) -> CheckResult:
    """Asks the database; `saved` is what the step that `equals_saved` names has kept, None when it kept nothing."""
    try:
        rows = [[plain(cell) for cell in row] for row in database.query(sql.query)]
    except MigratorError as error:
        return CheckResult(name, str(error))
    kept = keep(rows)
    why = "; ".join(_wrong(rows, kept, sql, saved))
    return CheckResult(name, why, kept, kept if sql.save else None)


def _wrong(rows: list[list[str]], kept: Mapping[str, Any], sql: Sql, saved: Mapping[str, Any] | None) -> Iterator[str]:
    first = rows[0][0] if rows else None
    if sql.equals is not None and first != plain(sql.equals):
        yield _("gives {found}, expected was {expected}").format(found=_shown(first), expected=plain(sql.equals))
    if sql.at_least is not None and not _reaches(first, sql.at_least):
        yield _("gives {found}, expected was at least {expected}").format(found=_shown(first), expected=sql.at_least)
    if sql.rows is not None and rows != [[plain(cell) for cell in row] for row in sql.rows]:
        yield _("gives {count} other rows than expected").format(count=len(rows))
    if differs := unlike_saved(kept, sql.equals_saved, saved):
        yield differs


def _reaches(text: str | None, least: int) -> bool:
    try:
        return text is not None and Decimal(text) >= least
    except InvalidOperation:
        return False


def _shown(text: str | None) -> str:
    return _("no row") if text is None else text
