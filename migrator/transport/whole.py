"""The whole output of a reading command, where a result keeps only the end of a long one."""

from __future__ import annotations

import io

from migrator.commands.shell import Command
from migrator.transport.base import Transport


def output_of(host: Transport, command: Command, *, input: bytes = b"", timeout: float) -> bytes:
    """Everything that the command prints, held in memory; raises CommandFailed like `stream_out`."""
    output = io.BytesIO()
    host.stream_out(command, output, input=input, timeout=timeout)
    return output.getvalue()
