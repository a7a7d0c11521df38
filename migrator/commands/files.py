"""Commands that look at files, make folders and move things, for GNU and busybox systems alike."""

from __future__ import annotations

from migrator.commands.shell import Command, script, words


def home() -> Command:
    """Print the login user's home folder."""
    return script('printf "%s" "$HOME"')


def stat(path: str) -> Command:
    """Print `type|size|mode|mtime` of what lies at the path itself; prints nothing when nothing lies there."""
    return script('if [ -e "$1" ] || [ -L "$1" ]; then stat -c "%F|%s|%a|%Y" -- "$1"; fi', path)


def exists(path: str) -> Command:
    """Print `yes` when something lies at the path itself, as far as the command's user may see."""
    return script('if [ -e "$1" ] || [ -L "$1" ]; then echo yes; fi', path)


def content(path: str, limit: int) -> Command:
    """Print at most `limit` + 1 bytes of a file, so that the reader can tell when it is longer."""
    return script('head -c "$2" < "$1"', path, str(limit + 1))


def replace(path: str, mode: int) -> Command:
    """Replace a file by standard input: readers see all of the old or all of the new content.

    A link is followed, so that the file it names is replaced and the link stays; owner and group of an existing file
    are kept where the user may set them. Whatever somebody laid at the name of the unfinished file is never written to.
    """
    return script(_REPLACE, path, f"{mode:o}")


def keep(path: str) -> Command:
    """Write standard input into a file that only its user may read, all of it or nothing; makes the folder."""
    return script(_KEEP, path)


_KEEP = """
set -e
umask 077
mkdir -p -- "${1%/*}"
cat > "$1.new"
sync "$1.new" 2>/dev/null || :
mv -f -- "$1.new" "$1"
"""


_REPLACE = """
set -e
path=$(readlink -f -- "$1" 2>/dev/null || printf '%s' "$1")
new=$path.migrator-new
trap 'rm -f -- "$new"' EXIT
rm -f -- "$new"
(umask 077; set -C; cat > "$new")
chmod "$2" -- "$new"
[ ! -e "$path" ] || chown --reference="$path" -- "$new" 2>/dev/null || :
sync "$new" 2>/dev/null || :
mv -f -- "$new" "$path"
"""


def write_line(path: str, line: str) -> Command:
    """Write a file of one line."""
    return script('printf "%s\\n" "$2" > "$1"', path, line)


def move(source: str, target: str) -> Command:
    """Rename; fails when the target exists, instead of moving into it."""
    return script('[ ! -e "$2" ] && [ ! -L "$2" ] && mv -- "$1" "$2"', source, target)


def remove_tree(path: str) -> Command:
    """Remove a file or a folder with all it holds; nothing there is fine. Refuses relative paths and the root."""
    if not path.startswith("/") or not path.strip("/") or "/../" in f"{path}/":
        raise ValueError(f"refused to remove {path!r}: not an absolute path below the root")
    return words("rm", "-rf", "--", path)


def link(target: str, path: str) -> Command:
    """Make or switch a symbolic link atomically."""
    return script('rm -f -- "$2.migrator-new" && ln -s -- "$1" "$2.migrator-new" && mv -fT -- "$2.migrator-new" "$2"',
                  target, path)


def link_target(path: str) -> Command:
    """Print where a symbolic link points; nothing when there is none."""
    return script('if [ -L "$1" ]; then readlink -- "$1"; fi', path)


def checksum(path: str) -> Command:
    """Print the SHA-256 of one file in hexadecimal, followed by a blank and more."""
    return script('sha256sum < "$1"', path)


def free(path: str) -> Command:
    """Print where the path, or its nearest parent that exists, is mounted, and the bytes free there."""
    return script(_FREE, path)


_FREE = """
p=$1
while [ ! -e "$p" ]; do p=$(dirname -- "$p"); done
df -Pk -- "$p" | {
    read -r head
    read -r filesystem blocks used free rest
    printf '%s %s\\n' "${rest#* }" $((free * 1024))
}
"""
