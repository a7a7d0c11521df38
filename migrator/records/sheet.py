"""A list as an Excel workbook (ISO/IEC 29500), and what can be read of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from migrator.records.cells import in_sheet
from migrator.records.content import Content

ROWS = 1_000_000
"""Rows of a sheet; what is left goes on in the next one. The format ends at 1,048,576."""
WIDEST = 60


def write_sheet(path: Path, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Content:
    """Write a workbook; gives what it holds below its headings."""
    book, content = Workbook(write_only=True), Content()
    sheet = _begun(book, name, 1, columns)
    for number, row in enumerate(rows):
        if number and number % ROWS == 0:
            sheet = _begun(book, name, number // ROWS + 1, columns)
        cells = [in_sheet(value) for value in row]
        content.note(cells)
        sheet.append([_text(sheet, cell) if isinstance(cell, str) else cell for cell in cells])
    book.save(path)
    return content


def read_sheet(path: Path) -> Content:
    """What a workbook holds below its headings. Raises ValueError for a file that is none."""
    content = Content()
    try:
        book = load_workbook(path, read_only=True)
        for sheet in book.worksheets:
            for row in _below_headings(sheet.iter_rows(values_only=True)):
                content.note(row)
        book.close()
    except Exception as error:  # a damaged archive of XML files fails in many ways
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return content


def _begun(book: Workbook, name: str, number: int, columns: Sequence[str]) -> Any:
    sheet = book.create_sheet(name[:25] if number == 1 else f"{name[:25]} {number}")
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = min(WIDEST, 2 * len(heading) + 8)
    sheet.append([_text(sheet, heading, bold=True) for heading in columns])
    return sheet


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """A cell of text, whatever it begins with: a name such as =1+1 is no formula."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _below_headings(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    found = iter(rows)
    next(found, None)
    return found
