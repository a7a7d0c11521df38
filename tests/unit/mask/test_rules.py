"""Rules: every fault with its place; what the rules and a database say to each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from migrator.errors import PlaybookError, PlaybookErrors
from migrator.mask.plan import Plan, planned
from migrator.mask.rules import Rules
from migrator.mask.structure import read_structure

WRONG = [
    ("tables: {person: {phone: mobil}}", '1:26 tables.person.phone: unknown kind "mobil", did you mean "mobile"?'),
    ("kinds: {a: {is: mobile, keep_aera: true}}", '1:25 kinds.a: unknown key "keep_aera", did you mean "keep_area"?'),
    ("kinds: {a: {is: nothing-like}}", '1:17 kinds.a.is: unknown kind "nothing-like"'),
    ("kinds: {a: {is: constant}}", '1:12 kinds.a: "value" is missing'),
    ("kinds: {a: {is: json, keys: {phone: mobil}}}", "1:37 kinds.a.keys.phone: unknown kind"),
    ("tables: {person: {phone: constant}}", 'unknown kind "constant"'),
    ("references: [a.b = c.d]", "1:14 references[0]: a reference is written child.column -> parent.column"),
    ("leaks: {shortest: 1}", "1:19 leaks.shortest"),
    ("tabels: {}", '1:1: unknown key "tabels", did you mean "tables"?'),
    ("trees: {app: {'*': filename}}", 'unknown kind "filename", did you mean "file_name"?'),
]


@pytest.mark.parametrize(("text", "fault"), WRONG)
def test_a_fault_is_told_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(PlaybookError) as raised:
        Rules.parse(text.encode(), "masking.yaml")
    assert fault in str(raised.value) and "masking.yaml:1:" in str(raised.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "masking.yaml").write_text("tables:\n  a: {b: c}\n  d: {e: f}\n")
    with pytest.raises(PlaybookErrors) as raised:
        Rules.load(tmp_path / "masking.yaml")
    assert len(raised.value.errors) == 2


def test_the_exact_table_goes_before_a_pattern() -> None:
    rules = Rules.parse(b"tables: {'*_log': {who: text}, a_log: {who: keep}, codes: keep}")
    assert rules.kind_of("b_log", "who") == "text"
    assert rules.kind_of("a_log", "who") == "keep"
    assert rules.kind_of("codes", "whatever") == "keep"
    assert rules.kind_of("person", "name") is None


def plan(schema: str, rules: str) -> Plan:
    with create_engine("sqlite://").connect() as connection:
        connection.connection.driver_connection.executescript(schema)  # type: ignore[union-attr]
        return planned(Rules.parse(rules.encode()), read_structure(connection))


@pytest.mark.parametrize(("schema", "rules", "code"), [
    ("create table a (shouji text)", "{}", "mask.unlisted"),
    ("create table a (联系电话 text)", "{}", "mask.unlisted"),
    ("create table a (homeAddress text)", "{}", "mask.unlisted"),
    ("create table a (n text unique)", "tables: {a: {n: chinese_name}}", "mask.unique"),
    ("create table a (n integer)", "tables: {a: {n: text}}", "mask.type"),
    ("create table a (n text not null)", "tables: {a: {n: 'null'}}", "mask.not_null"),
    ("create table a (x text, n text generated always as (x) stored)", "tables: {a: {n: text}}", "mask.computed"),
    ("create table a (n text primary key); create table b (n text references a (n))",
     "tables: {a: {n: text}, b: {n: digits}}", "mask.contrary"),
    ("create table person (n text)", "tables: {persn: {n: text}}", "mask.not_there"),
    ("create table person (surename text)", "tables: {person: {surname: keep}}", "mask.not_there"),
])
def test_what_does_not_fit_is_found(schema: str, rules: str, code: str) -> None:
    assert [finding.code for finding in plan(schema, rules).findings] == [code]


@pytest.mark.parametrize(("schema", "rules"), [
    ("create table a (phone text, user_id integer, 工资 blob)", "tables: {a: {phone: keep}}"),
    ("create table a (n text unique)", "{kinds: {n: {is: chinese_name, unique: true}}, tables: {a: {n: n}}}"),
    ("create table a (n integer primary key)", "tables: {a: {n: number}, of_an_older_version: {x: text}}"),
])
def test_what_fits_is_not_found(schema: str, rules: str) -> None:
    assert plan(schema, rules).findings == ()


def test_both_ends_of_a_reference_get_one_kind_and_are_one_group() -> None:
    found = plan("create table a (n text primary key); create table b (x text); create table c (y text)",
                 "{tables: {b: {x: text}, c: {y: text}}, references: [b.x -> a.n]}")
    assert {work.name: work.unique for work in found.works} == {"a.n": True, "b.x": False, "c.y": False}
    assert sorted(sorted(work.name for work in group) for group in found.groups()) == [["a.n", "b.x"], ["c.y"]]
