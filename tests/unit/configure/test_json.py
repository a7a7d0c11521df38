"""JSON: indent, blanks and order of everything else stay byte by byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.configure.edit import edit
from migrator.configure.errors import NotEditable

TEXT = """\
{
    "port" : 8080,
    "ratio": 1.50, "name": "\\u5de5地",
    "list": [1, 2,   3],
    "deep": {
        "a": {}, "b.c": null
    },
    "last": true
}
"""


def changed(text: str, changes: dict[str, Any]) -> str:
    return edit(text.encode(), "json", changes).decode()


@pytest.mark.parametrize(("key", "value", "old", "new"), [
    ("port", 9090, "8080", "9090"),
    ("port", "9090", "8080", "9090"),
    ("ratio", "1.75", "1.50", "1.75"),
    ("name", "工地", "", ""),
    ("name", "新\n", '"\\u5de5地"', '"新\\n"'),
    ("list", [], "[1, 2,   3]", "[]"),
    ("list.2", {"k": "x"}, "  3]", '  {"k": "x"}]'),
    ("deep.a.x", 1, "{},", '{"x": 1},'),
    ("deep.a.x.y", 1, "{},", '{"x": {"y": 1}},'),
    ("deep.b.c", "v", "null", '"v"'),
    ("deep.d", False, "null\n", 'null, "d": false\n'),
    ("new", {"k": [True]}, "true\n}", 'true,\n    "new": {"k": [true]}\n}'),
    ("port", None, '"port" : 8080,\n    ', ""),
    ("last", None, ',\n    "last": true', ""),
    ("deep.a", None, '"a": {}, ', ""),
    ("list.1", None, ", 2,   3", ",   3"),
])
def test_only_the_key_changes(key: str, value: object, old: str, new: str) -> None:
    once = changed(TEXT, {key: value})
    assert once == TEXT.replace(old, new, 1)
    json.loads(once)
    assert value is None or changed(once, {key: value}) == once


@pytest.mark.parametrize("bad", ["", "{", '{"a": 1,}', "[" * 100_000, "{'a': 1}"])
def test_what_is_no_json_is_refused(bad: str) -> None:
    with pytest.raises(NotEditable, match="not JSON"):
        changed(bad, {"a": 1})


NAMES = st.text("abc", min_size=1, max_size=2)
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=4),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
                      max_leaves=8)


@given(st.dictionaries(NAMES, VALUES, max_size=4), NAMES, st.integers() | st.text(max_size=4) | st.lists(st.integers()),
       st.sampled_from([None, 0, 2]))
def test_any_document(document: dict[str, Any], key: str, value: Any, indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    assert json.loads(changed(text, {key: value})) in ({**document, key: value}, {**document, key: _number(value)})
    assert json.loads(changed(text, {key: None})) == {k: v for k, v in document.items() if k != key}


def _number(value: Any) -> Any:
    """Digits given as text stay a number where one stood before."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value
