"""Commands for the binary log of MariaDB, and for a server of our own on which it is replayed."""

from __future__ import annotations

from datetime import UTC, datetime

from migrator.commands.login import Login, password_first
from migrator.commands.mariadb import PASSWORD, reached
from migrator.commands.resource import packaged
from migrator.commands.shell import Command, pipe, script

# The program writes raw logs only into files of a folder: here each is a link to its standard output. That is a pipe,
# which, unlike the socket that some ssh servers give, can be opened by its name.
_FETCH = """
set -e
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 1' HUP INT TERM PIPE
ln -s /proc/self/fd/1 "$folder/$1"
log=$1
shift
{ { mariadb-binlog "$@" --raw --result-file="$folder/" "$log"; echo $? >&3; } | cat >&4; } 3> "$folder/status" 4>&1
exit "$(cat -- "$folder/status")"
"""

# What comes after the moment to stop at is read and dropped, so that whoever sends it can go on.
_EVENTS = 'TZ=UTC mariadb-binlog "$@" -; status=$?; cat > /dev/null; exit $status'


def client_version() -> Command:
    """Print the version of the client programs."""
    return script("mariadb --version")


def versions() -> Command:
    """Print the versions of the client programs and of the server's program, a line each."""
    return script("PATH=$PATH:/usr/local/sbin:/usr/sbin:/usr/libexec; mariadb --version; mariadbd --version")


def fetch(login: Login, log: str, start: int) -> Command:
    """One finished file of a server's binary log on standard output, as it is kept there, from a position on.

    Option files are left out: the program refuses what is good for all others (default-character-set of [client]).
    """
    return password_first(PASSWORD, script(
        _FETCH, log, "--no-defaults", *reached(login), f"--user={login.user}", "--read-from-remote-server",
        f"--start-position={start}"))


def start(folder: str, options: list[str]) -> Command:
    """A server of our own in an empty folder; it knows only `root`, without a password, on `socket_in(folder)`."""
    return packaged("mariadb_start", arguments=(folder, *options))


def socket_in(folder: str) -> Login:
    """How such a server is reached."""
    return Login(f"{folder}/socket", 0, "root")


def replay(folder: str, database: str, until: datetime | None) -> Command:
    """Carry out on such a server what the binary log on standard input says of one database.

    `until`: events of this second and later ones are left out.
    """
    stop = [f"--stop-datetime={until.astimezone(UTC):%Y-%m-%d %H:%M:%S}"] if until else []
    events = script(_EVENTS, "--no-defaults", "--loose-skip-gtid-strict-mode", f"--database={database}",
                    f"--local-load={folder}", *stop)
    return pipe(events, script('exec mariadb "$@"', *reached(socket_in(folder)), "--user=root", "--batch",
                               "--binary-mode", "--max-allowed-packet=1G", "--default-character-set=utf8mb4"))
