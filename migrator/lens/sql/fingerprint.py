"""Fingerprints: a few signs for what a lens group says of a row, to see whether it still says the same.

Only the server that made a fingerprint ever compares it with another of its own, so makes may differ in how.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, literal
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in

SIGNS = 12
"""Of each fingerprint: 48 bits."""
NOTHING = "-" * SIGNS
"""Stands for a group that both sides have never agreed on; no fingerprint looks like it."""


class Fingerprint(Construct):
    """The fingerprint of a few texts, never NULL."""

    name = "fingerprint"

    def __init__(self, *texts: Cell) -> None:
        super().__init__(*texts)
        self.type = Text()


def fingerprints(groups: Sequence[Sequence[Cell]]) -> Cell:
    """The fingerprints of several groups of canonical texts, one behind the other; '' for none."""
    found: Cell | None = None
    for texts in groups:
        one = Fingerprint(*texts) if texts else literal(NOTHING.replace("-", "="), Text())
        found = one if found is None else found.concat(one)
    return literal("", Text()) if found is None else found


@compiles(Fingerprint)
def _fingerprint(element: Fingerprint, compiler: Any, **kw: Any) -> str:
    texts = [compiler.process(text, **kw) for text in element.parts]
    make = make_in(compiler)
    if make == "sqlite":
        return f"migrator_fingerprint({', '.join(texts)})"
    # A length before each text keeps ('a', 'b') and ('ab', '') apart, and its absence tells NULL.
    if make == "postgresql":
        told = " || ".join(f"coalesce(octet_length({text}) || ':' || {text}, '~')" for text in texts)
        return f"left(md5({told}), {SIGNS})"
    told = ", ".join(f"coalesce(concat(octet_length({text}), ':', {text}), '~')" for text in texts)
    return f"left(md5(concat({told})), {SIGNS})"


def fingerprint_of(*texts: str | bytes | None) -> str:
    """What a fingerprint is in SQLite, which calls this for each."""
    told = (b"~" if text is None else b"%d:%b" % (len(raw := _bytes(text)), raw) for text in texts)
    return hashlib.md5(b"".join(told), usedforsecurity=False).hexdigest()[:SIGNS]


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
