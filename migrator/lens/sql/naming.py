"""Values that are named once before more is made of them, where an expression would grow too deep to be read."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import ColumnClause, Null, column
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.sql.construct import Construct, make_in

_NUMBERS = count(1)


class Named(Construct):
    """An expression over values, that can also be said over their names."""

    name = "named"

    def __init__(self, plain: Cell, short: Cell, values: dict[str, Cell]) -> None:
        super().__init__(plain)
        self.short = short
        self.values = values
        self.type = plain.type


def upon(values: Values, make: Callable[[Values, Scope], Values], scope: Scope) -> Values:
    """What `make` makes of values that are long expressions themselves.

    SQLite's parser gives up on what is nested deeper than a hundred symbols: there each value gets a name. What looks
    something up needs the values themselves.
    """
    if all(isinstance(value, ColumnClause | Null) for value in values):
        return make(values, scope)
    plain, probe = make(values, scope), scope.apart()
    if all(made is value for made, value in zip(plain, values, strict=False)):
        return plain
    names = {f"named_{next(_NUMBERS)}": value for value in values}
    short = make(tuple(column(name, value.type) for name, value in names.items()), probe)
    return plain if probe.joined else tuple(Named(*both, names) for both in zip(plain, short, strict=True))


@compiles(Named)
def _named(element: Named, compiler: Any, **kw: Any) -> str:
    if make_in(compiler) != "sqlite":
        return str(compiler.process(element.parts[0], **kw))
    short = compiler.process(element.short, **kw)
    values = ", ".join(f"{compiler.process(value, **kw)} AS {name}" for name, value in element.values.items())
    return f"(SELECT {short} FROM (SELECT {values}))"  # noqa: S608 - compiled expressions
