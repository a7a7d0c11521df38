"""Suggestions: by what stands in a column first, by its name else; the draft is read as rules."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from migrator.database.base import Database
from migrator.mask.check import check
from migrator.mask.draft import draft
from migrator.mask.looks import looks_personal
from migrator.mask.rules import Rules
from migrator.mask.suggest import suggest
from migrator.model.finding import blocking
from tests.unit.mask.people import opened


@pytest.mark.parametrize(("name", "kind"), [
    ("phone", "mobile"), ("contact_phone_1", "mobile"), ("userMobile", "mobile"), ("SHOUJIHAO", "mobile"),
    ("联系人手机号", "mobile"), ("id_card", "id_number"), ("sfzh", "id_number"), ("身份证号", "id_number"),
    ("xingming", "chinese_name"),
    ("real_name", "chinese_name"), ("_realname", "chinese_name"), ("bank_account", "bank_card"), ("dizhi", "text"),
    ("birth_date", "date"), ("password_hash", "constant"), ("gongsi", "company"), ("姓名", "chinese_name"),
    ("title", None), ("phone_id", None), ("microphone", None), ("name", None), ("status", None), ("telling", None),
])
def test_names_of_columns_in_english_pinyin_and_chinese(name: str, kind: str | None) -> None:
    look = looks_personal(name)
    assert (look.kind if look else None) == kind


def test_what_stands_in_a_column_goes_before_its_name(database: Database) -> None:
    found = {f"{each.table}.{each.column}": each.kind for each in suggest(database)}
    assert found == {"person.full_name": "chinese_name", "person.phone": "mobile", "person.tel": "mobile",
                     "person.mail": "email"}


def test_contents_with_check_digits_are_known_whatever_the_name(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a")) as raw, raw:
        raw.execute("create table t (a text, b text, c text, d integer, e text)")
        raw.executemany("insert into t values (?, ?, ?, ?, ?)", [
            ("11010519491231002X", "4111111111111111", "北京宏达建筑有限公司", 5, "x")] * 9)
        raw.execute("insert into t values ('no', '4111111111111111', 'c', 6, 'y')")
    assert [(each.column, each.kind) for each in suggest(opened(tmp_path / "a"))] == [
        ("a", "id_number"), ("b", "bank_card"), ("c", "company")]


def test_a_draft_is_read_as_rules_that_fit(database: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "main.sqlite")) as raw:
        raw.execute('create table "客户 表" ("联系 电话" text, password text)')
    text = draft(suggest(database))
    assert '"联系 电话": mobile  # ' in text and "password: keep  # " in text
    assert not blocking(check(database, Rules.parse(text.encode())))
    assert Rules.parse(draft([]).encode()).file.tables == {}
