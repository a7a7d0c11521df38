"""A first draft of rules: what a database's columns look like, by their names and by what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Text, column, select, table

from migrator.database.base import Database
from migrator.mask.dialect import Cell, make_of, read, text_of
from migrator.mask.kinds.bank_card import BankCard
from migrator.mask.kinds.catalogue import DAY, TEXT, WHOLE
from migrator.mask.kinds.chinese_name import ChineseName
from migrator.mask.kinds.company import Company
from migrator.mask.kinds.id_number import IdNumber
from migrator.mask.kinds.mobile import Mobile
from migrator.mask.looks import looks_personal
from migrator.mask.plan import could_be
from migrator.mask.structure import Column, Structure, read_structure
from migrator.mask.within import PATTERNS
from migrator.mask.workplace import Workplace
from migrator.text import _

SAMPLE = 500
"""Values of a column that are looked at."""
MOST = 0.8
"""Of the sample must be valid ones of a kind for the column to be of that kind."""
SOME = 0.02
"""Of a free text's sample must hold something personal."""
_LONG = 40
"""Characters on average from which on a text is free text."""
Valid = Callable[[str], object]


@dataclass(frozen=True)
class Suggestion:
    """A column, the kind that it seems to be of, and why."""

    table: str
    column: str
    kind: str
    why: str


def suggest(database: Database) -> list[Suggestion]:
    """What every column seems to be; nothing is changed, and no value is shown."""
    place = Workplace(database)
    with place.connect() as connection, connection.begin():
        structure = read_structure(connection)
        return [found for name in structure for found in _of_table(connection, structure, name)]


def _of_table(connection: Connection, structure: Structure, name: str) -> Iterator[Suggestion]:
    its = structure[name]
    for each in its.columns.values():
        look = looks_personal(each.name)
        if each.computed or each.holds not in (TEXT, WHOLE, DAY):
            continue
        secret = look is not None and look.kind == "constant"
        content = _by_content(_sample(connection, name, each)) if each.holds != DAY and not secret else None
        if content:
            yield Suggestion(name, each.name, *content)
        elif look and could_be(look, each, its):
            yield Suggestion(name, each.name, "keep" if secret else look.kind, look.why)


def _sample(connection: Connection, name: str, each: Column) -> list[str]:
    cell: Cell = column(each.name, Text())
    query = select(text_of(cell, make_of(connection))).select_from(table(name)).where(cell.is_not(None)).limit(SAMPLE)
    return [text for row in connection.execute(query) if (text := read(row[0]))]


def _by_content(values: Sequence[str]) -> tuple[str, str] | None:
    """The kind that most values are valid ones of, checked with their check digits; free text by what it holds."""
    if not values:
        return None
    kinds: dict[str, Valid] = {"id_number": IdNumber().place, "bank_card": BankCard().place, "mobile": Mobile().place,
                               "email": _address, "company": Company().place, "chinese_name": ChineseName().place}
    for kind, valid in kinds.items():
        share = sum(valid(value) is not None for value in values) / len(values)
        if share >= MOST:
            return kind, _("{percent} % of {count} values are valid ones").format(
                percent=round(100 * share), count=len(values))
    holding = sum(PATTERNS.search(value) is not None for value in values) / len(values)
    if sum(map(len, values)) / len(values) >= _LONG and holding >= SOME:
        return "within", _("{percent} % of {count} texts hold numbers or addresses").format(
            percent=max(1, round(100 * holding)), count=len(values))
    return None


def _address(value: str) -> object:
    found = PATTERNS.fullmatch(value)
    return found if found and found.lastgroup == "email" else None
