"""Lists that are kept in one text: taken apart into rows, and put together from rows.

Elements are told apart by a separator. An element of several fields has them told apart by colons; `escaped` frees a
text from both.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, column, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import sqltypes

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in

_ESCAPES = {"~": "~t", ",": "~c", ":": "~d"}


def _escape(text: str | None) -> str:
    return "~" if text is None else "=" + "".join(_ESCAPES.get(sign, sign) for sign in text)


def _unescape(said: str | None) -> str | None:
    if said is None or said == "~":
        return None
    for sign, written in reversed(_ESCAPES.items()):
        said = said.replace(written, sign)
    return said[1:]


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {"migrator_escaped": (1, _escape),
                                                        "migrator_unescaped": (1, _unescape)}
"""What SQLite is taught, with the number of its arguments: its parser takes no deep expressions."""


class _Elements(Construct):
    name = "elements"

    def __init__(self, text: Cell, separator: str | None) -> None:
        super().__init__(text)
        self.separator = separator


class _Gathered(Construct):
    """Holds the same aggregate twice: over the distinct elements as a query of their own, and over all of them."""

    name = "gathered"
    type = sqltypes.Text()


class _Aggregate(Construct):
    name = "aggregate"
    type = sqltypes.Text()

    def __init__(self, element: Cell, separator: str) -> None:
        super().__init__(element)
        self.separator = separator


class _Escaped(Construct):
    name = "escaped"
    type = sqltypes.Text()


class _Unescaped(Construct):
    name = "unescaped"
    type = sqltypes.Text()


def elements(text: Cell, separator: str | None) -> FromClause:
    """The elements of a list as rows with one column `value`, to be joined beside the row that the text is of; none of
    NULL.

    separator: no letters, digits, quotes or backslashes; None for a text that is one element as a whole.
    """
    return _Elements(text, separator).table_valued(column("value", Text()), joins_implicitly=True)


def gathered(element: Cell, source: FromClause, *where: ColumnElement[bool], separator: str = ",") -> Cell:
    """The different elements of the rows of a source in one text, in the order of their bytes; NULL for no rows.

    element: a canonical text. What `where` says of tables outside of the source is said of the row around.
    """
    rows = select(element.label("value")).select_from(source).where(*where).correlate_except(source)
    distinct = rows.distinct().order_by(literal_column("1")).subquery()
    apart = select(_Aggregate(distinct.c.value, separator)).select_from(distinct).scalar_subquery()
    at_once = select(_Aggregate(element, separator)).select_from(source).where(*where).correlate_except(source)
    return _Gathered(apart, at_once.scalar_subquery())


def escaped(text: Cell) -> Cell:
    """A canonical text, or NULL, as it can stand as a field of an element: `=text`, and `~` for NULL."""
    return _Escaped(text)


def unescaped(said: Cell) -> Cell:
    """The text, or NULL, that `escaped` was given."""
    return _Unescaped(said)


@compiles(_Elements)
def _elements(element: _Elements, compiler: Any, **kw: Any) -> str:
    make, separator = make_in(compiler), element.separator
    text = compiler.process(element.parts[0], **kw)
    if make == "postgresql":
        apart = (f"string_to_array({text}, {_quoted(separator, compiler)})" if separator
                 else f"array_remove(ARRAY[{text}], NULL)")
        return f"LATERAL (SELECT unnest({apart}) AS value)"
    if make == "mariadb":
        listed = f"concat('[', {_in_json(f'json_quote(convert({text} using utf8mb4))', separator, compiler)}, ']')"
        return f"json_table({listed}, '$[*]' COLUMNS (value LONGTEXT PATH '$'))"
    return f"json_each(nullif('[' || {_in_json(f'json_quote({text})', separator, compiler)} || ']', '[null]'))"


@compiles(_Gathered)
def _gathered(element: _Gathered, compiler: Any, **kw: Any) -> str:
    # MariaDB's derived tables know nothing of the row around; the others' aggregates do not sort and tell apart at once
    apart, at_once = element.parts
    found: str = compiler.process(at_once if make_in(compiler) == "mariadb" else apart, **kw)
    return found


@compiles(_Aggregate)
def _aggregate(element: _Aggregate, compiler: Any, **kw: Any) -> str:
    value, separator = compiler.process(element.parts[0], **kw), _quoted(element.separator, compiler)
    if make_in(compiler) == "postgresql":
        return f"string_agg({value}, {separator} ORDER BY {value} COLLATE \"C\")"
    if make_in(compiler) == "mariadb":
        return f"convert(group_concat(DISTINCT {value} ORDER BY {value} SEPARATOR {separator}) using utf8mb4)"
    return f"group_concat({value}, {separator})"


@compiles(_Escaped)
def _escaped(element: _Escaped, compiler: Any, **kw: Any) -> str:
    text = compiler.process(element.parts[0], **kw)
    if make_in(compiler) == "sqlite":
        return f"migrator_escaped({text})"
    for sign, written in _ESCAPES.items():
        text = f"replace({text}, '{sign}', '{written}')"
    return f"coalesce(concat('=', {text}), '~')" if make_in(compiler) == "mariadb" else f"coalesce('=' || {text}, '~')"


@compiles(_Unescaped)
def _unescaped(element: _Unescaped, compiler: Any, **kw: Any) -> str:
    said = compiler.process(element.parts[0], **kw)
    if make_in(compiler) == "sqlite":
        return f"migrator_unescaped({said})"
    text = f"substr(nullif({said}, '~'), 2)"
    for sign, written in reversed(_ESCAPES.items()):
        text = f"replace({text}, '{written}', '{sign}')"
    return text


def _in_json(quoted_text: str, separator: str | None, compiler: Any) -> str:
    """A text in quotes of JSON as several such texts with commas between them."""
    if separator is None:
        return quoted_text
    written = json.dumps(separator, ensure_ascii=False)[1:-1]
    return f"replace({quoted_text}, {_quoted(written, compiler)}, '\",\"')"


def _quoted(text: str, compiler: Any) -> str:
    found: str = compiler.render_literal_value(text, sqltypes.String())
    return found
