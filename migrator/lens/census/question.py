"""Questions to every row of a source, asked all at once: one scan counts the answers of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, case, func, literal, select

from migrator.lens.census.finding import Finding, Verdict
from migrator.lens.scope import Row
from migrator.lens.sql.canonical import canonical
from migrator.lens.types import Type

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
    """All questions to a bunch of rows. `row` is a lenient one that the conditions were made of, `key` its columns by
    which people know it, `within` says which rows are meant.
    """

    about: str
    row: Row
    key: Mapping[str, Type]
    within: ColumnElement[bool]
    questions: Sequence[Question]

    def take(self, connection: Connection, samples: int) -> Answers:
        """Ask them all; sample keys are read for those questions that are true of some row."""
        answers = connection.execute(self._counted).all()
        counts = {n: sum(rows for *bits, rows in answers if _true(bits, n)) for n in range(len(self.questions))}
        found = tuple(self._finding(connection, self.questions[n], rows, samples) for n, rows in counts.items() if rows)
        by_verdict = dict.fromkeys(Verdict, 0)
        for *bits, rows in answers:
            by_verdict[_worst(question.verdict for n, question in enumerate(self.questions) if _true(bits, n))] += rows
        return Answers(by_verdict, found)

    @property
    def _counted(self) -> Select[Any]:
        """How often each combination of answers occurs: integers with a bit for each question, and a count."""
        blocks = [self.questions[n:n + BITS] for n in range(0, len(self.questions), BITS)] or [()]
        answers = self.row.scope.select(*(_bits(block).label(f"answers_{n}") for n, block in enumerate(blocks))
                                        ).where(self.within).subquery("answered")
        return select(*answers.c, func.count()).group_by(*answers.c)

    def _finding(self, connection: Connection, question: Question, rows: int, samples: int) -> Finding:
        shown = (canonical(self.row[name], type_) for name, type_ in self.key.items())
        query = self.row.scope.select(*shown).where(self.within, question.condition)
        found = connection.execute(query.order_by(*self.row(*self.key)).limit(samples))
        return Finding(question.code, question.verdict, self.about, question.message, question.advice,
                       question.columns, rows, tuple(tuple(map(as_text, key)) for key in found))


@dataclass(frozen=True)
class Answers:
    """Rows by the worst that is true of each of them, and what was found."""

    rows: Mapping[Verdict, int]
    findings: tuple[Finding, ...]


def as_text(cell: Any) -> str:
    """A canonical text as it comes from a server; MariaDB hands it out as bytes."""
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def _bits(questions: Sequence[Question]) -> ColumnElement[int]:
    return reduce(add, (case((question.condition, literal(1 << n, BigInteger)), else_=literal(0, BigInteger))
                        for n, question in enumerate(questions)), literal(0, BigInteger))


def _true(answers: Sequence[int], question: int) -> bool:
    return bool(answers[question // BITS] >> question % BITS & 1)


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=list(Verdict).index, default=Verdict.OK)
