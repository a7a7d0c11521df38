"""Commands that bring packages to a host and unpack them into a folder of their own."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.commands.shell import Command, chain, script, words


def receive(path: str, sha256: str) -> Command:
    """Write standard input to a file, which appears only when it is whole and has this SHA-256."""
    return script('mkdir -p -- "${1%/*}" && cat > "$1.part" && '
                  '[ "$(sha256sum < "$1.part" | cut -c1-64)" = "$2" ] && mv -f -- "$1.part" "$1"', path, sha256)


def has(path: str, sha256: str) -> Command:
    """Succeed when the file is there with this SHA-256."""
    return script('[ -f "$1" ] && [ "$(sha256sum < "$1" | cut -c1-64)" = "$2" ]', path, sha256)


def fresh_folder(path: str) -> Command:
    """An empty folder, whatever an interrupted try has left there."""
    return chain(words("rm", "-rf", "--", path), words("mkdir", "-p", "--", path))


def unpack(archive: str, folder: str, strip: int) -> Command:
    """Unpack a tar (any compression that tar knows) or zip file; `strip` leading folders are cut off a tar's names.

    Owners and special modes of the archive are not taken over. tar itself refuses names that lead out of the folder.
    """
    if archive.endswith((".zip", ".whl")):
        return script('if command -v unzip > /dev/null; then unzip -q -o -- "$1" -d "$2"; '
                      'else python3 -m zipfile -e "$1" "$2"; fi', archive, folder)
    return words("tar", "-xf", archive, f"--strip-components={strip}", "--no-same-owner", "--no-same-permissions",
                 "-C", folder)


def python_release(folder: str, wheels: str, requirements: Sequence[str], python: str) -> Command:
    """A virtual environment with these requirements, from the package files of one folder and from nowhere else."""
    pip = words(f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index",
                "--find-links", wheels, *requirements)
    return chain(words(python, "-m", "venv", folder), pip)


def put_in_place(folder: str, target: str, mark: str, content: str) -> Command:
    """Write the mark file into the folder, then rename the folder to its final name, which must be free."""
    return script('printf "%s\\n" "$4" > "$1/$3" && [ ! -e "$2" ] && mkdir -p -- "${2%/*}" && mv -- "$1" "$2"',
                  folder, target, mark, content)


def mark_of(target: str, mark: str) -> Command:
    """Print `missing`, or the mark of a release folder, or `foreign` when a folder is there without one."""
    return script('if [ ! -e "$1" ] && [ ! -L "$1" ]; then echo missing; '
                  'elif [ -f "$1/$2" ]; then cat -- "$1/$2"; else echo foreign; fi', target, mark)
