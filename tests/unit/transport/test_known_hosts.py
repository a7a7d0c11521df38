"""Recorded host keys, as OpenSSH writes and reads them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from migrator.errors import HostKeyChanged, HostKeyUnknown
from migrator.transport import known_hosts
from migrator.transport.host_keys import Offer, record
from migrator.transport.known_hosts import PublicKey, host_name

OURS = PublicKey("ssh-ed25519", base64.b64encode(b"our key").decode())
OTHER = PublicKey("ssh-rsa", base64.b64encode(b"another key").decode())


def hashed(name: str) -> str:
    salt = b"0123456789abcdefghij"
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def check(tmp_path: Path, text: str, name: str, offered: PublicKey = OURS) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(text)
    known_hosts.verify(known_hosts.load([file, tmp_path / "missing"]), name, offered, hint="type this", files=[file])


@pytest.mark.parametrize(("names", "name"), [
    ("db1", "db1"), ("db1,10.0.0.7", "10.0.0.7"), ("DB1", "db1"), ("[db1]:2222", host_name("db1", 2222)),
    ("*.shop.example", "a.shop.example"), ("db?", "db7"), ("[*.example]:2222", "[a.example]:2222"),
    (hashed("db1"), "db1"), (hashed("[db1]:2222"), "[db1]:2222"), ("db*,!db9", "db1"),
])
def test_a_recorded_key_is_accepted(tmp_path: Path, names: str, name: str) -> None:
    check(tmp_path, f"# comment\n\nbroken line\n{names} {OURS.type} {OURS.text} remark\n", name)


@pytest.mark.parametrize("names", ["|1|no-digest", "|1|?|?", "|2|a|b"])
def test_a_broken_hashed_name_is_passed_over(tmp_path: Path, names: str) -> None:
    check(tmp_path, f"{names} {OURS.type} {OURS.text}\ndb1 {OURS.type} {OURS.text}\n", "db1")


@pytest.mark.parametrize(("names", "name"), [
    ("db1", "db2"), ("db1", "[db1]:2222"), ("[db1]:2222", "db1"), (hashed("db1"), "db2"), ("db*,!db9", "db9"),
    ("[abc]", "a"),
])
def test_what_is_recorded_for_others_counts_for_nothing(tmp_path: Path, names: str, name: str) -> None:
    with pytest.raises(HostKeyUnknown, match="SHA256:") as unknown:
        check(tmp_path, f"{names} {OURS.type} {OURS.text}\n", name)
    assert type(unknown.value) is HostKeyUnknown
    assert unknown.value.hint == "type this"


def test_another_key_is_a_change(tmp_path: Path) -> None:
    with pytest.raises(HostKeyChanged, match="another key"):
        check(tmp_path, f"db1 {OTHER.type} {OTHER.text}\n", "db1")


def test_a_revoked_key_is_refused_although_it_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(HostKeyChanged, match="revoked"):
        check(tmp_path, f"db1 {OURS.type} {OURS.text}\n@revoked * {OURS.type} {OURS.text}\n", "db1")


def test_a_certificate_authority_is_no_host_key(tmp_path: Path) -> None:
    with pytest.raises(HostKeyUnknown):
        check(tmp_path, f"@cert-authority * {OURS.type} {OURS.text}\n", "db1")


def test_only_recorded_types_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"db1 {OTHER.type} {OTHER.text}\ndb2 {OURS.type} {OURS.text}\n"
                    f"@revoked db1 {OURS.type} {OURS.text}\n")
    assert known_hosts.recorded_types(known_hosts.load([file]), "db1") == ["ssh-rsa"]


def test_recording_adds_one_line_once_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "ssh" / "known_hosts"
    file.parent.mkdir()
    file.write_text("other ssh-rsa AAAA")  # without an end of line
    record(Offer("db1", "[db1]:2222", OURS, file, known=False))
    record(Offer("db1", "[db1]:2222", OURS, file, known=True))
    assert file.read_text() == f"other ssh-rsa AAAA\n[db1]:2222 {OURS.type} {OURS.text}\n"


def test_the_fingerprint_is_that_of_ssh_keygen() -> None:
    key = PublicKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")
    assert key.fingerprint == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"  # GitHub's published one
