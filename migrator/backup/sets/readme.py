"""The page in every set that says how to bring it back without us: tar, zstd, age, Python, the database's client."""

from __future__ import annotations

import shlex
from pathlib import Path

from migrator.backup.parts.part import Part
from migrator.backup.sets.manifest import DatabaseRecord, Manifest
from migrator.backup.sets.manifest_file import MANIFEST, load

_HEAD = """Backup set {id} of {environment}, taken {taken}

This folder can be brought back without the program that made it. manifest.json holds the SHA-256 of every file
(field sha256) and of what it decodes to (raw_sha256); trees/*.list.zst* holds one JSON line per file.
"""
_SEALED = """
The files are sealed with age for these keys, and nobody can open them without one:
{recipients}
KEY in the commands below is a file that holds the private key (it begins with AGE-SECRET-KEY-1).
"""
_BUILDS_ON = """
The file trees of this set hold only what is new since the set {base}, which is needed beside it: bring the
trees of that one back first, as its README.txt says. Then the commands below remove what was there then and is no
more, and unpack what is new.
"""
_DATABASES = """
Stop the application first. Databases:
"""
_HOW = {
    "dump": "    createdb NEW && {printed} | pg_restore --exit-on-error --dbname=NEW\n",
    "sql": "    mariadb -e 'CREATE DATABASE NEW' && {printed} | mariadb NEW\n",
    "sqlite": "    {printed} > NEW && rm -f OLD-wal OLD-shm OLD-journal && mv NEW OLD\n",
    "binlog": "    {printed} | mariadb-binlog --loose-skip-gtid-strict-mode --database=OLD - | mariadb\n",
    "base.tar": "    mkdir -p -m 700 DATA && {printed} | tar -xf - -C DATA\n",
    "wal.tar": "    mkdir -p WAL && {printed} | tar -xf - -C WAL\n",
}
_LOGS = {
    "binlog": """
A binlog is what the server has written since the set {base}: bring the database back from that one first, under its
old name, as its README.txt says. With --stop-datetime it goes no further than to a moment.
""",
    "base.tar": """
DATA is a whole PostgreSQL server of version {version}, and the sets after this one may hold its log. When that is
unpacked too, as a user who is not root:
    : > DATA/recovery.signal; : > DATA/postgresql.auto.conf; echo 'local all all trust' > DATA/access
    postgres -D DATA -c config_file=/dev/null -c hba_file=DATA/access -c ident_file=/dev/null -c hot_standby=off \\
        -c listen_addresses= -c unix_socket_directories=. -c restore_command='cp WAL/%f %p'
    pg_dump -h DATA -U {superuser} --format=custom {database} > DUMP
with the full paths of DATA and WAL. With recovery_target_time and recovery_target_action=promote it goes no further
than to a moment.
""",
    "wal.tar": """
WAL is what the PostgreSQL server has written since the set {base}: unpack that one first, as its README.txt says.
""",
}
_OTHER = "    {printed} > NEW\n"
_GONE = """    {before} > BEFORE && {now} > NOW && python3 - BEFORE NOW {path} <<'END'
import json, os, sys
before, now = ({{json.loads(line)["name"] for line in open(file)}} for file in sys.argv[1:3])
os.chdir(sys.argv[3])
for name in sorted(before - now, reverse=True):
    if os.path.isdir(name) and not os.path.islink(name):
        os.listdir(name) or os.rmdir(name)
    elif os.path.lexists(name):
        os.remove(name)
END
"""
_TREE = "    mkdir -p {path} && {unpacked} | tar -xpf - --numeric-owner -C {path}\n"


def write_readme(manifest: Manifest, folder: Path) -> None:
    """Write README.txt into the set's folder, with the commands for exactly this set."""
    text = _HEAD.format(id=manifest.id, environment=manifest.environment, taken=manifest.taken)
    if manifest.seal:
        text += _SEALED.format(recipients="\n".join(f"    {one}" for one in manifest.seal))
    if manifest.base:
        text += _BUILDS_ON.format(base=manifest.base)
    text += _DATABASES
    kinds = {name: record.part.extension(name) for name, record in manifest.databases.items()}
    text += "".join(loading(kinds[name], _unpacked(record.part)) for name, record in manifest.databases.items())
    text += "".join(_LOGS.get(kinds[name], "").format(base=manifest.base, **_server(record))
                    for name, record in manifest.databases.items())
    text += "\nFile trees:\n"
    base = load((folder.parent / manifest.base / MANIFEST).read_bytes(), folder) if manifest.base else None
    for name, record in manifest.trees.items():
        if base and name in base.trees:
            before = _unpacked(base.trees[name].list, f"../{base.id}/")
            text += _GONE.format(before=before, now=_unpacked(record.list), path=shlex.quote(record.path))
        text += "".join(_TREE.format(path=shlex.quote(record.path), unpacked=_unpacked(archive))
                        for archive in record.archives)
    (folder / "README.txt").write_text(text, encoding="utf-8", errors="surrogateescape")


def loading(extension: str, printed: str) -> str:
    """The line that loads a database; `printed` is the command that prints what was taken of it."""
    return _HOW.get(extension, _OTHER).format(printed=printed)


def _server(record: DatabaseRecord) -> dict[str, str]:
    """What the page says of a server whose log is kept."""
    server = record.log.server if record.log else {}
    major = server.get("version", "")[:-4]
    return {"version": major, **{name: shlex.quote(server.get(name, "")) for name in ("superuser", "database")}}


def _unpacked(part: Part, beside: str = "") -> str:
    """The command that prints what a part holds; of another set `beside` this one."""
    path = shlex.quote(beside + part.path)
    return f"age -d -i KEY {path} | zstd -dc" if part.sealed else f"zstd -dc {path}"
