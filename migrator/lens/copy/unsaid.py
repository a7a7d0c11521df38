"""Which rows of the new side the old side has no words for, looked up when a server has stopped at one of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from migrator.errors import FindingsBlock
from migrator.lens.census.finding import Finding, Verdict
from migrator.lens.census.question import Question, Survey
from migrator.lens.lens import Lens, in_pair, source_row
from migrator.lens.pair import Pair
from migrator.lens.side import Side, Way
from migrator.text import _

NAMED = 5
"""Rows that a message names of each kind."""


def require_words(lens: Lens, connection: Connection, where: str) -> None:
    """Raise FindingsBlock that names rows of the new side, if one holds a value that cannot be said on the old side."""
    with connection.begin():
        found = [finding for pair in lens.pairs for finding in _doubtful(lens, pair, connection)]
    if found:
        raise FindingsBlock("\n".join([_("the new side holds what cannot be said on the old side:"),
                                       *(_said(finding) for finding in found)]), where=where,
                            hint=_("change these rows on the new side, or the mapping; nothing was written"))


def _doubtful(lens: Lens, pair: Pair, connection: Connection) -> Iterator[Finding]:
    face, row = pair.faces[Side.NEW], source_row(pair, Way.BACKWARD, lens.tables, lenient=True)
    questions = [Question(doubt.code, Verdict.REFUSED, doubt.condition, doubt.sentence, columns=group.name)
                 for group in pair.groups for doubt in group.doubtful(Way.BACKWARD, row)]
    survey = Survey(pair.name, row, {name: face.type(name) for name in face.key}, in_pair(pair, Side.NEW, row),
                    questions)
    yield from survey.take(connection, NAMED).findings


def _said(finding: Finding) -> str:
    return _("{pair}, {columns}: {message}, rows: {count}, keys: {keys}").format(
        pair=finding.about, columns=finding.columns, message=finding.message, count=finding.rows,
        keys="; ".join("/".join(key) for key in finding.keys))
