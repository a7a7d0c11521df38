"""What a verification does not look at, and why: silence would be read as equality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.side import Side
from migrator.lens.verify.view import identifying
from migrator.text import _


@dataclass(frozen=True)
class Uncompared:
    """A table, a column or some rows of a side."""

    side: str
    what: str
    why: str


def comparable(pair: Pair) -> bool:
    """Whether a row of one side can be found on the other."""
    return bool(identifying(pair))


def uncompared(lens: Lens) -> Iterator[Uncompared]:
    """Everything of both sides that the lens does not relate, or that cannot be compared."""
    for side in Side:
        for table in sorted(lens.only[side]):
            yield Uncompared(side, table, _("this side alone has the table"))
    for pair in lens.pairs:
        if not comparable(pair):
            yield Uncompared(Side.NEW, pair.name, _("its keys are made anew, and nothing tells which row is which"))
            continue
        yield from _columns(pair)
        yield from _rows(pair)
        yield from _further(pair)
        yield from _shared(pair)


def _columns(pair: Pair) -> Iterator[Uncompared]:
    for private in pair.private:
        table, column = pair.faces[private.side].find(private.column) or (pair.faces[private.side].main, private.column)
        yield Uncompared(private.side, f"{table.name}.{column}", _("this side alone has the column"))
    for side, face in pair.faces.items():
        said = {name for group in pair.groups for name in group.ends[side].columns}
        for table in face.tables:
            for column, name in face.columns_of(table).items():
                if table.columns[column].generated and name not in said:
                    yield Uncompared(side, f"{table.name}.{column}", _("the server computes it"))


def _rows(pair: Pair) -> Iterator[Uncompared]:
    for side, face in pair.faces.items():
        for column, wanted in face.rows.items():
            shown = ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
            yield Uncompared(side, face.main.name, _("rows whose {column} is not {wanted} belong to other pairs, or to "
                                                     "none").format(column=column, wanted=shown))


def _further(pair: Pair) -> Iterator[Uncompared]:
    face = pair.faces[Side.NEW]
    for table in face.tables[1:]:
        yield Uncompared(Side.NEW, table.name, _("rows without one of {main} are not looked for").format(
            main=face.main.name))


def _shared(pair: Pair) -> Iterator[Uncompared]:
    for group in pair.groups:
        for satellite in group.satellites:
            if not satellite.owner:
                yield Uncompared(satellite.side, satellite.table,
                                 _("its records are shared; they are compared where a row of {pair} names one").format(
                                     pair=pair.name))
