"""Words of a key that have changed, so that no equal keys show them: found where everything else of the rows agrees."""

from __future__ import annotations

from collections import Counter, defaultdict

from migrator.lens.side import Side
from migrator.lens.suggest.evidence import confidence
from migrator.lens.suggest.ground import Place
from migrator.lens.suggest.proposal import Proposal
from migrator.lens.suggest.sample import Record
from migrator.lens.types import Family
from migrator.text import _


def renamed_word(place: Place, column: str) -> Proposal | None:
    """The map of the words of a key column that has one name on both sides; None where nothing shows that some changed.

    An old row and a new one are the same when they differ in that column alone.
    """
    faces = place.faces
    if any(len(face.key) < 2 or column not in face.key or face.type(column).family is not Family.TEXT
           for face in faces.values()):
        return None
    before, after = (place.ground.samples.values(side, faces[side].main.name, column) for side in Side)
    if before is None or after is None:
        return None
    gone = before.keys() - after.keys()
    became: dict[str, Counter[str]] = defaultdict(Counter)
    new = {_rest(record, column): record[column] for record in place.ground.records(Side.NEW, faces[Side.NEW].main.name)
           if record[column] not in before}
    rows = [record for record in place.ground.records(Side.OLD, faces[Side.OLD].main.name) if record[column] in gone]
    for record in rows:
        if (word := new.get(_rest(record, column))) is not None:
            became[str(record[column])][word] += 1
    best = {word: found.most_common(1)[0] for word, found in became.items()}
    if not gone or set(best) != gone or len({word for word, _count in best.values()}) < len(best):
        return None
    agree = sum(count for _word, count in best.values())
    table = {word: best[word][0] if word in gone else word for word in sorted(before)}
    return Proposal("values", {"old": column, "new": column, "map": table},
                    confidence(agree, len(rows), 0, new),
                    _("{agree} of {asked} rows are there under another {column}, and agree in all else").format(
                        agree=agree, asked=len(rows), column=column), dict.fromkeys(Side, (column,)))


def _rest(record: Record, column: str) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted((name, text) for name, text in record.items() if name != column))
