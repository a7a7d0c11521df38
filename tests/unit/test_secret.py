"""Secrets are found by name, refused in the open, and never show themselves."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrator import secret as secrets
from migrator.errors import WrongUse
from migrator.secret import Secret, recognise, resolve, scrub, scrubbed


@pytest.fixture(autouse=True)
def none_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is a secret here is an ordinary word for the tests of others."""
    monkeypatch.setattr(secrets, "_known", set())


def test_a_secret_shows_itself_to_nobody_but_who_asks() -> None:
    secret = Secret("correct horse")
    assert f"{secret} {secret!r}" == "*** ***"
    assert secret.reveal() == "correct horse"
    assert (secret == Secret("correct horse"), secret == "correct horse") == (True, False)
    assert len({secret, Secret("correct horse")}) == 1
    with pytest.raises(TypeError, match="not serialised"):
        pickle.dumps(secret)


def test_every_secret_is_scrubbed_the_longer_first_and_short_ones_left() -> None:
    for value in ("battery", "battery staple", "abc"):
        Secret(value)
    assert scrub("battery staple, battery, abc") == "***, ***, abc"


def test_each_source_gives_its_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "from the environment")
    path = tmp_path / "secret"
    path.write_text("from a file\n")
    path.chmod(0o600)
    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=lambda *name: "/".join(name)))
    monkeypatch.setattr("getpass.getpass", lambda question: f"typed at {question}")
    assert [resolve(name).reveal() for name in ("env:DB_PASSWORD", f"file:{path}", "keyring:bt/li", "prompt:Code")] == [
        "from the environment", "from a file", "bt/li", "typed at Code: "]


@pytest.mark.parametrize(("name", "told", "hint"), [
    ("env:NOBODY_SET_THIS", "is not set", "export NOBODY_SET_THIS=..."), ("file:/nowhere/at/all", "No such file", None),
    ("hunter2-in-the-open", r"\*\*\* names no secret", "env:NAME"), ("keyring:bt/li", "is not in the keyring",
                                                                               "keyring set")])
def test_what_points_at_nothing_is_refused_and_a_password_in_the_open_not_repeated(
        name: str, told: str, hint: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=lambda *_name: None))
    with pytest.raises(WrongUse, match=told) as error:
        resolve(name)
    assert (hint or "") in (error.value.hint or "")
    assert "hunter2" not in str(error.value)


def test_a_file_that_everybody_can_read_is_refused_with_the_command(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0o644)
    with pytest.raises(WrongUse, match="can be read by everybody") as error:
        resolve(f"file:{path}")
    assert error.value.hint == f"chmod 600 {path}"


def test_without_the_package_the_keyring_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(WrongUse, match="needs the package keyring") as error:
        resolve("keyring:bt/li")
    assert error.value.hint == "pip install keyring"


@pytest.mark.parametrize("printed", ["p@ss \"word\"/é", "p%40ss%20%22word%22%2F%C3%A9", "p%40ss+%22word%22%2F%C3%A9",
                                     'p@ss \\"word\\"/é', 'p@ss \\"word\\"/\\u00e9'])
def test_a_secret_is_known_as_programs_print_it(printed: str) -> None:
    Secret('p@ss "word"/é')
    assert scrub(f"login li:{printed} refused") == "login li:*** refused"


def test_each_line_of_a_long_secret_is_known() -> None:
    Secret("-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----\n")
    assert scrub("it read: MIIEvQIBADANBgkq") == "it read: ***"


def test_plain_data_is_scrubbed_as_deep_as_it_goes_or_only_where_texts_are() -> None:
    Secret("battery staple")
    data = {"message": "no battery staple", "facts": {"set": "battery staple"},
            "all": [{"message": ["battery staple"]}]}
    assert scrubbed(data) == {"message": "no ***", "facts": {"set": "***"}, "all": [{"message": ["***"]}]}
    assert scrubbed(data, {"message"}) == {**data, "message": "no ***", "all": [{"message": ["***"]}]}
    assert scrubbed((1, None, True)) == [1, None, True]


def test_secrets_are_recognised_without_asking_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "from the environment")
    monkeypatch.setattr("getpass.getpass", lambda _question: pytest.fail("somebody was asked"))
    recognise(["prompt:Code", "env:NOBODY_SET_THIS", "file:/nowhere/at/all", "env:DB_PASSWORD"])
    assert scrub("it came from the environment") == "it came ***"
