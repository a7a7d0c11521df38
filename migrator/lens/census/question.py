"""Questions to every row of a pair, asked all at once: one scan of the old side counts the answers of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, case, func, literal, select

from migrator.lens.census.census import Tally
from migrator.lens.census.finding import Finding, Verdict
from migrator.lens.lens import in_pair
from migrator.lens.pair import Pair
from migrator.lens.scope import Row
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical

BITS = 60
"""Questions whose answers fit into one integer of every make."""


@dataclass(frozen=True)
class Question:
    """Something that may be true of a row, and what it then means; the other fields are those of a finding."""

    code: str
    verdict: Verdict
    condition: ColumnElement[bool]
    message: str
    advice: str = ""
    columns: str = ""


@dataclass(frozen=True)
class Survey:
    """All questions to the rows of a pair's old side. `row` is a lenient one that the conditions were made of."""

    pair: Pair
    row: Row
    questions: Sequence[Question]

    @property
    def statement(self) -> Select[Any]:
        """How often each combination of answers occurs: integers with a bit for each question, and a count."""
        blocks = [self.questions[n:n + BITS] for n in range(0, len(self.questions), BITS)]
        answers = self.row.scope.select(*(_bits(block).label(f"answers_{n}") for n, block in enumerate(blocks or [()]))
                                        ).where(in_pair(self.pair, Side.OLD, self.row)).subquery("answered")
        return select(*answers.c, func.count()).group_by(*answers.c)

    def samples(self, question: Question, limit: int) -> Select[Any]:
        """Keys, as canonical texts, of a few rows of which a question is true."""
        face = self.pair.faces[Side.OLD]
        shown = (canonical(self.row[name], face.type(name)) for name in face.key)
        return self.row.scope.select(*shown).where(in_pair(self.pair, Side.OLD, self.row), question.condition
                                                   ).order_by(*self.row(*face.key)).limit(limit)

    def take(self, connection: Connection, samples: int) -> tuple[Tally, list[Finding]]:
        """Ask them all; a finding for each question that is true of some row, with that many sample keys."""
        counts = [0] * len(self.questions)
        rows = needing_memory = refused = 0
        for *blocks, found in connection.execute(self.statement):
            true = [n for n in range(len(self.questions)) if blocks[n // BITS] >> n % BITS & 1]
            rows += found
            for n in true:
                counts[n] += found
            verdicts = {self.questions[n].verdict for n in true}
            refused += found if Verdict.REFUSED in verdicts else 0
            needing_memory += found if Verdict.NEEDS_MEMORY in verdicts and Verdict.REFUSED not in verdicts else 0
        tally = Tally(self.pair.name, rows, rows - needing_memory - refused, needing_memory, refused)
        return tally, [self._finding(connection, question, count, samples)
                       for question, count in zip(self.questions, counts, strict=True) if count]

    def _finding(self, connection: Connection, question: Question, rows: int, samples: int) -> Finding:
        keys = tuple(tuple(map(as_text, key)) for key in connection.execute(self.samples(question, samples)))
        return Finding(question.code, question.verdict, self.pair.name, question.message, question.advice,
                       question.columns, rows, keys)


def as_text(cell: Any) -> str:
    """A canonical text as it comes from a server; MariaDB hands it out as bytes."""
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def _bits(questions: Sequence[Question]) -> ColumnElement[int]:
    return reduce(add, (case((question.condition, literal(1 << n, BigInteger)), else_=literal(0, BigInteger))
                        for n, question in enumerate(questions)), literal(0, BigInteger))
