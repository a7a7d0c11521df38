"""The installed program `migrator`: the same commands as `inv`, with exact exit codes for wrong use and Ctrl-C."""

from __future__ import annotations

import sys

from invoke.exceptions import ParseError
from invoke.program import Program

from migrator import __version__
from migrator.errors import Exit
from migrator.tasks import namespace


class Migrator(Program):
    """Invoke's program, with wrong flags as exit code 2 and Ctrl-C as 130."""

    def parse_tasks(self) -> None:
        try:
            super().parse_tasks()
        except ParseError as error:
            print(error, file=sys.stderr)
            sys.exit(Exit.WRONG_USE)

    def execute(self) -> None:
        try:
            super().execute()
        except KeyboardInterrupt:
            sys.exit(Exit.CANCELLED)


def main() -> None:
    """Run what was typed."""
    Migrator(version=__version__, namespace=namespace, name="migrator", binary="migrator").run()
