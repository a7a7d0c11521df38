"""Ini files: the one line changes, all others stay byte by byte."""

from __future__ import annotations

import pytest

from migrator.configure.edit import edit
from migrator.configure.errors import NotEditable

ROUNDUP = """\
# Roundup configuration
[main]

# Email address that mail goes to.
# Default: issue_tracker
admin_email = admin@example.org

dispatcher_email=${admin_email}
[tracker]
  name: Building site 工地
  home = %(TRACKER_HOME)s
\tweb = http://localhost:8080/ ; not a comment for configparser
[list]
hosts =
    one
    # a comment between
    two
after = 1
[php.ini.like]
skip-networking
"""


def changed(text: str, **changes: object) -> str:
    keys = {key.replace("__", "."): value for key, value in changes.items()}
    return edit(text.encode(), "ini", keys).decode()  # type: ignore[arg-type]


def test_a_value_is_replaced_in_place() -> None:
    assert changed(ROUNDUP, main__admin_email="root@example.org") == ROUNDUP.replace("admin@", "root@")
    assert changed(ROUNDUP, main__dispatcher_email="x") == ROUNDUP.replace("=${admin_email}", "=x")
    assert changed(ROUNDUP, tracker__name="新工地") == ROUNDUP.replace("Building site 工地", "新工地")


def test_a_longer_value_goes_with_its_lines() -> None:
    assert changed(ROUNDUP, list__hosts="three") == ROUNDUP.replace(
        "hosts =\n    one\n    # a comment between\n    two\n", "hosts =three\n")


def test_a_new_key_follows_its_neighbours() -> None:
    assert changed(ROUNDUP, tracker__language="zh") == ROUNDUP.replace(
        "configparser\n", "configparser\n\tlanguage = zh\n")
    assert changed(ROUNDUP, main__new=True) == ROUNDUP.replace("${admin_email}\n", "${admin_email}\nnew=true\n")


def test_a_new_section_stands_at_the_end() -> None:
    assert changed("[a]\nx = 1", b__y=2) == "[a]\nx = 1\n\n[b]\ny = 2\n"
    assert changed("", b__y=2) == "[b]\ny = 2\n"


def test_the_longest_section_that_exists_is_meant() -> None:
    assert changed(ROUNDUP, php__ini__like__port=1) == ROUNDUP + "port = 1\n"
    assert changed("[log]\nlevel.root = INFO\n", log__level__root="WARN") == "[log]\nlevel.root = WARN\n"
    assert changed("a.b = 1\n[a]\nc = 1\n", a__b=2) == "a.b = 2\n[a]\nc = 1\n"


def test_a_key_without_value_gets_one() -> None:
    assert edit(ROUNDUP.encode(), "ini", {"php.ini.like.skip-networking": 0}).decode() == ROUNDUP.replace(
        "skip-networking", "skip-networking = 0")


def test_removing() -> None:
    assert changed(ROUNDUP, list__after=None) == ROUNDUP.replace("after = 1\n", "")
    assert "    two" not in changed(ROUNDUP, list__hosts=None)
    assert changed(ROUNDUP, list__unknown=None) == ROUNDUP


def test_line_ends_and_the_missing_last_one_stay() -> None:
    assert edit(b"[a]\r\nx = 1\r\ny = 2", "ini", {"a.x": 3, "a.z": 4}) == b"[a]\r\nx = 3\r\ny = 2\r\nz = 4\r\n"


def test_other_encodings_stay_byte_by_byte() -> None:
    gbk = "[a]\nname = 工地\nport = 1\n".encode("gbk")
    assert edit(gbk, "ini", {"a.port": 2}) == gbk.replace(b"= 1", b"= 2")
    with pytest.raises(NotEditable, match="ASCII"):
        edit(gbk, "ini", {"a.name": "新"})


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(NotEditable, match="2 times"):
        changed("[a]\nx = 1\nx = 2\n", a__x=3)


def test_again_changes_nothing() -> None:
    once = changed(ROUNDUP, tracker__home="a\nb", main__admin_email="x", z__z="1")
    assert changed(once, tracker__home="a\nb", main__admin_email="x", z__z="1") == once
