"""The files of a playbook folder that its steps name: they exist, lie inside, and have a digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from migrator.errors import PlaybookError
from migrator.playbook import lookups
from migrator.playbook.kinds import Kind, Kinds
from migrator.playbook.model import Playbook
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Tree
from migrator.playbook.unroll import Unrolled
from migrator.text import _


def named_files(item: Unrolled, kind: Kind, playbook: Playbook) -> Iterator[tuple[str, str]]:
    """(argument, file name) of every file that a step names. Raises PlaybookError for a look-up not known so early."""
    scope = lookups.scope(path=playbook.path.versions, hop=item.hop)
    for argument in kind.files:
        value = item.step.args.get(argument, kind.Args.model_fields[argument].default)
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str):
                yield argument, lookups.resolve(name, scope)


def missing(folder: Path, name: str) -> str | None:
    """Why a file cannot be used, as a sentence; None when it can. Links may not lead out of the folder."""
    path = folder / name
    try:
        if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
            return _('the file "{name}" lies outside the playbook folder').format(name=name)
        if not path.is_file():
            readme = Path(name).parent / "README.md"
            more = _("; {file} says where it comes from").format(file=readme) if (folder / readme).is_file() else ""
            return unknown(_("file"), name, _names(folder)) + more
        with path.open("rb"):
            return None
    except OSError as error:
        return _('the file "{name}" cannot be read: {why}').format(name=name, why=error.strerror)


def wrong_files(items: Iterable[Unrolled], kinds: Kinds, playbook: Playbook, folder: Path,
                tree: Tree) -> Iterator[PlaybookError]:
    """An error for every file that a step names and that is not there."""
    for item in items:
        kind = item.step.kind
        try:
            for argument, name in named_files(item, kinds[kind], playbook):
                if why := missing(folder, name):
                    yield tree.error((*item.route, kind, argument), why)
        except PlaybookError as error:
            yield tree.error((*item.route, kind), error.message,
                             hint=_("a file's name may use ${path...} and ${hop...} only"))


def _names(folder: Path) -> list[str]:
    """At most a thousand names, for a guess."""
    found: list[str] = []
    for path in folder.rglob("*"):
        if len(found) == 1000:
            break
        found.append(str(path.relative_to(folder)))
    return found
