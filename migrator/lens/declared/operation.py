"""What an operation of the mapping file is: the contract for the files of `migrator/lens/operations/`."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BeforeValidator, Field

from migrator.errors import PlaybookError, Position
from migrator.lens.constant import Constant, constant, held
from migrator.lens.group import Group
from migrator.lens.pair import Face, Private
from migrator.lens.rows import Condition
from migrator.lens.schema import Schema, Table
from migrator.lens.scope import Cell
from migrator.lens.side import Side
from migrator.lens.types import Type
from migrator.playbook.inventory import Strict
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Route, Tree
from migrator.text import _


class Args(Strict):
    """The arguments of an operation; unknown keys are errors."""


Names = Annotated[list[str], Field(min_length=1),
                  BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""One name, or a list of them."""

A = TypeVar("A", bound=Args)


@dataclass(frozen=True)
class DeclaredPair:
    """A pair of the file before it is bound: tables and conditions of both sides, and the names of its operations."""

    tables: Mapping[Side, Sequence[str]]
    rows: Mapping[Side, Mapping[str, Condition]]
    operations: frozenset[str]


class Binding:
    """Where an operation stands: its pair's two faces, all tables of both sides, and its place in the file.

    `declared` are the pairs of the file, each with the operations that stand at it: an operation may refer to another.
    """

    def __init__(self, faces: Mapping[Side, Face], schemas: Mapping[Side, Schema], tree: Tree, route: Route,
                 declared: Sequence[DeclaredPair] = ()) -> None:
        self.faces = faces
        self.schemas = schemas
        self.declared = declared
        self._tree = tree
        self._route = route

    @property
    def where(self) -> Position:
        """The position of the operation."""
        return self._tree.position(self._route)

    def beside(self, side: Side, table: Table) -> Binding:
        """The same place, with another table for the pair's own on one side: for columns that lie elsewhere."""
        return Binding({**self.faces, side: Face(side, (table,))}, self.schemas, self._tree, self._route,
                       self.declared)

    def type(self, side: Side, column: str, at: str | None = None) -> Type:
        """The type of a column of the pair. Raises PlaybookError where the file names it, argument `at` (the side)."""
        face = self.faces[side]
        if face.find(column) is None:
            raise self.error(at or side, unknown(_("column"), column, face.names()), hint=_(
                "{tables} has: {columns}").format(tables=" + ".join(t.name for t in face.tables),
                                                  columns=", ".join(face.names())))
        return face.type(column)

    def nullable(self, side: Side, column: str) -> bool:
        """Whether a column of the pair, which is known to exist, can be NULL."""
        found = self.faces[side].find(column)
        return found is not None and found[0].columns[found[1]].nullable

    def table(self, side: Side, name: str, at: str) -> Table:
        """A table of a side, by its name. Raises PlaybookError at the argument `at`."""
        tables = self.schemas[side].tables
        if name not in tables:
            raise self.error(at, unknown(_("table"), name, tables))
        return tables[name]

    def column(self, table: Table, name: str, at: str) -> Type:
        """The type of a column of any table. Raises PlaybookError at the argument `at`."""
        if name not in table.columns:
            raise self.error(at, unknown(_("column"), name, table.columns))
        return table.columns[name].type

    def require_filled(self, table: Table, said: Iterable[str], at: str) -> None:
        """See that a row can be made by these columns alone. Raises PlaybookError at the argument `at`."""
        known = set(said)
        for column in table.columns.values():
            if not (column.nullable or column.generated or column.counted or column.default is not None
                    or column.name in known):
                raise self.error(at, _("nothing is said of the column {column} of {table}, which must not be empty")
                                 .format(column=column.name, table=table.name),
                                 hint=_("say under further what it holds"))

    def constant(self, value: Constant, type_: Type, at: str) -> Cell:
        """A constant as a value of a type. Raises PlaybookError at the argument `at` where it cannot be one."""
        self.held(value, type_, at)
        return constant(value, type_)

    def held(self, value: Constant, type_: Type, at: str) -> Any:
        """A constant as Python has it. Raises PlaybookError at the argument `at` where it is no value of the type."""
        try:
            return held(value, type_)
        except ValueError as error:
            raise self.error(at, str(error)) from None

    def error(self, at: str, message: str, hint: str | None = None) -> PlaybookError:
        """An error that stands at an argument of the operation: `old`, or `table.key` for one inside another."""
        return self._tree.error((*self._route, *at.split(".")), message, hint=hint)


class Operation(ABC, Generic[A]):
    """One way in which old and new columns can be related. The docstring is its manual page: promise, then an example.

    `name` is its key in the mapping file.
    """

    name: ClassVar[str]
    Args: ClassVar[type[Args]]
    verbs: ClassVar[tuple[str, ...]] = ()
    """Verbs of OCA's openupgradelib that this operation stands for."""

    @abstractmethod
    def bind(self, args: A, binding: Binding) -> Iterable[Group | Private]:
        """The lens groups, and columns of one side only, that the arguments declare between two real tables.

        Raises PlaybookError where a name or a type does not fit.
        """


OPERATIONS: dict[str, type[Operation[Any]]] = {}

O = TypeVar("O", bound=type[Operation[Any]])  # noqa: E741


def register(cls: O) -> O:
    """Make an operation known under its name; raises ValueError when another class has it."""
    if OPERATIONS.setdefault(cls.name, cls) is not cls:
        raise ValueError(f"two operations are named {cls.name}")
    return cls


@cache
def operations() -> Mapping[str, type[Operation[Any]]]:
    """Every operation of `migrator.lens.operations`, by name."""
    package = importlib.import_module("migrator.lens.operations")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"migrator.lens.operations.{module.name}")
    return dict(sorted(OPERATIONS.items()))
