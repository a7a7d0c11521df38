"""Rows of another make as lines of text: canonical texts with commas, the one form that all three makes can agree on.

A text stands in quotation marks, doubled where it holds them; a bare NULL is NULL; nothing else means anything. So
LOAD DATA and COPY read what the other wrote, which they do not in their own forms (form feeds, backslashes, empty
texts).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from sqlalchemy import Select, Text
from sqlalchemy.ext.compiler import compiles

from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.path import require_all
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.types import Family

BARE = frozenset({Family.INTEGER, Family.DECIMAL, Family.REAL, Family.BOOLEAN, Family.DATE, Family.TIME, Family.MOMENT})
"""Families whose texts hold neither commas, quotation marks nor ends of lines."""


class Lines(Protocol):
    """Blocks of whole lines; `rows` is their number once all are taken."""

    rows: int

    def __iter__(self) -> Iterator[bytes]: ...


class Source(Protocol):
    """Gives the rows of a query, whose columns are canonical texts, as lines."""

    name: str

    def lines(self, load: Load, rows: Select[Any]) -> Lines: ...


class Target(Protocol):
    """Makes rows of lines; how many."""

    name: str

    def take(self, load: Load, lines: Lines) -> int: ...


class ByLines:
    """Text from one server's bulk reader into another's bulk loader."""

    def __init__(self, source: Source, target: Target) -> None:
        self.name = f"{source.name} -> {target.name}"
        self._source = source
        self._target = target

    def carry(self, load: Load, rows: Select[Any]) -> int:
        lines = self._source.lines(load, as_texts(load, rows))
        arrived = self._target.take(load, lines)
        return require_all(load, lines.rows, arrived)


def as_texts(load: Load, rows: Select[Any]) -> Select[Any]:
    """A query's values as canonical texts of the columns that they are for."""
    return rows.with_only_columns(*(canonical(rows.selected_columns[name], type_).label(name)
                                    for name, type_ in load.columns.items()))


def as_line(load: Load, texts: Select[Any]) -> Select[Any]:
    """The same query with one column: the whole line, without its end."""
    return texts.with_only_columns(Line(load, texts).label("line"))


class Line(Construct):
    """One row's texts, put together in the server."""

    name = "line"

    def __init__(self, load: Load, texts: Select[Any]) -> None:
        super().__init__(*(column.element for column in texts.selected_columns))
        self.bare = [type_.family in BARE for type_ in load.columns.values()]
        self.type = Text()


@compiles(Line)
def _line(element: Line, compiler: Any, **kw: Any) -> str:
    make = make_in(compiler)
    texts = zip((compiler.process(part, **kw) for part in element.parts), element.bare, strict=True)
    cells = [(_BARE if bare else _QUOTED[make]).format(text) for text, bare in texts]
    return f"concat_ws(',', {', '.join(cells)})" if make == "mariadb" else " || ',' || ".join(cells)


_BARE = "coalesce({}, 'NULL')"
_QUOTED = {"mariadb": "coalesce(concat('\"', replace({}, '\"', '\"\"'), '\"'), 'NULL')",
           "sqlite": "coalesce('\"' || replace({}, '\"', '\"\"') || '\"', 'NULL')"}
