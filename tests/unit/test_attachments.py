"""Attachments are compared both ways, also with odd names and in large numbers."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.attachments import Lying, Named, cross_check, lying, named
from migrator.database.sqlite import SqliteDatabase
from migrator.errors import DatabaseError
from migrator.model.finding import Finding
from migrator.transport.local import LocalTransport

NAMES = st.sets(st.text(st.sampled_from("aäé工/.\n "), min_size=1, max_size=4), max_size=8)


def codes(found: list[Finding]) -> dict[str, int]:
    return {f.code.removeprefix("attachments."): f.evidence.get("number", f.evidence.get("files")) for f in found}


@given(said=NAMES, there=NAMES)
def test_lost_and_unnamed_are_the_set_differences(said: set[str], there: set[str]) -> None:
    found = codes(cross_check("t", Named(frozenset(said)), Lying(dict.fromkeys(there, 1))))
    assert found.get("lost", 0) == len(said - there)
    assert found.get("unnamed", 0) == len(there - said)
    assert found["counted"] == len(there)


def test_names_in_other_letters_are_told_apart_from_lost_ones() -> None:
    said = Named(frozenset(["Plan.PDF", "e\u0301.txt", "lost"]))
    found = cross_check("t", said, Lying({"plan.pdf": 1, "\u00e9.txt": 1, "own": 1}))
    assert codes(found) == {"lost": 1, "other-spelling": 2, "unnamed": 1, "counted": 3}
    assert found[1].evidence["examples"] == ["Plan.PDF / plan.pdf", "e\u0301.txt / \u00e9.txt"]


def test_size_and_content_are_compared_where_the_database_knows_them() -> None:
    said = Named(frozenset("abcd"), {"a": 1, "b": 2}, {"b": "x", "c": "x", "d": "y"})
    there = Lying(dict.fromkeys("abcd", 1), {"a": "?", "b": "y", "c": "y", "d": "y"})
    assert codes(cross_check("t", said, there)) == {"other-size": 1, "other-content": 1, "counted": 4}
    assert [f.severity for f in cross_check("t", said, there, strict=True)] == ["blocks", "blocks", "informs"]


def test_a_real_tree_and_a_real_database(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    content = {"a/b.txt": b"one", "zeile\numbruch": b"two", "工程 .pdf": b"", "skip/me": b"x"}
    for name, data in content.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    (tree / "link").symlink_to("a/b.txt")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("create table f (path, size, sha)")
        rows = [(n, len(d), hashlib.sha256(d).hexdigest().upper()) for n, d in content.items() if n != "skip/me"]
        connection.executemany("insert into f values (?, ?, ?)", [*rows, (None, 1, None)])
    database = SqliteDatabase("main", str(tmp_path / "x.db"))
    host = LocalTransport("here")
    there = lying(host, str(tree), ["skip"], hashed=True)
    assert codes(cross_check("t", named(database, "select * from f"), there)) == {"counted": 3}
    (tree / "a/b.txt").write_bytes(b"0ne")
    there = lying(host, str(tree), ["skip"], hashed=True)
    assert codes(cross_check("t", named(database, "select * from f"), there)) == {"other-content": 1, "counted": 3}
    with pytest.raises(DatabaseError, match="4 columns"):
        named(database, "select path, size, sha, 1 from f")


def test_a_name_that_is_no_text_can_be_shown(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_bytes(b"")
    found = cross_check("t", Named(frozenset()), lying(LocalTransport("here"), str(tmp_path), []))
    assert found[0].evidence["examples"] == ["\\xff.txt"]


def test_a_million_files_are_compared_without_haste() -> None:
    paths = [f"{n % 1000}/{n}.pdf" for n in range(1_000_000)]
    said, there = Named(frozenset(paths[5:])), Lying(dict.fromkeys(paths[:-7], 1))
    assert codes(cross_check("t", said, there)) == {"lost": 7, "unnamed": 5, "counted": 999_993}
