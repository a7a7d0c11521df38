"""Real SSH keys of people, and the file that says whose they are."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from migrator.commands.ssh_keygen import NAMESPACE


@dataclass(frozen=True)
class Keys:
    """A folder with a key for each person, and the `allowed_signers` file that names them."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, *people: str, passphrase: str = "") -> Keys:
        """Keys for these people; all of them are allowed to sign."""
        folder.mkdir(parents=True, exist_ok=True)
        keys = cls(folder)
        for who in people:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", who, "-f", keys.of(who)],
                           check=True)
        keys.allow(*(keys.line(who) for who in people))
        return keys

    @property
    def signers(self) -> Path:
        return self.folder / "allowed_signers"

    def of(self, who: str) -> Path:
        """The private key of a person."""
        return self.folder / who

    def line(self, who: str, options: str = "", *, key_of: str = "") -> str:
        """What `allowed_signers` says of a person; with the key of another one, when that is named."""
        words = self.of(key_of or who).with_suffix(".pub").read_text().split()[:2]
        return " ".join(filter(None, [who, options, *words]))

    def allow(self, *lines: str) -> None:
        """Write these lines, and no others."""
        self.signers.write_text("".join(f"{line}\n" for line in lines))

    def sign(self, who: str, text: Path, namespace: str = NAMESPACE) -> Path:
        """Sign a file as a person would by hand; gives the signature's file."""
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", self.of(who), text], check=True)
        return text.with_name(f"{text.name}.sig")
