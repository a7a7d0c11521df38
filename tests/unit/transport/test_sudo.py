"""sudo's refusals are told apart, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from migrator.errors import LoginRefused
from migrator.transport.base import Result
from migrator.transport.sudo import refusal


def ended(said: str) -> Result:
    return Result(1, b"", said.encode(), 0.1)


@pytest.mark.parametrize(("said", "told"), [
    ("ops is not in the sudoers file.  This incident will be reported.", "does not allow"),
    ("Sorry, user ops is not allowed to execute '/bin/sh' as root on db1.", "does not allow"),
    ("Sorry, user ops may not run sudo on db1.", "does not allow"),
    ("sudo: a password is required", "none is known"),
    ("sudo: sorry, you must have a tty to run sudo", "terminal"),
    ("Sorry, try again.\nsudo: 1 incorrect password attempt", "refused the password"),
    ("a banner\nsudo: unknown user app", "no user app"),
    ("su: user app does not exist", "no user app"),
    ("sh: 12: exec: sudo: not found", "sudo is missing"),
])
def test_a_refusal_is_told(said: str, told: str) -> None:
    with pytest.raises(LoginRefused, match=told) as refused:
        refusal("db1", "app", ended(said))
    assert refused.value.where == "db1" and refused.value.hint


@pytest.mark.parametrize("said", [
    "li.wei is not allowed to close this project", "ERROR: password is required for user 7", "import: unknown user 12"])
def test_what_the_command_says_itself_is_no_refusal(said: str) -> None:
    refusal("db1", "app", ended(said))
