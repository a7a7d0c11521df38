"""A list as a PDF, page by page, and whether every page can still be read.

It is text and no picture: it can be searched and copied. A TrueType font that is named goes into the file, as far as it
is used, so that every reader can show it. Else text is set in the font that readers have for Chinese (Adobe-GB1, ISO
32000-1, 9.7.5.2); those of a Linux distribution may need its package with such data (poppler-data).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from migrator.errors import WrongUse
from migrator.records.cells import on_paper
from migrator.text import _

STANDARD = "STSong-Light"
SIZE, LEADING, MARGIN, GAP = 8.0, 11.0, 36.0, 6.0
"""Points."""
SAMPLE = 200
"""Rows by which the widths of columns are measured."""
Page = str
"""SHA-256 of a page's text without its blanks."""


def write_paper(path: Path, title: str, origin: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *,
                font: str = STANDARD) -> list[Page]:
    """Write a list; `origin` stands on every page. Gives what each page says, for `unreadable`.

    font: of `known_font`.
    """
    known_font(None)
    paper = _Paper(path, title, origin, columns, _widths(columns, rows[:SAMPLE]), font)
    paper.rows(rows)
    return paper.end()


def known_font(file: Path | None) -> str:
    """The name by which a TrueType font of a file can be used (.ttf, .ttc), or the standard one.

    Raises WrongUse for a file that is no such font.
    """
    try:
        font = TTFont(file.stem, str(file)) if file else UnicodeCIDFont(STANDARD)
    except TTFError as error:
        raise WrongUse(_("this font cannot be put into a PDF: {why}").format(why=error), where=str(file),
                       hint=_("name a TrueType font, .ttf or .ttc")) from None
    pdfmetrics.registerFont(font)
    return str(font.fontName)


def unreadable(path: Path, pages: Sequence[Page]) -> list[int]:
    """The pages, from 1, that do not say any more what was written. Raises ValueError for a file that is no PDF."""
    try:
        found = [_said(page.extract_text()) for page in PdfReader(path).pages]
    except Exception as error:  # as with sheets: what is damaged fails in many ways
        raise ValueError(f"{type(error).__name__}: {error}") from error
    length = max(len(found), len(pages))
    return [n + 1 for n in range(length) if n >= len(found) or n >= len(pages) or found[n] != pages[n]]


class _Paper:
    """Sets rows from the top of a page to its end, and goes on with the next."""

    def __init__(self, path: Path, title: str, origin: str, columns: Sequence[str], widths: Sequence[float],
                 font: str) -> None:
        self._canvas = Canvas(str(path), pagesize=landscape(A4), pageCompression=1)
        self._canvas.setTitle(title)
        self._title, self._origin, self._columns, self._widths = title, origin, columns, widths
        self._font = font
        self._pages: list[Page] = []
        self._begin()

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Set rows; one that is higher than a page goes on on the next."""
        for row in rows:
            lines = self._lines([on_paper(value) for value in row])
            while any(lines):
                room = int((self._y - MARGIN) / LEADING)
                if room < 1 or (max(map(len, lines)) > room and self._y < self._top):
                    self._turn()
                    room = int((self._y - MARGIN) / LEADING)
                self._set([own[:room] for own in lines])
                lines = [own[room:] for own in lines]

    def end(self) -> list[Page]:
        """Finish the file."""
        self._close_page()
        self._canvas.save()
        return self._pages

    def _begin(self) -> None:
        self._text: list[str] = []
        self._canvas.setFont(self._font, SIZE)
        width, height = landscape(A4)
        self._y = height - MARGIN
        self._draw(MARGIN, self._title)
        self._y -= LEADING
        self._draw(MARGIN, f"{self._origin} · {len(self._pages) + 1}")
        self._y -= LEADING * 1.5
        self._set(self._lines(self._columns))
        self._canvas.line(MARGIN, self._y + LEADING * 0.7, width - MARGIN, self._y + LEADING * 0.7)
        self._y -= LEADING * 0.4
        self._top = self._y

    def _turn(self) -> None:
        self._close_page()
        self._begin()

    def _close_page(self) -> None:
        self._pages.append(_said("".join(self._text)))
        self._canvas.showPage()

    def _lines(self, row: Sequence[str]) -> list[list[str]]:
        return [_wrapped(text, width, self._font) for text, width in zip(row, self._widths, strict=True)]

    def _set(self, lines: Sequence[Sequence[str]]) -> None:
        top, x = self._y, MARGIN
        for own, width in zip(lines, self._widths, strict=True):
            for number, line in enumerate(own):
                self._y = top - number * LEADING
                self._draw(x, line)
            x += width + GAP
        self._y = top - max(1, max(map(len, lines))) * LEADING

    def _draw(self, x: float, line: str) -> None:
        self._text.append(line)
        self._canvas.drawString(x, self._y, line)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[float]:
    """The page's width, shared out by what columns have to say; none gets less than room for its heading's words."""
    wanted = [min(60, max(4, len(heading), *(len(on_paper(row[n])) for row in rows), 0))
              for n, heading in enumerate(columns)]
    room = landscape(A4)[0] - 2 * MARGIN - GAP * (len(columns) - 1)
    return [room * one / sum(wanted) for one in wanted]


def _wrapped(text: str, width: float, font: str) -> list[str]:
    """The lines of a text that fit into a width, cut wherever they end: most texts know no blanks."""
    lines = []
    for line in text.splitlines():
        while len(line) * SIZE > width and pdfmetrics.stringWidth(line, font, SIZE) > width:
            fits = max(1, int(len(line) * width / pdfmetrics.stringWidth(line, font, SIZE)))
            while fits > 1 and pdfmetrics.stringWidth(line[:fits], font, SIZE) > width:
                fits -= 1
            lines.append(line[:fits])
            line = line[fits:]
        lines.append(line)
    return lines


def _said(text: str) -> Page:
    return hashlib.sha256("".join(text.split()).encode("utf-8", "replace")).hexdigest()
