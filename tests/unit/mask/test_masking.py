"""A database masked whole: alike everywhere, nothing lost, nothing done twice, going on where it was cut off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from migrator.database.base import Database
from migrator.mask import masking
from migrator.mask.errors import AlreadyMasked, Misfit
from migrator.mask.kinds.project_key import ProjectKey
from migrator.mask.masking import mask
from migrator.mask.rules import Rules
from migrator.secret import Secret
from tests.unit.mask.people import KEY, PEOPLE, RULES, Ask, fill, opened


def test_every_value_is_masked_and_alike_wherever_it_stands(database: Database, rules: Rules, ask: Ask) -> None:
    before = ask("select * from person order by id")
    done = mask(database, rules, KEY)
    after = ask("select * from person order by id")
    assert [row[0] for row in after] == [row[0] for row in before]
    for old, new in zip(before[:-1], after[:-1], strict=True):
        assert not set(old[1:]) & set(new[1:])
        assert new[3] == str(new[4]) and f'"phone": "{new[3]}", "floor": {new[0]}' in new[8]
    assert [value for row in after[-1:] for value in row[2:]] == [None] * 7, "NULL stays NULL"
    assert after[0][2] == after[5][2] and len({row[2] for row in after}) == len(set(PEOPLE)) + 1
    assert all(1000 <= row[5] <= 9999 for row in after[:-1])
    assert ask("select count(*) from note join person on author = login") == [(6,)]
    bodies = ask("select body, full_name, phone from note join person on author = login")
    assert all(body == f"请联系{name},电话{phone}。" for body, name, phone in bodies)
    assert done.values == sum(column.rows for column in done.columns) == 6 * 8 + 1 + 6 * 2
    assert {column.column: column.values for column in done.columns}["full_name"] == len(set(PEOPLE))


def test_the_same_key_makes_the_same_masks_in_another_database(database: Database, rules: Rules, ask: Ask,
                                                               tmp_path: Path) -> None:
    fill(tmp_path / "other.sqlite")
    for each in database, opened(tmp_path / "other.sqlite"):
        mask(each, rules, KEY)
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        assert other.execute("select * from person").fetchall() == ask("select * from person")


def test_triggers_of_the_application_stay_and_do_not_act(database: Database, rules: Rules, ask: Ask) -> None:
    mask(database, rules, KEY)
    assert ask("select count(*) from log") == [(0,)]
    ask("update person set login = 'other' where id = 1")
    assert ask("select line from log") == [("other",)]


def test_masking_twice_is_refused(database: Database, rules: Rules, ask: Ask) -> None:
    mask(database, rules, KEY)
    masked = ask("select * from person")
    with pytest.raises(AlreadyMasked, match="masked already"):
        mask(database, rules, KEY)
    with pytest.raises(AlreadyMasked, match="other rules or another key"):
        mask(database, rules, Secret("some other key of the project"))
    assert ask("select * from person") == masked


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_what_was_cut_off_goes_on(database: Database, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                  killed_at: int) -> None:
    rules = Rules.parse((RULES + "  log: {line: text}\n").encode())
    fill(tmp_path / "whole.sqlite")
    for path in tmp_path / "whole.sqlite", tmp_path / "main.sqlite":
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("insert into log values ('before')")
    mask(opened(tmp_path / "whole.sqlite"), rules, KEY)
    statements = 0
    table = masking._Masker._table

    def dying(self: masking._Masker, *arguments: object) -> None:
        nonlocal statements
        table(self, *arguments)  # type: ignore[arg-type]
        statements += 1
        if statements == killed_at:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(masking._Masker, "_table", dying)
        with pytest.raises(KeyboardInterrupt):
            mask(database, rules, KEY)
    mask(database, rules, KEY)
    with closing(sqlite3.connect(tmp_path / "whole.sqlite")) as whole:
        for name in "person", "note", "log":
            query = f"select * from {name} order by 1"
            assert ask(query) == whole.execute(query).fetchall()


def test_nothing_is_changed_where_rules_do_not_fit(database: Database, ask: Ask) -> None:
    before = ask("select * from person")
    with pytest.raises(Misfit, match="looks personal"):
        mask(database, Rules.parse(b"tables: {person: {login: text}}"), KEY)
    assert ask("select * from person") == before
    assert not ask("select 1 from sqlite_master where name like 'migrator%'")


def test_a_mask_that_does_not_fit_its_column_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "small.sqlite")) as small, small:
        small.execute("create table a (mail varchar(12))")
        small.execute("insert into a values ('li@corp.com')")
    with pytest.raises(Misfit, match=r"a mask of a.mail has 19 characters, and 12 fit"):
        mask(opened(tmp_path / "small.sqlite"), Rules.parse(b"tables: {a: {mail: email}}"), KEY)


@pytest.mark.parametrize("rows", [2, 9, 90])
def test_values_that_must_stay_unique_are_exchanged_even_when_all_are_taken(tmp_path: Path, rows: int) -> None:
    """Every number of one or two digits is there, so that every mask is somebody's value."""
    begin = 10 if rows == 90 else 1
    with closing(sqlite3.connect(tmp_path / "full.sqlite")) as full, full:
        full.execute("create table a (n integer unique, t varchar(4) unique)")
        full.executemany("insert into a values (?, ?)", [(n, f"{n:02}") for n in range(begin, begin + rows)])
    rules = Rules.parse(b"tables: {a: {n: number, t: digits}}")
    mask(opened(tmp_path / "full.sqlite"), rules, KEY)
    makers = rules.makers(ProjectKey(KEY))
    with closing(sqlite3.connect(tmp_path / "full.sqlite")) as full:
        found = full.execute("select n, t from a order by rowid").fetchall()
    values = range(begin, begin + rows)
    assert [str(n) for n, _t in found] == makers["number"].masked([str(n) for n in values])
    assert [t for _n, t in found] == makers["digits"].masked([f"{n:02}" for n in values])


def test_no_former_value_stays_in_the_free_room_of_a_file(tmp_path: Path) -> None:
    """Pages of an index that were put in order keep what stood there, also where SQLite wipes what it deletes."""
    path, names = tmp_path / "words.sqlite", ["王伟", "欧阳娜娜", "李小明", "司马相如"]
    with closing(sqlite3.connect(path)) as words, words:
        words.execute("create table a (word varchar)")
        words.execute("create index by_word on a (word)")
        words.executemany("insert into a values (?)", [(f"{names[n % 4]}{n * 7919 % 1000}",) for n in range(1000)])
    mask(opened(path), Rules.parse(b"tables: {a: {word: text}}"), KEY)
    content = path.read_bytes()
    assert [name for name in names if name.encode() in content] == []
