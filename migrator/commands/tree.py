"""Commands that list, hash, pack and unpack a folder with find, sha256sum and tar; names may hold any byte."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.commands.by_hand import both, typed
from migrator.commands.shell import Command, pipe, script, words

FIELDS = 10
_FORMAT = r"%P\0%y\0%s\0%m\0%T@\0%C@\0%U\0%G\0%i\0%l\0"
_KINDS = ["(", "-type", "f", "-o", "-type", "d", "-o", "-type", "l", ")"]

_PACK = ["env", "LC_ALL=C", "tar", "--create", "--file=-", "--format=posix",
         "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "--numeric-owner",
         "--null", "--no-recursion", "--files-from=-"]

_LIST = """
cd -- "$1" || exit
shift
printf '%s\\0' "$(date +%s%N)"
exec "$@"
"""

_UNPACK = """
set -e
mkdir -p -- "$1"
cd -- "$1"
shift
exec tar --extract --file=- "$@"
"""

_REMOVE = """
cd -- "$1" || exit
head -c "$2" | xargs -0 -r rm -f -- || exit
xargs -0 -r rmdir --ignore-fail-on-non-empty --
"""

_REMOVE_EMPTY = """
path=$1
while [ ! -e "$path" ] || rmdir -- "$path" 2> /dev/null; do
    [ "$path" != "$2" ] || break
    path=$(dirname -- "$path")
done
"""

_FIRST_MISSING = """
path=$1
missing=
while [ ! -e "$path" ] && [ ! -L "$path" ]; do missing=$path; path=$(dirname -- "$path"); done
printf %s "$missing"
"""


def listing(path: str, exclude: Sequence[str]) -> Command:
    """The host's time in nanoseconds since 1970, then every folder, file and link below the path and the folder itself.

    FIELDS values each, all ended by NUL: name, kind (f, d, l), bytes, mode, mtime, ctime, uid, gid, inode, where a
    link points.
    """
    return script(_LIST, path, "env", "LC_ALL=C", *finding(exclude, _KINDS), "-printf", _FORMAT)


def sizes(path: str, exclude: Sequence[str]) -> Command:
    """Every file below the path: `bytes name` each, ended by NUL."""
    return words("env", "LC_ALL=C", *finding(exclude, ["-type", "f"]), "-printf", r"%s %P\0").inside(path)


def archived(path: str, exclude: Sequence[str]) -> Command:
    """Print how many bytes an archive of the folder takes: its files, and a block of tar for each entry."""
    listed = words("env", "LC_ALL=C", *finding(exclude, _KINDS), "-printf", r"%y %s\n")
    return pipe(listed, words("awk", '{ sum += 1024 + ($1 == "f" ? $2 : 0) } END { printf "%.0f", sum }')).inside(path)


def hashes(path: str, exclude: Sequence[str]) -> Command:
    """SHA-256 of every file below the path: `hash  ./name` each, ended by NUL."""
    return pipe(words("env", "LC_ALL=C", *finding(exclude, ["-type", "f"]), "-print0"),
                words("xargs", "-0", "-r", "sha256sum", "--zero", "--")).inside(path)


def hashes_named(path: str) -> Command:
    """As `hashes`, of the files alone whose names come on standard input: `./name` each, ended by NUL."""
    return words("env", "LC_ALL=C", "xargs", "-0", "-r", "sha256sum", "--zero", "--").inside(path)


def pack(path: str, exclude: Sequence[str]) -> Command:
    """The folder as a tar archive on standard output, with exact times and owners as numbers."""
    return pipe(words("env", "LC_ALL=C", *finding(exclude, _KINDS), "-print0"), words(*_PACK)).inside(path)


def pack_named(path: str) -> Command:
    """As `pack`, of the entries alone whose names come on standard input: `./name` each, ended by NUL."""
    return words(*_PACK).inside(path)


def unpack(path: str, *, owners: bool) -> Command:
    """Unpack an archive from standard input over the folder, which is made when missing.

    `owners` gives files the recorded owners, which takes root.
    """
    return script(_UNPACK, path, "--preserve-permissions", "--numeric-owner", "--delay-directory-restore",
                  "--warning=no-unknown-keyword", "--same-owner" if owners else "--no-same-owner")


def remove(path: str, files: int) -> Command:
    """Remove the files whose names are the first `files` bytes of standard input, then the empty folders named after.

    Each name is ended by NUL.
    """
    return script(_REMOVE, path, str(files))


def first_missing(path: str) -> Command:
    """The highest folder on the way to the path that does not exist; nothing when the path exists."""
    return script(_FIRST_MISSING, path)


def make_removable(path: str) -> Command:
    """Give the user what it takes to remove everything below the path; fine when nothing is there."""
    return script('[ ! -d "$1" ] || [ -w "$1" -a "$(id -u)" = 0 ] || chmod -R u+rwX -- "$1"', path)


def remove_empty(path: str, up_to: str) -> Command:
    """Remove empty folders from the path upwards, `up_to` being the last; stops at one that is not empty."""
    return script(_REMOVE_EMPTY, path, up_to)


def emptied(path: str, exclude: Sequence[str]) -> list[Command]:
    """As a person types it: remove all files and links below the path but what is excluded, then the empty folders."""
    files = ["(", "-type", "f", "-o", "-type", "l", ")", "-exec", "rm", "-f", "--", "{}", "+"]
    return [both(typed("cd", path), typed(*finding(exclude, files))),
            typed("find", path, "-mindepth", "1", "-depth", "-type", "d", "-empty", "-delete")]


def filled(path: str) -> Command:
    """As a person types it: unpack an archive from standard input into the folder, which is made when missing."""
    return both(typed("mkdir", "-p", "--", path), typed("tar", "-xpf", "-", "--numeric-owner", "-C", path))


def user_numbers() -> Command:
    """The numbers of the user who runs commands and of their group; user 0 may give files to anybody."""
    return script("id -u && id -g")


def finding(exclude: Sequence[str], kinds: list[str]) -> list[str]:
    """A pattern with a slash is a path below the folder, one without is a name at any depth."""
    pruned: list[str] = []
    for pattern in exclude:
        pruned += ["-o"] if pruned else []
        pruned += ["-path", f"./{pattern.strip('/')}"] if "/" in pattern.strip("/") or pattern.startswith("/") \
            else ["-name", pattern.rstrip("/")]
    return ["find", ".", *(["(", *pruned, ")", "-prune", "-o"] if pruned else []), *kinds]
