"""Originals that are left are found, wherever they hide; masks are not taken for them."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.database.base import Database
from migrator.mask.errors import Leaked
from migrator.mask.leaks import leaks_in, require_none
from migrator.mask.masking import mask
from migrator.mask.needles import Match, Needles
from migrator.mask.originals import gather
from migrator.mask.rules import Rules
from tests.unit.mask.people import KEY, RULES, Ask

SIGNS = "ab1王伟\U00020000 .-"


@settings(deadline=None, max_examples=200)
@given(st.sets(st.text(SIGNS, min_size=2, max_size=6), max_size=6), st.text(SIGNS, max_size=60))
def test_needles_are_found_where_a_plain_search_finds_them(values: set[str], text: str) -> None:
    wanted = {(place, value) for value in values for place in range(len(text))
              if text.startswith(value, place) and not _cut(text, place, place + len(value))}
    found = {(match.begin, match.value) for match in Needles(values).matches(text)}
    assert found == {(place, value.replace("\U00020000", "\ufffd")) for place, value in wanted}


def _cut(text: str, begin: int, end: int) -> bool:
    """Whether a word or a number is cut at one of the ends."""
    return any(re.fullmatch("[a-z]{2}|[0-9]{2}", text[place - 1:place + 1]) for place in (begin, end) if place)


def test_the_longest_value_is_replaced_first() -> None:
    needles = Needles(["王伟", "王伟明", "13800138000"])
    assert needles.matches("找王伟明")[0] == Match(1, "王伟明")
    masks = {"王伟": "A", "王伟明": "B", "13800138000": "C"}
    assert needles.replaced("王伟明和王伟, 13800138000x", masks) == "B和A, Cx"


def test_a_masked_database_has_none(database: Database, rules: Rules) -> None:
    originals = gather(database, rules, KEY)
    assert {leak.where for leak in leaks_in(database, rules, originals)} > {"person.full_name", "note.body"}
    mask(database, rules, KEY)
    assert leaks_in(database, rules, originals) == []


@pytest.mark.parametrize(("statement", "where"), [
    ("update note set memo = '13800138001'", "note.memo"),
    ("update note set memo = 'call 13800138001 today'", "note.memo"),
    ("update note set memo = '以前的负责人是欧阳娜娜，已经离职'", "note.memo"),
    ("update note set memo = '<p>user03@corp.example</p>'", "note.memo"),
    ("update note set body = body || ' 李小明'", "note.body"),
    ("update person set full_name = '李小明'", "person.full_name"),
    ("update person set profile = '{\"floor\": \"13800138002\"}'", "person.profile"),
    ("insert into log values ('Anna Berg signed in')", "log.line"),
])
def test_a_planted_original_is_found_and_not_shown(database: Database, rules: Rules, ask: Ask, statement: str,
                                                   where: str) -> None:
    originals = gather(database, rules, KEY)
    mask(database, rules, KEY)
    ask("drop trigger told")
    ask(statement)
    found = leaks_in(database, rules, originals)
    assert [leak.where for leak in found] == [where] and found[0].rows >= 1
    with pytest.raises(Leaked) as raised:
        require_none(found, "main")
    assert where in str(raised.value) and not re.search("138|王|李|Anna|user", str(raised.value))


def test_ordinary_words_short_values_and_numbers_are_not_looked_for(database: Database, ask: Ask) -> None:
    rules = Rules.parse((RULES + "leaks: {words: [李小明]}\n").encode())
    originals = gather(database, rules, KEY)
    mask(database, rules, KEY)
    ask("update note set memo = '李小明 3 1980'")
    assert leaks_in(database, rules, originals) == []
    assert originals.passed_over > 6  # staff numbers, and the word


def test_a_made_name_that_is_somebody_s_real_one_is_no_leak(ask: Ask, database: Database) -> None:
    rules = Rules.parse(b"leaks: {shortest_number: 2}\ntables: {person: {login: keep, full_name: keep, phone: keep, "
                        b"tel: keep, mail: keep, born: keep, staff_no: number, profile: text}}")
    ask("update person set staff_no = id + 9")
    originals = gather(database, rules, KEY)
    mask(database, rules, KEY)
    assert leaks_in(database, rules, originals) == []


def test_one_of_many_values_is_found_in_much_text() -> None:
    dice = random.Random(1)
    needles = Needles(f"1{dice.randrange(3 * 10**9, 10**10)}" for _ in range(20_000))
    planted = next(iter(needles._values))
    text = "".join(dice.choices("施工进度正常，请按时完成现场检查并提交报告。 the next meeting is on Monday", k=99_999))
    assert [match.value for match in needles.matches(f"{text} {planted} {text}")] == [planted]


def test_pictures_are_taken_away_and_not_looked_for_as_texts(database: Database, ask: Ask) -> None:
    ask("create table avatar (id integer primary key, image blob)")
    ask("insert into avatar values (1, x'89504e470d0a1a0aff')")
    rules = Rules.parse(RULES.replace("  note:", '  avatar: {image: "null"}\n  note:').encode())
    originals = gather(database, rules, KEY)
    mask(database, rules, KEY)
    assert (ask("select image from avatar"), leaks_in(database, rules, originals)) == ([(None,)], [])


@pytest.mark.parametrize(("telling", "found"), [("true", ["note.memo"]), ("false", [])])
def test_what_a_constant_replaces_is_looked_for_unless_it_tells_nothing(database: Database, ask: Ask, telling: str,
                                                                        found: list[str]) -> None:
    ask("alter table note add column word text")
    ask("update note set word = 'bridge', memo = 'the old bridge'")
    extra = f"  plain: {{is: constant, value: '-', telling: {telling}}}\n"
    rules = Rules.parse((RULES.replace("tables:", extra + "tables:") + "  note*: {word: plain}\n").encode())
    originals = gather(database, rules, KEY)
    mask(database, rules, KEY)
    assert [leak.where for leak in leaks_in(database, rules, originals)] == found
    assert set(ask("select word from note")) == {("-",)}
