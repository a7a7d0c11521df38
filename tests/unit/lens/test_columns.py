"""Operations on the columns of one row: what they make of values, what they doubt, and what they refuse in a file."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.errors import PlaybookError
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.group import Faith
from migrator.lens.lens import Lens, source_row
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side, Way
from migrator.lens.sql.parts import WHITE
from tests.unit.lens.drafting import sqlite_sides

KEY = "id integer primary key"
ADDRESSES = ["浙江省|杭州市|西湖区 1|2 号", " a |\tb\u3000", "||", "x", "", "|\u2028|\n", "a|b|c|d", "'|\"|\\", *WHITE]
NAMES = ["李四", "欧阳锋", "欧阳", "王", "", "诸", "上官婉儿", "欧", "a😀b"]


class Sides:
    """One old table `t` and one new one, with further tables, and the operations between them."""

    def __init__(self, folder: Path, old: str, new: str, *columns: str, only: str = "") -> None:
        self.meeting = sqlite_sides(folder, old, new)
        said = "\n".join(["from: a", "to: b", only, "tables:", "  - old: t", "    new: t", "    columns:",
                          *(f"      - {column}" for column in columns)])
        self.lens: Lens = compile_lens(Mapping.parse(said.encode(), "m.yaml"), read_schema(self.meeting.old),
                                       read_schema(self.meeting.new))

    def over(self, way: Way = Way.FORWARD) -> list[tuple[object, ...]]:
        """What the first operation makes of every row, and the codes of what it doubts, in the order of keys."""
        pair, = self.lens.pairs
        row = source_row(pair, way, self.lens.tables, lenient=True)
        group = pair.groups[0]
        doubts = group.doubtful(way, row)
        cells = (*group.over(way, row), *(doubt.condition for doubt in doubts))
        query = row.scope.select(*cells).order_by(row["id"])
        with self.meeting.connect(Side.NEW) as connection:
            return [(*found[:-len(doubts) or None], *(doubt.code for doubt, true in zip(
                doubts, found[len(found) - len(doubts):], strict=True) if true))
                for found in map(tuple, connection.execute(query))]


def filled(table: str, column: str, values: list[str]) -> str:
    quoted = (value.replace("'", "''").replace(";", "") for value in values)
    return "".join(f"; insert into {table} (id, {column}) values ({n}, '{value}')" for n, value in enumerate(quoted))


def test_white_space_is_what_python_strips() -> None:
    assert sorted(WHITE) == [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace()]


def test_addresses_fall_apart_as_a_program_would_split_and_strip_them(tmp_path: Path) -> None:
    sides = Sides(tmp_path, f"create table t ({KEY}, address text not null)" + filled("t", "address", ADDRESSES),
                  f"create table t ({KEY}, a text not null, b text not null, c text not null)",
                  'split: {old: address, new: [a, b, c], by: "|", trim: true}')
    assert sides.over() == [tuple(([word.strip() for word in address.split("|", 2)] + ["", ""])[:3])
                            for address in ADDRESSES]


def test_names_fall_apart_after_the_surname(tmp_path: Path) -> None:
    sides = Sides(tmp_path, f"create table t ({KEY}, name text not null)" + filled("t", "name", NAMES),
                  f"create table t ({KEY}, a text not null, b text not null)",
                  "split: {old: name, new: [a, b], at: 1, unless: {2: [欧阳, 上官, 诸葛]}}")
    lengths = [2 if name[:2] in ("欧阳", "上官", "诸葛") else 1 for name in NAMES]
    assert sides.over() == [(name[:length], name[length:]) for name, length in zip(NAMES, lengths, strict=True)]


def test_parts_that_would_fall_apart_elsewhere_are_doubted(tmp_path: Path) -> None:
    rows = "; insert into t values (1, 'a', 'b|c'), (2, 'a|', 'b'), (3, null, 'b'), (4, 'a', null), (5, null, null)"
    sides = Sides(tmp_path, f"create table t ({KEY}, a text, b text){rows}", f"create table t ({KEY}, whole text)",
                  'join: {old: [a, b], new: whole, by: "|", missing: "null"}')
    assert sides.over() == [("a|b|c",), (None, "separator-inside"), (None, "gap"), ("a",), (None,)]
    assert sides.lens.pairs[0].groups[0].faith is Faith.ISO


def test_codes_are_looked_up_to_the_last_byte(tmp_path: Path) -> None:
    sides = Sides(tmp_path, f"create table t ({KEY}, code text collate nocase)"
                  + filled("t", "code", ["A", "a", "A ", "twice", "other"]) + "; insert into t values (9, null)",
                  f"create table t ({KEY}, ref integer); create table c ({KEY}, kind text, code text collate nocase); "
                  "insert into c values (7, 'x', 'A'), (8, 'x', 'twice'), (9, 'x', 'twice'), (10, 'y', 'other')",
                  "lookup: {old: code, new: ref, table: c, value: code, where: {kind: x}}", only="only-new: [c]")
    assert sides.over() == [(7,), (None, "no-such-code"), (None, "no-such-code"), (None, "ambiguous"),
                            (None, "no-such-code"), (None,)]


def test_html_says_what_the_text_said(tmp_path: Path) -> None:
    html = ["<p>a<br>b</p><p>c &amp; d</p>", "<p>1 &lt; 2&nbsp;&quot;x&quot;</p>", "no <b>way</b>", "&amp;lt;", "a & b"]
    sides = Sides(tmp_path, f"create table t ({KEY}, body text)" + filled("t", "body", ["<a> & 'b'\r\n\"c\"", ""]),
                  f"create table t ({KEY}, html text)", "html: {old: body, new: html}")
    assert sides.over() == [("<p>&lt;a&gt; &amp; &#39;b&#39;<br/>&#34;c&#34;</p>",), ("",)]
    with sides.meeting.connect(Side.NEW) as connection, connection.begin():
        for n, one in enumerate(html):
            connection.exec_driver_sql("insert into t values (?, ?)", (n, one))
    assert sides.over(Way.BACKWARD) == [("a\nb\n\nc & d",), ('1 < 2\xa0"x"',), (None, "markup"), ("&lt;",),
                                        (None, "markup")]


def test_members_are_of_the_kind_of_their_columns(tmp_path: Path) -> None:
    documents = ['{"n": 5, "t": "x", "o": true}', '{"n": "5"}', '{"n": 1.5}', '{"t": 5}', '{"o": 1}', "[1]", "{}",
                 '{"n": null, "more": {}}']
    sides = Sides(tmp_path, f"create table t ({KEY}, said json)" + filled("t", "said", documents),
                  f"create table t ({KEY}, n integer, t text, o integer)",
                  "unpack: {old: said, new: [n, t, o], booleans: [o]}")
    nothing = (None, None, None)
    assert sides.over() == [(5, "x", 1), *[(*nothing, "misfit")] * 4, (*nothing, "not-an-object"), nothing, nothing]


@pytest.mark.parametrize(("column", "where", "said"), [
    ("values: {old: a, new: n, map: {x: y}}", "values.map.x", '"y" is no value of type'),
    ("values: {old: a, new: n, map: {x: 1}, null-old: z}", "values.null-old", '"z" could not go back'),
    ("values: {old: a, new: n, map: {x: 1}, else-new: 2}", "values.else-new", '"2" could not go back'),
    ("lookup: {old: a, new: n, table: d, value: code}", "lookup.table", 'unknown table "d"'),
    ("lookup: {old: a, new: n, table: c, value: cod}", "lookup.value", 'did you mean "code"'),
    ("lookup: {old: a, new: n, table: c, value: n}", "lookup.value", "neither names the other"),
    ("lookup: {old: a, new: n, table: c, key: n, value: code}", "lookup.key", "several rows of c may have the same n"),
    ("split: {old: a, new: [b, n], by: x}", "split.new", "only texts have parts"),
    ("split: {old: a, new: [b, d], at: [1, 2]}", "split.at", "2 parts begin after 1"),
    ("split: {old: a, new: [b, d]}", "split.by", "say either by"),
    ('split: {old: a, new: [b, d], by: x, missing: "null"}', "split.missing", "d cannot be NULL"),
    ("constant: {new: n, value: many}", "constant.value", '"many" is no value of type'),
    ("constant: {value: 1}", "constant.value", "say either old or new"),
    ("pack: {old: {a: 'x\"y'}, new: b}", "pack.old.a", "without quotes"),
    ("pack: {old: [a], new: n}", "pack.new", "not JSON"),
    ("pack: {old: [a], new: b, booleans: [b]}", "pack.booleans", 'unknown column "b"'),
    ("pack: {old: [a], new: b, booleans: [a]}", "pack.booleans", "neither true nor false"),
    ("default: {old: a, new: n, value: 1}", "default.old", "how one becomes the other must be said"),
])
def test_what_cannot_be_is_told_with_its_place(column: str, where: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(PlaybookError) as caught:
        Sides(tmp_path, f"create table t ({KEY}, a text)",
              f"create table c ({KEY}, n integer, code text); "
              f"create table t ({KEY}, n integer, b text, d text not null)", column, only="only-new: [c]")
    assert said in str(caught.value)
    assert f"tables[0].columns[0].{where}: " in str(caught.value)
    assert str(caught.value).startswith("m.yaml:8:")


def test_a_map_must_hold_every_label_of_an_enumeration(tmp_path: Path) -> None:
    sides = sqlite_sides(tmp_path, f"create table t ({KEY}, a text)", f"create table t ({KEY}, n integer)")
    old, new = read_schema(sides.old), read_schema(sides.new)
    column = old.tables["t"].columns["a"]
    labelled = replace(column, type=replace(column.type, labels=("x", "y")))
    old = replace(old, tables={"t": replace(old.tables["t"], columns={**old.tables["t"].columns, "a": labelled})})
    said = "from: a\nto: b\ntables: [{old: t, new: t, columns: [values: {old: a, new: n, map: {x: 1}}]}]"
    with pytest.raises(PlaybookError, match="no new value for y"):
        compile_lens(Mapping.parse(said.encode(), "m.yaml"), old, new)
