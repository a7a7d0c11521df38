"""Columns that moved along a foreign key, to the row that is named: said at both pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

from migrator.lens.side import Side
from migrator.lens.suggest.evidence import confidence
from migrator.lens.suggest.ground import Ground, Place
from migrator.lens.suggest.proposal import SURE, Entry, Proposal
from migrator.lens.suggest.questions import questions
from migrator.lens.suggest.readings import reading
from migrator.text import _


def moved(entries: Sequence[Entry], ground: Ground) -> list[Entry]:
    """The pairs with columns that were left to their sides and lie in another table on the other side."""
    now = list(entries)
    unlike = [number for number, entry in enumerate(now) if any(p.private for p in entry.proposals)]
    for side in Side:
        for naming, named in permutations(unlike, 2):
            while found := _move(now[naming], now[named], side, ground):
                now[naming], now[named] = (_with(now[number], said, ground)
                                           for number, said in zip((naming, named), found, strict=True))
    return now


def _move(naming: Entry, named: Entry, side: Side, ground: Ground) -> tuple[Proposal, Proposal] | None:
    """What is said at both pairs of a column that `side` has at the rows that name; None where nothing moved."""
    columns, wanted = _left(naming, side), _left(named, side.other)
    keys = [f for f in naming.faces[side.other].main.foreign if f.table == named.faces[side.other].main.name
            and len(f.columns) == 1 and (f.refers == named.faces[side.other].main.key)]
    if not columns or not wanted or not keys:
        return None
    place = Place.of(naming.faces, ground)
    for key in keys:
        through = _through(naming, side, key.columns[0])
        records = {record[key.refers[0]]: record for record in ground.records(side.other, key.table)}
        for column, want in ((c, w) for c in columns for w in wanted if through):
            told = [(mine[column], records[theirs[key.columns[0]]][want]) for mine, theirs in zip(
                place.rows.of(side), place.rows.of(side.other), strict=True) if theirs[key.columns[0]] in records]
            read = reading(place.column(side, column), named.faces[side.other].main.columns[want])
            filled = [(a, b) for a, b in told if a is not None and b is not None]
            agree = sum(read(a) == read(b) for a, b in filled)
            asked = sum(a is not None or b is not None for a, b in told)
            sure = confidence(agree, asked, 0, (a for a, _b in filled)) if filled else 0.0
            if sure >= SURE and agree == asked:
                evidence = _("{agree} of {asked} rows with equal keys have the {want} of the {table} that {key} names"
                             ).format(agree=agree, asked=asked, want=want, table=key.table, key=key.columns[0])
                there = {"table": _names(named), "column": want, "through": through}
                here = {"table": _names(naming), "column": column, "by": through}
                return _said(side, column, there, sure, evidence), _said(side.other, want, here, sure, evidence)
    return None


def _left(entry: Entry, side: Side) -> list[str]:
    return [p.args["column"] for p in entry.proposals if p.operation == f"only-{side}"] if all(
        len(face.tables) == 1 for face in entry.faces.values()) else []


def _through(entry: Entry, side: Side, column: str) -> str | dict[str, str] | None:
    """The foreign key as both sides name it, when `side.other` names it so; None where that side has none."""
    if column in entry.silent:
        return column
    renamed = next((p for p in entry.proposals if p.operation == "rename" and p.takes[side.other] == (column,)), None)
    return {"old": renamed.args["old"], "new": renamed.args["new"]} if renamed else None


def _names(entry: Entry) -> str | dict[str, str]:
    old, new = (entry.faces[side].main.name for side in Side)
    return old if old == new else {"old": old, "new": new}


def _said(side: Side, column: str, elsewhere: dict[str, Any], sure: float, evidence: str) -> Proposal:
    ends: dict[str, Any] = {str(side): column, str(side.other): elsewhere}
    return Proposal("move", {"old": ends["old"], "new": ends["new"]}, sure, evidence,
                    {side: (column,), side.other: ()})


def _with(entry: Entry, said: Proposal, ground: Ground) -> Entry:
    """The pair with a proposal for columns that had been left to their sides."""
    kept = (p for p in entry.proposals if not (p.private and any(
        p.takes[side] and p.takes[side] == said.takes[side] for side in Side)))
    proposals = (*kept, said)
    return replace(entry, proposals=proposals, asked=tuple(questions(Place.of(entry.faces, ground), proposals)))
