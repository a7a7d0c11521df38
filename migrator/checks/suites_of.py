"""The checks that a playbook names, read before any environment is known."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.checks.suite_read import suite_faults
from migrator.errors import PlaybookError
from migrator.here import from_here
from migrator.playbook.files import named_files
from migrator.playbook.kinds import Kinds
from migrator.playbook.read import LoadedPlaybook
from migrator.playbook.validate import refuse


def require_sound_suites(loaded: LoadedPlaybook, kinds: Kinds) -> None:
    """Raise PlaybookError (several: PlaybookErrors) with the positions of what is wrong in the playbook's checks."""
    if errors := list(_faults(loaded, kinds)):
        refuse(errors)


def _faults(loaded: LoadedPlaybook, kinds: Kinds) -> Iterator[PlaybookError]:
    for item in (item for items in loaded.stages.values() for item in items):
        kind = kinds[item.step.kind]
        for argument, name in named_files(item, kind, loaded.playbook):
            if argument in kind.suites:
                path = loaded.folder / name
                yield from suite_faults(path.read_bytes(), from_here(path), in_loop=item.hop is not None)
