"""Export: every list of a product as a workbook and as a PDF, read back before it is called done."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from migrator import __version__, clock
from migrator.errors import DatabaseError, WrongUse
from migrator.records.check import faults
from migrator.records.content import Content
from migrator.records.index import Index, Listed, write_index
from migrator.records.model import Record, Records
from migrator.records.paper import known_font, write_paper
from migrator.records.sheet import write_sheet
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

Progress = Callable[[float, float | None, str], None]


def export_records(site: Site, records: Records, folder: Path, *, values: Mapping[str, str] | None = None,
                   only: Sequence[str] | None = None, font: Path | None = None, say: OnLine = lambda line: None,
                   progress: Progress = lambda done, total, unit: None) -> Index:
    """Write the lists (those that are named) into a new folder, which appears when all of it has been read back.

    values: parameters of the queries, before those that the file gives.
    font: a TrueType font that goes into the PDFs; None: the one that readers have for Chinese.
    Raises WrongUse for a folder that is there, a list that is not, and a parameter without a value; DatabaseError where
    a query cannot be answered or gives other columns than the file says.
    """
    chosen = _chosen(records, only)
    given, letters = {**records.values, **(values or {})}, known_font(font)
    for record in chosen:
        _parameters(record, given)
    with _appearing(folder) as growing:
        lists = []
        for number, record in enumerate(chosen):
            progress(number, len(chosen), _("lists"))
            lists.append(_export(site, record, given, growing, letters))
            say(_("{title}: {rows} rows").format(title=record.title, rows=lists[-1].rows))
        index = Index(site.name, clock.stamp(), __version__, given, tuple(lists))
        write_index(growing, index)
        progress(len(chosen), len(chosen), _("lists"))
        if wrong := faults(growing):
            raise DatabaseError(_("what was written cannot be read back: {why}").format(why="; ".join(wrong[:3])),
                                where=str(growing),
                                hint=_("nothing was kept; is the disk sound, and has the font all signs?"))
    return index


def _export(site: Site, record: Record, values: Mapping[str, str], folder: Path, font: str) -> Listed:
    rows = _rows(site, record, values)
    origin = f"{site.name} · {clock.stamp()}"
    content: Content = write_sheet(folder / f"{record.name}.xlsx", record.name, record.columns, rows)
    pages = write_paper(folder / f"{record.name}.pdf", record.title, origin, record.columns, rows, font=font)
    return Listed(record.name, record.title, content.rows, content.digest, tuple(pages))


def _rows(site: Site, record: Record, values: Mapping[str, str]) -> list[tuple[Any, ...]]:
    rows = site.database(record.database).query(record.query, _parameters(record, values))
    if rows and len(rows[0]) != len(record.columns):
        raise DatabaseError(_("the query of {name} gives {found} columns, {wanted} headings are named").format(
            name=record.name, found=len(rows[0]), wanted=len(record.columns)), where=record.database,
            hint=_("name a heading for each column in the records file"))
    return rows


def _parameters(record: Record, values: Mapping[str, str]) -> dict[str, str]:
    names = text(record.query).compile().params
    for name in names:
        if name not in values:
            raise WrongUse(_("the list {list} asks for a value of {name}").format(list=record.name, name=name),
                           hint=f"--values {name}=...")
    return {name: values[name] for name in names}


def _chosen(records: Records, only: Sequence[str] | None) -> list[Record]:
    there = {record.name: record for record in records.records}
    for name in only or ():
        if name not in there:
            raise WrongUse(_("there is no list named {name}").format(name=name),
                           hint=_("the file knows: {names}").format(names=", ".join(there)))
    return [record for name, record in there.items() if only is None or name in only]


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder that takes its name when the block ends without an error; else nothing of it is left."""
    if folder.exists():
        raise WrongUse(_("there is something already"), where=str(folder), hint=_("name a folder that is new"))
    growing = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True)
    try:
        yield growing
        growing.rename(folder)
    except BaseException:
        shutil.rmtree(growing, ignore_errors=True)
        raise
