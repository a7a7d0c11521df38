"""Parts sealed with age for X25519 recipients, so that nobody without the key reads a set; `age -d` opens them too."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import pyrage  # type: ignore[import-untyped, unused-ignore]
from pyrage.x25519 import Identity, Recipient  # type: ignore[import-untyped, unused-ignore]

from migrator.backup.errors import SetSealed
from migrator.backup.parts.pipe import drawn, fed
from migrator.errors import WrongUse
from migrator.secret import Secret
from migrator.text import _

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["SEALED", "BrokenSeal", "Identity", "fitting", "opening", "public_keys", "sealing"]

SEALED = ".age"
"""How the names of sealed files end."""


class BrokenSeal(Exception):
    """Sealed bytes that were cut off or changed, or that another key was meant for."""


def public_keys(seal: Sequence[str]) -> tuple[str, ...]:
    """The recipients as age writes them; raises WrongUse for a text that is none."""
    return tuple(str(one) for one in _recipients(seal))


def _recipients(seal: Sequence[str]) -> list[Recipient]:
    found = []
    for name in seal:
        try:
            found.append(Recipient.from_str(name))
        except pyrage.RecipientError:
            raise WrongUse(_("{name} is no age recipient").format(name=name), where="backups.sealed_for",
                           hint=_("write the public key that age-keygen prints: age1 and 58 more characters")) from None
    return found


def _identities(key: Secret) -> list[Identity]:
    """The private keys in a secret, which may be a whole file of age-keygen; raises WrongUse when there is none."""
    lines = [line.strip() for line in key.reveal().splitlines()]
    try:
        found = [Identity.from_str(Secret(line).reveal()) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise WrongUse(_("the key of the backups is no age identity"), where="backups.key",
                       hint=_("the secret must hold what age-keygen writes: a line that begins with AGE-SECRET-KEY-1"))
    return found


def fitting(seal: Sequence[str], key: Secret | None, where: str) -> list[Identity]:
    """The private keys that open what was sealed; nothing where nothing is.

    Raises SetSealed when there is no key, or one that was not sealed for.
    """
    if not seal:
        return []
    if key is None:
        raise SetSealed(_("the set is sealed and no key was given; it was sealed for {recipients}").format(
            recipients=", ".join(seal)), where=where, hint=_("name the secret in the inventory: backups: key:"))
    mine = _identities(key)
    public = [str(one.to_public()) for one in mine]
    if not set(public) & set(seal):
        raise SetSealed(_("the key does not open this set: it is that of {public}, the set was sealed for {recipients}")
                        .format(public=", ".join(public), recipients=", ".join(seal)), where=where,
                        hint=_("name the right secret in the inventory: backups: key:"))
    return mine


@contextmanager
def sealing(sink: BinaryIO, seal: Sequence[str]) -> Iterator[BinaryIO]:
    """A stream to write into, which goes into `sink` encrypted in a thread; what `sink` raises comes out as it was."""
    to = _recipients(seal)

    def work(source: BinaryIO) -> None:
        taken = _Remembering(sink)
        try:
            pyrage.encrypt_io(source, taken, to)
        except Exception as error:
            raise taken.failure or error from None

    with fed(work) as stream:
        yield stream


@contextmanager
def opening(source: BinaryIO, keys: Sequence[Identity]) -> Iterator[BinaryIO]:
    """What was sealed into `source`, to be read; BrokenSeal comes out where it is not what was sealed."""

    def work(sink: BinaryIO) -> None:
        try:
            pyrage.decrypt_io(source, sink, keys)
        except (pyrage.DecryptError, OSError) as error:
            raise BrokenSeal(str(error)) from error

    with drawn(work) as stream:
        yield stream


class _Remembering(io.RawIOBase):
    """Knows what a stream has raised: the library tells of it in words only."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self.failure: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        try:
            return self._sink.write(data)
        except BaseException as error:
            self.failure = error
            raise
