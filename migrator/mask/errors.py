"""What stops masking."""

from __future__ import annotations

from migrator.errors import FindingsBlock


class AlreadyMasked(FindingsBlock):
    """The database bears the mark of an earlier masking: masking masks again would tell nothing apart any more."""


class Misfit(FindingsBlock):
    """Rules and database do not fit each other."""


class Leaked(FindingsBlock):
    """Original values were found in what should hold masks only."""
