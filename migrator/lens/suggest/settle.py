"""The compiler has the last word: what it refuses becomes a question, and the rest is a file that compiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator.errors import PlaybookError, Position
from migrator.lens.compile import compile_lens
from migrator.lens.mapping import Mapping as MappingFile
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
    while errors := list(refused(draft, schemas, every=True)):
        draft = _without(draft, errors)
    return draft


def refused(draft: Draft, schemas: Mapping[Side, Schema], *, every: bool = False) -> Iterable[PlaybookError]:
    """What is wrong with the draft as it would be written."""
    try:
        compile_lens(MappingFile.parse(written(draft, every=every).encode(), "draft"), schemas[Side.OLD],
                     schemas[Side.NEW])
    except PlaybookError as error:
        return getattr(error, "errors", [error])
    return []


def _without(draft: Draft, errors: Iterable[PlaybookError]) -> Draft:
    entries: dict[int, Entry | None] = dict(enumerate(listed(draft, every=True)))
    only = {side: dict(draft.only[side]) for side in Side}
    todo = list(draft.todo)
    for error in errors:
        place = error.where.place if isinstance(error.where, Position) else ""
        found = _PLACE.match(place or "")
        if found is None:
            raise error
        number, column = int(found[1]), found[2] and int(found[2])
        entry, before = entries[number], draft.entries[number]
        if entry is None:
            continue
        if isinstance(column, int):
            entries[number] = entry.without(before.proposals[column], error.message)
        else:
            entries[number] = None
            todo.append(_("the tables {pair} seem to belong together ({evidence}), but {why}").format(
                pair=entry.name, evidence=entry.evidence, why=error.message))
            for side in Side:
                only[side] |= {table.name: _("its pair does not compile") for table in entry.faces[side].tables}
    kept = tuple(entry for entry in entries.values() if entry is not None)
    return _freed(replace(draft, entries=kept, only=only, todo=tuple(todo)), draft)


def _freed(draft: Draft, before: Draft) -> Draft:
    """Tables that only a refused proposal filled have nothing to fill them any more."""
    filled = {name for entry in draft.entries for p in entry.proposals for name in p.tables}
    lost = {name for entry in before.entries for p in entry.proposals for name in p.tables} - filled
    why = _("nothing on the other side fills it")
    return replace(draft, only={side: {**draft.only[side], **{name: why for at, name in lost if at is side}}
                                for side in Side})
