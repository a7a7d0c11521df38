"""Free text in which what is known or looks personal is replaced, and all else stays readable: the kind `within`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from migrator.mask.kinds.maker import Maker
from migrator.mask.originals import Originals

PATTERNS = re.compile(
    r"(?P<email>[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?<!\d)(?P<id_number>\d{17}[\dXx]|\d{15})(?!\d)"
    r"|(?<!\d)(?P<mobile>1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)"
    r"|(?<!\d)(?P<bank_card>\d{16}|\d{19})(?!\d)", re.ASCII)
_GAP = "\0"


class Within(Maker):
    """Values of other masked columns become their masks, as do addresses, mobile, identity and card numbers that no
    column has.
    """

    unique = False

    def __init__(self, originals: Originals, makers: Mapping[str, Maker]) -> None:
        self._needles = originals.needles()
        self._masks = originals.masks()
        self._makers = makers

    def masked(self, values: Sequence[str]) -> list[str | None]:
        if any(_GAP in value for value in values):
            return [self._masked(value) for value in values]
        return list(self._masked(_GAP.join(values)).split(_GAP)) if values else []  # one pass for all

    def _masked(self, value: str) -> str:
        """Patterns first, each mask set aside by its place, so that nothing is masked twice."""
        parts, end = [], 0
        for found in PATTERNS.finditer(value):
            parts += [self._needles.replaced(value[end:found.start()], self._masks), self._pattern(found)]
            end = found.end()
        return "".join([*parts, self._needles.replaced(value[end:], self._masks)])

    def _pattern(self, found: re.Match[str]) -> str:
        known = self._masks.get(found[0])
        return known if known is not None else self._makers[str(found.lastgroup)].masked([found[0]])[0] or ""
