"""Whether rules fit a database, told before anything is masked."""

from __future__ import annotations

from migrator.database.base import Database
from migrator.mask.plan import planned
from migrator.mask.rules import Rules
from migrator.mask.structure import read_structure
from migrator.mask.workplace import Workplace
from migrator.model.finding import Finding, informs
from migrator.text import _


def check(database: Database, rules: Rules) -> list[Finding]:
    """All in which they do not fit, and how many columns would be masked; the database is only read."""
    place = Workplace(database)
    with place.connect() as connection, connection.begin():
        plan = planned(rules, read_structure(connection))
    works = [*plan.within, *plan.works]
    counted = informs("mask.planned", _("{columns} columns of {tables} tables would be masked").format(
        columns=len(works), tables=len({work.table for work in works})), columns=[work.name for work in works])
    return [*plan.findings, counted]
