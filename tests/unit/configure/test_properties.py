"""Java properties: escapes, continued lines, the last of two equal keys."""

from __future__ import annotations

from migrator.configure.edit import edit

TEXT = """\
# database
! old style comment \\
db.url=jdbc:postgresql://localhost/oa
db.user : oa
db.password   secret word
path.list = one,\\
    two,\\
    three
key\\ with\\:signs = x
title = \\u5de5\\u5730
empty
"""


def changed(text: str, **changes: object) -> str:
    return edit(text.encode(), "properties", {k.replace("__", "."): v for k, v in changes.items()}).decode()  # type: ignore[misc]


def test_each_separator_is_kept() -> None:
    assert changed(TEXT, db__url="jdbc:x") == TEXT.replace("jdbc:postgresql://localhost/oa", "jdbc:x")
    assert changed(TEXT, db__user="new") == TEXT.replace(": oa", ": new")
    assert changed(TEXT, db__password="p") == TEXT.replace("secret word", "p")
    assert changed(TEXT, empty="1") == TEXT.replace("empty", "empty=1")


def test_a_comment_is_never_continued() -> None:
    assert "jdbc:x" in changed(TEXT, db__url="jdbc:x")
    assert changed(TEXT, db__url="jdbc:x").startswith("# database\n! old style comment \\\n")


def test_continued_lines_are_one_value() -> None:
    assert changed(TEXT, path__list="four") == TEXT.replace("one,\\\n    two,\\\n    three", "four")
    assert changed(TEXT, path__list="one,two,three") == TEXT


def test_escapes() -> None:
    assert edit(TEXT.encode(), "properties", {"key with:signs": "y"}).decode() == TEXT.replace("signs = x", "signs = y")
    assert changed(TEXT, title="工地") == TEXT
    assert changed(TEXT, title="工程") == TEXT.replace("\\u5730", "\\u7a0b")
    assert changed("a=1\n", a=" C:\\x\n") == "a=\\ C:\\\\x\\n\n"


def test_adding_and_removing() -> None:
    assert changed("a = 1", b=True) == "a = 1\nb = true\n"
    assert changed("", b=True) == "b=true\n"
    assert changed("a=1\r\nb=2\r\n", a=None, c=3) == "b=2\r\nc=3\r\n"
    assert changed("a=1\nb=2\na=3\n", a=None) == "b=2\n"


def test_of_two_the_last_counts() -> None:
    assert changed("a=1\na=2\n", a=3) == "a=1\na=3\n"


def test_again_changes_nothing() -> None:
    once = changed(TEXT, title=" 工 程\\\t", new="x=y")
    assert changed(once, title=" 工 程\\\t", new="x=y") == once
