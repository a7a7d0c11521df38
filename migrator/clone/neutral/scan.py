"""What a copy still holds that could reach the world outside, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.clone.neutral.looked_at import columns_of, files_of, queues_of
from migrator.clone.neutral.model import Neutral
from migrator.clone.neutral.signs import Signs
from migrator.clone.neutral.words import rows_of, values_of
from migrator.database.base import Database
from migrator.site import Site
from migrator.text import _

MOST_VALUES = 20_000
"""Different values of one column that are looked at; one that has more says so and is a finding."""


@dataclass(frozen=True)
class Found:
    """One sign: where it stands, of which sort it is, and what can be shown of it."""

    place: str
    sort: str
    shown: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sort} {self.shown}"


def scan(site: Site, rules: Neutral) -> list[Found]:
    """Every sign of an integration in the copy's configuration files and telling columns, and messages that wait.

    Reads only. What matches `harmless`, and values of the environment itself, are no signs.
    """
    signs = Signs(rules.look.signs, rules.look.harmless, _own(site))
    return [*_in_files(site, rules, signs),
            *(found for name in site.environment.databases for found in _in_database(site, name, rules, signs))]


def _in_files(site: Site, rules: Neutral, signs: Signs) -> Iterator[Found]:
    for file in files_of(site, rules):
        for sign in signs.in_text(file.text):
            place = _("{file} line {line}").format(file=ascii(file.name)[1:-1], line=sign.line)
            yield Found(place, sign.sort, sign.shown)


def _in_database(site: Site, name: str, rules: Neutral, signs: Signs) -> Iterator[Found]:
    database = site.database(name)
    for table, column in columns_of(database, rules):
        values = _values(database, table, column)
        place = f"{name}: {table}.{column}"
        for value in values[:MOST_VALUES]:
            yield from (Found(place, sign.sort, sign.shown) for sign in signs.in_value(column, value))
        if len(values) > MOST_VALUES:
            yield Found(place, "unread", _("more than {count} different values").format(count=MOST_VALUES))
    for table in queues_of(database, rules):
        if rows := int(database.query(*rows_of(database.make, table))[0][0]):
            yield Found(f"{name}: {table}", "queue", _("{count} rows wait to be sent").format(count=rows))


def _values(database: Database, table: str, column: str) -> list[str]:
    found = database.query(*values_of(database.make, table, column, MOST_VALUES + 1))
    return [value if isinstance(value, str) else str(value) for (value,) in found if value not in (None, "")]


def _own(site: Site) -> list[str]:
    """What the copy itself is called: its values and the addresses of its hosts."""
    return [*site.environment.values.values(),
            *(host.address for host in site.environment.hosts.values() if host.address)]
