"""Whole numbers that stand among other words: what is not written as one is no number, and no error."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in


class Whole(Construct):
    """The number that a text writes in its one canonical way, of 18 digits at most; NULL for every other text."""

    name = "whole"
    type = BigInteger()

    def __init__(self, text: Cell) -> None:
        super().__init__(text)


@compiles(Whole)
def _whole(element: Whole, compiler: Any, **kw: Any) -> str:
    return _WHOLE[make_in(compiler)].format(compiler.process(element.parts[0], **kw))


# The pattern comes first, in a branch of its own: a cast of other words would end the statement.
_WHOLE = {
    "postgresql": "case when {0} ~ '^(0|-?[1-9][0-9]{{0,17}})$' then cast({0} as bigint) end",
    "mariadb": "case when {0} regexp '^-?[0-9]{{1,18}}$' then case when cast({0} as binary) = "
               "cast(cast(cast(replace({0}, '\n', '') as signed) as char) as binary) then cast({0} as signed) end end",
    "sqlite": "case when cast(cast({0} as integer) as text) = {0} and length({0}) < 20 then cast({0} as integer) end",
}
