"""How texts and whole numbers write what the other side keeps as a date, a moment or a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from migrator.lens.suggest.readings import moment, number
from migrator.lens.types import Family, Type

FORMATS = ("%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S",
           "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")
EPOCH = datetime(1970, 1, 1)

Read = Callable[[str], object]


def spellings(written: Type, meant: Type) -> Iterator[tuple[Mapping[str, Any], Read, Read]]:
    """Each way in which a column may write what another means: the arguments of `convert`, and how both are read."""
    match written.family, meant.family:
        case Family.TEXT, (Family.DATE | Family.MOMENT):
            yield from (({"format": form}, _formatted(form), moment) for form in FORMATS)
        case Family.TEXT, (Family.INTEGER | Family.DECIMAL | Family.REAL):
            for decimal, thousands in ((",", "."), (",", " "), (".", ","), (",", "")):
                signs = {"decimal": decimal, "thousands": thousands}
                said = {name: sign for name, sign in signs.items() if sign and (name, sign) != ("decimal", ".")}
                yield said, _marked(decimal, thousands), number
        case Family.INTEGER, Family.MOMENT:
            yield {"epoch": "seconds"}, _counted(1), moment
            yield {"epoch": "milliseconds"}, _counted(1000), moment


def _formatted(form: str) -> Read:
    def read(text: str) -> datetime | None:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            return None

    return read


def _marked(decimal: str, thousands: str) -> Read:
    def read(text: str) -> Decimal | None:
        plain = text.replace(thousands, "") if thousands else text
        return number(plain.replace(decimal, "."))

    return read


def _counted(per_second: int) -> Read:
    def read(text: str) -> datetime | None:
        try:
            return EPOCH + timedelta(seconds=int(text) / per_second)
        except (ValueError, OverflowError):
            return None

    return read
