"""Compile: a mapping file meets two real schemas, and every name, type and gap is looked at."""

from __future__ import annotations

import fnmatch
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from migrator.errors import PlaybookError
from migrator.lens.constant import constant
from migrator.lens.declared.given_keys import with_given_keys
from migrator.lens.declared.mapping import Mapping as MappingFile
from migrator.lens.declared.mapping import TableEntry
from migrator.lens.declared.operation import Binding, DeclaredPair, operations
from migrator.lens.group import Group
from migrator.lens.lens import Lens
from migrator.lens.pair import Face, Pair, Private
from migrator.lens.pieces.conversion import plain
from migrator.lens.rows import constants
from migrator.lens.schema import Schema
from migrator.lens.side import Side
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import refuse
from migrator.text import _


def compile_lens(mapping: MappingFile, old: Schema, new: Schema) -> Lens:
    """The lens that a mapping declares between two schemas.

    Raises PlaybookError, or PlaybookErrors with all that is wrong: unknown names, types that do not fit, tables and
    columns of which nothing is said.
    """
    schemas = with_given_keys(mapping, {Side.OLD: old, Side.NEW: new})
    errors: list[PlaybookError] = []
    pairs: list[Pair] = []
    for number, entry in enumerate(mapping.file.tables):
        try:
            pairs.append(_with_policies(_declared_pair(mapping, number, entry, schemas), entry, mapping.tree, number))
        except PlaybookError as error:
            errors += getattr(error, "errors", [error])
    only = {Side.OLD: _listed(mapping.file.only_old, old), Side.NEW: _listed(mapping.file.only_new, new)}
    errors += _unknown_only(mapping.tree, only, schemas)
    for name in _by_name(pairs, mapping.file.tables, only, schemas):
        try:
            pairs.append(_pair(Binding(_faces(TableEntry(old=[name], new=[name]), schemas, mapping.tree, ()), schemas,
                                       mapping.tree, ()), (), mapping.tree, ()))
        except PlaybookError as error:
            errors += getattr(error, "errors", [error])
    if not errors:
        errors += _forgotten(mapping.tree, pairs, only, schemas)
    if errors:
        refuse(errors)
    shape = hashlib.sha256(f"{mapping.digest}\0{old}\0{new}".encode()).hexdigest()
    return Lens(schemas, tuple(_in_order(pairs, new)), only, shape)


def _declared_pair(mapping: MappingFile, number: int, entry: TableEntry, schemas: Mapping[Side, Schema]) -> Pair:
    route: Route = ("tables", number)
    faces = _faces(entry, schemas, mapping.tree, route)
    pairs = [DeclaredPair({Side.OLD: one.old, Side.NEW: one.new}, one.rows,
                          frozenset(declared.operation for declared in mapping.declared[place]))
             for place, one in enumerate(mapping.file.tables)]
    found: list[Group | Private] = []
    errors: list[PlaybookError] = []
    for declared in mapping.declared[number]:
        binding = Binding(faces, schemas, mapping.tree, declared.route, pairs)
        try:
            found += operations()[declared.operation]().bind(declared.args, binding)
        except PlaybookError as error:
            errors += getattr(error, "errors", [error])
    if errors:
        refuse(errors)
    return _pair(Binding(faces, schemas, mapping.tree, route), tuple(found), mapping.tree, route)


def _with_policies(pair: Pair, entry: TableEntry, tree: Tree, number: int) -> Pair:
    """The pair with what is said of rows that both sides have changed. Raises PlaybookError for an unknown column."""
    said = entry.conflict if isinstance(entry.conflict, dict) else {"default": entry.conflict}
    known = {column for group in pair.groups for side in Side for column in group.ends[side].columns}
    for column in said:
        if column not in known | {"default"}:
            raise tree.error(("tables", number, "conflict", column), unknown(_("column"), column, known), key=True)
    columns = {column: policy for column, policy in said.items() if policy and column != "default"}
    return replace(pair, conflict=said.get("default"), of_columns=columns)


def _faces(entry: TableEntry, schemas: Mapping[Side, Schema], tree: Tree, route: Route) -> dict[Side, Face]:
    faces = {}
    for side, names in ((Side.OLD, entry.old), (Side.NEW, entry.new)):
        known = schemas[side].tables
        for name in names:
            if name not in known:
                raise tree.error((*route, side.value), unknown(_("table"), name, known))
        face = Face(side, tuple(known[name] for name in names),
                    frozenset(name for name in entry.optional if name in names), entry.rows.get(side, {}))
        _require_keys(face, tree, (*route, side.value))
        for column, condition in face.rows.items():
            at = (*route, "rows", side.value, column)
            if face.find(column) is None:
                raise tree.error(at, unknown(_("column"), column, face.names()), key=True)
            try:
                for value in condition if isinstance(condition, list) else [condition]:
                    constant(value, face.type(column))
            except ValueError as error:
                raise tree.error(at, str(error)) from None
        faces[side] = face
    return faces


