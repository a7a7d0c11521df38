"""Commands that copy and replace SQLite files, by python3 or the sqlite3 program, whichever the host has."""

from __future__ import annotations

from migrator.commands.shell import Command, script

_COPY = """
import sqlite3, sys
from urllib.parse import quote
source = sqlite3.connect("file:" + quote(sys.argv[1]) + "?mode=rw", uri=True, timeout=60)
target = sqlite3.connect(sys.argv[2])
source.backup(target)  # in one step, under one read lock: writers cannot make it start again
target.close()
"""

# The copy lies in a folder of its own and goes away with the shell, whatever ends it.
_DUMP = """
set -e
umask 077
mkdir -p -- "$2"
folder=$(mktemp -d "$2/migrator-copy.XXXXXX")
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 1' HUP INT TERM PIPE
cd -- "$folder"
copy=copy.sqlite
if command -v python3 > /dev/null; then python3 -c "$3" "$1" "$copy"
elif command -v sqlite3 > /dev/null; then sqlite3 -cmd ".timeout 60000" "$1" ".backup $copy"
else echo "neither python3 nor sqlite3 is on this host" >&2; exit 127
fi
cat -- "$copy"
"""

_LOAD = """
set -e
umask 077
mkdir -p -- "$(dirname -- "$1")"
rm -f -- "$1" "$1-wal" "$1-shm" "$1-journal"
: > "$1"
if [ -e "$2" ]; then
    chmod --reference="$2" -- "$1"
    chown --reference="$2" -- "$1"
else
    chmod "$3" -- "$1"
fi
cat > "$1"
sync -- "$1"
"""

# What the old file's log still holds is written into it first: a log left behind would be replayed into the new one.
_SETTLE = """
import sqlite3, sys
from urllib.parse import quote
live = sqlite3.connect("file:" + quote(sys.argv[1]) + "?mode=rw", uri=True, timeout=60)
live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
"""

_REPLACE = """
set -e
if [ -e "$2" ]; then
    { command -v python3 && python3 -c "$3" "$2"; } > /dev/null 2>&1 ||
        { command -v sqlite3 && sqlite3 "$2" "PRAGMA wal_checkpoint(TRUNCATE)"; } > /dev/null 2>&1 || true
fi
rm -f -- "$2-wal" "$2-shm" "$2-journal" "$1-wal" "$1-shm" "$1-journal"
mv -f -- "$1" "$2"
"""


def dump(path: str, scratch: str) -> Command:
    """A consistent copy of the database file on standard output, also while others write to it.

    `scratch` is a folder of the host that takes the copy for that moment; it needs the database's size there.
    """
    return script(_DUMP, path, scratch, _COPY)


def load(path: str, *, like: str, mode: str) -> Command:
    """Write standard input to a new database file with the mode and owner of the file `like`; `mode` (`640`) if
    there is none.
    """
    return script(_LOAD, path, like, mode)


def replace(new: str, live: str) -> Command:
    """Put a database file in the place of another: readers see the old or the new one, also after a crash.

    Nobody may have the old one open.
    """
    return script(_REPLACE, new, live, _SETTLE)


def remove(path: str) -> Command:
    """Remove a database file and what belongs to it; fine when it is not there."""
    return script('rm -f -- "$1" "$1-wal" "$1-shm" "$1-journal"', path)


def size(path: str) -> Command:
    """Bytes of the database file with its log."""
    return script('stat -c %s -- "$1" "$1-wal" 2> /dev/null | awk \'{ all += $1 } END { print all + 0 }\'', path)


def mode(path: str) -> Command:
    """The file's permissions as octal digits."""
    return script('stat -c %a -- "$1"', path)
