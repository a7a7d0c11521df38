"""Drafted mapping files: what rows and names show is proposed, what they do not is asked, and every draft compiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.lens.side import Side
from tests.unit.lens.drafting import WORD, drafted, many, said, sqlite_sides

PAIRS = {
    "rename": ("title text", WORD, "subject text", WORD, ("rename", {"old": "title", "new": "subject"})),
    "factor": ("budget_wan double", "n * 1.25", "budget numeric(12, 2)", "n * 12500",
               ("convert", {"old": "budget_wan", "new": "budget", "times": 10000})),
    "values": ("state text", "substr('ab', 1 + n % 2, 1)", "code text", "case n % 2 when 0 then 'PLAN' else 'DONE' end",
               ("values", {"old": "state", "new": "code", "map": {"a": "PLAN", "b": "DONE"}})),
    "flag": ("active text", "substr('YN', 1 + n % 2, 1)", "active integer", "1 - n % 2",
             ("values", {"old": "active", "new": "active", "map": {"N": 0, "Y": 1}})),
    "split": ("address text", "'p' || (n % 7) || '|c' || (n % 5) || '|s' || n",
              "province text, city text, street text", "'p' || (n % 7), 'c' || (n % 5), 's' || n",
              ("split", {"old": "address", "new": ["province", "city", "street"], "by": "|"})),
    "trimmed split": ("address text", "'p' || (n % 7) || ' | c' || n", "province text, city text",
                      "'p' || (n % 7), 'c' || n",
                      ("split", {"old": "address", "new": ["province", "city"], "by": "|", "trim": True})),
    "cut": ("name text", "substr('赵钱孙李', 1 + n % 4, 1) || '伟' || n", "surname text, given text",
            "substr('赵钱孙李', 1 + n % 4, 1), '伟' || n",
            ("split", {"old": "name", "new": ["surname", "given"], "at": 1})),
    "join": ("first text, last text", "'f' || n, 'l' || (n * 3)", "full_name text", "'f' || n || ' l' || (n * 3)",
             ("join", {"old": ["first", "last"], "new": "full_name", "by": " "})),
}


@pytest.mark.parametrize("case", PAIRS)
def test_what_rows_show_is_proposed(case: str, tmp_path: Path) -> None:
    old, old_row, new, new_row, expected = PAIRS[case]
    sides = sqlite_sides(tmp_path, f"create table t (id integer primary key, {old}); {many('t', f'n, {old_row}')}",
                  f"create table t (id integer primary key, {new}); {many('t', f'n, {new_row}')}")
    found = drafted(sides)
    assert said(found) == [expected], found.questions
    assert found.proposals[0].confidence >= 0.8


HOURLY = "create table t (id integer primary key, at datetime);"


@pytest.mark.parametrize(("apart", "hours", "zone", "asked"), [
    ("(n * 9) || ' days'", "8 hours", "+08:00", False), ("(n * 9) || ' days'", "-210 minutes", "-03:30", False),
    ("n || ' hours'", "1 hours", "+01:00", True),
])
def test_clocks_that_differ_all_through_are_told_by_an_offset(apart: str, hours: str, zone: str, asked: bool,
                                                              tmp_path: Path) -> None:
    """One winter's moments could be those of a zone that changes its clocks: that is asked, a whole year's are not."""
    utc = f"datetime('2024-01-01 00:30:00', {apart})"
    local = f"datetime({utc}, '{hours}')"
    found = drafted(sqlite_sides(tmp_path, HOURLY + many("t", f"n, {local}"), HOURLY + many("t", f"n, {utc}")))
    assert said(found) == [("convert", {"old": "at", "new": "at", "zone": zone})]
    assert bool(found.questions) is asked


def test_a_zone_is_named_where_clocks_were_changed_in_between(tmp_path: Path) -> None:
    utc = "datetime('2024-03-30 12:00:00', n || ' hours')"
    local = f"datetime({utc}, iif({utc} < '2024-03-31 01:00:00', '1 hours', '2 hours'))"
    found = drafted(sqlite_sides(tmp_path, HOURLY + many("t", f"n, {local}"), HOURLY + many("t", f"n, {utc}")))
    assert said(found) == [("convert", {"old": "at", "new": "at", "zone": "Europe/Berlin"})]
    assert "Europe/Paris" in "".join(found.questions)


@pytest.mark.parametrize(("text", "kind", "value", "args"), [
    ("n || '.50'", "numeric(10, 2)", "n + 0.5", {}),
    ("n || '.000,50'", "numeric(10, 2)", "n * 1000 + 0.5", {"decimal": ",", "thousands": "."}),
    ("strftime('%d.%m.%Y', '2024-01-01', n || ' days')", "date", "date('2024-01-01', n || ' days')",
     {"format": "%d.%m.%Y"}),
])
@pytest.mark.parametrize("turned", [False, True])
def test_a_text_that_became_a_value_is_converted(text: str, kind: str, value: str, args: dict[str, str], turned: bool,
                                                 tmp_path: Path) -> None:
    texts = "create table t (id integer primary key, v text);" + many("t", f"n, {text}")
    values = f"create table t (id integer primary key, v {kind});" + many("t", f"n, {value}")
    found = drafted(sqlite_sides(tmp_path, *((values, texts) if turned else (texts, values))))
    assert said(found) == [("convert", {"old": "v", "new": "v", **args})], found.questions


def test_a_table_is_found_by_its_rows_where_nothing_has_its_name_any_more(tmp_path: Path) -> None:
    sides = sqlite_sides(tmp_path,
                  "create table xx (k integer primary key, a text, b integer);" + many("xx", f"n, {WORD}, n * n"),
                  "create table yy (q integer primary key, c text, d integer);" + many("yy", f"n, {WORD}, n * n")
                  + "create table zz (q integer primary key, c text, d integer);" + many("zz", "n, 'z' || n, -n"))
    found = drafted(sides)
    entry, = found.entries
    assert entry.name == "xx -> yy"
    assert sorted((args["old"], args["new"]) for _name, args in said(found)) == [("a", "c"), ("b", "d"), ("k", "q")]
    assert set(found.only[Side.NEW]) == {"zz"}


def test_two_columns_may_share_the_records_that_they_became(tmp_path: Path) -> None:
    firm = "create table firm (id integer primary key, name text not null unique);" + many("firm", "n, 'firm ' || n", 9)
    found = drafted(sqlite_sides(
        tmp_path, "create table sale (id integer primary key, buyer text, seller text);"
        + many("sale", "n, 'firm ' || (1 + n % 9), 'firm ' || (1 + n * 5 % 9)"),
        firm + "create table sale (id integer primary key, buyer_id integer references firm (id), seller_id integer "
        "references firm (id));" + many("sale", "n, 1 + n % 9, 1 + n * 5 % 9")))
    assert {(operation, args["old"], args["new"]["reference"]) for operation, args in said(found)} == {
        ("extract", "buyer", "buyer_id"), ("extract", "seller", "seller_id")}


@pytest.mark.parametrize("turned", [False, True])
def test_texts_that_became_records_are_extracted_and_the_other_way_inlined(turned: bool, tmp_path: Path) -> None:
    texts = ("create table contract (id integer primary key, partner text not null, phone text);"
             + many("contract", "n, 'firm ' || (n % 9), '1' || (n % 9 / 3)"))
    records = ("create table partner (id integer primary key, name text not null unique, phone text);"
               + many("partner", "n, 'firm ' || (n - 1), '1' || ((n - 1) / 3)", 9)
               + "create table contract (id integer primary key, partner_id integer references partner (id));"
               + many("contract", "n, 1 + n % 9"))
    found = drafted(sqlite_sides(tmp_path, *((records, texts) if turned else (texts, records))))
    record = {"table": "partner", "columns": ["name", "phone"], "reference": "partner_id"}
    ends = {"old": record, "new": ["partner", "phone"]} if turned else {"old": ["partner", "phone"], "new": record}
    assert said(found) == [("inline" if turned else "extract", ends)]
    assert not any(found.only.values()), "nothing is left of the table"


@pytest.mark.parametrize("turned", [False, True])
def test_a_column_that_moved_to_the_row_that_is_named_is_said_at_both_pairs(turned: bool, tmp_path: Path) -> None:
    customer = "create table customer (id integer primary key, name text{});"
    sale = "create table sale (id integer primary key, customer_id integer references customer (id){});"
    at_sale = (customer.format("") + many("customer", "n, 'c' || n", 9) + sale.format(", customer_phone text")
               + many("sale", "n, 1 + n % 9, '1' || (1 + n % 9)"))
    at_customer = (customer.format(", phone text") + many("customer", "n, 'c' || n, '1' || n", 9) + sale.format("")
                   + many("sale", "n, 1 + n % 9"))
    found = drafted(sqlite_sides(tmp_path, *((at_customer, at_sale) if turned else (at_sale, at_customer))))
    of_sale = ["customer_phone", {"table": "customer", "column": "phone", "through": "customer_id"}]
    of_customer = [{"table": "sale", "column": "customer_phone", "by": "customer_id"}, "phone"]
    sides = ("new", "old") if turned else ("old", "new")
    assert said(found) == [("move", dict(zip(sides, ends, strict=True))) for ends in (of_customer, of_sale)]
    assert not found.questions


@pytest.mark.parametrize("away", [Side.OLD, Side.NEW])
def test_a_code_that_became_a_foreign_key_is_looked_up(away: Side, tmp_path: Path) -> None:
    table = "create table unit (id integer primary key, symbol text not null unique);" + many("unit", "n, 'u' || n", 9)
    number = (table + "create table t (id integer primary key, unit_id integer references unit (id));"
              + many("t", "n, 1 + n % 9"))
    code = table + "create table t (id integer primary key, unit text);" + many("t", "n, 'u' || (1 + n % 9)")
    sides = sqlite_sides(tmp_path, *((code, number) if away is Side.NEW else (number, code)))
    (operation, args), = said(drafted(sides))
    assert operation == "lookup"
    assert {"table": "unit", "key": "id", "value": "symbol"}.items() <= args.items()
    assert args.get("side", "new") == away


@pytest.mark.parametrize("turned", [False, True])
def test_a_list_that_became_links_is_exploded_and_the_other_way_imploded(turned: bool, tmp_path: Path) -> None:
    listed = ("create table p (id integer primary key, members text not null default '');"
              + many("p", "n, n || ',' || (n + 1) || ', ' || (n + 5)"))
    linked = ("create table p (id integer primary key);" + many("p", "n")
              + "create table p_member (p_id integer references p (id), member integer, primary key (p_id, member));"
              + many("p_member", "n, n") + many("p_member", "n, n + 1") + many("p_member", "n, n + 5"))
    found = drafted(sqlite_sides(tmp_path, *((linked, listed) if turned else (listed, linked))))
    links = {"table": "p_member", "owner": "p_id", "value": "member"}
    ends = {"old": links, "new": "members"} if turned else {"old": "members", "new": links}
    assert said(found) == [("implode" if turned else "explode", {**ends, "separator": ","})]


@pytest.mark.parametrize("turned", [False, True])
def test_columns_that_went_to_a_table_of_their_own_are_one_pair(turned: bool, tmp_path: Path) -> None:
    whole = ("create table person (id integer primary key, name text, phone text);"
             + many("person", "n, 'p' || n, case when n % 2 then '1' || n end"))
    apart = ("create table person (id integer primary key, name text);" + many("person", "n, 'p' || n")
             + "create table contact (person integer primary key references person (id), phone text);"
             + many("contact", "2 * n - 1, '1' || (2 * n - 1)", 20))
    found = drafted(sqlite_sides(tmp_path, *((apart, whole) if turned else (whole, apart))))
    entry, = found.entries
    assert entry.name == ("person + contact -> person" if turned else "person -> person + contact")
    assert entry.faces[Side.OLD if turned else Side.NEW].optional == {"contact"}
    assert not entry.proposals


@pytest.mark.parametrize("turned", [False, True])
def test_rows_that_went_to_a_table_of_their_own_are_told_by_their_kind(turned: bool, tmp_path: Path) -> None:
    whole = ("create table doc (id integer primary key, kind text not null, title text);"
             + many("doc", "n, case when n <= 25 then 'N' else 'R' end, 't' || n"))
    apart = ("create table doc (id integer primary key, title text);" + many("doc", "n, 't' || n", 25)
             + "create table report (id integer primary key, title text);"
             + many("report", "n + 25, 't' || (n + 25)", 15))
    found = drafted(sqlite_sides(tmp_path, *((apart, whole) if turned else (whole, apart))))
    side = Side.NEW if turned else Side.OLD
    assert [(entry.faces[side.other].main.name, dict(entry.faces[side].rows)) for entry in found.entries] == [
        ("doc", {"kind": "N"}), ("report", {"kind": "R"})]
    assert not found.proposals


def test_a_rename_that_nothing_shows_is_asked_for_and_never_dropped_in_silence(tmp_path: Path) -> None:
    sides = sqlite_sides(tmp_path, "create table t (id integer primary key, fax text);",
                  "create table t (id integer primary key, priority integer);")
    found = drafted(sides)
    assert said(found) == [("only-old", {"column": "fax"}), ("only-new", {"column": "priority"})]
    question, = found.questions
    assert "did any of fax become any of priority?" in question


def test_without_rows_a_likely_name_is_proposed_and_asked_for(tmp_path: Path) -> None:
    sides = sqlite_sides(tmp_path, "create table tasks (id integer primary key, due_on text);",
                  "create table task (id integer primary key, task_due_on text);")
    found = drafted(sides)
    assert said(found) == [("rename", {"old": "due_on", "new": "task_due_on"})]
    assert [entry.name for entry in found.entries] == ["tasks -> task"]
    assert "Only the names say so" in "".join(found.questions)


def test_a_column_that_kept_its_name_but_not_its_values_is_asked_about(tmp_path: Path) -> None:
    table = "create table t (id integer primary key, path text);"
    found = drafted(sqlite_sides(tmp_path, table + many("t", "n, 'a/' || n"), table + many("t", "n, 'b/' || (n * n)")))
    assert said(found) == []
    assert "path has its name on both sides, but differs in 40 of 40 rows" in found.questions[0]


def test_rows_that_have_other_keys_are_asked_about(tmp_path: Path) -> None:
    table = "create table t (id integer primary key, a text);"
    found = drafted(sqlite_sides(tmp_path, table + many("t", "n, 'x'"), table + many("t", "n + 1000, 'x'")))
    question, = found.questions
    assert "did the keys change?" in question


def test_tables_whose_keys_nothing_brings_together_are_left_apart(tmp_path: Path) -> None:
    found = drafted(sqlite_sides(tmp_path, "create table t (id integer primary key, a text);" + many("t", "n, 'x'"),
                                 "create table t (number text primary key, a text);" + many("t", "'N' || n, 'x'")))
    assert not found.entries
    assert [set(found.only[side]) for side in Side] == [{"t"}, {"t"}]
    assert "nothing says what became of the key" in "".join(found.questions)


def test_what_the_compiler_refuses_is_left_to_its_side_with_the_reason(tmp_path: Path) -> None:
    keyless = "create table log (line text);"
    found = drafted(sqlite_sides(tmp_path, keyless + "create table t (id integer primary key);", keyless
                  + "create table t (id integer primary key);"))
    assert set(found.only[Side.OLD]) == set(found.only[Side.NEW]) == {"log"}
    assert any("log" in question and "no key" in question for question in found.questions)


def test_a_column_that_must_hold_something_gets_what_every_new_row_has(tmp_path: Path) -> None:
    found = drafted(sqlite_sides(tmp_path, "create table t (id integer primary key);" + many("t", "n"),
                  "create table t (id integer primary key, rank integer not null, why text not null);"
                  + many("t", "n, 3, 'because ' || n")))
    assert said(found) == [("only-new", {"column": "rank", "default": 3}), ("only-new", {"column": "why"})]
    assert "why may not be empty" in "".join(found.questions)


def test_names_of_any_kind_are_quoted_right(tmp_path: Path) -> None:
    old, quoted, new = 'se"le`ct: {x}', 'se""le`ct: {x}', "状态 # '1'"
    sides = sqlite_sides(tmp_path, f'create table "order" (id integer primary key, "{quoted}" text);'
                  + many('"order"', f"n, {WORD}"),
                  f'create table "on" (id integer primary key, "{new}" text);' + many('"on"', f"n, {WORD}"))
    found = drafted(sides)
    assert said(found) == [("rename", {"old": old, "new": new})]
    assert [entry.name for entry in found.entries] == ["order -> on"]
