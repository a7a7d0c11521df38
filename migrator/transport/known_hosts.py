"""Recorded host keys, in the format of OpenSSH: patterns, hashed names, ports, revoked keys."""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import HostKeyChanged, HostKeyUnknown
from migrator.text import _


@dataclass(frozen=True)
class PublicKey:
    """A host key: its type (`ssh-ed25519`) and its bytes in base 64, as known_hosts holds them."""

    type: str
    text: str

    @property
    def fingerprint(self) -> str:
        """`SHA256:...` as ssh-keygen shows it."""
        digest = hashlib.sha256(base64.b64decode(self.text)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Entry:
    """One line: names it stands for, whether it revokes the key."""

    names: tuple[str, ...]
    key: PublicKey
    revoked: bool

    def stands_for(self, name: str) -> bool:
        """Whether the line is about this host; a pattern with `!` takes it out again."""
        if any(n.startswith("!") and _matches(n[1:], name) for n in self.names):
            return False
        return any(_matches(n, name) for n in self.names if not n.startswith("!"))


def host_name(address: str, port: int) -> str:
    """The name under which a host is recorded: `[address]:port` unless the port is 22."""
    return address if port == 22 else f"[{address}]:{port}"


def load(files: Iterable[Path]) -> list[Entry]:
    """All readable lines of the files that exist; other markers than @revoked and broken lines are passed over."""
    entries = []
    for file in files:
        if file.is_file():
            entries += [e for line in file.read_text("utf-8", "replace").splitlines() if (e := _entry(line))]
    return entries


def recorded_types(entries: Iterable[Entry], name: str) -> list[str]:
    """The key types recorded for the host, so that the server is asked for one of them."""
    return list(dict.fromkeys(e.key.type for e in entries if not e.revoked and e.stands_for(name)))


def verify(entries: Iterable[Entry], name: str, offered: PublicKey, *, hint: str, files: Iterable[Path]) -> None:
    """Pass only when the offered key is recorded for the host and not revoked.

    Raises HostKeyUnknown when nothing is recorded, HostKeyChanged when another key is, or this one is revoked.
    """
    known = [e for e in entries if e.stands_for(name)]
    if any(e.revoked and e.key == offered for e in known):
        raise HostKeyChanged(_("the host key {print} is revoked").format(print=offered.fingerprint), where=name,
                             hint=_("do not connect; ask who runs this host"))
    trusted = [e.key for e in known if not e.revoked]
    if offered in trusted:
        return
    if not trusted:
        raise HostKeyUnknown(_("nobody has recorded this host's key yet; it offers {type} {print}").format(
            type=offered.type, print=offered.fingerprint), where=name, hint=hint)
    raise HostKeyChanged(
        _("the host answers with another key than the recorded one: {print} instead of {recorded}").format(
            print=offered.fingerprint, recorded=", ".join(k.fingerprint for k in trusted)), where=name,
        hint=_("if the host was set up anew, remove its lines from {files} and record the new key; "
               "if not, somebody else answers in its place").format(files=", ".join(map(str, files))))


def _entry(line: str) -> Entry | None:
    fields = line.split()
    revoked = bool(fields) and fields[0] == "@revoked"
    if revoked:
        fields = fields[1:]
    if len(fields) < 3 or fields[0].startswith(("#", "@")):
        return None
    try:
        base64.b64decode(fields[2], validate=True)
        for name in fields[0].split(","):
            if name.startswith("|"):
                _hashed(name)
    except ValueError:
        return None
    return Entry(tuple(fields[0].split(",")), PublicKey(fields[1], fields[2]), revoked)


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("|"):
        salt, digest = _hashed(pattern)
        return hmac.compare_digest(hmac.new(salt, name.encode(), "sha1").digest(), digest)
    # Brackets are part of a name with a port, never a set of characters; only * and ? are patterns.
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]"))


def _hashed(pattern: str) -> tuple[bytes, bytes]:
    """Salt and digest of a hashed name (`|1|SALT|DIGEST`); raises ValueError when it is none."""
    _empty, one, salt, digest = pattern.split("|")
    if one != "1":
        raise ValueError(pattern)
    return base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
