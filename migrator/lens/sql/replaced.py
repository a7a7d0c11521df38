"""Several words of a text replaced one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Text, literal
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in


class _Replaced(Construct):
    name = "replaced"

    def __init__(self, text: Cell, words: Mapping[str, str]) -> None:
        said = [literal(part) for pair in words.items() for part in pair]
        super().__init__(text, literal(json.dumps(list(words.items()))), *said)
        self.type = Text()


def replaced(text: Cell, words: Mapping[str, str]) -> Cell:
    """A text with each word, letters told apart by case, replaced by what stands for it; the first one first."""
    return _Replaced(text, words)


@compiles(_Replaced)
def _said(element: _Replaced, compiler: Any, **kw: Any) -> str:
    text, words, *said = element.parts
    found: str = compiler.process(text, **kw)
    if make_in(compiler) == "sqlite":  # its parser gives up on many calls inside of each other
        return f"migrator_replaced({found}, {compiler.process(words, **kw)})"
    for word, instead in zip(said[::2], said[1::2], strict=True):
        found = f"replace({found}, {compiler.process(word, **kw)}, {compiler.process(instead, **kw)})"
    return found


def _replace(text: str | None, words: str) -> str | None:
    for word, instead in json.loads(words) if text else ():
        text = text and text.replace(word, instead)
    return text


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {"migrator_replaced": (2, _replace)}
"""What SQLite is taught, with the number of its arguments."""