def _require_keys(face: Face, tree: Tree, route: Route) -> None:
    for table in face.tables:
        if not table.key:
            raise tree.error(route, _("{table} has no key, so nobody can say which row is which").format(
                table=table.name), hint=_("name the columns that tell its rows apart: key: [COLUMN, ...]"))
        if len(table.key) != len(face.key):
            raise tree.error(route, _("the keys of {first} and {table} have different numbers of columns").format(
                first=face.main.name, table=table.name))


def _pair(binding: Binding, declared: tuple[Group | Private, ...], tree: Tree, route: Route) -> Pair:
    faces = binding.faces
    groups = [item for item in declared if isinstance(item, Group)]
    private = [item for item in declared if isinstance(item, Private)]
    taken = {side: Counter([*(c for g in groups for c in g.ends[side].columns), *constants(faces[side].rows),
                            *(p.column for p in private if p.side is side)]) for side in Side}
    errors = [tree.error(route, _("{column} of {table} is said twice").format(column=column,
                                                                             table=faces[side].main.name))
              for side in Side for column, times in taken[side].items() if times > 1]
    read = {name for group in groups if group.ends[Side.NEW].read or group.ends[Side.OLD].read
            for side in Side for name in group.ends[side].columns}
    for name in faces[Side.OLD].names():
        if name in taken[Side.OLD] or name in read:
            continue
        if faces[Side.NEW].find(name) and name not in taken[Side.NEW]:
            try:
                groups.append(plain(binding, name, name))
            except PlaybookError as error:
                errors.append(error)
        elif not _written_by_server(faces[Side.OLD], name):
            errors.append(_unsaid(tree, route, faces, Side.OLD, name))
    said = {column for group in groups for column in group.ends[Side.NEW].columns} | set(taken[Side.NEW])
    errors += [_unsaid(tree, route, faces, Side.NEW, name) for name in faces[Side.NEW].names()
               if name not in said and not _written_by_server(faces[Side.NEW], name)]
    if errors:
        refuse(errors)
    return Pair(faces, tuple(groups), tuple(private), tree.position(route) if route else None)


def _written_by_server(face: Face, name: str) -> bool:
    found = face.find(name)
    return found is not None and found[0].columns[found[1]].generated


def _unsaid(tree: Tree, route: Route, faces: Mapping[Side, Face], side: Side, column: str) -> PlaybookError:
    there = faces[side.other].names()
    return tree.error(route, _("nothing is said of the column {column} of {table} on the {side} side").format(
        column=column, table=faces[side].main.name, side=side.value), hint=_(
        "map it to one of {columns}, or say {only}: {{column: {column}}}").format(
            columns=", ".join(there), only=f"only-{side.value}", column=column))


def _by_name(pairs: list[Pair], entries: list[TableEntry], only: Mapping[Side, frozenset[str]],
             schemas: Mapping[Side, Schema]) -> Iterator[str]:
    """Tables of equal names of which the file says nothing."""
    named = {side: {name for entry in entries for name in getattr(entry, side.value)} | only[side]
             | {s.table for p in pairs for g in p.groups for s in g.satellites if s.side is side} for side in Side}
    for name in schemas[Side.OLD].tables:
        if name in schemas[Side.NEW].tables and not any(name in named[side] for side in Side):
            yield name


def _listed(names: list[str], schema: Schema) -> frozenset[str]:
    """The tables of a list, where `tmp_*` stands for all that begin so, even for none."""
    return frozenset(name for listed in names for name in (fnmatch.filter(schema.tables, listed) if "*" in listed
                                                           else [listed]))


def _unknown_only(tree: Tree, only: Mapping[Side, frozenset[str]], schemas: Mapping[Side, Schema]
                  ) -> list[PlaybookError]:
    return [tree.error((f"only-{side.value}", tree.data[f"only-{side.value}"].index(name)),
                       unknown(_("table"), name, schemas[side].tables))
            for side in Side for name in sorted(only[side]) if name not in schemas[side].tables]


def _forgotten(tree: Tree, pairs: list[Pair], only: Mapping[Side, frozenset[str]], schemas: Mapping[Side, Schema]
               ) -> list[PlaybookError]:
    errors = []
    for side in Side:
        said = {t.name for p in pairs for t in p.faces[side].tables} | only[side]
        said |= {s.table for p in pairs for g in p.groups for s in g.satellites if s.side is side}
        errors += [tree.error((), _("nothing is said of the table {table} on the {side} side").format(
            table=name, side=side.value), hint=_("pair it under tables, or list it under {only}").format(
                only=f"only-{side.value}")) for name in schemas[side].tables if name not in said]
    return errors


def _in_order(pairs: list[Pair], new: Schema) -> list[Pair]:
    """Parents first, as the new side's foreign keys have it."""
    order = {table.name: number for number, table in enumerate(new.parents_first())}
    return sorted(pairs, key=lambda pair: order[pair.faces[Side.NEW].main.name])


