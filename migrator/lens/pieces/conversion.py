"""How a value of one type becomes a value of another when the mapping says no more than that they belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from migrator.lens.declared.operation import Binding
from migrator.lens.group import End, Group
from migrator.lens.passages import moments, numbers, texts
from migrator.lens.passages.passage import Flaw, Kind, Passage
from migrator.lens.side import Side, Way
from migrator.lens.sql.unsound import Unlike
from migrator.lens.types import Family
from migrator.text import _


def plain(binding: Binding, old: str, new: str) -> Group:
    """The group of two columns whose types speak for themselves.

    Raises PlaybookError where a conversion has to be declared.
    """
    kinds = kinds_of(binding, old, new)
    found = {way: between(kinds[way.source], kinds[way.target]) for way in Way}
    passages = {way: checked(kinds[way.source], kinds[way.target], passage)
                for way, passage in found.items() if passage is not None}
    if len(passages) < len(found):
        raise binding.error("old", _("{old} is {old_type} and {new} is {new_type}: how one becomes the other must be "
                                     "said").format(old=old, old_type=kinds[Side.OLD].type, new=new,
                                                    new_type=kinds[Side.NEW].type),
                            hint=_("write convert: {{old: {old}, new: {new}, ...}}").format(old=old, new=new))
    return one_to_one("rename", binding, {Side.OLD: old, Side.NEW: new}, passages)


def kinds_of(binding: Binding, old: str, new: str) -> dict[Side, Kind]:
    """The kinds of two columns. Raises PlaybookError for unknown ones."""
    return {side: Kind(binding.type(side, name), binding.schemas[side].make)
            for side, name in ((Side.OLD, old), (Side.NEW, new))}


def one_to_one(operation: str, binding: Binding, columns: Mapping[Side, str], passages: Mapping[Way, Passage]) -> Group:
    """The group of one column on each side, and what becomes of a value on either way."""
    types = {side: binding.type(side, columns[side]) for side in Side}
    empty = {side: binding.nullable(side, columns[side]) for side in Side}
    return Group(operation, {side: End((columns[side],), (types[side],)) for side in Side},
                 {way: passages[way].conversion(types[way.target]) for way in Way},
                 frozenset(way.source for way in Way if passages[way].whole),
                 {way: passages[way].doubts(empty=empty[way.source] and not empty[way.target]) for way in Way},
                 where=binding.where)


def between(source: Kind, target: Kind) -> Passage | None:
    """The passage between two kinds that needs no words; None where it needs some."""
    if source == target:
        return Passage()
    if source.type.family in _CLOCKS and target.type.family in _CLOCKS and source.type.zoned != target.type.zoned:
        return None
    if Family.OTHER in (source.type.family, target.type.family):
        return _between_others(source, target)
    known = _PASSAGES.get((source.type.family, target.type.family))
    if known is None:
        return None
    return known(source, target)


def checked(source: Kind, target: Kind, passage: Passage) -> Passage:
    """A passage that first asks SQLite's values whether they are what their column's type says."""
    if not source.type.loose or target.type.loose:
        return passage
    alike = Flaw("unlike", _("not what the column's type says ({type})").format(type=source.type),
                 lambda value: Unlike(value, source.type.family), beyond=True)
    return Passage(flaws=(alike,)).then(passage)


def _between_others(source: Kind, target: Kind) -> Passage | None:
    """Types that only their own make knows go over as what they are, UUIDs as texts too."""
    if source.make == target.make and source.type.shown == target.type.shown:
        return Passage()
    if source.type.shown == "uuid" and target.type.family is Family.TEXT:
        return texts.from_uuid(source, target)
    return texts.to_uuid(source, target) if target.type.shown == "uuid" and source.type.family is Family.TEXT else None


_CLOCKS = frozenset({Family.DATE, Family.TIME, Family.MOMENT})

_PASSAGES: dict[tuple[Family, Family], Callable[[Kind, Kind], Passage]] = {
    (Family.INTEGER, Family.INTEGER): numbers.to_number, (Family.INTEGER, Family.DECIMAL): numbers.to_number,
    (Family.DECIMAL, Family.INTEGER): numbers.to_number, (Family.DECIMAL, Family.DECIMAL): numbers.to_number,
    (Family.DECIMAL, Family.REAL): numbers.to_number, (Family.REAL, Family.DECIMAL): numbers.to_number,
    (Family.REAL, Family.REAL): numbers.to_number,
    (Family.BOOLEAN, Family.INTEGER): numbers.to_number, (Family.INTEGER, Family.BOOLEAN): numbers.to_boolean,
    (Family.BOOLEAN, Family.BOOLEAN): lambda _source, _target: Passage(),
    (Family.TEXT, Family.TEXT): texts.to_text, (Family.BINARY, Family.BINARY): texts.to_bytes,
    (Family.JSON, Family.JSON): texts.to_document, (Family.TEXT, Family.JSON): texts.to_document,
    (Family.JSON, Family.TEXT): texts.from_document,
    (Family.DATE, Family.DATE): moments.to_same, (Family.TIME, Family.TIME): moments.to_same,
    (Family.MOMENT, Family.MOMENT): moments.to_same, (Family.DATE, Family.MOMENT): moments.to_moment,
    (Family.MOMENT, Family.DATE): moments.to_date,
}
