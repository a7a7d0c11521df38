"""A list in one text that became rows of a table of links, or the other way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from migrator.lens.schema import Column, Table
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import confidence
from migrator.lens.suggest.ground import Place
from migrator.lens.suggest.link_columns import along
from migrator.lens.suggest.proposal import Proposal
from migrator.lens.suggest.sample import Record
from migrator.lens.types import Family
from migrator.text import _

SEPARATORS = (",", ";", "|", "\n", "、", "/", " ")


@dataclass(frozen=True)
class _Links:
    """A spare table of one side whose rows belong to rows of the pair, and the words that they stand for, by owner."""

    side: Side
    table: Table
    owner: str
    value: str
    words: Mapping[str, Any] | None
    """The table, its key and the column in which words are found; None when links hold the words themselves."""
    owned: Mapping[str, frozenset[str]]
    whole: bool
    told: Mapping[str, str]
    """The words of what links hold, where they are looked up."""

    def word(self, record: Record) -> str | None:
        """The word that a link stands for; None when its record is not in the sample."""
        held = str(record[self.value])
        return held if self.words is None else self.told.get(held)


def exploded(place: Place, free: Mapping[Side, Sequence[Column]]) -> Iterator[Proposal]:
    """List columns of one side whose words are the rows of a link table of the other."""
    for side in Side:
        lists = [column for column in free[side.other] if column.type.family is Family.TEXT]
        for links in _links(place, side) if lists else ():
            for column in lists:
                for separator in SEPARATORS:
                    found = _agreed(place, column, separator, links)
                    if found is not None:
                        yield found


def _links(place: Place, side: Side) -> Iterator[_Links]:
    main = place.faces[side].main
    for name in sorted(place.ground.spare[side]):
        table = place.ground.table(side, name)
        owners = [f.columns[0] for f in table.foreign if f.table == main.name and f.refers == main.key]
        for owner in owners if table.key else ():
            for value in table.columns.values():
                if value.name != owner and value.type.family in (Family.INTEGER, Family.TEXT):
                    yield _owned(place, side, table, owner, value.name, None, {})
                    yield from _by_look_up(place, side, table, owner, value.name)


def _by_look_up(place: Place, side: Side, table: Table, owner: str, value: str) -> Iterator[_Links]:
    for foreign in table.foreign:
        if foreign.columns != (value,) or foreign.table not in place.ground.schemas[side].tables:
            continue
        records = place.ground.records(side, foreign.table)
        for column in place.ground.table(side, foreign.table).columns:
            told = {str(record[foreign.refers[0]]): str(record[column]) for record in records}
            if column != foreign.refers[0] and 0 < len(told) == len(set(told.values())):
                words = {"table": foreign.table, "key": foreign.refers[0], "value": column}
                yield _owned(place, side, table, owner, value, words, told)


def _owned(place: Place, side: Side, table: Table, owner: str, value: str, words: Mapping[str, Any] | None,
           told: Mapping[str, str]) -> _Links:
    rows = place.ground.samples.rows(side, table.name)
    links = _Links(side, table, owner, value, words, {}, rows.whole, told)
    owned: dict[str, set[str]] = defaultdict(set)
    for record in rows.records.values():
        if (word := links.word(record)) is not None:
            owned[str(record[owner])].add(word)
    return replace(links, owned={key: frozenset(said) for key, said in owned.items()})


def _agreed(place: Place, column: Column, separator: str, links: _Links) -> Proposal | None:
    asked = agree = 0
    seen: list[str] = []
    for key, record in zip(place.rows.keys, place.rows.of(links.side.other), strict=True):
        said = frozenset(part.strip() for part in (record[column.name] or "").split(separator)) - {""}
        linked = links.owned.get(str(key[0]), frozenset())
        if len(key) == 1 and (said or linked) and (links.whole or linked):
            asked += 1
            agree += said == linked if links.whole else linked <= said
            seen += sorted(said)
    if not asked or 2 * agree < asked:
        return None
    link: dict[str, Any] = {"table": links.table.name, "owner": links.owner, "value": links.value}
    if links.words:
        link["words"] = links.words
    further = {name: _from_owner(place, links, name) for name, found in sorted(links.table.columns.items())
               if name not in (links.owner, links.value) and not found.generated}
    if any(further.values()):
        link["further"] = {name: found for name, found in further.items() if found}
    unsaid = ", ".join(name for name, found in further.items() if not found)
    todo = _("{table}: what are {columns} of its rows to be? Say so under further").format(
        table=links.table.name, columns=unsaid) if unsaid else None
    ends: dict[str, Any] = {str(links.side.other): column.name, str(links.side): link}
    return Proposal("explode" if links.side is Side.NEW else "implode",
                    {"old": ends["old"], "separator": separator, "new": ends["new"]},
                    confidence(agree, asked, 0, seen),
                    _("in {agree} of {asked} rows with equal keys the words are the rows of {table}").format(
                        agree=agree, asked=asked, table=links.table.name),
                    {links.side.other: (column.name,), links.side: ()},
                    frozenset({(links.side, links.table.name)}), todo)


def _from_owner(place: Place, links: _Links, name: str) -> dict[str, Any] | None:
    """What is said of a column of the links that has its name from the rows that own them."""
    if any(face.find(name) is None or name in face.key for face in place.faces.values()):
        return None
    owners = {str(key[0]): record for key, record in zip(place.rows.keys, place.rows.of(links.side), strict=True)}
    told = [(word, record[name], owners[str(record[links.owner])][name])
            for record in place.ground.records(links.side, links.table.name)
            if str(record[links.owner]) in owners and (word := links.word(record)) is not None]
    return along(told, links.table.columns[name]) if told else None
