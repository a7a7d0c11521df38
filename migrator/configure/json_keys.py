"""Keys of JSON files, edited in place."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from migrator.configure import spans
from migrator.configure.errors import NotEditable
from migrator.configure.node import Entry, Node
from migrator.configure.value import Changes, Value
from migrator.text import _

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_DECODER = json.JSONDecoder()


def edit(text: str, changes: Changes) -> str:
    """The text with keys `a.b.0.c` set or removed."""
    return spans.edit(text, changes, JsonNotation())


class JsonNotation:
    """How JSON reads and writes values."""

    def parse(self, text: str) -> Node:
        try:
            json.loads(text)
            return _node(text, _skip(text, 0))
        except (ValueError, RecursionError) as error:
            raise NotEditable(_("the file is not JSON: {why}").format(why=error)) from None

    def key(self, key: str) -> str:
        return f"{json.dumps(key, ensure_ascii=False)}: "

    def value(self, value: Value, old: str = "") -> str:
        if isinstance(value, str) and old and type(json.loads(old)) in (int, float) and _NUMBER.fullmatch(value):
            return value  # a number stays a number: playbooks can write 1.5 only as text
        return json.dumps(value, ensure_ascii=False)

    def same(self, old: str, value: Value) -> bool:
        known = json.loads(old)
        return type(known) is type(value) and known == value


def _node(text: str, start: int) -> Node:
    opening = text[start]
    if opening not in "{[":
        return Node(start, _DECODER.raw_decode(text, start)[1])
    entries: list[Entry] = []
    position = _skip(text, start + 1)
    while text[position] not in "}]":
        key, key_start, key_end = str(len(entries)), position, position
        if opening == "{":
            key, key_end = scanstring(text, position + 1)
            position = _skip(text, _skip(text, key_end) + 1)
        node = _node(text, position)
        entries.append(Entry(key, key_start, key_end, node))
        position = _skip(text, node.end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return Node(start, position + 1, tuple(entries), numbered=opening == "[")


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position
