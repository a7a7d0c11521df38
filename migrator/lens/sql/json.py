"""JSON documents: what stands under a key and of which kind it is, and how a text is written into one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, literal
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in


class _Spoken(Construct):
    """An expression that has one form for each make."""

    forms: dict[str, str]


class _Kind(_Spoken):
    name = "json_kind"
    type = Text()
    forms = {
        "postgresql": "jsonb_typeof(cast({0} as jsonb))",
        "mariadb": "(case json_type({0}) when 'INTEGER' then 'number' when 'DOUBLE' then 'number' "
                   "when 'DECIMAL' then 'number' else lower(json_type({0})) end)",
        "sqlite": "(case json_type({0}) when 'integer' then 'number' when 'real' then 'number' when 'text' then "
                  "'string' when 'true' then 'boolean' when 'false' then 'boolean' else json_type({0}) end)",
    }


class _Under(_Spoken):
    name = "json_under"
    type = Text()
    forms = {
        "postgresql": "cast(cast({0} as jsonb) -> {1} as text)",
        "mariadb": "json_extract({0}, {2})",
        "sqlite": "({0} -> {2})",
    }


class _Spelled(_Spoken):
    name = "json_spelled"
    type = Text()
    forms = {
        "postgresql": "(cast({0} as jsonb) #>> '{{}}')",
        "mariadb": "json_unquote({0})",
        "sqlite": "json_extract({0}, '$')",
    }


class _Quoted(_Spoken):
    name = "json_quoted"
    type = Text()
    forms = {
        "postgresql": "cast(to_json(cast({0} as text)) as text)",
        "mariadb": "json_quote(convert({0} using utf8mb4))",
        "sqlite": "json_quote(cast({0} as text))",
    }


def kind(document: Cell) -> Cell:
    """object, array, string, number, boolean or null."""
    return _Kind(document)


def under(document: Cell, key: str) -> Cell:
    """What stands under a key of an object, as a document of its own; NULL where there is no such key.

    key: without quotes and backslashes.
    """
    return _Under(document, literal(key), literal(f'$."{key}"'))


def spelled(document: Cell) -> Cell:
    """The text that a document which is a string stands for."""
    return _Spelled(document)


def quoted(text: Cell) -> Cell:
    """A text as a document."""
    return _Quoted(text)


@compiles(_Spoken)
def _spoken(element: _Spoken, compiler: Any, **kw: Any) -> str:
    form = element.forms[make_in(compiler)]
    # a part that the form does not name must not be compiled: its parameter would be missing in the statement
    return form.format(*(compiler.process(part, **kw) if f"{{{n}}}" in form else ""
                         for n, part in enumerate(element.parts)))
