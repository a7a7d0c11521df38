"""The frame of our own expressions: one class each, and one text for each make of database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

MAKES = {"postgresql": "postgresql", "mysql": "mariadb", "mariadb": "mariadb", "sqlite": "sqlite"}
"""Makes of database by the names that SQLAlchemy gives their dialects."""


class Construct(FunctionElement[Any]):
    """An expression over other expressions. What else it depends on are attributes, so it is compiled each time."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.inherit_cache = False
        super().__init_subclass__(**kwargs)

    def __init__(self, *parts: ColumnElement[Any]) -> None:
        super().__init__(*parts)

    @property
    def parts(self) -> list[ColumnElement[Any]]:
        """The expressions that it is made of, in order."""
        return list(self.clauses)


def make_in(compiler: Any) -> str:
    """The make of database that is compiled for."""
    return MAKES[compiler.dialect.name]
