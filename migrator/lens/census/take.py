"""Take a census: the old side is asked in its own server, in one snapshot, before anything is written."""

from __future__ import annotations

from collections.abc import Callable

from migrator.lens.carry import Carried
from migrator.lens.census.census import Census, Tally
from migrator.lens.census.finding import Finding
from migrator.lens.census.losses import losses
from migrator.lens.census.question import Survey
from migrator.lens.lens import Lens, source_row
from migrator.lens.meeting import Meeting
from migrator.lens.pair import Pair
from migrator.lens.scope import Tables
from migrator.lens.side import Side, Way
from migrator.lens.snapshot import snapshot

Progress = Callable[[int, int, str], None]
"""Told before each pair: pairs that are done, pairs in all, the name of the one that comes now."""


def take(lens: Lens, meeting: Meeting, *, samples: int = 5, progress: Progress | None = None) -> Census:
    """What the old data would lose on its way to the new side. Nothing is written.

    samples: how many keys are shown of each finding.
    Raises DatabaseError when a side cannot be read.
    """
    tallies: list[Tally] = []
    findings: list[Finding] = []
    with meeting.connect(Side.OLD) as connection:
        tables = Carried(lens, meeting, Side.OLD, connection)
        surveys = [_survey(pair, tables) for pair in lens.pairs]  # what they carry along must be there before
        with snapshot(connection):
            for done, survey in enumerate(surveys):
                if progress:
                    progress(done, len(surveys), survey.pair.name)
                tally, found = survey.take(connection, samples)
                tallies.append(tally)
                findings += found
    return Census(tuple(tallies), tuple(findings))


def _survey(pair: Pair, tables: Tables) -> Survey:
    row = source_row(pair, Way.FORWARD, tables, lenient=True)
    return Survey(pair, row, list(losses(pair, row)))
