"""A census names what is lost, with the rows and their keys, and stays silent where nothing is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migrator.errors import Exit, FindingsBlock
from migrator.lens.census.census import Census, Tally
from migrator.lens.census.finding import Verdict
from migrator.lens.census.take import take
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.model.finding import Severity

TASK = "create table task (id integer primary key, title text, kind text)"
ITEM = "create table item (id integer primary key, title text, kind text)"
ROWS = "insert into task values (1, 'dig', 'A'), (2, 'lay', 'B'), (3, 'cover', 'A')"
PAIRED = "tables: [{old: task, new: item}]"
SPLIT = ("tables: [{old: task, new: item, rows: {old: {kind: A}}, columns: [only-new: {column: kind}]}, "
         "{old: task, new: other, rows: {old: {kind: B}}, columns: [only-new: {column: kind}]}]")
FURTHER = "create table detail (task integer primary key, note text); insert into detail values (1, 'x'), (2, 'y')"
VERTICAL = "tables: [{old: [task, detail], new: item}]"
NOTED = "create table item (id integer primary key, title text, kind text, note text)"


@dataclass(frozen=True)
class Case:
    """Two schemas and a mapping that are sound, and what is planted on either side."""

    verdict: Verdict
    old: tuple[str, ...] = ()
    new: str = ITEM
    said: str = PAIRED
    plant_old: str = ""
    plant_new: str = ""
    rows: int | None = None
    keys: tuple[tuple[str, ...], ...] = field(default=())


CASES = {
    "lost": Case(Verdict.NEEDS_MEMORY, said=(
        "tables: [{old: task, new: item, columns: [values: {old: kind, new: kind, map: {A: A, B: B, b: B}}]}]"),
        plant_old="insert into task values (4, 'x', 'b')", rows=1, keys=(("4",),)),
    "not-in-map": Case(Verdict.REFUSED, said=(
        "tables: [{old: task, new: item, columns: [values: {old: kind, new: kind, map: {A: A, B: B}}]}]"),
        plant_old="insert into task values (4, 'x', 'C'), (5, 'x', 'C')", rows=2, keys=(("4",), ("5",))),
    "empty": Case(Verdict.REFUSED, new=ITEM.replace("title text", "title text not null"),
                 plant_old="insert into task values (4, null, 'A')", rows=1, keys=(("4",),)),
    "no-value": Case(Verdict.REFUSED, new=ITEM.replace(")", ", place text not null default 'here')"), said=(
        "tables: [{old: task, new: item, columns: [only-new: {column: place}]}]"),
        plant_new="drop table item; " + ITEM.replace(")", ", place text not null)"), rows=3,
        keys=(("1",), ("2",), ("3",))),
    "orphan": Case(Verdict.REFUSED, new=(
        "create table team (name text primary key); insert into team values ('A'), ('B'); "
        + ITEM.replace("kind text", "kind text references team (name)")), said=f"{PAIRED}\nonly-new: [team]",
        plant_old="insert into task values (4, 'x', 'C'), (5, 'x', null)", rows=1, keys=(("4",),)),
    "part-missing": Case(Verdict.REFUSED, (FURTHER, "insert into detail values (3, null)"), NOTED, VERTICAL,
                         plant_old="delete from detail where task = 3", rows=1, keys=(("3",),)),
    "part-empty": Case(Verdict.REFUSED, (FURTHER,), NOTED, VERTICAL.replace("}", ", optional: [detail]}"),
                       plant_old="insert into detail values (3, null)", rows=1, keys=(("3",),)),
    "part-alone": Case(Verdict.REFUSED, (FURTHER, "insert into detail values (3, null)"), NOTED, VERTICAL,
                       plant_old="insert into detail values (9, 'z')", rows=1, keys=(("9",),)),
    "out-of-pair": Case(Verdict.REFUSED, said="tables: [{old: task, new: item, rows: {new: {kind: [A, B]}}}]",
                        plant_old="insert into task values (4, 'x', 'C'), (5, 'x', null)", rows=2,
                        keys=(("4",), ("5",))),
    "left-behind": Case(Verdict.OK, said="tables: [{old: task, new: item, rows: {old: {kind: [A, B]}}}]",
                        plant_old="insert into task values (4, 'x', 'C')", rows=1, keys=(("4",),)),
    "untaken": Case(Verdict.REFUSED, new=f"{ITEM}; {ITEM.replace('item', 'other')}", said=SPLIT,
                    plant_old="insert into task values (4, 'x', 'C'), (5, 'x', null)", rows=2, keys=(("4",), ("5",))),
    "not-unique": Case(Verdict.REFUSED, new=ITEM.replace("title text", "title text collate nocase unique"),
                       plant_old="insert into task values (4, 'DIG', 'A'), (5, null, 'A'), (6, null, 'A')", rows=2,
                       keys=(("1",), ("4",))),
    "not-empty": Case(Verdict.REFUSED, plant_new="insert into item values (7, 'x', 'A')", rows=1),
    "trigger": Case(Verdict.OK, plant_new="create trigger stamp after insert on item begin select 1; end"),
    "generated": Case(Verdict.OK, plant_new="alter table item add column loud text as (upper(title))"),
}


def counted(case: Case, folder: Path, *, planted: bool) -> Census:
    ends = []
    scripts = {"old": (TASK, ROWS, *case.old, case.plant_old if planted else ""),
               "new": (case.new, case.plant_new if planted else "")}
    for name, parts in scripts.items():
        end = open_endpoint(name, f"sqlite:///{folder / name}.db")
        with end.connect() as connection:
            connection.connection.driver_connection.executescript(";".join(parts))  # type: ignore[union-attr]
        ends.append(end)
    meeting = Meeting(*ends)
    mapping = Mapping.parse(f'from: "1"\nto: "2"\n{case.said}\n'.encode(), "m.yaml")
    return take(compile_lens(mapping, read_schema(meeting.old), read_schema(meeting.new)), meeting)


@pytest.mark.parametrize("code", CASES)
def test_what_is_planted_is_found_and_nothing_else(code: str, tmp_path: Path) -> None:
    case = CASES[code]
    found, = counted(case, tmp_path, planted=True).findings
    assert (found.code, found.verdict, found.rows, found.keys) == (code, case.verdict, case.rows, case.keys)
    assert found.message and found.advice and "{{" not in found.advice
    told = found.told
    assert (told.code, told.evidence.get("rows")) == (f"census.{code}", case.rows)
    assert (told.severity is Severity.BLOCKS) is (case.verdict is Verdict.REFUSED)


@pytest.mark.parametrize("code", CASES)
def test_nothing_is_found_where_nothing_is_lost(code: str, tmp_path: Path) -> None:
    census = counted(CASES[code], tmp_path, planted=False)
    assert not census.findings
    census.require()


def test_rows_that_two_parts_take_are_named(tmp_path: Path) -> None:
    said = SPLIT.replace("B}}, columns: [only-new: {column: kind}]", "[A, B]}}")
    case = Case(Verdict.REFUSED, new=f"{ITEM}; {ITEM.replace('item', 'other')}", said=said)
    found, = counted(case, tmp_path, planted=False).findings
    assert (found.code, found.rows, found.keys) == ("taken-twice", 2, (("1",), ("3",)))


def test_parts_that_meet_in_one_table_must_not_share_keys(tmp_path: Path) -> None:
    merged = ("tables: [{old: task, new: item, rows: {new: {part: T}}}, {old: job, new: item, rows: {new: {part: J}}}]")
    new = ITEM.replace(")", ", part text)")
    apart = TASK.replace("task", "job") + "; insert into job values (11, 'a', 'A')"
    assert not counted(Case(Verdict.REFUSED, (apart,), new, merged), tmp_path, planted=False).findings
    (tmp_path / "clash").mkdir()
    clashing = Case(Verdict.REFUSED, (apart,), new, merged, plant_old="insert into job values (2, 'b', 'A')")
    found, = counted(clashing, tmp_path / "clash", planted=True).findings
    assert (found.code, found.columns, found.rows, found.keys) == ("not-unique", "id", 2, (("2",), ("2",)))


def test_each_row_is_counted_once(tmp_path: Path) -> None:
    said = CASES["lost"].said
    case = Case(Verdict.REFUSED, new=ITEM.replace("title text", "title text not null"), said=said,
                plant_old="insert into task values (4, null, 'b'), (5, 'x', 'b'), (6, null, 'x')")
    census = counted(case, tmp_path, planted=True)
    assert census.tallies == (Tally("task -> item", 6, 3, 1, 2),)
    assert {finding.code: finding.rows for finding in census.findings} == {"lost": 2, "not-in-map": 1, "empty": 2}


def test_what_is_refused_stops_a_copy(tmp_path: Path) -> None:
    census = counted(CASES["empty"], tmp_path, planted=True)
    with pytest.raises(FindingsBlock, match="task -> item: empty") as error:
        census.require()
    assert error.value.code is Exit.FINDINGS_BLOCK
    assert "inv map.census" in str(error.value.hint)


def test_more_questions_than_an_integer_has_bits(tmp_path: Path) -> None:
    wide = ", ".join(f"c{n} text" for n in range(150))
    case = Case(Verdict.REFUSED, (f"create table wide (id integer primary key, {wide})",
                                  "insert into wide (id, c0, c149) values (1, 'x', null)"),
                f"{ITEM}; create table wide (id integer primary key, {wide.replace('text', 'text not null')})",
                "tables: [{old: task, new: item}, {old: wide, new: wide}]")
    census = counted(case, tmp_path, planted=False)
    assert len(census.refused) == 149
    assert census.tallies[-1] == Tally("wide", 1, 0, 0, 1)


def test_a_key_that_only_the_mapping_knows_must_be_one(tmp_path: Path) -> None:
    rows = "('a', '1', 'x'), ('a', '1', 'y'), (null, '2', 'z'), ('b', '3', 'w')"
    ends = []
    for name, more in (("old", f"; insert into log values {rows}"), ("new", "")):
        end = open_endpoint(name, f"sqlite:///{tmp_path / name}.db")
        with end.connect() as connection:
            connection.connection.driver_connection.executescript(  # type: ignore[union-attr]
                f"create table log (who text, at text, what text){more}")
        ends.append(end)
    said = 'from: "1"\nto: "2"\ntables:\n  - {old: log, new: log, key: [who, at]}\n'
    lens = compile_lens(Mapping.parse(said.encode(), "m.yaml"), *(read_schema(end) for end in ends))
    found = {finding.code: finding for finding in take(lens, Meeting(*ends)).refused}
    assert {code: finding.rows for code, finding in found.items()} == {"not-unique": 2, "empty": 1}
    assert "under key" in found["not-unique"].advice
