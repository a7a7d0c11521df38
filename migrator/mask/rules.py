"""The rules of a product, `masking.yaml`: which columns and files hold what kind of personal value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import Field

from migrator.errors import PlaybookError
from migrator.mask.kinds.catalogue import KEEP, KINDS, WITHIN, Workshop
from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.project_key import ProjectKey
from migrator.playbook.inventory import Strict
from migrator.playbook.loader import parse, read_tree
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import attempt, refuse
from migrator.text import _


class LeakRules(Strict):
    """What a leak scan does not look for."""

    shortest: int = Field(4, ge=2, description="a value counts from this width on; a Chinese character is two wide")
    shortest_number: int = Field(7, ge=2, description="a value of digits alone counts from so many on")
    words: list[str] = Field(default_factory=list, description="values that are ordinary words too")


class Seed(Strict):
    """Where a subset begins: rows of one table."""

    table: str
    where: str = Field(description="an SQL condition about this table's columns")


class Subset(Strict):
    """Which rows a smaller copy holds. What they refer to is always taken along."""

    seeds: list[Seed] = Field(min_length=1)
    down: list[str] = Field(default_factory=list, description="tables whose rows come along when a row that they refer "
                                                              "to does")


class RulesFile(Strict):
    """The whole file."""

    kinds: dict[str, dict[str, Any]] = Field(default_factory=dict, description="kinds of this product's own: `is` "
                                             "names the kind that it is like, the rest are that kind's options")
    tables: dict[str, str | dict[str, str]] = Field(default_factory=dict, description="columns and their kinds, or one "
                                                    "kind for the whole table; names may hold *")
    trees: dict[str, dict[str, str]] = Field(default_factory=dict, description="patterns of paths in a tree, and the "
                                             "kind that masks such a path")
    references: list[str] = Field(default_factory=list, description="foreign keys that the database does not declare: "
                                                                    "child.column -> parent.column")
    leaks: LeakRules = Field(default_factory=lambda: LeakRules(shortest=4, shortest_number=7))
    subset: Subset | None = None


@dataclass(frozen=True)
class Reference:
    """Columns of a table whose values are those of another table's columns."""

    table: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """Rules that were found well-formed; whether they fit a database is seen when they meet it."""

    tree: Tree
    file: RulesFile
    said: Mapping[str, tuple[str, Strict]]
    """Each kind that columns may name: the kind of the catalogue that it is, and its options."""
    references: tuple[Reference, ...]

    @classmethod
    def load(cls, path: Path) -> Rules:
        """The rules of a file. Raises PlaybookError, or PlaybookErrors with all that is wrong and where it stands."""
        return cls._of(read_tree(path))

    @classmethod
    def parse(cls, content: bytes, file: str = "masking.yaml") -> Rules:
        """The rules in a file's content; `file` is its name in messages."""
        return cls._of(parse(content, file))

    @classmethod
    def _of(cls, tree: Tree) -> Rules:
        file, errors = attempt(RulesFile, tree.data or {}, tree, ())
        if file is None:
            refuse(errors)
        said = {name: (name, kind.said.model_construct()) for name, kind in KINDS.items() if not _needed(kind.said)}
        for name, options in file.kinds.items():
            one, wrong = _said(name, options, tree)
            errors += wrong
            if one:
                said[name] = one
        errors += _unknown_kinds(file, tree, {*said, *file.kinds, KEEP, WITHIN})
        references, wrong = _references(file, tree)
        if errors + wrong:
            refuse(errors + wrong)
        return cls(tree, file, said, references)

    @property
    def digest(self) -> str:
        """SHA-256 of what is said: comments and layout do not count."""
        return hashlib.sha256(json.dumps(self.tree.data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def kind_of(self, table: str, column: str) -> str | None:
        """The kind that the rules give a column, `keep` included; None where they say nothing."""
        found = None
        for pattern, kinds in self.file.tables.items():
            if pattern == table or ("*" in pattern and fnmatchcase(table, pattern)):
                kind = kinds if isinstance(kinds, str) else kinds.get(column)
                if kind and (pattern == table or not found):
                    found = kind
        return found

    def makers(self, key: ProjectKey) -> dict[str, Maker]:
        """A maker for every kind but `keep` and `within`."""
        return {name: self._maker(name, key) for name in self.said}

    def _maker(self, name: str, key: ProjectKey) -> Maker:
        kind, options = self.said[name]
        return KINDS[kind].make(Workshop(key, name, lambda other: self._maker(other, key)), options)


def _needed(said: type[Strict]) -> bool:
    """Whether something must be said of the kind before it can be used."""
    return any(field.is_required() for field in said.model_fields.values())


def _said(name: str, options: dict[str, Any], tree: Tree) -> tuple[tuple[str, Strict] | None, list[PlaybookError]]:
    like = str(options.get("is", name))
    if like not in KINDS:
        route: Route = ("kinds", name, "is") if "is" in options else ("kinds", name)
        return None, [tree.error(route, unknown(_("kind"), like, KINDS), hint=_("known are: {names}").format(
            names=", ".join(KINDS)))]
    rest = {key: value for key, value in options.items() if key != "is"}
    said, errors = attempt(KINDS[like].said, rest, tree, ("kinds", name))
    return (like, said) if said else None, errors


def _unknown_kinds(file: RulesFile, tree: Tree, known: set[str]) -> list[PlaybookError]:
    return [tree.error(route, unknown(_("kind"), kind, sorted(known)),
                       hint=_("known are: {names}").format(names=", ".join(sorted(known))))
            for route, kind in _named_kinds(file) if kind not in known]


def _named_kinds(file: RulesFile) -> Iterator[tuple[Route, str]]:
    for table, kinds in file.tables.items():
        yield from [(("tables", table), kinds)] if isinstance(kinds, str) else [
            (("tables", table, column), kind) for column, kind in kinds.items()]
    for name, patterns in file.trees.items():
        yield from ((("trees", name, pattern), kind) for pattern, kind in patterns.items())
    for name, options in file.kinds.items():
        keys = options.get("keys")
        if isinstance(keys, dict):
            yield from ((("kinds", name, "keys", key), str(kind)) for key, kind in keys.items())


def _references(file: RulesFile, tree: Tree) -> tuple[tuple[Reference, ...], list[PlaybookError]]:
    found, errors = [], []
    for number, text in enumerate(file.references):
        child, arrow, parent = (part.strip() for part in text.partition("->"))
        (table, _dot, column), (other, _dot, its) = child.rpartition("."), parent.rpartition(".")
        if arrow and table and column and other and its:
            found.append(Reference(table, (column,), other, (its,)))
        else:
            errors.append(tree.error(("references", number), _("a reference is written child.column -> parent.column")))
    return tuple(found), errors
