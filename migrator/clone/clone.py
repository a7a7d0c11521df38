"""Make an environment the copy of a set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrator.backup import watch
from migrator.backup.parts import part
from migrator.backup.restoring import former as formerly
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.set import BackupSet
from migrator.site import Site
from migrator.transport.base import OnLine


def make_clone(copy: Site, kept: BackupSet | Path | str, vault: Path, former: str, record: Mapping[str, Any], *,
               say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> dict[str, Any]:
    """Replace the environment's databases and trees by those of a set.

    What `record` (of `former.present`) says existed is kept first, as a set named `former` in the vault; a repeat finds
    that set and takes no second one. Returns the facts of the restore.
    """
    formerly.keep(copy, vault, former, record, say=say, progress=progress)
    return restore_set(copy, kept, say=say, progress=progress)
