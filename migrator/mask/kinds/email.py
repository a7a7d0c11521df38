"""Addresses of electronic mail that reach nobody."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from migrator.mask.kinds.maker import Maker


class MailDomain(StrEnum):
    """What becomes of the part behind the @: `example` masks it and adds .example (RFC 2606), which no mail can reach;
    `shape` masks all but what stands behind the last dot, so that the length stays; `keep` leaves it as it is.
    """

    EXAMPLE = "example"
    SHAPE = "shape"
    KEEP = "keep"


class Email(Maker):
    """The same name gets the same mask at every domain, and the same domain the same for every name."""

    def __init__(self, words: Maker, domain: MailDomain = MailDomain.EXAMPLE) -> None:
        self._words = words
        self._domain = domain
        self.unique = words.unique

    def masked(self, values: Sequence[str]) -> list[str | None]:
        parts = [value.rpartition("@") for value in values]
        ends = [domain.rpartition(".")[2] if at and self._domain is MailDomain.SHAPE and "." in domain else ""
                for _name, at, domain in parts]
        heads = [domain.removesuffix(end) for (_name, _at, domain), end in zip(parts, ends, strict=True)]
        few = list(dict.fromkeys(heads))  # many addresses share a domain
        known = dict(zip(few, self._words.masked(few), strict=True))
        names = self._words.masked([name for name, _at, _domain in parts])
        domains: Sequence[str | None] = [known[head] for head in heads]
        if self._domain is MailDomain.KEEP:
            domains = [domain if at else mask for (_name, at, domain), mask in zip(parts, domains, strict=True)]
        tail = ".example" if self._domain is MailDomain.EXAMPLE else ""
        return [f"{name}{at}{domain}{end}{tail}" if at else domain
                for (_name, at, _), name, domain, end in zip(parts, names, domains, ends, strict=True)]
