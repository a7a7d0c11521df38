"""What a draft asks people about the columns of a pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrator.lens.side import Side
from migrator.lens.suggest.evidence import Seen
from migrator.lens.suggest.ground import Place
from migrator.lens.suggest.proposal import Proposal
from migrator.text import _


def questions(place: Place, said: Sequence[Proposal]) -> list[str]:
    """Everything that the proposals of a pair leave open."""
    return [*_keys(place), *_left(place, said), *_empty(place, said), *_unmapped(place, said)]


def differing(place: Place, seen: Seen, same: int) -> str:
    """A column has its name on both sides, but says the same in `same` rows only."""
    key = next(key for key, (old, new) in zip(place.rows.keys, seen.pairs, strict=True) if old != new)
    return _("{pair}: {column} has its name on both sides, but differs in {count} of {asked} rows with equal keys, for "
             "example where the key is {key}").format(pair=place.name, column=seen.old.name, count=seen.asked - same,
                                                      asked=seen.asked, key=", ".join(map(str, key)))


def _keys(place: Place) -> Iterator[str]:
    """Both sides have rows, and no key is on both."""
    sampled = [place.ground.records(side, place.faces[side].main.name) for side in Side]
    if all(sampled) and not place.rows.keys:
        yield _("{pair}: no sampled key is on both sides, so no rows could be compared; did the keys change?").format(
            pair=place.name)


def _left(place: Place, said: Iterable[Proposal]) -> Iterator[str]:
    """Columns that stay on their side, though one may be a rename of the other."""
    said = list(said)
    old, new = (", ".join(p.args["column"] for p in said if p.operation == f"only-{side}") for side in Side)
    if old and new:
        yield _("{pair}: did any of {old} become any of {new}? No row and no name says so, and each stays on its side "
                "until a rename is written").format(pair=place.name, old=old, new=new)
    elif old:
        yield _("{pair}: the new version seems to have no place for {columns}; is that so?").format(
            pair=place.name, columns=old)


def _empty(place: Place, said: Iterable[Proposal]) -> Iterator[str]:
    """New columns that must hold something, and nobody says what."""
    for proposal in said:
        if proposal.operation != "only-new" or "default" in proposal.args:
            continue
        column = place.column(Side.NEW, proposal.args["column"])
        if not column.nullable and column.default is None and not column.counted:
            yield _("{pair}: {column} may not be empty; which default do rows get that come from the old side?").format(
                pair=place.name, column=column.name)


def _unmapped(place: Place, said: Iterable[Proposal]) -> Iterator[str]:
    """Old values that a map does not hold because no sampled row has them."""
    for proposal in said:
        found = place.faces[Side.OLD].find(proposal.args["old"]) if proposal.operation == "values" else None
        counts = place.ground.samples.values(Side.OLD, found[0].name, found[1]) if found else None
        for value, count in sorted((counts or {}).items()):
            if value not in proposal.args["map"]:
                yield _('{pair}: {count} rows have "{value}" in {column}, and no sampled row shows what it became; add '
                        "it to the map").format(pair=place.name, count=count, value=value, column=proposal.args["old"])
