"""A text as a sample carries it: itself, or its hash where it is long."""

from __future__ import annotations

from typing import Any

from sqlalchemy import cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import Text

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.sql.hash import row_hash

LONGEST = 300
"""Characters; the same count on every make, so that equal texts stay equal."""


class Shortened(Construct):
    """A canonical text; the digits of its hash where it has more than LONGEST characters."""

    name = "shortened"

    def __init__(self, text: Cell) -> None:
        super().__init__(text, cast(row_hash([text], alike=False), Text()))
        self.type = Text()


@compiles(Shortened)
def _shortened(element: Shortened, compiler: Any, **kw: Any) -> str:
    text, digits = (compiler.process(part, **kw) for part in element.parts)
    if make_in(compiler) == "mariadb":  # canonical texts are binary strings there
        text = f"convert({text} using utf8mb4)"
    characters = "char_length" if make_in(compiler) == "mariadb" else "length"
    return f"case when {characters}({text}) > {LONGEST} then {digits} else {text} end"
