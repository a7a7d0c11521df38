"""The installed program `migrator`: the same commands as `inv`, with exact exit codes for wrong use and Ctrl-C."""

from __future__ import annotations

import sys
from typing import NoReturn

from invoke.exceptions import ParseError
from invoke.program import Program

from migrator import __version__
from migrator.errors import Exit, WrongUse
from migrator.tasks import namespace, streams
from migrator.text import _


class Migrator(Program):
    """Invoke's program, with wrong flags as exit code 2 and Ctrl-C as 130."""

    def parse_tasks(self) -> None:
        try:
            super().parse_tasks()
        except ParseError as error:
            _refuse(str(error))

    def execute(self) -> None:
        try:
            super().execute()
        except KeyboardInterrupt:
            sys.exit(Exit.CANCELLED)


def main() -> None:
    """Run what was typed."""
    streams.forgive()
    try:
        Migrator(version=__version__, namespace=namespace, name="migrator", binary="migrator").run()
        streams.flush()
    except BrokenPipeError:
        streams.reader_left()


def _refuse(message: str) -> NoReturn:
    from migrator.screen.failure import of_error, show_failure

    print(show_failure(of_error(WrongUse(message, hint=_(
        "migrator --list shows all commands, migrator --help COMMAND its flags")))), file=sys.stderr)
    sys.exit(Exit.WRONG_USE)
