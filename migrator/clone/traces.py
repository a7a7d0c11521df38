"""Traces of the live system in a copy's files: its paths, addresses and values, replaced by the copy's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.errors import WrongUse
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import Transport

SHORTEST = 4
"""Characters below which a value is an ordinary word that stands everywhere."""


@dataclass(frozen=True)
class Traces:
    """Each text that stands for the live system and the copy's own text instead."""

    instead: Mapping[str, str]

    @classmethod
    def of(cls, live: Site, copy: Site) -> Traces:
        """Values, tree paths and database URLs that both have under one name and that differ."""
        pairs = [*_both(live.environment.values, copy.environment.values, str),
                 *_both(live.environment.trees, copy.environment.trees, lambda tree: tree.path),
                 *_both(live.environment.databases, copy.environment.databases, lambda database: database.url)]
        pairs += [(a.partition(":///")[2], b.partition(":///")[2]) for a, b in pairs if a.startswith("sqlite:")]
        return cls({a: b for a, b in pairs if len(a) >= SHORTEST and a != b})

    def replaced(self, text: str) -> str:
        """The text speaking of the copy; done twice it is the same."""
        return self._pattern().sub(lambda found: self.instead.get(found[0], found[0]), text) if self.instead else text

    def left(self, text: str) -> list[str]:
        """The live system's texts that still stand there."""
        found = self._pattern().findall(text) if self.instead else []
        return sorted({each for each in found if each in self.instead})

    def _pattern(self) -> re.Pattern[str]:
        """Whole words only, the longest first; the copy's own texts are found too, so that they are not cut up."""
        known = sorted({*self.instead, *self.instead.values()} - {""}, key=len, reverse=True)
        return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, known)) + r")(?![\w-])")


def file_in(site: Site, name: str) -> tuple[Transport, str, str | None]:
    """Host, path and owner of a file named TREE/PATH; raises WrongUse for a path that leaves the tree."""
    tree_name, _slash, path = name.partition("/")
    tree = site.tree(tree_name)
    if not path or ".." in path.split("/"):
        raise WrongUse(_("{name} names no file of a tree").format(name=name), where=site.name,
                       hint=_("write TREE/PATH, for example app/config.ini"))
    host = site.host(tree.at)
    return host, f"{host.expand(tree.path).rstrip('/')}/{path}", tree.owner


def adapt(site: Site, traces: Traces, files: Sequence[str]) -> list[str]:
    """Replace the live system's texts in files of the copy; names of the files that changed."""
    changed = []
    for name in files:
        host, path, owner = file_in(site, name)
        found = host.stat(path)
        if found and (text := _text(host, path)) != (ours := traces.replaced(text)):
            host.write_file(path, ours.encode("utf-8", "surrogateescape"), mode=found.mode, user=owner)
            changed.append(name)
    return changed


def leftovers(site: Site, traces: Traces, files: Sequence[str]) -> dict[str, list[str]]:
    """The live system's texts that still stand in files of the copy, by file."""
    found = {}
    for name in files:
        host, path, _owner = file_in(site, name)
        if host.stat(path) and (left := traces.left(_text(host, path))):
            found[name] = left
    return found


def missing(site: Site, files: Sequence[str]) -> list[str]:
    """Those of the files that the copy does not have."""
    return [name for name, (host, path, _owner) in ((name, file_in(site, name)) for name in files)
            if host.stat(path) is None]


def _text(host: Transport, path: str) -> str:
    return host.read_file(path).decode("utf-8", "surrogateescape")


def _both(live: Mapping[str, object], copy: Mapping[str, object],
          text: Callable[..., str]) -> Iterator[tuple[str, str]]:
    return ((text(live[name]), text(copy[name])) for name in live if name in copy)
