"""Whether an export can still be read: every file by its hash, every sheet row by row, every paper page by page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from migrator.records.index import Listed, changed_files, read_index
from migrator.records.paper import unreadable
from migrator.records.sheet import read_sheet
from migrator.text import _


def faults(folder: Path) -> list[str]:
    """One line for each thing that is not as it was written; empty when all can be read."""
    try:
        changed, index = changed_files(folder), read_index(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [_("{folder} is no export of records, or its index is damaged: {why}").format(folder=folder, why=error)]
    found = [_("{file} is not the file that was written").format(file=name) for name in changed]
    return found + [line for one in index.lists for line in _of(folder, one)]


def _of(folder: Path, one: Listed) -> Iterator[str]:
    try:
        content = read_sheet(folder / one.sheet)
    except ValueError as error:
        yield _("{file} cannot be read: {why}").format(file=one.sheet, why=error)
    else:
        if (content.rows, content.digest) != (one.rows, one.digest):
            yield _("{file} holds other rows than were written: {found}, not {rows}").format(
                file=one.sheet, found=content.rows, rows=one.rows)
    try:
        pages = unreadable(folder / one.paper, one.pages)
    except ValueError as error:
        yield _("{file} cannot be read: {why}").format(file=one.paper, why=error)
    else:
        if pages:
            yield _("{file}: these pages do not say what was written: {pages}").format(
                file=one.paper, pages=", ".join(map(str, pages[:10])))
