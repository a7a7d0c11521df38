"""Commands around a detached job: start it, look at it, stop it. Plain POSIX sh, nothing else is needed on the host."""

from __future__ import annotations

from migrator.commands.resource import packaged, source
from migrator.commands.shell import Command, chain, script, words

STOPPED = 124
"""Exit code recorded for a job that was stopped because its time was over."""


def start(directory: str, command: Command) -> Command:
    """Start `command` as the job of this directory, unless it was started before.

    Feed it with `message(...)`. Prints began, there (it was started before), full (no space), lost (the message did
    not arrive whole: nothing began), or `refused WHY`.
    """
    return packaged("job_start", arguments=(source("job_identity", "job_child"), directory, command.user or "",
                                            command.text))


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
    return script('rm -f "$1/askpass" "$1/askpass.once" "$1/askpass.used"; '
                  '[ -e "$1/code" ] || { printf "%s %s stopped\\n" "$2" "$(date +%s)" 1<> "$1/reserved" '
                  '&& mv "$1/reserved" "$1/code"; }', directory, str(STOPPED))


def shorten(directory: str, keep: int) -> Command:
    """Throw away all but the last `keep` bytes of the output of an ended job."""
    output = f"{directory}/output"
    return chain(words("tail", "-c", str(keep), output).into(f"{output}.new"), words("mv", f"{output}.new", output))


def _escaped(data: bytes) -> bytes:
    return b"".join(bytes([c]) if 32 <= c < 127 and c != 0x5C else b"\\0%03o" % c for c in data)
