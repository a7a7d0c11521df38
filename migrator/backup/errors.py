"""What can be wrong with a backup set, or with bringing it back."""

from __future__ import annotations

from migrator.errors import Exit, MigratorError


class SetDamaged(MigratorError):
    """A set or one of its parts is not what was written when it was taken; nothing was restored from it."""

    code = Exit.FINDINGS_BLOCK


class SetMissing(MigratorError):
    """The vault holds no such set, or it was never completed."""

    code = Exit.FINDINGS_BLOCK


class RestoreDiffers(MigratorError):
    """What was restored is not equal to the set, although every command succeeded."""

    code = Exit.HANDS_NEEDED


class SetSealed(MigratorError):
    """A set is sealed, and the key that opens it is not at hand; nothing was read from it."""

    code = Exit.WRONG_USE
