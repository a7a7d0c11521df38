"""Columns of text that line up, Chinese characters counted as two."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.text import pad, shorten, width

GAP = "  "
NARROWEST = 12


@dataclass(frozen=True)
class Column:
    """`right` is for numbers; a column that may `give` is cut when the terminal is too narrow."""

    title: str
    right: bool = False
    give: bool = False


def grid(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, room: int | None = None) -> list[str]:
    """The lines of a table, titles first, none wider than `room` terminal columns (the terminal's when None)
    as long as the giving columns have something left to give."""
    widths = [max([width(c.title), *(width(_one_line(row[n])) for row in rows)]) for n, c in enumerate(columns)]
    widths = _narrowed(columns, widths, terminal_room() if room is None else room)
    return [_line(columns, widths, row) for row in ([c.title for c in columns], *rows)]


def terminal_room() -> int:
    """Columns of the terminal; 120 where nobody can say."""
    return shutil.get_terminal_size((120, 40)).columns


def _narrowed(columns: Sequence[Column], widths: list[int], room: int) -> list[int]:
    narrowed = list(widths)
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - room
    for n in sorted((n for n, c in enumerate(columns) if c.give), key=lambda n: -widths[n]):
        given = max(0, min(excess, narrowed[n] - NARROWEST))
        narrowed[n] -= given
        excess -= given
    return narrowed


def _line(columns: Sequence[Column], widths: list[int], cells: Sequence[str]) -> str:
    fitted = (pad(shorten(cell, columns_wide), columns_wide, right=column.right)
              for column, columns_wide, cell in zip(columns, widths, map(_one_line, cells), strict=True))
    return GAP.join(fitted).rstrip()


def _one_line(cell: str) -> str:
    return " ".join(cell.split("\n"))
