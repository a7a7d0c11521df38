"""The words of OpenSSH's own programs that sign a text with a person's key, and that verify such a signature."""

from __future__ import annotations

import shlex
from pathlib import Path

NAMESPACE = "approval@migrator"
"""What a signature is for: one that was made for a commit or a mail is none of ours."""


def sign(text: Path, key: Path) -> list[str]:
    """Sign a file; the signature comes to lie beside it, as `NAME.sig`. Of a public key the agent holds the other half.

    A passphrase is asked on the terminal.
    """
    return ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key), str(text)]


def verify(signers: Path, who: str, signature: Path) -> list[str]:
    """Exit code 0 when the signature is of the text on stdin, by a key that the signers' file gives to this person."""
    return ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", who, "-n", NAMESPACE, "-s", str(signature)]


def owners(signers: Path, signature: Path) -> list[str]:
    """Print whose key has made a signature, one name a line."""
    return ["ssh-keygen", "-Y", "find-principals", "-f", str(signers), "-s", str(signature)]


def agent_keys() -> list[str]:
    """Print the public keys that the running agent holds, one a line."""
    return ["ssh-add", "-L"]


def shown_sign(text: Path | str) -> str:
    """The line to type on another machine, with the key that most people have."""
    return f"ssh-keygen -Y sign -n {NAMESPACE} -f ~/.ssh/id_ed25519 {shlex.quote(str(text))}"


def new_key(path: Path, comment: str) -> list[str]:
    """Make a key pair without a passphrase; the public half comes to lie beside it, as `NAME.pub`."""
    return ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)]
