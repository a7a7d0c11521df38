"""A mapping file: what somebody wrote about how old and new data relate, every word of it with its position."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from migrator.errors import PlaybookError
from migrator.lens.declared.operation import Args, operations
from migrator.lens.policy import Policy
from migrator.lens.rows import Condition
from migrator.lens.side import Side
from migrator.playbook.inventory import Strict
from migrator.playbook.loader import parse, read_tree
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import attempt, refuse
from migrator.text import _


class TableEntry(Strict):
    """Tables whose rows are the same thing, the one that gives the key first."""

    old: list[str] = Field(min_length=1)
    new: list[str] = Field(min_length=1)
    key: dict[Side, list[str]] = Field(default_factory=dict, description="columns that tell rows apart, where there is "
                                       "no declared key")
    optional: list[str] = Field(default_factory=list, description="further tables without a row where all is empty")
    rows: dict[Side, dict[str, Condition]] = Field(default_factory=dict, description="which rows of a side are meant")
    conflict: Policy | dict[str, Policy] | None = Field(default=None, description="who is right when both sides have "
                                                        "changed the same; by columns, with default for the others")
    columns: list[Any] = Field(default_factory=list, description="what differs; equal names map by themselves")

    @field_validator("old", "new", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("key", mode="before")
    @classmethod
    def _on_both_sides(cls, value: Any) -> Any:
        return dict.fromkeys(Side, value) if isinstance(value, list) else value


class MappingFile(Strict):
    """The whole file."""

    from_: str = Field(alias="from", description="version of the old side")
    to: str = Field(description="version of the new side")
    tables: list[TableEntry] = Field(default_factory=list)
    only_old: list[str] = Field(default_factory=list, alias="only-old", description="tables that the new side lacks; "
                                "tmp_* is all that begin so, even none")
    only_new: list[str] = Field(default_factory=list, alias="only-new", description="tables that the old side lacks")
    todo: list[str] = Field(default_factory=list, description="questions that a draft leaves to people")


@dataclass(frozen=True)
class Declared:
    """One operation as written: its name, its arguments, and the route to them in the file."""

    operation: str
    args: Args
    route: Route


@dataclass(frozen=True)
class Mapping:
    """A mapping file that was found well-formed; whether its names exist is seen when it meets two schemas."""

    tree: Tree
    file: MappingFile
    declared: Dict[int, tuple[Declared, ...]]
    """The operations of each entry of `tables`, by its place in the list."""

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """The mapping of a file. Raises PlaybookError, or PlaybookErrors with all that is wrong."""
        return cls._of(read_tree(path))

    @classmethod
    def parse(cls, content: bytes, file: str) -> Mapping:
        """The mapping in a file's content; `file` is its name in messages."""
        return cls._of(parse(content, file))

    @classmethod
    def _of(cls, tree: Tree) -> Mapping:
        file, errors = attempt(MappingFile, tree.data, tree, ())
        if file is None:
            refuse(errors)
        declared = {}
        for number, entry in enumerate(file.tables):
            declared[number], wrong = _operations(entry, tree, ("tables", number, "columns"))
            errors += wrong
        if errors:
            refuse(errors)
        return cls(tree, file, declared)

    @property
    def digest(self) -> str:
        """SHA-256 of what is declared: comments and layout do not count."""
        return hashlib.sha256(json.dumps(self.tree.data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _operations(entry: TableEntry, tree: Tree, route: Route) -> tuple[tuple[Declared, ...], list[PlaybookError]]:
    found: list[Declared] = []
    errors: list[PlaybookError] = []
    for number, item in enumerate(entry.columns):
        place = (*route, number)
        names = list(item) if isinstance(item, dict) else []
        if len(names) != 1:
            errors.append(tree.error(place, _("one operation stands here: its name, and what it needs")))
        elif names[0] not in operations():
            errors.append(tree.error((*place, names[0]), unknown(_("operation"), names[0], operations()), key=True,
                                     hint=_("known are: {names}").format(names=", ".join(operations()))))
        else:
            args, wrong = attempt(operations()[names[0]].Args, item[names[0]], tree, (*place, names[0]))
            errors += wrong
            if args is not None:
                found.append(Declared(names[0], args, (*place, names[0])))
    return tuple(found), errors
