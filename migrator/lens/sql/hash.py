"""Numbers for rows: equal texts give equal numbers on every make, so only numbers have to travel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import coalesce
from sqlalchemy.types import BigInteger

from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import Canonical
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.types import Family

HASH_BITS = 48
"""Bits of a row's hash that every make can compute. Being signed it adds up to zero on average, so that SQLite, whose
sums hold 64 bits, can sum a hundred million rows; when it cannot it says so."""
_MIDDLE = 1 << (HASH_BITS - 1)
UNHASHED = 10**30
"""Instead of the hash of a row that is longer than MariaDB may handle: more than all hashes of a table add up to, so
that a sum tells how many such rows are in it.
"""

Content = str | bytes


class RowHash(Construct):
    """The texts of a row as one number."""

    name = "row_hash"

    def __init__(self, texts: Sequence[Cell], alike: bool) -> None:
        super().__init__(*texts)
        self.alike = alike
        self.type = BigInteger()


def row_hash(texts: Sequence[Cell], *, alike: bool) -> Cell:
    """A signed whole number, never NULL, for the canonical texts of a row; `func.sum` of it is the digest of many rows.

    NULL and '' differ, and so do ('a', 'b') and ('ab', ''). Each text is evaluated once; a statement that names the
    number twice has it computed twice, also when it takes it from a subquery.

    texts: one or more canonical texts.
    alike: both sides are PostgreSQL; then its own hash of arrays is taken: 64 bits, and more than twice as fast.
    """
    return RowHash(texts, alike)


# In a row, 1F 32 stands between two texts, 1F 30 for NULL, and 1F 31 for a 1F of the text itself.
_FREE = frozenset(Family) - {Family.TEXT, Family.JSON, Family.OTHER}
"""Families in whose texts no 1F can be, so that nobody has to look for it."""


@compiles(RowHash, "postgresql")
def _row_in_postgresql(element: RowHash, compiler: Any, **kw: Any) -> str:
    texts = [compiler.process(text, **kw) for text in element.parts]
    if element.alike:
        return f"hash_array_extended(array[{', '.join(texts)}], 0)"
    told = (f"replace({text}, '\x1f', '\x1f1')" if _looked_through(part) else text
            for part, text in zip(element.parts, texts, strict=True))
    joined = " || '\x1f2' || ".join(f"coalesce({text}, '\x1f0')" for text in told)
    digits = f"left(encode(sha256(convert_to({joined}, 'UTF8')), 'hex'), {HASH_BITS // 4})"
    number = f"cast(cast('x' || {digits} as bit({HASH_BITS})) as bigint)"
    return f"({number} - {_MIDDLE})"


@compiles(RowHash)
def _row(element: RowHash, compiler: Any, **kw: Any) -> str:
    texts = [compiler.process(text, **kw) for text in element.parts]
    if make_in(compiler) == "sqlite":
        return f"migrator_row_hash({', '.join(texts)})"
    told = (f"replace({text}, x'1f', x'1f31')" if _looked_through(part) else text
            for part, text in zip(element.parts, texts, strict=True))
    joined = ", x'1f32', ".join(f"coalesce({text}, x'1f30')" for text in told)
    digits = f"left(sha2(concat({joined}), 256), {HASH_BITS // 4})"  # MariaDB takes three times as long for MD5
    number = f"cast(conv({digits}, 16, 10) as signed) - {_MIDDLE}"
    return f"coalesce({number}, {UNHASHED})"


def _looked_through(text: Cell) -> bool:
    # Behind a value that has a text of its own only our words may stand, which say why it has none.
    first = text.clauses.clauses[0] if isinstance(text, coalesce) else text
    return not (isinstance(first, Canonical) and first.of.family in _FREE)


def row_hash_of(*texts: Content | None) -> int:
    """What `row_hash` is in SQLite, which calls this for each row."""
    parts = (b"\x1f0" if text is None else _bytes(text).replace(b"\x1f", b"\x1f1") for text in texts)
    return int(hashlib.sha256(b"\x1f2".join(parts)).hexdigest()[:HASH_BITS // 4], 16) - _MIDDLE


def _bytes(text: Content) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
