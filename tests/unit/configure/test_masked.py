"""The difference of an edit tells that a secret changes, and neither what it was nor what it becomes."""

from __future__ import annotations

from migrator.configure.edit import edit
from migrator.configure.masked import masked_difference

NOW = b"[db]\npassword = old-horse\nhost = one\n"
KEY = "db.password"


def shown(password: str, host: str) -> str:
    then = edit(NOW, "ini", {KEY: password, "db.host": host})
    return masked_difference(NOW, then, "ini", {KEY: password}, "config.ini")


def test_a_secret_that_changes_is_told_without_either_value() -> None:
    told = shown("new-horse", "two")
    assert "-password = ***\n" in told
    assert "+password = *** (new)\n" in told
    assert "+host = two" in told
    assert "horse" not in told


def test_a_secret_that_stays_is_no_difference() -> None:
    told = shown("old-horse", "two")
    assert "+host = two" in told
    assert "+password" not in told
    assert "horse" not in told
