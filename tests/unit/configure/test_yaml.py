"""YAML: comments, order, quotes and layout of everything else stay byte by byte."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.configure.edit import edit
from migrator.configure.errors import NotEditable

TEXT = """\
# site settings
server:            # where it listens
    port: 8080     # behind nginx
    host: '0.0.0.0'
    name: "site"

database:
  uri: postgresql://localhost/oa

  pool: {size: 5, timeout: 2.5}
  empty:
plugins:
- one   # first
- two
- name: three
  on: yes
nested:
  list:
    - a
    - b
  text: |
    line 1
    line 2

# the end
last: true
"""


def changed(text: str, changes: dict[str, Any]) -> str:
    return edit(text.encode(), "yaml", changes).decode()


@pytest.mark.parametrize(("key", "value", "old", "new"), [
    ("server.port", 9090, "8080", "9090"),
    ("server.port", "9090", "8080", "9090"),
    ("server.host", "127.0.0.1", "'0.0.0.0'", "'127.0.0.1'"),
    ("server.name", "it's", '"site"', '"it\'s"'),
    ("database.uri", "sqlite:///x", "postgresql://localhost/oa", "sqlite:///x"),
    ("database.uri", "yes", "postgresql://localhost/oa", '"yes"'),
    ("database.uri", "7.0", "postgresql://localhost/oa", '"7.0"'),
    ("database.pool.size", 6, "size: 5", "size: 6"),
    ("database.pool.timeout", "3.5", "2.5", "3.5"),
    ("database.pool.more", [1, "a b"], "2.5}", "2.5, more: [1, a b]}"),
    ("database.pool", {"size": 1}, "{size: 5, timeout: 2.5}", "{size: 1}"),
    ("database.empty", "x", "empty:", "empty: x"),
    ("database.new", "工地", "  empty:\n", "  empty:\n  new: 工地\n"),
    ("database.new.deep", 1, "  empty:\n", "  empty:\n  new:\n    deep: 1\n"),
    ("plugins.0", "zero", "- one ", "- zero "),
    ("plugins[2].name", "drei", "three", "drei"),
    ("plugins.2.off", False, "  on: yes\n", '  on: yes\n  "off": false\n'),
    ("nested.list", ["x"], "list:\n    - a\n    - b\n", "list: [x]\n"),
    ("nested.text", "short", "|\n    line 1\n    line 2\n", "short\n"),
    ("nested.new", 1, "    line 2\n", "    line 2\n  new: 1\n"),
    ("last", False, "last: true", "last: false"),
    ("beyond", "x: y", "last: true\n", 'last: true\nbeyond: "x: y"\n'),
    ("database.uri", None, "  uri: postgresql://localhost/oa\n", ""),
    ("database.pool.size", None, "{size: 5, ", "{"),
    ("database.pool.timeout", None, ", timeout: 2.5", ""),
    ("plugins.1", None, "- two\n", ""),
    ("plugins.2.name", None, "- name: three\n  on", "- on"),
    ("nested.list", None, "  list:\n    - a\n    - b\n", ""),
    ("nested.text", None, "  text: |\n    line 1\n    line 2\n", ""),
    ("nowhere.at.all", None, "", ""),
])
def test_only_the_key_changes(key: str, value: object, old: str, new: str) -> None:
    once = changed(TEXT, {key: value})
    assert once == (TEXT.replace(old, new, 1) if old else TEXT)
    assert value is None or changed(once, {key: value}) == once


def test_the_only_key_of_a_mapping_leaves_an_empty_one() -> None:
    assert changed("a:\n  b: 1\nc: 2\n", {"a.b": None}) == "a: {}\nc: 2\n"
    assert changed("- a: 1\n- 2\n", {"0.a": None}) == "- {}\n- 2\n"
    assert changed("a: 1\n", {"a": None}) == ""


def test_a_file_without_values() -> None:
    assert changed("# nothing yet\n", {"a.b": 1}) == "# nothing yet\na: {b: 1}\n"
    assert changed("{}\n", {"a": 1}) == "{a: 1}\n"


def test_keys_with_dots() -> None:
    text = "log.level: info\nlog:\n  level: x\n"
    assert changed(text, {"log.level": "warn"}) == text.replace("info", "warn")


def test_anchors_of_others_stay_and_aliases_are_not_edited() -> None:
    text = "base: &b {x: 1}\nother: *b\nlist: [&c a, *c]\n"
    with pytest.raises(NotEditable, match="alias"):
        changed(text, {"other.x": 2})
    with pytest.raises(NotEditable, match="alias"):
        changed(text, {"list.1": "z"})
    with pytest.raises(NotEditable):
        changed(text, {"base": {"x": 2}})
    assert changed(text, {"base.x": 2}) == text.replace("1", "2")


def test_what_ends_with_an_alias_can_be_added_to() -> None:
    text = "base: &b x\nlist:\n  - &c y\n  - *c\n"
    assert changed(text, {"new": 1}) == text + "new: 1\n"
    assert changed("a: &b {x: 1}\nc: *b\n", {"new": 1}) == "a: &b {x: 1}\nc: *b\nnew: 1\n"


@pytest.mark.parametrize("bad", ["a: [", "a: 1\n---\nb: 2\n", "\t"])
def test_what_is_no_yaml_is_refused(bad: str) -> None:
    with pytest.raises(NotEditable):
        changed(bad, {"a": 1})


def test_a_scalar_has_no_keys() -> None:
    with pytest.raises(NotEditable, match="no keys"):
        changed("a: 1\n", {"a.b": 2})


def test_windows_line_ends_stay() -> None:
    assert changed("a: 1\r\nb: 2\r\n", {"a": 3, "c": 4}) == "a: 3\r\nb: 2\r\nc: 4\r\n"
