"""How many sites a fleet upgrades before it looks: `1, 10%, 50%, 100%`, each number counting from the first site."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.errors import WrongUse
from migrator.text import _

USUAL = "1,10%,50%,100%"
_TARGET = re.compile(r"([1-9][0-9]{0,8})(%?)")
_ALL = 100


@dataclass(frozen=True)
class Target:
    """How many sites are done when a batch is done, those of the batches before it included."""

    number: int
    percent: bool

    def of(self, total: int) -> int:
        """The number of sites, rounded up, so that it is never none."""
        return -(-total * self.number // 100) if self.percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


@dataclass(frozen=True)
class Batches:
    """Cumulative targets; the first batch is the canary."""

    targets: tuple[Target, ...]

    @classmethod
    def parse(cls, text: str) -> Batches:
        """What a person wrote: numbers of sites or percentages, growing, with commas between.

        Raises WrongUse for anything else.
        """
        targets = tuple(_target(word.strip()) for word in text.split(","))
        for one, following in itertools.pairwise(targets):
            if one.percent == following.percent and following.number <= one.number:
                raise WrongUse(_("the batch {next} does not reach further than {one} before it").format(
                    next=following, one=one), hint=_("each counts from the first site: {usual}").format(usual=USUAL))
        return cls(targets)

    def cut(self, total: int) -> tuple[int, ...]:
        """The size of each batch over so many sites, in order; they add up to `total`, and none is empty.

        A target that a batch before it has reached already takes one site more, so that nobody skips a look; targets
        beyond the last site fall away. Raises WrongUse when the last target leaves sites out.
        """
        ends = [0]
        for target in self.targets:
            ends.append(min(max(target.of(total), ends[-1] + 1), total))
        if ends[-1] < total:
            raise WrongUse(_("the batches {batches} reach {reached} of {total} sites").format(
                batches=self, reached=ends[-1], total=total), hint=_("end them with 100%"))
        return tuple(end - begin for begin, end in itertools.pairwise(ends) if end > begin)

    def __str__(self) -> str:
        return ",".join(map(str, self.targets))


def numbered(sizes: Sequence[int]) -> list[int]:
    """The number of the batch, from 1, of every site in order."""
    return [number for number, size in enumerate(sizes, 1) for _site in range(size)]


def _target(word: str) -> Target:
    match = _TARGET.fullmatch(word)
    if match is None or (match[2] and int(match[1]) > _ALL):
        raise WrongUse(_('"{word}" is no batch').format(word=word),
                       hint=_("write numbers of sites or percentages: {usual}").format(usual=USUAL))
    return Target(int(match[1]), bool(match[2]))
