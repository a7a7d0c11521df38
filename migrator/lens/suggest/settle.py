"""The compiler has the last word: what it refuses becomes a question, and the rest is a file that compiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator.errors import PlaybookError, Position
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping as MappingFile
from migrator.lens.schema import Schema
from migrator.lens.side import Side
from migrator.lens.suggest.proposal import Draft, Entry
from migrator.lens.suggest.writing import listed, written
from migrator.text import _

_PLACE = re.compile(r"tables\[(\d+)\](?:\.columns\[(\d+)\])?")


def settled(draft: Draft, schemas: Mapping[Side, Schema]) -> Draft:
    """The draft without what does not compile; columns and tables concerned stay on their sides, and a question says
    why.
    """
    draft = _paired(draft)
    while errors := _refused(draft, schemas):
        draft = _paired(_without(draft, errors))
    return draft


def _refused(draft: Draft, schemas: Mapping[Side, Schema]) -> list[PlaybookError]:
    """What is wrong with the draft when every pair is written out, so that each error has its place."""
    try:
        compile_lens(MappingFile.parse(written(draft, every=True).encode(), "draft"), schemas[Side.OLD],
                     schemas[Side.NEW])
    except PlaybookError as error:
        return list(getattr(error, "errors", [error]))
    return []


def _paired(draft: Draft) -> Draft:
    """The draft without pairs whose rows nothing brings together."""
    for entry in draft.entries:
        if lone := [p.args["column"] for p in entry.proposals for side in Side
                    if p.operation == f"only-{side}" and p.args["column"] in entry.faces[side].key]:
            draft = _apart(draft, entry, _("nothing says what became of the key: {columns}").format(
                columns=", ".join(lone)))
    return draft


def _without(draft: Draft, errors: Iterable[PlaybookError]) -> Draft:
    before = listed(draft, every=True)
    now = dict(enumerate(before))
    gone: dict[int, str] = {}
    for error in errors:
        place = error.where.place if isinstance(error.where, Position) else ""
        found = _PLACE.match(place or "")
        if found is None:
            raise error
        number = int(found[1])
        if found[2] is None:
            gone[number] = error.message
        else:
            now[number] = now[number].without(before[number].proposals[int(found[2])], error.message)
    draft = replace(draft, entries=tuple(now.values()))
    for number, why in gone.items():
        draft = _apart(draft, now[number], why)
    return _freed(draft, before)


def _apart(draft: Draft, entry: Entry, why: str) -> Draft:
    """The draft with the tables of a pair left to their sides, and a question that says why."""
    asked = _("the tables {pair} seem to belong together ({evidence}), but {why}").format(
        pair=entry.name, evidence=entry.evidence, why=why)
    kept = tuple(one for one in draft.entries if one is not entry)
    still = {side: {t.name for one in kept for t in one.faces[side].tables} for side in Side}
    left = {side: {t.name: _("its pair cannot be written") for t in entry.faces[side].tables
                   if t.name not in still[side]} for side in Side}
    return _freed(replace(draft, entries=kept, todo=(*draft.todo, asked),
                          only={side: {**draft.only[side], **left[side]} for side in Side}), (entry,))


def _freed(draft: Draft, before: Iterable[Entry]) -> Draft:
    """Tables that only a refused proposal filled have nothing to fill them any more."""
    filled = {table for entry in draft.entries for p in entry.proposals for table in p.tables}
    lost = {table for entry in before for p in entry.proposals for table in p.tables} - filled
    why = _("nothing on the other side fills it")
    return replace(draft, only={side: {**draft.only[side], **{name: why for at, name in lost if at is side}}
                                for side in Side})
