"""Drive a run in front of a person: the screen while it goes, the verdict when it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable

from migrator.errors import Exit, WrongUse
from migrator.events import Event, RunEnded, RunParked
from migrator.tasks.command import Call
from migrator.text import _


class Heard:
    """Whether the run's end, or its wait, was told here; the process that drives a run tells it on its own screen."""

    def __init__(self) -> None:
        self.end = False

    def __call__(self, event: Event) -> None:
        self.end = self.end or isinstance(event, RunEnded | RunParked)


def watched(call: Call, run_id: str, drive: Callable[[str], int], *, wanted: Exit = Exit.DONE) -> int:
    """Drive a run with the screen that suits, say how it ended, and leave the process.

    `wanted` is the ending that was asked for: the command has done its work when the run ends so.
    """
    from migrator.engine.run.last_word import last_word
    from migrator.screen.choose import choose

    screen, heard = choose(json=call.json), Heard()
    call.app.watch(screen)
    call.app.watch(heard)
    try:
        code = drive(run_id)
        if not heard.end and (word := last_word(call.app.journal, run_id)):
            screen(word)
    finally:
        screen.close()
    if code not in (Exit.DONE, Exit.WAITING, wanted):
        _explain(call, run_id)
    call.leave(Exit.DONE if code == wanted else code)


def confirm(call: Call, environment: str) -> None:
    """Have the environment's name typed before it is changed; a yes is typed too easily.

    Raises WrongUse when another word is typed, or nobody is there to ask.
    """
    if call.json or sys.stdin is None or not sys.stdin.isatty():
        raise WrongUse(_("{environment} would be changed and nobody can be asked").format(environment=environment),
                       hint=_("add --yes"))
    if asked(_("type {environment} to change it: ").format(environment=environment)) != environment:
        raise WrongUse(_("not confirmed; nothing was changed"))


def asked(question: str) -> str:
    """What somebody types as answer; nothing when the input ends before."""
    try:
        return input(question).strip()
    except (EOFError, RuntimeError):  # Ctrl-D, or no input at all
        return ""


def _explain(call: Call, run_id: str) -> None:
    from migrator.screen.failure import of_run, show_failure

    if not call.json:
        print(show_failure(of_run(call.app.record(run_id))), file=sys.stderr)
