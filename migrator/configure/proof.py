"""The proof of an edit: all values but the one meant are letter by letter what they were."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.configure.errors import NotEditable
from migrator.configure.node import Entry, Node, Notation, true_end
from migrator.text import _


def refuse_other_changes(before: str, after: str, trail: list[Entry], rest: str, notation: Notation) -> None:
    """Raises NotEditable when more changed than what `trail` (the entries that exist) and `rest` (new keys) lead to."""
    if before == after:
        return
    names = tuple(entry.key for entry in trail[1:])
    meant = (*names, *rest.split(".")) if rest else names
    old = dict(_leaves(before, notation.parse(before), ()))
    new = dict(_leaves(after, notation.parse(after), ()))
    strange = [key for key in old.keys() | new.keys()
               if old.get(key) != new.get(key) and key[:len(meant)] != meant
               and key not in (names, names[:-1])  # the holder itself, when it was empty or is now
               and not _shifted(key, trail)]
    if strange:
        raise NotEditable(_('"{key}" cannot be changed without touching {other}').format(
            key=".".join(meant), other=", ".join(".".join(key) for key in sorted(strange)[:3])))


def _shifted(key: tuple[str, ...], trail: list[Entry]) -> bool:
    """Whether a key lies in the list that an item was taken from, so that it has another index now."""
    holder = tuple(entry.key for entry in trail[1:-1])
    return len(trail) > 1 and trail[-2].node.numbered and key[:len(holder)] == holder


def _leaves(text: str, node: Node, route: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if not node.entries:
        yield route, text[node.start:true_end(text, node)] if node.entries is None else ""
    for entry in node.entries or ():
        if entry.alias:
            yield (*route, entry.key), "*"
        else:
            yield from _leaves(text, entry.node, (*route, entry.key))
