"""Mappings: what the data would lose, carry it over, compare every cell, draft a first mapping file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from migrator.errors import WrongUse
from migrator.tasks.command import Call, needed
from migrator.text import _

if TYPE_CHECKING:
    from migrator.lens.lens import Lens
    from migrator.lens.meeting import Meeting

MAPPING = "the mapping file"
OLD = "old side: an environment of the inventory, or a database URL"
NEW = "new side: an environment of the inventory, or a database URL"
DATABASE = "which database of the environments (default: the only one)"


def met(call: Call, mapping: str | None, old: str | None, new: str | None, database: str) -> tuple[Lens, Meeting]:
    """The lens of a mapping file between two sides, and where these meet."""
    from migrator.lens.compile import compile_lens
    from migrator.lens.mapping import Mapping
    from migrator.lens.reflect import read_schema

    needed({"mapping": mapping})
    meeting = sides(call, old, new, database)
    path = Path(str(mapping))
    if not path.is_file():
        raise WrongUse(_("there is no such mapping file"), where=str(path),
                       hint=_("inv map.suggest --old ENV --new ENV --write FILE drafts one"))
    return compile_lens(Mapping.load(path), read_schema(meeting.old), read_schema(meeting.new)), meeting


def sides(call: Call, old: str | None, new: str | None, database: str) -> Meeting:
    """The two sides, each by the name of an environment or by a URL."""
    from migrator.lens.meeting import Meeting

    needed({"old": old, "new": new})
    return Meeting(call.app.endpoint(str(old), database), call.app.endpoint(str(new), database))
