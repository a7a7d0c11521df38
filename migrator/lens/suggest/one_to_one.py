"""How one old column became one new one, as rows of equal keys show: as it was, by a factor, a clock, a list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from migrator.lens.side import Side
from migrator.lens.suggest.evidence import Seen, confidence
from migrator.lens.suggest.proposal import Proposal
from migrator.lens.suggest.readings import NUMBERS, number, read_all, reading
from migrator.lens.suggest.spellings import spellings
from migrator.lens.suggest.zones import shift_of
from migrator.lens.types import Family
from migrator.text import _

LONGEST_LIST = 60
"""Different values up to which a column is thought to be a list of words."""
LONGEST_VALUE = 100


def explained(seen: Seen) -> Iterator[Proposal]:
    """Every way in which the new column may have been made from the old one."""
    same = unchanged(seen)
    if same is not None:
        yield same
    if agreeing(seen) < seen.asked:  # else there is nothing to explain
        yield from (found for guess in (by_factor, by_clock, by_writing, by_list) if (found := guess(seen)) is not None)


def agreeing(seen: Seen) -> int:
    """In how many of the rows in which a side says something both say the same."""
    read = reading(seen.old, seen.new)
    if read is str:
        return sum(old == new for old, new in seen.filled)
    return sum(old == new or (read(old) is not None and read(old) == read(new)) for old, new in seen.filled)


def unchanged(seen: Seen) -> Proposal | None:
    """The same values, of the same type or of another."""
    agree = agreeing(seen)
    if 2 * agree < seen.asked or not seen.filled:
        return None
    return said_of(seen, "rename" if seen.plain else "convert", {}, agree, 0)


def by_factor(seen: Seen) -> Proposal | None:
    """Numbers times a constant: another unit."""
    if seen.new.type.family not in NUMBERS - {Family.BOOLEAN}:
        return None
    pairs = read_all(seen.filled, number)
    if not pairs:
        return None
    largest = max(pairs, key=lambda pair: abs(pair[0]))
    factor = _round(largest[1] / largest[0]) if largest[0] else Decimal(0)
    if factor in (0, 1):
        return None
    agree = sum(abs(a * factor - b) <= _half_digit(seen) for a, b in pairs)
    if 20 * agree < 19 * len(pairs):
        return None
    return said_of(seen, "convert", {"times": _plain(factor)}, agree, 1)


def by_clock(seen: Seen) -> Proposal | None:
    """Moments a few hours apart: local time became UTC, or the other way."""
    found = shift_of(seen.filled) if {seen.old.type.family, seen.new.type.family} == {Family.MOMENT} else None
    if found is None:
        return None
    asked = found.todo and _("{old} -> {new}: {question}").format(old=seen.old.name, new=seen.new.name,
                                                                 question=found.todo)
    return said_of(seen, "convert", found.args, len(seen.filled), 1, asked)


def by_writing(seen: Seen) -> Proposal | None:
    """A text, or a count of seconds, that writes what the other side keeps as a date, a moment or a number."""
    turned = [(new, old) for old, new in seen.filled]
    for written, meant, pairs in ((seen.old, seen.new, seen.filled), (seen.new, seen.old, turned)):
        for args, read, mean in spellings(written.type, meant.type):
            if pairs and all((said := read(text)) is not None and said == mean(value) for text, value in pairs):
                return said_of(seen, "convert", args, len(pairs), 1)
    return None


def by_list(seen: Seen) -> Proposal | None:
    """Each of a few old values has its counterpart."""
    counterparts: dict[str, Counter[str]] = defaultdict(Counter)
    for old, new in seen.filled:
        counterparts[old][new] += 1
        if len(counterparts) > LONGEST_LIST:
            return None
    if not 0 < len(counterparts) <= min(LONGEST_LIST, len(seen.filled) // 2):
        return None
    if not {seen.old.type.family, seen.new.type.family} <= _LISTED:
        return None
    if any(len(value) > LONGEST_VALUE or "\0" in value for pair in seen.filled for value in pair):
        return None
    best = {old: news.most_common(1)[0] for old, news in sorted(counterparts.items())}
    results = {new for new, _count in best.values()}
    if (len(results) < 2 and seen.alike < 0.8) or all(old == new for old, (new, _count) in best.items()):
        return None
    agree = sum(count for _new, count in best.values())
    if 10 * agree < 9 * len(seen.filled):
        return None
    table = {old: _constant(new, seen.new.type.family) for old, (new, _count) in best.items()}
    return said_of(seen, "values", {"map": table}, agree, len(best),
                 todo=_ambiguous(seen, {old: news for old, news in counterparts.items() if len(news) > 1}))


_LISTED = frozenset({Family.TEXT, Family.INTEGER, Family.BOOLEAN})


def said_of(seen: Seen, operation: str, args: Mapping[str, Any], agree: int, learned: int,
            todo: str | None = None) -> Proposal:
    """A proposal for both columns; `learned` rows are those that its arguments were taken from."""
    if todo is None and agree < seen.asked:
        todo = _("{old} -> {new}: {count} of {asked} rows with equal keys say something else; what is right?").format(
            old=seen.old.name, new=seen.new.name, count=seen.asked - agree, asked=seen.asked)
    return Proposal(operation, {"old": seen.old.name, "new": seen.new.name, **args},
                    confidence(agree, seen.asked, learned, (new for _old, new in seen.filled), seen.alike),
                    _("{agree} of {asked} rows with equal keys agree").format(agree=agree, asked=seen.asked),
                    {Side.OLD: (seen.old.name,), Side.NEW: (seen.new.name,)}, todo=todo)


def _ambiguous(seen: Seen, unclear: dict[str, Counter[str]]) -> str | None:
    if not unclear:
        return None
    told = "; ".join(f"{old!r} -> " + ", ".join(f"{new!r} ({count})" for new, count in news.most_common(3))
                     for old, news in sorted(unclear.items())[:5])
    return _("{old} -> {new}: some old values have more than one counterpart, the commonest is written: {told}"
             ).format(old=seen.old.name, new=seen.new.name, told=told)


def _constant(text: str, family: Family) -> str | int | bool:
    if family is Family.BOOLEAN:
        return number(text) == 1
    return int(text) if family is Family.INTEGER else text


def _round(ratio: Decimal) -> Decimal:
    """The shortest number within a millionth of a ratio of sampled values."""
    for digits in range(1, 7):
        short = Decimal(f"{ratio:.{digits}g}")
        if abs(short - ratio) <= abs(ratio) * Decimal("1e-6"):
            return short
    return Decimal(0)


def _half_digit(seen: Seen) -> Decimal:
    """What rounding to the new column's digits may change, and binary fractions on top."""
    if seen.new.type.family is Family.REAL:
        return Decimal("1e-6")
    return Decimal("0.5005").scaleb(-(seen.new.type.scale or 0))


def _plain(factor: Decimal) -> int | str:
    whole = factor.to_integral_value(ROUND_HALF_UP)
    return int(whole) if whole == factor else format(factor.normalize(), "f")
