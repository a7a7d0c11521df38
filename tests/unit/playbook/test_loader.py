"""The YAML that we read: text stays text, and everything surprising is an error with its position."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError, Position
from migrator.playbook.composer import DEEPEST
from migrator.playbook.loader import MOST_BYTES, parse, read_tree


def test_text_stays_text() -> None:
    text = ("version: 6.10\ntime: 20:30\noctal: 010\non: no\nhex: 0x10\nfloat: 1.5\nexp: 1e3\ndate: 2026-03-14\n"
            "whole: 12\nless: -3\nyes: true\nquoted: 'true'\nnumber: \"7\"\nlong: 1234567890123456789\n5: five\n")
    assert parse(text.encode(), "a").data == {
        "version": "6.10", "time": "20:30", "octal": "010", "on": "no", "hex": "0x10", "float": "1.5", "exp": "1e3",
        "date": "2026-03-14", "whole": 12, "less": -3, "yes": True, "quoted": "true", "number": "7",
        "long": "1234567890123456789", "5": "five"}


def test_every_key_and_value_has_a_position() -> None:
    tree = parse("# 注\na:\n  - {中文: 1, b: x}\n".encode(), "f.yaml")
    assert tree.keys[("a",)] == Position("f.yaml", 2, 1)
    assert tree.keys[("a", 0, "b")] == Position("f.yaml", 3, 13)
    assert tree.values[("a", 0, "b")] == Position("f.yaml", 3, 16)
    assert str(tree.position(("a", 0, "missing"))) == "f.yaml:3:5 a[0].missing"


def test_a_byte_order_mark_and_windows_lines_are_no_trouble() -> None:
    assert parse("\ufeffa: 1\r\nb: 2\r\n".encode(), "f").data == {"a": 1, "b": 2}


def test_block_texts_keep_their_tabs() -> None:
    assert parse(b"a: |\n  x:\n  \ty\nb: 1\n", "f").data == {"a": "x:\n\ty\n", "b": 1}


@pytest.mark.parametrize(("content", "where", "words"), [
    (b"", "1:1", "empty"),
    (b"# only a comment\n", "1:1", "empty"),
    (b"a: 1\nb: 2\na: 3\n", "3:1", 'the key "a" stands here again, first in line 1'),
    (b"a: {b: 1, b: 2}\n", "1:11", "again"),
    (b"a: &x 1\nb: *x\n", "1:4", "anchors"),
    (b"a: *x\n", "1:4", "anchors"),
    (b"&x a: 1\n", "1:1", "anchors"),
    (b"x: &x {a: 1}\ny:\n  <<: *x\n", "1:4", "anchors"),
    (b"y:\n  <<: {a: 1}\n", "2:3", "merge keys"),
    (b"a: !!python/object/apply:os.system [x]\n", "1:4", "tags"),
    (b"a: !!str 1\n", "1:4", "tags"),
    (b"! a: 1\n", "1:1", "tags"),
    (b"%TAG ! tag:x,2000:\n---\na: !x 1\n", "3:4", "tags"),
    (b"a:\n\tb: 1\n", "2:1", "a tab in the indentation"),
    (b"a:\n  - x\n \t- y\n", "3:2", "a tab in the indentation"),
    (b"{a: 1,\n\tb: 2}\n", "2:1", "a tab in the indentation"),
    (b"a: 1\n---\nb: 2\n", "2:1", "second document"),
    (b"a:\n", "1:3", "a value is missing"),
    (b"a: ~\n", "1:4", "a value is missing"),
    (b"a: null\n", "1:4", "a value is missing"),
    (b"- \n- 1\n", "1:2", "a value is missing"),
    (b"? [a]\n: 1\n", "1:3", "a key must be text"),
    (b"? {a: 1}\n: 1\n", "1:3", "a key must be text"),
    (b"a: 'x\n", "2:1", "not YAML"),
    (b"a: b: c\n", "1:5", "not YAML"),
    (b"a: [1, 2\n", "2:1", "not YAML"),
    (b"a: @x\n", "1:4", "not YAML"),
    (b"a: 1\n  b: 2\n", "2:4", "not YAML"),
    (b'a: "\\0"\n', "1:4", "U+0000"),
    (b'a: "\\ud800"\n', "1:7", "not YAML"),
    (b"a: x\xff\n", "1:5", "not UTF-8"),
    ("é: ä\n".encode("latin-1"), "1:1", "not UTF-8"),
    ("a: 1\n".encode("utf-16"), "1:1", "UTF-16"),
    (b"a: \x07\n", "1:4", "U+0007"),
    ("a: 1\nb: \u2028\n".encode(), "2:4", "U+2028"),
    (b"[" * 5000, f"1:{DEEPEST + 2}", "nested deeper"),
    (b"{a: " * 5000, f"1:{DEEPEST * 4 + 5}", "nested deeper"),
    (b"[" + b"[]," * 150_000 + b"]", None, "more than"),
    (b"#" * (MOST_BYTES + 1), "1:1", "larger than 1 MiB"),
])
def test_what_is_hostile_or_broken_is_refused_where_it_stands(content: bytes, where: str | None, words: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        parse(content, "f.yaml")
    assert words in caught.value.message
    assert where is None or str(caught.value.where) == f"f.yaml:{where}"


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    with pytest.raises(PlaybookError, match="f:1:4: anchors"):
        parse(bomb.encode(), "f")


def test_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlaybookError, match=r"sub/x\.yaml: the file cannot be read"):
        read_tree(tmp_path / "sub" / "x.yaml")
    with pytest.raises(PlaybookError, match="cannot be read"):
        read_tree(tmp_path)
