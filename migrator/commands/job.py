"""Commands around a detached job: start it, look at it, stop it. Plain POSIX sh, nothing else is needed on the host."""

from __future__ import annotations

from migrator.commands.resource import packaged, source
from migrator.commands.shell import Command, chain, words

STOPPED = 124
"""Exit code recorded for a job that was stopped because its time was over."""


def start(directory: str, command: Command, limit: int, fence: tuple[str, str, str, str] = ("", "", "", "")) -> Command:
    """Start `command` as the job of this directory, unless it was started before.

    `fence` is the folder of the lock that has to name the run and the fencing number that follow, and `resumed` when an
    earlier process may have begun the job; feed it with `message(...)`. Prints nothing when the message did not arrive
    whole (nothing began), else a verdict in a line: began, there (it was started before), full (no space), `refused
    WHY`, or one with the lock's lines below: fenced, behind (the number there is lower), forgotten (the host has lost
    its memory of what an earlier process began). After `there` it prints what `look` prints, after `began` too, as
    soon as the job has ended: long after the start itself has, as a program that it left behind.
    """
    child = source("job_identity", "host_lock", "job_child", "job_look")
    return packaged("job_start", arguments=(child, directory, command.user or "", command.text, *fence, str(limit)))


def message(stdin: bytes, password: str = "") -> bytes:
    """What `start` reads: the password for sudo and the command's input, one escaped line each."""
    return _escaped(password.encode()) + b"\n" + _escaped(stdin) + b"\n"


def look(directory: str, seen: int, limit: int) -> Command:
    """Print one line `state code seconds from size`, then the output from `from` on, at most `limit` bytes."""
    return packaged("job_identity", "job_look", arguments=(directory, str(seen), str(limit)))


def stop(directory: str) -> Command:
    """Stop what the caller may signal of a job: gently, and after five seconds for good."""
    return packaged("job_identity", "job_stop", arguments=(directory,))


def record_stop(directory: str) -> Command:
    """Write down that a job was stopped, in the way in which it would have written its own exit code."""
    return packaged("job_identity", "job_record_stop", arguments=(directory, str(STOPPED)))


def shorten(directory: str, keep: int) -> Command:
    """Throw away all but the last `keep` bytes of the output of an ended job."""
    output = f"{directory}/output"
    return chain(words("tail", "-c", str(keep), output).into(f"{output}.new"), words("mv", f"{output}.new", output))


def _escaped(data: bytes) -> bytes:
    return b"".join(bytes([c]) if 32 <= c < 127 and c != 0x5C else b"\\0%03o" % c for c in data)
