"""What can be wrong with the place of a copy in containers."""

from __future__ import annotations

from migrator.errors import Exit, MigratorError


class NoEngine(MigratorError):
    """No Docker engine answers, or it cannot make what a copy needs; nothing is left of the try."""

    code = Exit.STOPPED
