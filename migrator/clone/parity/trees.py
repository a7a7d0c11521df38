"""Two file trees compared: every file by its content, configuration by what it should have become in the copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.backup.trees.tree_folder import tree_folder
from migrator.clone.neutral.apply import edited
from migrator.clone.neutral.looked_at import files_of
from migrator.clone.neutral.model import Neutral
from migrator.clone.parity.score import Compared, Difference, compared
from migrator.clone.traces import Traces
from migrator.errors import MigratorError
from migrator.site import Site
from migrator.text import _


def trees(live: Site, copy: Site, rules: Neutral, traces: Traces) -> Iterator[Compared]:
    """Configuration files first, then all others; what was adapted and neutralised on purpose is no difference."""
    there = {file.name: _meant(copy, file.name, file.text, rules, traces) for file in files_of(live, rules)}
    here = {file.name: file.text for file in files_of(copy, rules)}
    yield _configuration(there, here)
    for name in live.environment.trees.keys() & copy.environment.trees.keys():
        told = {file.partition("/")[2] for file in there.keys() | here.keys() if file.partition("/")[0] == name}
        yield compared("files", name, _contents(live, name, told), _contents(copy, name, told))


def _configuration(there: Mapping[str, str], here: Mapping[str, str]) -> Compared:
    names = sorted(there.keys() | here.keys())
    return Compared("configuration", len(names), tuple(
        Difference("configuration", ascii(name)[1:-1], *_first_unlike(there.get(name), here.get(name)))
        for name in names if there.get(name) != here.get(name)))


def _meant(copy: Site, name: str, text: str, rules: Neutral, traces: Traces) -> str:
    """What a file of the original becomes in the copy; where a rule cannot be applied, the file itself."""
    content = traces.replaced(text).encode("utf-8", "surrogateescape")
    for rule in (rule for integration in rules.integrations for rule in integration.files if rule.file == name):
        try:
            content = edited(copy, rule, content)
        except MigratorError:
            return text
    return content.decode("utf-8", "surrogateescape")


def _first_unlike(original: str | None, copy: str | None) -> tuple[str, str]:
    """The number of the first line that differs, not its text: configuration holds passwords."""
    if original is None or copy is None:
        return ("-", _("there")) if original is None else (_("there"), "-")
    one, other = original.splitlines(), copy.splitlines()
    unlike = (n for n, (a, b) in enumerate(zip(one, other, strict=False), 1) if a != b)
    line = next(unlike, min(len(one), len(other)) + 1)
    length = _("{count} lines").format(count=len(other))
    return _("{count} lines").format(count=len(one)), _("{length}, other from line {line} on").format(
        length=length, line=line)


def _contents(site: Site, tree: str, without: set[str]) -> dict[str, str]:
    folder = tree_folder(site, tree)
    if not folder.exists():
        return {}
    return {ascii(name)[1:-1] or ".": entry.sha256[:12] if entry.sha256 else entry.link or entry.kind
            for name, entry in folder.entries(hashed=True).items() if name not in without}
