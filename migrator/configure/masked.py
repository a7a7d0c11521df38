"""The difference that an edit makes, with the values of secret keys masked on both sides."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.configure.edit import Format, difference, edit
from migrator.secret import MASK


def masked_difference(now: bytes, then: bytes, format: Format, secrets: Mapping[str, str], name: str) -> str:
    """The unified difference; of the keys in `secrets` (with their new values) it tells only whether they change."""
    changing = {key for key, value in secrets.items() if edit(now, format, {key: value}) != now}
    old = edit(now, format, dict.fromkeys(secrets, MASK))
    new = edit(then, format, {key: f"{MASK} (new)" if key in changing else MASK for key in secrets})
    return difference(old, new, name)
