"""Texts, bytes and documents."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_

from migrator.lens.passages.passage import Flaw, Kind, Passage, limit
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import canonical, same, typed
from migrator.lens.sql.length import Characters, Octets
from migrator.lens.sql.pattern import matches
from migrator.lens.sql.unsound import Broken, HasNul
from migrator.lens.types import Family, Type
from migrator.text import _

TEXT = Type(Family.TEXT, "text")
UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def to_text(source: Kind, target: Kind) -> Passage:
    """From a text to a text of another width, or to and from the labels of an enumeration."""
    cuts_blanks = target.type.padded and not source.type.padded
    return Passage(func.rtrim if cuts_blanks else lambda value: value,
                   (*_letters(source, target), *_lengths(source, target)), exact=not cuts_blanks)


def to_bytes(source: Kind, target: Kind) -> Passage:
    """From bytes to bytes; those of a fixed width are filled up with zeros by MariaDB, so they must have it."""
    if target.type.length is None:
        return Passage()
    promised = source.type.length is not None and source.type.length <= target.type.length
    flaw = Flaw("too-long", _("longer than {n} bytes").format(n=target.type.length),
                lambda value: Octets(value) > target.type.length)
    if target.type.fixed:
        promised = source.type.fixed and source.type.length == target.type.length
        flaw = Flaw("wrong-length", _("not {n} bytes long").format(n=target.type.length),
                    lambda value: Octets(value) != target.type.length)
    return Passage(flaws=limit(flaw, promised=promised, source=source, target=target))


def to_document(source: Kind, target: Kind) -> Passage:
    """From a document or a text to a document; PostgreSQL's jsonb does not keep how it was written."""
    keeps = target.type.spelled != "jsonb" or source.type.spelled == "jsonb"
    sound = source.type.family is Family.JSON
    # PostgreSQL has no question for this before its version 16: there the statement that writes it is refused.
    flaw = Flaw("not-json", _("not a JSON document"), Broken)
    return Passage(flaws=limit(flaw, promised=sound, source=source, target=target), exact=keeps)


def from_document(source: Kind, target: Kind) -> Passage:
    """From a document to the text that it is."""
    return to_text(Kind(TEXT, source.make), target)


def from_uuid(source: Kind, target: Kind) -> Passage:
    """From a UUID to its text."""
    shown = to_text(Kind(Type(Family.TEXT, "uuid", length=36), source.make), target)
    return Passage(lambda value: typed(canonical(value, source.type), TEXT), shown.flaws)


def to_uuid(_source: Kind, target: Kind) -> Passage:
    """From a text to the UUID that it writes; small and capital letters become the same."""
    wrong = Flaw("not-a-uuid", _("not a UUID"), lambda value: not_(matches(value, UUID)))
    return Passage(lambda value: typed(func.lower(value, type_=TEXT.in_statements), target.type), (wrong,), exact=False)


def _letters(source: Kind, target: Kind) -> tuple[Flaw, ...]:
    found: tuple[Flaw, ...] = ()
    if target.make == "postgresql" and source.make != "postgresql":
        found = (Flaw("nul", _("holds a NUL character"), HasNul, beyond=True),)
    labels = target.type.labels
    if labels:
        known = bool(source.type.labels) and set(source.type.labels) <= set(labels)
        found += limit(Flaw("not-a-label", _("none of {labels}").format(labels=", ".join(labels)),
                            lambda value: _none_of(value, labels)), promised=known, source=source, target=target)
    return found


def _none_of(value: Cell, labels: tuple[str, ...]) -> ColumnElement[bool]:
    known: Cell = or_(*(same(value, literal(label, TEXT.in_statements), TEXT) for label in labels))
    return and_(value.is_not(None), not_(known))


def _lengths(source: Kind, target: Kind) -> tuple[Flaw, ...]:
    if source.type.labels or target.type.labels:
        return ()
    here, there = source.type, target.type
    found: tuple[Flaw, ...] = ()
    if there.length is not None:
        found = limit(Flaw("too-long", _("longer than {n} characters").format(n=there.length),
                           lambda value: Characters(value) > there.length),
                      promised=here.length is not None and here.length <= there.length, source=source, target=target)
    if there.octets is not None:
        octets = here.octets if here.length is None else here.length * 4
        found += limit(Flaw("too-many-bytes", _("longer than {n} bytes").format(n=there.octets),
                            lambda value: Octets(value) > there.octets),
                       promised=(octets is not None and octets <= there.octets) or there.octets >= 2**24 - 1,
                       source=source, target=target)
    return found
