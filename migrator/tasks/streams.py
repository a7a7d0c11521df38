"""The standard streams and the log of a command: whatever they are tied to, they are no reason to fail."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from pathlib import Path

LOGGERS = ("migrator", "dbos")
"""What logs: we, and the engine underneath, which brings a log to the terminal where it finds none."""


def forgive() -> None:
    """Have three open streams, whose letters are spelt out (`\\u2717`) where their encoding lacks them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us: its number would go to the next file opened
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def reader_left() -> None:
    """Print into the void from now on: whoever read us (`| head`) has seen enough."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def flush() -> None:
    """Have everything printed now, so that what goes wrong with it is seen here; raises OSError."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


class Details(logging.FileHandler):
    """The log of what nobody foresaw: made when the first line is written, and silent where it cannot be."""

    @classmethod
    def kept_in(cls, home: Path) -> Path:
        """Send what the program logs to a file of this folder, instead of the terminal; gives the file's path."""
        path = home / "unexpected.log"
        for logger in map(logging.getLogger, LOGGERS):
            logger.handlers = [handler for handler in logger.handlers if not isinstance(handler, cls)]
            logger.addHandler(cls(path, encoding="utf-8", delay=True))
        return path

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging gives it
        """Nothing more can be done."""
