"""What can go wrong with an application that was brought back."""

from __future__ import annotations

from migrator.errors import Exit, MigratorError


class ChecksFailed(MigratorError):
    """The restored application runs and does not do what it is there for."""

    code = Exit.FINDINGS_BLOCK


class PartMissing(MigratorError):
    """Something that a kept release needs is not there, or is not what was kept; nothing was restored."""

    code = Exit.FINDINGS_BLOCK
