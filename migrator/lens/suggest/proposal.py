"""What a draft is made of: proposals with their evidence, the pairs that they belong to, and questions for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from migrator.lens.pair import Face, Pair
from migrator.lens.side import Side
from migrator.text import _

SURE = 0.6
"""Proposals below this are not written; a question names their columns."""
WRITTEN = frozenset({"rename", "convert", "values", "lookup", "extract", "inline", "split", "join", "explode",
                     "implode", "move", "only-old", "only-new"})
"""The operations that a draft may hold."""


@dataclass(frozen=True)
class Proposal:
    """One operation of the mapping file, with its confidence from 0.0 to 1.0 and a sentence of evidence.

    A column that is left to its side is no proposal to believe in, so it has none.

    `takes` are the columns of each side that it accounts for; `tables` those that it fills besides the pair's own.
    """

    operation: str
    args: Mapping[str, Any]
    confidence: float
    evidence: str
    takes: Mapping[Side, tuple[str, ...]]
    tables: frozenset[tuple[Side, str]] = frozenset()
    todo: str | None = None

    @property
    def name(self) -> str:
        """The columns of both sides, as people read them."""
        return " <-> ".join(", ".join(self.takes[side]) or "-" for side in Side)

    @property
    def private(self) -> bool:
        """Whether it says no more than that a side has the column for itself."""
        return self.operation.startswith("only-")


def private(side: Side, column: str, evidence: str, default: str | int | None = None) -> Proposal:
    """The safest thing to say of a column: its side has it for itself."""
    args = {"column": column} | ({} if default is None else {"default": default})
    return Proposal(f"only-{side}", args, 0.0, evidence, {side: (column,), side.other: ()})


@dataclass(frozen=True)
class Entry:
    """A pair of the draft: the faces, why they belong together, how many columns map by themselves, and the rest."""

    faces: Mapping[Side, Face]
    confidence: float
    evidence: str
    silent: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    todo: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    """Questions that follow from the proposals."""

    @property
    def exact(self) -> bool:
        """Whether nothing has to be written: one table of one name, and all its columns map by themselves."""
        old, new = (self.faces[side] for side in Side)
        return (len(old.tables) == len(new.tables) == 1 and old.main.name == new.main.name
                and not self.proposals and not old.rows and not new.rows)

    @property
    def name(self) -> str:
        """`task -> work_item`, or the one name that both sides have."""
        return Pair(self.faces, ()).name

    def without(self, refused: Proposal, why: str) -> Entry:
        """The entry with the columns of a proposal private instead, and a question for people."""
        instead = tuple(private(side, column, _("its proposal does not compile"))
                        for side in Side for column in refused.takes[side])
        asked = _("{pair}: {operation} of {columns} seemed right ({evidence}), but {why}").format(
            pair=self.name, operation=refused.operation, columns=refused.name, evidence=refused.evidence, why=why)
        kept = () if refused.private else instead
        return replace(self, proposals=(*(p for p in self.proposals if p is not refused), *kept),
                       todo=(*self.todo, asked))


@dataclass(frozen=True)
class Draft:
    """A whole mapping file to be: what is written, and what people are asked."""

    entries: tuple[Entry, ...]
    only: Mapping[Side, Mapping[str, str]]
    """Tables of one side, each with the reason."""
    todo: tuple[str, ...] = ()
    from_: str = "old"
    to: str = "new"

    @property
    def proposals(self) -> list[Proposal]:
        """All operations that are more than a column left to its side."""
        return [p for entry in self.entries for p in entry.proposals if not p.private]

    def as_json(self) -> dict[str, Any]:
        """What was found, for people and programs."""
        return {"tables": len(self.entries), "tables_exact": sum(entry.exact for entry in self.entries),
                "columns_exact": sum(len(entry.silent) for entry in self.entries),
                "proposals": [{"table": entry.name, "operation": p.operation, "columns": p.name, "args": dict(p.args),
                               "confidence": p.confidence, "evidence": p.evidence}
                              for entry in self.entries for p in entry.proposals if not p.private],
                "columns_left": sum(p.private for entry in self.entries for p in entry.proposals),
                "tables_left": {str(side): sorted(self.only[side]) for side in Side}, "todo": self.questions}

    @property
    def questions(self) -> list[str]:
        """Everything that people are asked, in the order of the file."""
        return [*self.todo, *(question for entry in self.entries for question in
                              (*entry.todo, *entry.asked, *(p.todo for p in entry.proposals if p.todo)))]


@dataclass
class Taken:
    """Which columns of a pair, and which tables beside it, are accounted for already."""

    columns: dict[Side, set[str]] = field(default_factory=lambda: {side: set() for side in Side})
    tables: set[tuple[Side, str]] = field(default_factory=set)

    def free(self, proposal: Proposal) -> bool:
        """Whether nothing else accounts for its columns, nor for its links; records may be made of several columns."""
        links = proposal.tables if proposal.operation in ("explode", "implode") else frozenset()
        return not self.tables & links and not any(
            self.columns[side] & set(proposal.takes[side]) for side in Side)

    def take(self, proposal: Proposal) -> None:
        """Its columns and tables are accounted for from now on."""
        self.tables |= proposal.tables
        for side in Side:
            self.columns[side].update(proposal.takes[side])
