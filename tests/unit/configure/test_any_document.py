"""Whatever the document: the edited file reads as the old one with just this key changed."""

from __future__ import annotations

import configparser
from typing import Any

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from migrator.configure.edit import edit
from migrator.configure.errors import NotEditable

NAMES = st.sampled_from(["a", "b", "key", "on", "5", "a b", "工地", "x-y"])
TEXTS = st.sampled_from(["", "plain", "two words", "7.0", "yes", "a: b", "# no", "it's", '"q"', "- x", "工地", " lead",
                         "{", "a\nb", "*x", "null", "010", "x #y", "trail "])
LEAVES = st.booleans() | st.integers(-5, 500) | TEXTS
TREES = st.dictionaries(NAMES, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) |
                                            st.dictionaries(NAMES, inner, max_size=3), max_leaves=6), max_size=4)


@settings(max_examples=400, deadline=None)
@given(TREES, NAMES, LEAVES | st.lists(LEAVES, max_size=2), st.sampled_from([None, True, False]), st.integers(2, 4))
def test_yaml(tree: dict[str, Any], key: str, value: Any, flow: bool | None, indent: int) -> None:
    text = "# top\n" + yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, indent=indent) + "# end\n"
    once = edit(text.encode(), "yaml", {key: value})
    read = yaml.safe_load(once)
    assert {**tree, key: read[key]} == read
    assert read[key] == value or _number_kept(tree.get(key), read[key], value)
    assert edit(once, "yaml", {key: value}) == once
    assert once.decode().startswith("# top\n")
    assert once.decode().endswith("# end\n") or key not in tree
    removed = yaml.safe_load(edit(text.encode(), "yaml", {key: None})) or {}
    assert removed == {k: v for k, v in tree.items() if k != key}


@settings(max_examples=200, deadline=None)
@given(TREES, st.lists(NAMES | st.sampled_from(["0", "1"]), min_size=2, max_size=3), LEAVES)
def test_yaml_deeper(tree: dict[str, Any], path: list[str], value: Any) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=False)
    try:
        once = edit(text.encode(), "yaml", {".".join(path): value})
    except NotEditable:
        return  # a part of the path is no mapping
    read = yaml.safe_load(once)
    found = read
    for name in path:
        found = found[int(name) if isinstance(found, list) else name]
    assert found == value or str(found) == value
    assert {k: v for k, v in read.items() if k != path[0]} == {k: v for k, v in tree.items() if k != path[0]}


SETTINGS = st.dictionaries(st.sampled_from(["a", "b b", "key.x", "工"]),
                           st.sampled_from(["1", "x = y", "工地", "a\nb", "", "50%"]), max_size=3)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["main", "web server", "a.b"]), SETTINGS, max_size=3),
       st.sampled_from(["main", "new", "a.b"]), st.sampled_from(["a", "key.x", "other"]),
       st.sampled_from(["1", "x;y", "工 地", "a\nb"]))
def test_ini(sections: dict[str, dict[str, str]], section: str, key: str, value: str) -> None:
    lines = ["; top", ""]
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{k} = {v}".replace("\n", "\n    ") for k, v in values.items()), "# between", ""]
    text = "\n".join(lines)
    assume(section in sections or "." not in f"{section}{key}")  # else nobody can see which section is meant
    once = edit(text.encode(), "ini", {f"{section}.{key}": value})
    assert _ini(once) == {**sections, section: {**sections.get(section, {}), key: value}}
    assert edit(once, "ini", {f"{section}.{key}": value}) == once
    removed = edit(once, "ini", {f"{section}.{key}": None})
    assert _ini(removed).get(section, {}) == {k: v for k, v in sections.get(section, {}).items() if k != key}


def _ini(content: bytes) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(content.decode())
    return {name: dict(parser[name]) for name in parser.sections()}


def _number_kept(old: Any, found: Any, value: Any) -> bool:
    return type(old) in (int, float) and isinstance(value, str) and str(found) in (value, str(yaml.safe_load(value)))
