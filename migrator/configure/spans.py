"""Edits that cut exactly at the value that is meant (YAML and JSON)."""

from __future__ import annotations

import re

from migrator.configure.errors import NotEditable
from migrator.configure.node import Entry, Node, Notation, true_end
from migrator.configure.proof import refuse_other_changes
from migrator.configure.value import Changes, Value, line_end
from migrator.text import _


def edit(text: str, changes: Changes, notation: Notation) -> str:
    """The text with keys `a.b.0.c` set or removed. Raises NotEditable when other keys would change too."""
    for path, value in changes.items():
        parts = re.sub(r"\[(\d+)\]", r".\1", path)
        trail, rest = _find([], notation.parse(text), parts)
        if rest and value is not None:
            edited = _added(text, trail, rest, value, notation)
        elif rest:
            edited = text
        elif value is None:
            edited = _removed(text, trail)
        else:
            edited = _replaced(text, trail[-1], value, notation)
        refuse_other_changes(text, edited, trail, rest, notation)
        text = edited
    return text


def _find(trail: list[Entry], node: Node, path: str) -> tuple[list[Entry], str]:
    """The entries that lead as deep as the path goes, and what is left of the path; keys may hold dots themselves."""
    root = [*trail] or [Entry("", node.start, node.start, node)]
    best = (root, path)
    for entry in node.entries or ():
        if entry.alias and f"{path}.".startswith(f"{entry.key}."):
            raise NotEditable(_('"{key}" is an alias of another value').format(key=entry.key))
        if path == entry.key:
            return [*root, entry], ""
        if path.startswith(f"{entry.key}."):
            deeper = _find([*root, entry], entry.node, path[len(entry.key) + 1:])
            if len(deeper[1]) < len(best[1]):
                best = deeper
    return best


def _replaced(text: str, entry: Entry, value: Value, notation: Notation) -> str:
    node = entry.node
    end = true_end(text, node)
    old = text[node.start:end]
    if notation.same(old, value):
        return text
    new = notation.value(value, old if node.entries is None else "")
    start, gap = node.start, ""
    if "\n" in text[entry.key_end:start]:  # the value stood below its key
        start, gap = text.index(":", entry.key_end) + 1, " "
    elif start == end and text[start - 1:start] in (":", "-"):  # the value was left out
        gap = " "
    return text[:start] + gap + new + text[end:]


def _added(text: str, trail: list[Entry], rest: str, value: Value, notation: Notation) -> str:
    node = trail[-1].node
    key, *deeper = rest.split(".")
    if node.entries is None or node.numbered:
        raise NotEditable(_('"{key}" has no keys of its own').format(key=trail[-1].key or rest))
    if node.flow or not node.entries:
        for name in reversed(deeper):
            value = {name: value}
        return _into_brackets(text, node, notation.key(key) + notation.value(value), line_end(text))
    indent = " " * _column(text, node.entries[0].start)
    lines = [f"{indent}{'  ' * depth}{notation.key(name)}".rstrip() for depth, name in enumerate([key, *deeper])]
    lines[-1] += f" {notation.value(value)}"
    at = _line_stop(text, true_end(text, node))
    return text[:at] + "".join(line_end(text) + line for line in lines) + text[at:]


def _into_brackets(text: str, node: Node, new: str, end: str) -> str:
    if node.entries:
        last = node.entries[-1]
        begin = _line_start(text, last.start)
        own_line = not text[begin:last.start].strip()
        gap = f",{end}{text[begin:last.start]}" if own_line else ", "
        return text[:last.node.end] + gap + new + text[last.node.end:]
    if node.flow:
        return text[:node.start + 1] + new + text[node.end - 1:]
    return text + ("" if not text or text.endswith("\n") else end) + new + end


def _removed(text: str, trail: list[Entry]) -> str:
    holder, entry = trail[-2:]
    entries = holder.node.entries or ()
    number = entries.index(entry)
    following = entries[number + 1] if number + 1 < len(entries) else None
    end = true_end(text, entry.node)
    if holder.node.flow:
        if number:
            return text[:entries[number - 1].node.end] + text[end:]
        return text[:entry.start] + text[following.start if following else end:]
    begin = _line_start(text, entry.start)
    if len(entries) == 1 and len(trail) > 2:
        at = text.index(":", holder.key_end) + 1 if "\n" in text[holder.key_end:entry.start] else entry.start
        return f"{text[:at]}{' ' * (at != entry.start)}{'[]' if holder.node.numbered else '{}'}{text[end:]}"
    if text[begin:entry.start].strip() and following:
        return text[:entry.start] + text[following.start:]
    stop = _line_stop(text, end)
    return text[:begin] + re.sub(r"\A\r?\n", "", text[stop:])


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _line_stop(text: str, position: int) -> int:
    stop = text.find("\n", position)
    stop = len(text) if stop < 0 else stop
    return stop - 1 if text[stop - 1:stop] == "\r" and stop > position else stop


def _column(text: str, position: int) -> int:
    return position - _line_start(text, position)
