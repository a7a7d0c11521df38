"""Signatures by real keys: one that is a person's, and every way in which it is not."""

from __future__ import annotations

import os
import pty
import subprocess
import time
from pathlib import Path

import pytest

from migrator.errors import WrongUse
from migrator.signature import Signers
from tests.keys import Keys

TEXT = "decision on a plan\nreason: 试运行已通过\n"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made(tmp_path_factory.mktemp("keys"), "zhao", "wang", "mallory")


@pytest.fixture
def signed(keys: Keys) -> str:
    """What zhao's key makes of the text."""
    keys.allow(keys.line("zhao"), keys.line("wang"))
    return Signers(keys.signers).sign(TEXT, keys.of("zhao"))


def test_it_is_that_of_its_person_and_of_nobody_else(keys: Keys, signed: str) -> None:
    signers = Signers(keys.signers)
    assert signers.fault(TEXT, signed, "zhao") == ""
    assert signers.fault(TEXT, signed, "wang") == "the signature is that of zhao"


def test_one_letter_of_the_text_matters(keys: Keys, signed: str) -> None:
    assert "not the one that was signed" in Signers(keys.signers).fault(TEXT + " ", signed, "zhao")


@pytest.mark.parametrize(("options", "key_of", "told"), [
    ("valid-before=\"20200101\"", "zhao", "the key is not valid now"),
    ("valid-after=\"20990101\"", "zhao", "the key is not valid now"),
    ("namespaces=\"git\"", "zhao", "may not be used for approvals"),
    ("", "mallory", "the key that signed it is not in"),
])
def test_the_file_of_signers_decides(keys: Keys, signed: str, options: str, key_of: str, told: str) -> None:
    keys.allow(keys.line("zhao", options, key_of=key_of))
    assert told in Signers(keys.signers).fault(TEXT, signed, "zhao")


def test_a_signature_for_another_purpose_is_none(keys: Keys, signed: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text(TEXT)
    other = keys.sign("zhao", tmp_path / "text", namespace="git").read_text()
    assert "signed for another purpose" in Signers(keys.signers).fault(TEXT, other, "zhao")


@pytest.mark.parametrize("signature", ["", "approved, Zhao", "-----BEGIN SSH SIGNATURE-----\nAAAA\n"])
def test_what_ssh_keygen_has_not_made_is_no_signature(keys: Keys, signed: str, signature: str) -> None:
    assert "no signature of ssh-keygen" in Signers(keys.signers).fault(TEXT, signature, "zhao")


def test_a_file_of_signers_that_is_gone_makes_nothing_valid(keys: Keys, signed: str, tmp_path: Path) -> None:
    assert "cannot be read" in Signers(tmp_path / "none").fault(TEXT, signed, "zhao")


def test_without_ssh_keygen_nothing_is_signed_and_nothing_is_valid(keys: Keys, signed: str,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "ssh-keygen is not installed" in Signers(keys.signers).fault(TEXT, signed, "zhao")
    with pytest.raises(WrongUse, match="ssh-keygen is not installed"):
        Signers(keys.signers).sign(TEXT, keys.of("zhao"))


def test_the_own_key_is_used_when_none_is_named(keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    keys.allow(keys.line("wang"))
    with pytest.raises(WrongUse, match="no key to sign with") as refused:
        Signers(keys.signers).sign(TEXT)
    assert "--key FILE" in str(refused.value.hint)
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id_ed25519").symlink_to(keys.of("wang"))
    assert Signers(keys.signers).fault(TEXT, Signers(keys.signers).sign(TEXT), "wang") == ""


def test_a_key_of_the_agent_is_used_when_there_is_no_other(keys: Keys, tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    socket = tmp_path / "agent"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    keys.allow(keys.line("wang"))
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        for who in ("mallory", "wang"):
            subprocess.run(["ssh-add", "-q", keys.of(who)], check=True)
        assert Signers(keys.signers).fault(TEXT, Signers(keys.signers).sign(TEXT), "wang") == ""
    finally:
        agent.terminate()
        agent.wait()


def test_a_passphrase_is_asked_on_the_terminal(tmp_path: Path) -> None:
    keys = Keys.made(tmp_path, "chen", passphrase="under the bridge")
    child, terminal = pty.fork()
    if child == 0:
        try:
            signers = Signers(keys.signers)
            os._exit(len(signers.fault(TEXT, signers.sign(TEXT, keys.of("chen")), "chen")))
        finally:
            os._exit(1)
    shown = b""
    while b"passphrase" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, b"under the bridge\n")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)


def test_a_key_that_is_not_there_is_said(keys: Keys) -> None:
    with pytest.raises(WrongUse, match=r"there is no key .*none"):
        Signers(keys.signers).sign(TEXT, keys.folder / "none")
