"""Many questions in one script: every answer is what the command alone would have given."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.commands import files, questions
from migrator.commands.shell import Command, script, words
from migrator.errors import CommandFailed, ReadOnly, Unreachable
from migrator.transport.asked import Answered, AskedTransport
from migrator.transport.base import Result
from migrator.transport.local import LocalTransport
from migrator.transport.questions import Answers, Cut

HERE = LocalTransport("here")
MARK = "0123456789abcdef0123456789abcdef"
SHELLS = [argv for argv in (["sh"], ["dash"], ["bash", "--posix"], ["busybox", "sh"], ["ksh"]) if shutil.which(argv[0])]


def saying(out: bytes, err: bytes, code: int) -> Command:
    """A command that prints these bytes on its two streams and ends with the code."""
    def escaped(data: bytes) -> str:
        return "".join(f"\\{byte:03o}" for byte in data)

    return script('printf "$1"; printf "$2" >&2; exit "$3"', escaped(out), escaped(err), str(code))


printed = st.binary(max_size=60) | st.sampled_from([b"\n", b"\n\n", f"\n{MARK[:-1]}".encode(), b"\0\xff\n0123456789"])
commands = st.lists(st.builds(saying, printed, printed, st.integers(0, 125)), min_size=1, max_size=5, unique=True)


@settings(max_examples=20, deadline=None)
@given(commands)
def test_asked_together_they_answer_as_asked_alone(asked: list[Command]) -> None:
    answers = HERE.ask(asked)
    assert {c: without_time(r) for c, r in answers.items()} == {c: alone(c) for c in asked}


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@settings(max_examples=10, deadline=None)
@given(asked=commands)
def test_every_shell_asks_alike(shell: list[str], asked: list[Command]) -> None:
    said = subprocess.run([*shell, "-s", MARK], input=questions.opening() + questions.asking(asked),
                          capture_output=True)
    answers = Answers(MARK)
    answers.out.write(said.stdout)
    answers.err.write(said.stderr)
    assert [without_time(result) for result in answers.wait(len(asked), 0)] == [alone(command) for command in asked]
    assert answers.process > 1


@given(st.lists(st.tuples(printed, st.integers(0, 255)), max_size=5), st.lists(st.integers(1, 40), max_size=30))
def test_it_does_not_matter_in_which_pieces_a_stream_comes(parts: list[tuple[bytes, int]], sizes: list[int]) -> None:
    stream = b"".join(content + f"\n{MARK} {number}\n".encode() for content, number in parts)
    found: list[tuple[bytes, list[int]]] = []
    cut = Cut(MARK, found.append)
    while stream:
        size = sizes.pop() if sizes else len(stream)
        cut.write(stream[:size])
        stream = stream[size:]
    assert found == [(content, [number]) for content, number in parts]


def test_a_question_gets_nothing_to_read_and_cannot_eat_the_next_one() -> None:
    reader, last = words("cat"), words("echo", "still here")
    answers = HERE.ask([reader, last])
    assert (answers[reader].exit_code, answers[reader].stdout) == (0, b"")
    assert answers[last].text == "still here\n"


def test_one_that_changes_its_shell_does_not_change_the_next_one() -> None:
    first, last = Command("cd /; exit 0; mark=other"), Command("printf '%s ' \"$PWD\" \"$mark\"; pwd")
    assert HERE.ask([first, last])[last].stdout == HERE.read(last).stdout


def test_of_a_long_answer_nothing_is_taken_for_whole() -> None:
    short, long = words("true"), words("head", "-c", "2000000", "/dev/zero")
    assert HERE.ask([short, long]) == {}


def test_one_that_hangs_is_stopped_and_missing() -> None:
    hangs = words("sleep", "4723")
    begun = time.monotonic()
    assert hangs not in HERE.ask([words("true"), hangs], timeout=0.3)
    assert time.monotonic() - begun < 15
    assert subprocess.run(["pgrep", "-f", "sleep 4723"], capture_output=True).stdout == b""


def test_what_is_known_is_not_asked_again() -> None:
    known, failed = words("echo", "now"), words("false")
    host = AskedTransport(HERE, Answered({
        known: Result(0, b"then\n", b"", 0), failed: Result(7, b"", b"no", 0),
        files.stat("/etc"): Result(0, b"regular file|3|640|12\n", b"", 0)}))
    assert host.read(known).text == "then\n"
    assert host.read(known, input=b"x").text == "now\n"
    assert host.read(words("echo", "other")).text == "other\n"
    assert host.read(failed, check=False).exit_code == 7
    with pytest.raises(CommandFailed, match="exit code 7: no"):
        host.read(failed)
    found = host.stat("/etc")
    assert found is not None
    assert (found.kind, found.size, found.mode, found.mtime) == ("file", 3, 0o640, 12)
    assert host.stat("/etc/passwd") == HERE.stat("/etc/passwd")
    with pytest.raises(ReadOnly):
        host.run(known)


def test_a_host_that_has_refused_is_not_tried_again() -> None:
    host = AskedTransport(HERE, Answered(refusal=Unreachable("away", where="here")))
    for act in (lambda: host.read(words("true")), lambda: host.stat("/etc")):
        with pytest.raises(Unreachable, match="away"):
            act()


def alone(command: Command) -> Result:
    return without_time(HERE.read(command, check=False))


def without_time(result: Result) -> Result:
    return Result(result.exit_code, result.stdout, result.stderr, 0)
