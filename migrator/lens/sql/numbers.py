"""Numbers made shorter in the same way by every make."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import Double, Numeric

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in


class Rounded(Construct):
    """A decimal with so many digits after the point; a half goes away from zero."""

    name = "rounded"

    def __init__(self, value: Cell, scale: int) -> None:
        super().__init__(value)
        self.scale = scale
        self.type = Numeric()


class Exactly(Construct):
    """The decimal that a real is written as in its shortest form; a cast would take its first 15 digits."""

    name = "exactly"

    def __init__(self, value: Cell) -> None:
        super().__init__(value)
        self.type = Numeric()


class Divided(Construct):
    """A decimal divided by a whole number, with more digits than a column holds."""

    name = "divided"

    def __init__(self, value: Cell, by: int) -> None:
        super().__init__(value)
        self.by = by
        self.type = Numeric()


class Single(Construct):
    """A real in single precision."""

    name = "single"

    def __init__(self, value: Cell) -> None:
        super().__init__(value)
        self.type = Double()


@compiles(Rounded)
def _rounded(element: Rounded, compiler: Any, **kw: Any) -> str:
    value, make = compiler.process(element.parts[0], **kw), make_in(compiler)
    return {"postgresql": f"round(cast({value} as numeric), {element.scale})",
            "mariadb": f"round({value}, {element.scale})",
            "sqlite": f"migrator_rounded({value}, {element.scale})"}[make]


@compiles(Single)
def _single(element: Single, compiler: Any, **kw: Any) -> str:
    value, make = compiler.process(element.parts[0], **kw), make_in(compiler)
    return {"postgresql": f"cast(cast({value} as real) as float8)", "mariadb": f"(cast({value} as float) + 0e0)",
            "sqlite": f"migrator_single({value})"}[make]


@compiles(Exactly)
def _exactly(element: Exactly, compiler: Any, **kw: Any) -> str:
    value, make = str(compiler.process(element.parts[0], **kw)), make_in(compiler)
    return {"postgresql": f"cast(cast(cast({value} as float8) as text) as numeric)",
            "mariadb": f"cast(cast({value} + 0e0 as char) as decimal(65, 30))", "sqlite": value}[make]


@compiles(Divided)
def _divided(element: Divided, compiler: Any, **kw: Any) -> str:
    value, make = compiler.process(element.parts[0], **kw), make_in(compiler)
    return {"postgresql": f"(cast({value} as numeric) / {element.by}.00000000000000000000)",
            "mariadb": f"(cast({value} as decimal(65, 30)) / {element.by})",
            "sqlite": f"({value} / {element.by}.0)"}[make]
