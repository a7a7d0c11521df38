"""How every command behaves: its exit code, one clear error, the same as JSON, and nothing of the program's inside."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from invoke.context import Context
from invoke.exceptions import Exit as Ending

from migrator.errors import Exit, FindingsBlock, Locked, MigratorError, Position, WrongUse
from migrator.secret import Secret
from migrator.tasks.command import Call, command, needed


@pytest.fixture
def typed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Types a command whose body is given; gives its exit code, what it printed, and what it complained of."""
    def run(body: Any, *, json: bool = False, lang: str | None = None, dry: bool = False) -> tuple[int, str, str]:
        context = Context()
        context.config.run.dry = dry
        code = 0
        try:
            command()(body)(context, home=str(tmp_path / "home"), inventory=None, lang=lang, json=json)
        except Ending as ending:
            code = ending.code
        return code, *capfd.readouterr()
    return run


def fails(error: BaseException) -> Any:
    def body(call: Call) -> int | None:
        raise error
    return body


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (Exit.WAITING, 24)])
def test_the_exit_code_is_what_the_command_gives(typed: Any, result: int | None, code: int) -> None:
    assert typed(lambda call: result) == (code, "", "")


@pytest.mark.parametrize(("error", "code"), [
    (WrongUse("no such run"), 2), (FindingsBlock("too small"), 10), (Locked("held"), 11), (KeyboardInterrupt(), 130),
    (BrokenPipeError(), 0), (PermissionError(errno.EACCES, "Permission denied", "/etc/shadow"), 2),
    (OSError(errno.ENOSPC, "No space left on device"), 1), (ZeroDivisionError("division by zero"), 1)])
def test_each_error_has_its_exit_code_and_no_trace(typed: Any, error: BaseException, code: int) -> None:
    found, out, err = typed(fails(error))
    assert found == code
    assert "Traceback" not in out + err


def test_an_error_is_told_with_its_place_and_what_to_do(typed: Any) -> None:
    error = WrongUse("unknown key", where=Position("playbook.yaml", 4, 9), hint="timeout")
    _code, out, err = typed(fails(error))
    assert not out
    assert err.splitlines() == ["✗ unknown key", "  where we are   playbook.yaml:4:9", "  do next        timeout",
                                "  exit 2"]


def test_a_file_that_is_refused_is_named(typed: Any) -> None:
    _code, _out, err = typed(fails(PermissionError(errno.EACCES, "Permission denied", "/etc/shadow")))
    assert "Permission denied" in err
    assert "/etc/shadow" in err


@pytest.mark.parametrize(("error", "told"), [
    (Locked("held by 7", where="live", hint="inv status --run 7"),
     {"error": "held by 7", "where": "live", "hint": "inv status --run 7", "code": 11}),
    (MigratorError("plain"), {"error": "plain", "where": "", "hint": "", "code": 1}),
    (ZeroDivisionError("odd\nand more"), {"error": "ZeroDivisionError: odd", "hint": "", "code": 1})])
def test_as_json_an_error_is_one_line_of_json(typed: Any, error: Exception, told: dict[str, object]) -> None:
    code, out, _err = typed(fails(error), json=True)
    line, = out.splitlines()
    assert json.loads(line).items() >= told.items()
    assert code == told["code"]


def test_what_nobody_foresaw_is_one_sentence_and_its_trace_lies_in_a_file(typed: Any, tmp_path: Path) -> None:
    Secret("s3cret-value")
    code, out, err = typed(fails(ZeroDivisionError("s3cret-value by zero\nsecond line")))
    details = tmp_path / "home" / "unexpected.log"
    assert (code, out) == (1, "")
    assert err == f"✗ unexpected: ZeroDivisionError: *** by zero; the details are in {details}\n"
    assert "Traceback" in details.read_text()


def test_text_and_data_are_shown_one_or_the_other_and_scrubbed(typed: Any) -> None:
    Secret("s3cret-value")

    def body(call: Call) -> None:
        call.show("two runs s3cret-value", ["a", "s3cret-value"])
        call.show("only words")

    assert typed(body)[1] == "two runs ***\nonly words\n"
    assert typed(body, json=True)[1] == '["a", "***"]\n'


def test_the_language_is_chosen_first_and_another_one_is_refused(typed: Any) -> None:
    def body(call: Call) -> None:
        needed({"plan": None})

    assert "--plan is missing" in typed(body)[2]
    assert "--plan is missing" not in typed(body, lang="zh_CN")[2]
    code, _out, err = typed(body, lang="fr")
    assert code == 2
    assert "--lang en, --lang zh" in err


def test_dry_is_what_the_program_was_told(typed: Any) -> None:
    assert typed(lambda call: 10 if call.dry else 0, dry=True)[0] == 10


def test_every_command_has_the_common_flags_without_short_forms() -> None:
    def body(call: Call, as_: str | None = None) -> None: ...

    flags = command(as_="group")(body).get_arguments()
    assert [name for flag in flags for name in flag.names] == ["as", "inventory", "home", "lang", "json"]
    assert [flag.help for flag in flags[:1]] == ["group"]


def test_what_is_needed_is_named_as_it_is_typed() -> None:
    needed({"plan": "3f9c"})
    with pytest.raises(WrongUse, match="--as is missing"):
        needed({"plan": "3f9c", "as": None})
