"""What masking would do to a database: each column's kind, and all in which rules and database do not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from migrator.mask.kinds.catalogue import KEEP, KINDS, TEXT, WITHIN
from migrator.mask.looks import Look, looks_personal
from migrator.mask.rules import Reference, Rules
from migrator.mask.structure import Column, Structure, Table
from migrator.model.finding import Finding, blocks, warns
from migrator.text import _

Kinds = dict[tuple[str, str], str]
"""The kind of each column, by table and column."""


@dataclass(frozen=True)
class Work:
    """One column that will be masked. `unique`: its values may not meet; `in_part`: some of a value stays."""

    table: str
    column: Column
    kind: str
    unique: bool
    in_part: bool = False

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column.name}"


@dataclass(frozen=True)
class Plan:
    """The columns to mask, those of free text apart, and the references between tables."""

    works: tuple[Work, ...]
    within: tuple[Work, ...]
    references: tuple[Reference, ...]
    findings: tuple[Finding, ...]

    def groups(self) -> list[list[Work]]:
        """Works that must be done together: those of one table, and of tables that refer to each other by them."""
        masked = {(work.table, work.column.name) for work in self.works}
        sets: list[set[str]] = [{table} for table in dict.fromkeys(work.table for work in self.works)]
        for reference in self.references:
            if any((reference.table, column) in masked for column in reference.columns):
                joined = [s for s in sets if reference.table in s or reference.parent in s]
                sets = [s for s in sets if s not in joined] + [set().union(*joined)]
        return [[work for work in self.works if work.table in names] for names in sets]


def planned(rules: Rules, structure: Structure) -> Plan:
    """The rules met with a real structure; the database is not asked any more."""
    references = references_of(rules, structure)
    kinds: Kinds = {(table, column): kind for table, its in structure.items() for column in its.columns
                    if (kind := rules.kind_of(table, column))}
    contrary = list(_inherited(kinds, references))
    works = [_work(rules, structure, references, table, column, kind)
             for (table, column), kind in kinds.items() if kind != KEEP]
    findings = [*_not_there(rules, structure), *_unlisted(structure, kinds), *contrary,
                *(finding for work in works for finding in _misfits(work, rules))]
    return Plan(tuple(w for w in works if w.kind != WITHIN), tuple(w for w in works if w.kind == WITHIN),
                tuple(references), tuple(findings))


def references_of(rules: Rules, structure: Structure) -> list[Reference]:
    """What refers to what: the foreign keys that the database declares, and those that the rules add."""
    declared: list[Reference] = [foreign for table in structure.values() for foreign in table.foreign]
    said = [r for r in rules.references if r.table in structure and r.parent in structure
            and r.columns[0] in structure[r.table].columns and r.parent_columns[0] in structure[r.parent].columns]
    return [r for r in declared if r.parent in structure] + said


def _inherited(kinds: Kinds, references: Iterable[Reference]) -> Iterator[Finding]:
    """Give both ends of a reference the kind that one of them has; tell where they have two."""
    pairs = [((r.table, mine), (r.parent, other)) for r in references
             for mine, other in zip(r.columns, r.parent_columns, strict=True)]
    grown = True
    while grown:
        grown = False
        for ends in pairs:
            for one, other in (ends, ends[::-1]):
                if one not in kinds and kinds.get(other, KEEP) != KEEP:
                    kinds[one], grown = kinds[other], True
    for child, parent in pairs:
        if child in kinds and kinds.get(parent, KEEP) != kinds[child]:
            yield blocks("mask.contrary", _("{child} refers to {parent} and is of another kind").format(
                child=".".join(child), parent=".".join(parent)), _("give both the same kind in the rules"))


def _work(rules: Rules, structure: Structure, references: Iterable[Reference], table: str, column: str,
          kind: str) -> Work:
    unique = structure[table].unique(column) or any(r.parent == table and column in r.parent_columns
                                                    for r in references)
    in_part = kind in rules.said and KINDS[rules.said[kind][0]].in_part
    return Work(table, structure[table].columns[column], kind, unique, in_part)


def _misfits(work: Work, rules: Rules) -> Iterator[Finding]:
    name = work.name
    if work.column.computed:
        yield blocks("mask.computed", _("{column} is computed by the database").format(column=name),
                     _("mask the columns that it is computed from"))
    like, said = rules.said.get(work.kind, (WITHIN, None))
    fits = KINDS[like].fits if said else (TEXT,)
    if work.column.holds not in fits:
        yield blocks("mask.type", _("{column} has the type {type}, which the kind {kind} does not fit").format(
            column=name, type=work.column.type, kind=work.kind), _("whole numbers: number; anything: constant, null"))
    if work.kind == WITHIN:
        return
    if work.unique and KINDS[like].may_meet(said):
        yield blocks("mask.unique", _("{column} must be unique, and masks of the kind {kind} may meet").format(
            column=name, kind=work.kind), _("take another kind, or say unique: true of it under kinds"))
    if not work.column.nullable and like == "null":
        yield blocks("mask.not_null", _("{column} may not be NULL").format(column=name), _("take constant"))


def _unlisted(structure: Structure, kinds: Kinds) -> Iterator[Finding]:
    for table, its in structure.items():
        for column in its.columns.values():
            look = looks_personal(column.name)
            if look and (table, column.name) not in kinds and could_be(look, column, its):
                yield blocks("mask.unlisted", _("{column} looks personal ({why}), and the rules say nothing of it")
                             .format(column=f"{table}.{column.name}", why=look.why),
                             _("give it a kind in the rules, or write keep"))


def could_be(look: Look, column: Column, table: Table) -> bool:
    """Whether a column of this type can hold what its name promises; numbers that refer to rows cannot."""
    refers = any(column.name in foreign.columns for foreign in table.foreign)
    return column.holds == TEXT or (column.holds in KINDS[look.kind].fits and look.kind != "constant" and not refers)


def _not_there(rules: Rules, structure: Structure) -> Iterator[Finding]:
    """Names that are probably misspelt; that a version of the product lacks a table is usual."""
    for table, kinds in rules.file.tables.items():
        if table not in structure:
            if guess := _alike(table, structure.keys() - rules.file.tables.keys()):
                yield _misspelt(table, guess)
        elif isinstance(kinds, dict):
            for column in kinds.keys() - structure[table].columns.keys():
                if guess := _alike(column, structure[table].columns.keys() - kinds.keys()):
                    yield _misspelt(f"{table}.{column}", guess)


def _alike(name: str, known: Collection[str]) -> str | None:
    """The name that was meant, if it is but a slip of the pen away: versions of a product differ by more."""
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.85)), None)


def _misspelt(name: str, guess: str) -> Finding:
    return warns("mask.not_there", _("the database has no {name}, but {guess}").format(name=name, guess=guess))
