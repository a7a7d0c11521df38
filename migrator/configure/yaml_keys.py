"""Keys of YAML files, edited in place: comments, order, quotes and anchors of everything else stay."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from migrator.configure import spans
from migrator.configure.errors import NotEditable
from migrator.configure.node import Entry, Node
from migrator.configure.value import Changes, Value
from migrator.text import _


def edit(text: str, changes: Changes) -> str:
    """The text with keys `a.b.0.c` set or removed."""
    return spans.edit(text, changes, YamlNotation())


class YamlNotation:
    """How YAML reads and writes values; new ones are written on one line."""

    def parse(self, text: str) -> Node:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            raise NotEditable(_("the file is not YAML, or holds several documents: {why}").format(
                why=" ".join(str(error).split()))) from None
        return _node(text, root, frozenset()) if root is not None else Node(len(text), len(text), (), flow=False)

    def key(self, key: str) -> str:
        return f"{_scalar(key)}: "

    def value(self, value: Value, old: str = "") -> str:
        if isinstance(value, (list, dict)):
            return _flow(value)
        if isinstance(value, str) and old and _is_number(_plain(old)) and _is_number(_plain(value)):
            return value  # a number stays a number: playbooks can write 1.5 only as text
        if isinstance(value, str) and old.startswith("'") and "\n" not in value:
            return "'" + value.replace("'", "''") + "'"
        if isinstance(value, str) and old.startswith('"'):
            return json.dumps(value, ensure_ascii=False)
        return _scalar(value)

    def same(self, old: str, value: Value) -> bool:
        known = _plain(old)
        return type(known) is type(value) and bool(known == value)


def _node(text: str, node: Any, above: frozenset[int]) -> Node:
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        return Node(start, end)
    entries: list[Entry] = []
    for key, value in _pairs(node):
        key_start, key_end = (key.start_mark.index, key.end_mark.index) if key else (0, 0)
        place = key_end or (entries[-1].node.end if entries else start)
        alias = value.start_mark.index < place or id(value) in above
        inner = _alias(text, place) if alias else _node(text, value, above | {id(node)})
        if not key:
            key_start = key_end = inner.start if node.flow_style else text.rfind("-", 0, inner.start)
        entries.append(Entry(str(key.value) if key else str(len(entries)), key_start, key_end, inner, alias))
    return Node(start, end, tuple(entries), bool(node.flow_style), numbered=isinstance(node, yaml.SequenceNode))


def _alias(text: str, place: int) -> Node:
    """Where an alias stands; the parser gives the very node of its anchor instead, which begins before its place."""
    match = re.compile(r"\*[^\s,\]}]+").search(text, place)
    assert match
    return Node(*match.span())


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return [(None, item) for item in node.value] if isinstance(node, yaml.SequenceNode) else list(node.value)


def _plain(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _flow(value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(str(key))}: {_flow(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(_flow(item) for item in value) + "]" if isinstance(value, list) else _scalar(value)


def _scalar(value: str | int | bool) -> str:
    """Text as it is where YAML reads it back as that very text, else in double quotes."""
    if not isinstance(value, str):
        return json.dumps(value)
    bare = _plain(f"k: {value}") == {"k": value} and _plain(f"[{value}]") == [value]
    return value if bare and "\n" not in value else json.dumps(value, ensure_ascii=False)
