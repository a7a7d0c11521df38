"""The nearest known word to a mistyped one, and the keys that a record would have known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from migrator.playbook.tree import Route
from migrator.text import _


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, None when nothing is near."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """A sentence: `unknown key "timout", did you mean "timeout"?`"""
    guess = nearest(word, known)
    if guess is None:
        return _('unknown {what} "{word}"').format(what=what, word=word)
    return _('unknown {what} "{word}", did you mean "{guess}"?').format(what=what, word=word, guess=guess)


def known_keys(annotation: Any, route: Route) -> list[str]:
    """The keys that a value of this type may have at a route below it; none where any key is allowed."""
    for part in route:
        annotation = Union[tuple(_below(annotation, part)) or (None,)]  # noqa: UP007 - made from a list
    return [field.alias or name for kind in _members(annotation) if _is_record(kind)
            for name, field in kind.model_fields.items()]


def _below(annotation: Any, part: str | int) -> Iterator[Any]:
    for kind in _members(annotation):
        if _is_record(kind):
            yield from (f.annotation for name, f in kind.model_fields.items() if part in (name, f.alias))
        elif get_origin(kind) is dict:
            yield get_args(kind)[1]
        elif isinstance(part, int):
            yield from get_args(kind)[:1]


def _members(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
