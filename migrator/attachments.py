"""Attachments both ways: every file that the database names is in the tree, and every file of the tree is named."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest

from migrator.commands import tree
from migrator.commands.shell import Command
from migrator.database.base import Database
from migrator.errors import DatabaseError
from migrator.model.finding import Finding, blocks, informs, warns
from migrator.text import _
from migrator.transport.base import Transport
from migrator.transport.whole import output_of

EXAMPLES = 20
"""Paths that a finding shows; it counts all."""


@dataclass(frozen=True)
class Named:
    """What the database says: paths relative to the tree, and size and SHA-256 where it knows them."""

    paths: frozenset[str]
    sizes: Mapping[str, int] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lying:
    """What is in the tree: bytes of every file, and SHA-256 where it was asked."""

    sizes: Mapping[str, int]
    hashes: Mapping[str, str] = field(default_factory=dict)


def named(database: Database, sql: str) -> Named:
    """Ask the database; the query gives path, and if it likes also size and SHA-256. NULL means unknown."""
    rows = database.query(sql)
    width = len(rows[0]) if rows else 1
    if width > 3:
        raise DatabaseError(_("the query for attachments gives {width} columns, more than path, size and sha256")
                            .format(width=width), where=database.name,
                            hint=_("let it give path, size and sha256, in this order, and nothing more"))
    known = [row for row in rows if row[0] is not None]
    return Named(frozenset(str(row[0]) for row in known),
                 {str(row[0]): int(row[1]) for row in known if width > 1 and row[1] is not None},
                 {str(row[0]): str(row[2]).lower() for row in known if width > 2 and row[2]})


def lying(host: Transport, path: str, exclude: Collection[str], *, user: str | None = None, hashed: bool = False,
          timeout: float = 3600) -> Lying:
    """List the tree on its host: one command for the sizes, and one for the hashes when they are asked."""
    folder, without = host.expand(path), list(exclude)
    sizes = _read(host, tree.sizes(folder, without).as_user(user), timeout)
    lines = _read(host, tree.hashes(folder, without).as_user(user), timeout) if hashed else []
    return Lying({name: int(size) for size, _blank, name in (line.partition(" ") for line in sizes)},
                 {name.removeprefix("./"): digest for digest, _blank, name in (line.partition("  ") for line in lines)})


def cross_check(where: str, said: Named, there: Lying, *, strict: bool = False) -> list[Finding]:
    """What differs between database and tree; `strict` makes lost and damaged attachments forbid to go on."""
    lost, extra = said.paths - there.sizes.keys(), there.sizes.keys() - said.paths
    renamed = _renamed(lost, extra)
    spellings = {f"{path} / {other}" for path, other in renamed.items()}
    resized = {path for path, size in said.sizes.items() if there.sizes.get(path, size) != size}
    changed = {path for path, digest in said.hashes.items() if there.hashes.get(path, digest) != digest}
    bad = blocks if strict else warns
    found = [
        _finding(bad, "attachments.lost", where, lost - renamed.keys(),
                 _("{where}: {number} files that the database names are not there")),
        _finding(bad, "attachments.other-size", where, resized,
                 _("{where}: {number} files have another size than the database says")),
        _finding(bad, "attachments.other-content", where, changed - resized,
                 _("{where}: {number} files have another SHA-256 than the database says")),
        _finding(warns, "attachments.other-spelling", where, spellings,
                 _("{where}: {number} names differ from the database in capital letters or accents only")),
        _finding(informs, "attachments.unnamed", where, extra - set(renamed.values()),
                 _("{where}: {number} files are named by nothing in the database")),
    ]
    counted = informs("attachments.counted", _("{where}: {files} files, {named} named by the database").format(
        where=where, files=len(there.sizes), named=len(said.paths)), files=len(there.sizes), named=len(said.paths),
        bytes=sum(there.sizes.values()))
    return [finding for finding in found if finding] + [counted]


def _renamed(lost: Collection[str], extra: Collection[str]) -> dict[str, str]:
    """Lost names to those in the tree that a case-blind or form-blind file system would have taken for them."""
    by_form = {_form(path): path for path in extra}
    return {path: by_form[form] for path in lost if (form := _form(path)) in by_form}


def _form(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _finding(make: Callable[..., Finding], code: str, where: str, paths: Collection[str],
             sentence: str) -> Finding | None:
    if not paths:
        return None
    shown = [path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
             for path in nsmallest(EXAMPLES, paths)]
    return make(code, sentence.format(where=where, number=len(paths)), number=len(paths), examples=shown)


def _read(host: Transport, command: Command, timeout: float) -> list[str]:
    return output_of(host, command, timeout=timeout).decode("utf-8", "surrogateescape").split("\0")[:-1]
