"""Take a census: the old side is asked in its own server, in one snapshot, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from migrator.lens.census.alphabet import Alphabet, alphabet
from migrator.lens.census.census import Census, Tally
from migrator.lens.census.finding import Finding, Verdict
from migrator.lens.census.fit import fits
from migrator.lens.census.foreseen import Foreseen
from migrator.lens.census.ground import ground
from migrator.lens.census.losses import losses
from migrator.lens.census.orphans import orphans
from migrator.lens.census.parts import alone, parts, shares
from migrator.lens.census.question import Question, Survey
from migrator.lens.census.unique import uniques
from migrator.lens.lens import Lens, in_pair, source_row
from migrator.lens.pair import Pair
from migrator.lens.places.carry import Carried
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.snapshot import snapshot
from migrator.lens.scope import Row, Tables
from migrator.lens.side import Side, Way

Progress = Callable[[float, float | None, str], None]
"""Told how many checks are done, how many there are, and what they are called."""


def take(lens: Lens, meeting: Meeting, *, samples: int = 5, progress: Progress | None = None) -> Census:
    """What the old data would lose on its way to the new side. Nothing is written.

    samples: how many keys are shown of each finding.
    Raises DatabaseError when a side cannot be read.
    """
    letters = alphabet(meeting, lens.schemas[Side.NEW])
    tallies: list[Tally] = []
    findings: list[Finding] = list(ground(lens, meeting))
    with meeting.connect(Side.OLD) as connection:
        tables = Foreseen(lens, Carried(lens, meeting, Side.OLD, connection))
        # Statements are put together before the snapshot, since what they look up is carried along then.
        surveys = [_survey(lens, pair, tables, letters) for pair in lens.pairs]
        further = [*alone(lens, tables), *shares(lens, tables)]
        keys = list(uniques(lens, letters, tables))
        tell = _teller(progress, len(surveys) + len(further) + len(keys))
        with snapshot(connection):
            for survey in surveys:
                answers = survey.take(connection, samples)
                rows = answers.rows
                tallies.append(Tally(survey.about, sum(rows.values()), rows[Verdict.OK], rows[Verdict.NEEDS_MEMORY],
                                     rows[Verdict.REFUSED]))
                findings += answers.findings
                tell()
            for survey in further:
                findings += survey.take(connection, samples).findings
                tell()
            for key in keys:
                findings += filter(None, [key.take(connection, meeting, samples)])
                tell()
    return Census(tuple(tallies), tuple(findings))


def _survey(lens: Lens, pair: Pair, tables: Tables, letters: Alphabet) -> Survey:
    face, row = pair.faces[Side.OLD], source_row(pair, Way.FORWARD, tables, lenient=True)
    questions = list(_questions(lens, pair, row, letters))
    return Survey(pair.name, row, {name: face.type(name) for name in face.key}, in_pair(pair, Side.OLD, row), questions)


def _questions(lens: Lens, pair: Pair, row: Row, letters: Alphabet) -> Iterator[Question]:
    yield from losses(pair, row)
    yield from fits(lens, pair, row, letters)
    yield from parts(pair, row)
    yield from orphans(lens, pair, row, letters)


def _teller(progress: Progress | None, total: int) -> Callable[[], None]:
    done = count(1)

    def tell() -> None:
        if progress:
            progress(next(done), total, "checks")

    return tell
