"""Commands that hold a folder's files by hard links: what is deleted or replaced meanwhile is still there, at no space.

A mirror is a folder with `tree/`, which has the names of the mirrored one, the file `token`, which tells whose mirror
it is, and `stamp`, whose time is two seconds before the last pass began, since clocks of file systems are coarse. Files
in it are the live ones under another name: nothing here ever changes a file's mode, owner or content.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrator.commands.shell import Command, pipe, script, words
from migrator.commands.tree import finding

_BEGIN = """
set -e
[ -d "$2" ] || exit 0
umask 077
mkdir -p -- "$1/tree"
if [ "$(stat -Lc %d -- "$1/tree")" != "$(stat -Lc %d -- "$2")" ]; then rm -rf -- "$1"; exit 0; fi
printf %s "$3" > "$1/token"
echo begun
"""

# What cp says of files that are deleted or renamed meanwhile is judged by the caller; what ends without a word is told.
_LINK = """
mirror=$1
shift
cd -- "$1" || exit
shift
: > "$mirror/begun"
touch -r "$mirror/begun" -d "-2 seconds" "$mirror/begun"
ended=$({
    { "$@" -print0; echo $? >&3; } |
        { xargs -0 -r cp -lPf --parents --target-directory="$mirror/tree" --; echo $? >&3; }
} 3>&1)
mv -f -- "$mirror/begun" "$mirror/stamp"
case $(echo $ended) in
    "0 0") ;;
    [01]" 0" | [01]" 123") exit 1 ;;
    *) echo "find and cp ended with $(echo $ended)" >&2; exit 1 ;;
esac
"""

_REMOVE = """
[ -d "$1" ] || exit 0
find "$1" -type d ! -perm -u=rwx -exec chmod u+rwx -- {} \\;
rm -rf -- "$1"
"""


def begin(mirror: str, path: str, token: str) -> Command:
    """Make an empty mirror for the folder; prints `begun`, or nothing where the two lie on different file systems.

    Nothing is made where there is no such folder.
    """
    return script(_BEGIN, mirror, path, token)


def link(mirror: str, path: str, exclude: Sequence[str], *, again: bool) -> Command:
    """Link every file below the path, or `again` only those that are new since the last pass.

    New is a file that has one name, or whose ctime is not earlier than that pass: it may have been renamed after it was
    linked, or made with several names. Linking sets the ctime too, so the second pass sees everything once more; cp
    leaves alone what is linked.
    """
    news = ["(", "-links", "1", "-o", "-cnewer", f"{mirror}/stamp", ")"] if again else []
    return script(_LINK, mirror, path, "env", "LC_ALL=C", *finding(exclude, ["-type", "f", *news]))


def complete(mirror: str, path: str, exclude: Sequence[str]) -> Command:
    """Give the mirror the folders and symbolic links of the path, with their modes, owners and times."""
    found = words("env", "LC_ALL=C", *finding(exclude, ["(", "-type", "d", "-o", "-type", "l", ")"]), "-print0")
    packed = words("env", "LC_ALL=C", "tar", "--create", "--file=-", "--format=posix", "--numeric-owner", "--null",
                   "--no-recursion", "--files-from=-")
    filled = words("env", "LC_ALL=C", "tar", "--extract", "--file=-", "--preserve-permissions", "--same-owner",
                   "--numeric-owner", "--delay-directory-restore", f"--directory={mirror}/tree")
    return pipe(found, packed, filled).inside(path)


def token(mirror: str) -> Command:
    """Print whose mirror it is; nothing when there is none."""
    return script('if [ -e "$1/token" ]; then cat -- "$1/token"; fi', mirror)


def remove(mirror: str) -> Command:
    """Remove a mirror; fine when there is none."""
    return script(_REMOVE, mirror)
