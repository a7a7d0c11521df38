"""What can be wrong with a configuration file that should be edited."""

from __future__ import annotations

from migrator.errors import Exit, MigratorError


class NotEditable(MigratorError):
    """The file cannot be read, or the key cannot be changed without touching other things; nothing was written."""

    code = Exit.FINDINGS_BLOCK
