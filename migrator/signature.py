"""Signatures of people, made and verified by OpenSSH: who may sign stands in an `allowed_signers` file."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from migrator.commands import ssh_keygen
from migrator.errors import WrongUse
from migrator.text import _

LONG_ENOUGH = 30.0
"""Seconds that verifying may take; signing takes as long as a person needs for a passphrase."""


class Signers:
    """The people whose keys an `allowed_signers` file names."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def fault(self, text: str, signature: str, who: str) -> str:
        """Why this is no valid signature of this person under the text, in words; nothing when it is one."""
        with TemporaryDirectory(prefix="migrator-") as folder:
            file = _written(Path(folder) / "signature", signature)
            try:
                verified = _asked(ssh_keygen.verify(self.path, who, file), text)
                if verified.returncode == 0:
                    return ""
                owners = _asked(ssh_keygen.owners(self.path, file), text).stdout.split()
            except (OSError, subprocess.TimeoutExpired):
                return _("signatures cannot be verified: ssh-keygen is not installed or does not answer")
        return _fault(verified.stderr, owners, self.path)

    def sign(self, text: str, key: Path | None = None) -> str:
        """The signature of whoever types, by this key, else by ~/.ssh/id_ed25519, else by a key of the agent.

        ssh-keygen itself asks for a passphrase on the terminal and complains there; the key is read by nobody else.
        Raises WrongUse when there is no key, or no signature came of it.
        """
        with TemporaryDirectory(prefix="migrator-") as folder:
            file = _written(Path(folder) / "text", text)
            used = key.expanduser().absolute() if key else self._own_key(Path(folder))
            if not used.exists():
                raise WrongUse(_("there is no key {key}").format(key=used), hint=_("name yours with --key FILE"))
            try:
                ended = subprocess.run(ssh_keygen.sign(file, used), check=False)
            except OSError:
                raise _not_installed() from None
            if ended.returncode:
                raise WrongUse(_("ssh-keygen has not signed with {key}").format(key=used),
                               hint=_("see what it says above; name another key with --key FILE"))
            return file.with_suffix(".sig").read_text(encoding="ascii")

    def _own_key(self, folder: Path) -> Path:
        own = Path.home() / ".ssh" / "id_ed25519"
        if own.exists():
            return own
        known = self.path.read_text(encoding="utf-8", errors="replace")
        for line in _agent_keys():
            if line.split()[1] in known:
                return _written(folder / "agent.pub", line + "\n")
        raise WrongUse(_("there is no key to sign with: no {key}, and the agent holds none of {signers}").format(
            key=own, signers=self.path), hint=_("name yours with --key FILE"))


def _agent_keys() -> list[str]:
    try:
        lines = _asked(ssh_keygen.agent_keys(), "").stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line for line in lines if line.startswith(("ssh-", "ecdsa-", "sk-"))]


def _asked(words: Sequence[str], text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, input=text, capture_output=True, encoding="utf-8", errors="replace", check=False,
                          timeout=LONG_ENOUGH)


def _fault(said: str, owners: Sequence[str], path: Path) -> str:
    """OpenSSH's complaint in our words."""
    if "incorrect signature" in said:
        return _("the text is not the one that was signed")
    if "namespace does not match" in said:
        return _("it was signed for another purpose, not with -n {namespace}").format(namespace=ssh_keygen.NAMESPACE)
    if "key has expired" in said or "key is not yet valid" in said:
        return _("the key is not valid now, says {file}").format(file=path)
    if "not permitted for use in signature namespace" in said:
        return _("the key may not be used for approvals, says {file}").format(file=path)
    if "parse signature" in said:
        return _("there is no signature of ssh-keygen in it")
    if "Unable to open" in said:
        return _("{file} cannot be read").format(file=path)
    if owners:
        return _("the signature is that of {people}").format(people=", ".join(owners))
    return _("the key that signed it is not in {file}").format(file=path)


def _not_installed() -> WrongUse:
    return WrongUse(_("ssh-keygen is not installed"),
                    hint=_("install OpenSSH's client; Debian calls it {package}").format(package="openssh-client"))


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path
