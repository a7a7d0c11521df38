"""The key of a project: whoever has it makes the same masks again, and nobody else can."""

from __future__ import annotations

import hashlib
import hmac

from migrator.errors import WrongUse
from migrator.secret import Secret
from migrator.text import _

SHORTEST = 16
"""Characters of a key below which it could be guessed."""


class ProjectKey:
    """Keys for single purposes, derived from one secret by HMAC-SHA256. Raises WrongUse for a secret too short."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret.reveal().encode()
        if len(self._secret) < SHORTEST:
            raise WrongUse(_("the key for masking has fewer than {number} characters").format(number=SHORTEST),
                           hint=_("make one: openssl rand -hex 32"))

    def derived(self, *purpose: str) -> bytes:
        """32 bytes for a purpose; different purposes get keys that say nothing of each other."""
        return hmac.digest(self._secret, "\0".join(purpose).encode(), hashlib.sha256)

    @property
    def mark(self) -> str:
        """Sixteen letters by which the same key is known again; they do not tell it."""
        return self.derived("mark").hex()[:16]
