"""How long a text is, in characters and in bytes of UTF-8: the makes call both by other names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in


class Characters(Construct):
    """The number of characters of a text."""

    name = "characters"

    def __init__(self, text: Cell) -> None:
        super().__init__(text)
        self.type = BigInteger()  # a limit may be above 2**31


class Octets(Construct):
    """The number of bytes of a text in UTF-8, or of a binary value."""

    name = "octets"

    def __init__(self, value: Cell) -> None:
        super().__init__(value)
        self.type = BigInteger()  # a limit may be above 2**31


_CHARACTERS = {"postgresql": "char_length(cast({} as text))", "mariadb": "char_length({})",
               "sqlite": "length(cast({} as text))"}
_OCTETS = {"postgresql": "octet_length({})", "mariadb": "octet_length({})", "sqlite": "length(cast({} as blob))"}


@compiles(Characters)
def _characters(element: Characters, compiler: Any, **kw: Any) -> str:
    return _CHARACTERS[make_in(compiler)].format(compiler.process(element.parts[0], **kw))


@compiles(Octets)
def _octets(element: Octets, compiler: Any, **kw: Any) -> str:
    return _OCTETS[make_in(compiler)].format(compiler.process(element.parts[0], **kw))
