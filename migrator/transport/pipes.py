"""Feed a local process and read both its streams at once, so that neither side waits for the other."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Callable
from typing import IO, BinaryIO

from migrator.transport.base import OnLine
from migrator.transport.streams import Lines, Tail

_PIECE = 256 * 1024


class Pump:
    """Moves bytes until the process has ended; what it printed is in `stdout` and `stderr` afterwards."""

    def __init__(self, process: subprocess.Popen[bytes], source: BinaryIO, sink: BinaryIO | None,
                 on_line: OnLine | None, lingers: float) -> None:
        self._process = process
        self._lingers = lingers
        self._source = source
        self._out, self._err = Tail(), Tail()
        lines = Lines(on_line), Lines(on_line)
        self._lines = lines
        self._takers: dict[IO[bytes], tuple[Callable[[bytes], object], ...]] = {}
        if process.stdout:
            self._takers[process.stdout] = (sink.write,) if sink else (self._out.write, lines[0].write)
        if process.stderr:
            self._takers[process.stderr] = (self._err.write, lines[1].write)
        self._waiting = b""

    @property
    def stdout(self) -> bytes:
        return self._out.content

    @property
    def stderr(self) -> bytes:
        return self._err.content

    def run(self, deadline: float) -> None:
        """Pump until the end; raises TimeoutError when the monotonic clock reaches `deadline`."""
        with selectors.DefaultSelector() as selector:
            for stream in self._takers:
                selector.register(stream, selectors.EVENT_READ)
            if self._process.stdin:
                os.set_blocking(self._process.stdin.fileno(), False)
                selector.register(self._process.stdin, selectors.EVENT_WRITE)
            self._loop(selector, deadline)
        for lines in self._lines:
            lines.close()
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()) + 0.001)
        except subprocess.TimeoutExpired:  # it has closed its outputs and goes on
            raise TimeoutError from None

    def _loop(self, selector: selectors.BaseSelector, deadline: float) -> None:
        quiet_since: float | None = None
        while selector.get_map():
            if time.monotonic() >= deadline:
                raise TimeoutError
            events = selector.select(min(0.1, self._lingers, max(0.0, deadline - time.monotonic())))
            for key, _mask in events:
                stream: IO[bytes] = key.fileobj  # type: ignore[assignment]
                alive = self._feed(stream) if stream is self._process.stdin else self._take(stream)
                if not alive:
                    selector.unregister(stream)
                    stream.close()
            if events or self._process.poll() is None:
                quiet_since = None
            elif time.monotonic() - (quiet_since := quiet_since or time.monotonic()) > self._lingers:
                return

    def _take(self, stream: IO[bytes]) -> bool:
        piece = os.read(stream.fileno(), _PIECE)
        for write in self._takers[stream] if piece else ():
            write(piece)
        return bool(piece)

    def _feed(self, stream: IO[bytes]) -> bool:
        self._waiting = self._waiting or self._source.read(_PIECE)
        if not self._waiting:
            return False
        try:
            sent = os.write(stream.fileno(), self._waiting)
        except BlockingIOError:
            return True
        except BrokenPipeError:  # the command did not want more
            return False
        self._waiting = self._waiting[sent:]
        return True
