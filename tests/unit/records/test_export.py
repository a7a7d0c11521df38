"""Exports of records: written, read back, damaged, and typed."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
import reportlab
from pypdf import PdfReader

from migrator import __version__
from migrator.errors import DatabaseError, PlaybookError, WrongUse
from migrator.program import Migrator
from migrator.records.check import faults
from migrator.records.read import read_records
from migrator.tasks import namespace

RECORDS = """
format: 1
values: {least: "0"}
records:
  - {name: projects, title: 项目 Projects, columns: [编号, name, 预算], query: "select id, name, budget from project where id > :least order by id"}
  - {name: notes, title: Notes, columns: [text], query: select body from note}
  - {name: latin, title: Latin, columns: [half], query: select id / 2.0 from project}
"""  # noqa: E501
INVENTORY = """
format: 1
environments:
  live:
    product: product
    hosts: {here: {connect: local}}
    databases: {main: {url: "sqlite:///FOLDER/main.db", at: here}}
"""
LONG = "混凝土 concrete " * 900


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an inventory, a product, and a database of 120 projects."""
    with closing(sqlite3.connect(tmp_path / "main.db")) as database, database:
        database.execute("create table project (id integer primary key, name text, budget real)")
        database.executemany("insert into project values (?, ?, ?)", [
            (n, f"=项目 {n}\n二期 🚧", n / 8) for n in range(1, 121)])
        database.execute("create table note (body text)")
        database.execute("insert into note values (?), ('+cmd|calc')", [LONG])
    (tmp_path / "product").mkdir()
    (tmp_path / "product/records.yaml").write_text(RECORDS)
    (tmp_path / "inventory.yaml").write_text(INVENTORY.replace("FOLDER", str(tmp_path)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words: str) -> int:
    try:
        Migrator(version=__version__, namespace=namespace, name="migrator", binary="migrator").run(["migrator", *words])
    except SystemExit as ending:
        return int(ending.code or 0)
    return 0


def test_records_are_written_twice_and_can_be_read_by_others(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("records.export", "--env", "live", "--to", "out", "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [(one["name"], one["rows"]) for one in told["lists"]] == [
        ("projects", 120), ("notes", 2), ("latin", 120)]
    sheet = openpyxl.load_workbook(place / "out/projects.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["编号", "name", "预算"]
    assert [cell.value for cell in sheet[3]] == [2, "=项目 2\n二期 🚧", 0.25]
    assert sheet["B3"].data_type == "s", "no formula, whatever it begins with"
    pages = [page.extract_text() for page in PdfReader(place / "out/projects.pdf").pages]
    assert len(pages) > 1
    assert "项目 120" in pages[-1]
    assert all("项目 Projects" in page and "预算" in page for page in pages)
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(place / "out/notes.pdf").pages)
    body = re.sub(r"Noteslive·.*?·\d+text", "", text)
    assert body.count("混凝土concrete") == 900, "a row that is higher than a page goes on on the next"
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=place / "out", capture_output=True)
    assert sums.returncode == 0
    assert "项目 Projects" in (place / "out/index.html").read_text("utf-8")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no second reader of PDF on this machine")
def test_another_reader_finds_the_same_text(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    font = str(Path(reportlab.__file__).with_name("fonts") / "Vera.ttf")
    assert typed("records.export", "--env", "live", "--to", "out", "--only", "latin", "--font", font) == 0
    said = subprocess.run(["pdftotext", "out/latin.pdf", "-"], cwd=place, capture_output=True, text=True, check=True)
    assert said.stdout.count(".5\n") == 60
    assert not (place / "out/notes.xlsx").exists()

    assert typed("records.export", "--env", "live", "--to", "more", "--font", font) == 20
    assert "has the font all signs?" in capsys.readouterr().err
    assert typed("records.export", "--env", "live", "--to", "more", "--font", "inventory.yaml") == 2
    assert "name a TrueType font" in capsys.readouterr().err
    assert not list(place.glob("more*"))


def test_what_is_damaged_is_found_by_name(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("records.export", "--env", "live", "--to", "out") == 0
    assert typed("records.check", "--folder", "out") == 0
    (place / "out/notes.pdf").write_bytes((place / "out/projects.pdf").read_bytes())
    damaged = bytearray((place / "out/projects.xlsx").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (place / "out/projects.xlsx").write_bytes(damaged)
    (place / "out/notes.xlsx").unlink()
    capsys.readouterr()
    assert typed("records.check", "--folder", "out") == 10
    said = capsys.readouterr().out
    assert "notes.pdf: these pages do not say what was written: 1" in said
    for name in ("notes.pdf", "projects.xlsx", "notes.xlsx"):
        assert f"✗ {name} is not the file that was written" in said
    assert "no export of records" in faults(place / "product")[0]


def test_rows_that_are_missing_in_a_sheet_are_found_though_its_hash_is_mended(place: Path) -> None:
    assert typed("records.export", "--env", "live", "--to", "out") == 0
    book = openpyxl.load_workbook(place / "out/projects.xlsx")
    book.worksheets[0].delete_rows(7)
    book.save(place / "out/projects.xlsx")
    assert "projects.xlsx holds other rows than were written: 119, not 120" in faults(place / "out")


def test_nothing_is_left_when_it_cannot_be_done(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = ("records.export", "--env", "live", "--to", "out")
    (place / "product/records.yaml").write_text(RECORDS.replace("[text]", "[text, more]"))
    assert typed(*export) != 0
    assert "the query of notes gives 1 columns, 2 headings are named" in capsys.readouterr().err
    (place / "product/records.yaml").write_text(RECORDS.replace('values: {least: "0"}', ""))
    assert typed(*export) == 2
    assert "--values least=..." in capsys.readouterr().err
    assert typed(*export, "--only", "nowhere") == 2
    assert not list(place.glob("out*"))
    assert typed(*export, "--values", "least=100") == 0
    assert len(list(openpyxl.load_workbook(place / "out/projects.xlsx").worksheets[0].rows)) == 21
    assert typed(*export, "--values", "least=100") == 2
    assert "name a folder that is new" in capsys.readouterr().err


@pytest.mark.parametrize(("wrong", "told"), [
    (RECORDS.replace("name: notes", "name: Projects"), 'records.yaml:6'),
    (RECORDS.replace("columns", "colums"), "colums"),
    ("format: 1\nrecords: []\n", "records"),
])
def test_a_wrong_file_is_told_with_its_place(wrong: str, told: str) -> None:
    with pytest.raises((PlaybookError, WrongUse, DatabaseError)) as error:
        read_records(wrong.encode(), "records.yaml")
    assert told in str(error.value)
