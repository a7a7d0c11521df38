"""What can be wrong with a database's log, or with a moment that somebody wants back."""

from __future__ import annotations

from migrator.errors import Exit, MigratorError


class OutsideLog(MigratorError):
    """The wanted moment is not one that the sets cover; nothing was changed."""

    code = Exit.WRONG_USE


class CannotReplay(MigratorError):
    """The host has no fitting programs to replay a log with; nothing was changed."""

    code = Exit.FINDINGS_BLOCK
