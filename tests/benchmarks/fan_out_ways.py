"""The contestants of fan_out.py: each writes what its tool wants to read, then the command is timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rig_host import TestHost

ROOT = Path(__file__).parents[2]


class NotInstalled(Exception):
    """The peer is not in its environment."""


@dataclass(frozen=True)
class Field:
    """Where everybody competes: the same machines, and a folder of this one."""

    folder: Path
    machines: Sequence[TestHost]
    steps: int
    peers: Path

    def paths(self, target: str) -> list[str]:
        """The files that a host must have in the end, one for each step."""
        return [f"{target}/step-{n:02}" for n in range(1, self.steps + 1)]

    def program(self, name: str) -> str:
        """A peer's program; raises NotInstalled."""
        if not (self.peers / "bin" / name).exists():
            raise NotInstalled(name)
        return str(self.peers / "bin" / name)


Way = Callable[[Field, str, str], Callable[[], None]]
"""(the field, the folder to fill on every host, a label) -> the command to be timed."""


def migrator(field: Field, target: str, label: str) -> Callable[[], None]:
    """The real program, journal and engine and all: one stage of `command` steps, as a playbook has them."""
    home = field.folder / label
    home.mkdir()
    hosts = {m.name: {"address": m.address, "port": m.port, "user": m.user, "key": str(m.key_file),
                      "known_hosts": str(m.known_hosts_file)} for m in field.machines}
    # What is written as JSON is YAML too.
    (home / "inventory.yaml").write_text(json.dumps({"format": 1, "environments": {"fan": {"hosts": hosts}}}))
    steps = [{"id": f"step-{n:02}", "at": "all", "command": {"run": ["touch", path], "creates": path}}
             for n, path in enumerate(field.paths(target), 1)]
    (home / "playbook.yaml").write_text(json.dumps({
        "format": 1, "product": "fan", "title": "Fan-out", "path": {"from": "1", "to": "2"},
        "environments": {"live": "fan"}, "stages": {"fan": {"environment": "live", "steps": steps}}}))
    return _command(home, [sys.executable, "-m", "migrator", "run.stage", "--playbook", str(home), "--stage", "fan",
                           "--yes"], PYTHONPATH=str(ROOT), MIGRATOR_HOME=str(home / "home"))


def openssh(field: Field, target: str, label: str) -> Callable[[], None]:
    """One kept-open master connection per host, all hosts at once, and an `ssh` over it for each of three questions."""
    home = field.folder / label
    home.mkdir()
    (home / "config").write_text("".join(
        f"Host {m.name}\n HostName {m.address}\n Port {m.port}\n User {m.user}\n IdentityFile {m.key_file}\n"
        f" UserKnownHostsFile {m.known_hosts_file}\n ControlPath {home}/{m.name}\n" for m in field.machines)
        + "Host *\n BatchMode yes\n ControlMaster auto\n ControlPersist 60\n")
    (home / "one-host").write_text(f"""set -e
on() {{ ssh -F {home}/config "$1" "$2"; }}
for file in {" ".join(field.paths(target))}
do
    if on "$1" "test -e $file"; then continue; fi
    on "$1" "touch $file"
    on "$1" "test -e $file"
done
ssh -F {home}/config -O exit "$1" 2>/dev/null
""")
    return _command(home, ["xargs", "-P", str(len(field.machines)), "-n", "1", "sh", str(home / "one-host")],
                    "\n".join(m.name for m in field.machines))


def pyinfra(field: Field, target: str, label: str) -> Callable[[], None]:
    """A deploy that asks the File fact, and runs what makes the file and what sees it."""
    program = field.program("pyinfra")
    home = field.folder / label
    home.mkdir()
    hosts = [(m.name, {"ssh_hostname": m.address, "ssh_port": m.port, "ssh_user": m.user, "ssh_key": str(m.key_file),
                       "ssh_known_hosts_file": str(m.known_hosts_file)}) for m in field.machines]
    (home / "inventory.py").write_text(f"hosts = {hosts!r}\n")
    (home / "deploy.py").write_text(f"""
from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import server

for path in {field.paths(target)!r}:
    if host.get_fact(File, path=path) is None:
        server.shell(commands=[f"touch {{path}}", f"test -e {{path}}"])
""")
    return _command(home, [program, "-y", "--parallel", str(len(hosts)), "inventory.py", "deploy.py"])


def ansible(field: Field, target: str, label: str) -> Callable[[], None]:
    """Two tasks a step (`creates` is the check, `test` the verify), with all that makes Ansible quick switched on."""
    program = field.program("ansible-playbook")
    home = field.folder / label
    home.mkdir()
    (home / "hosts").write_text("".join(
        f"{m.name} ansible_host={m.address} ansible_port={m.port} ansible_user={m.user}"
        f" ansible_ssh_private_key_file={m.key_file} ansible_python_interpreter=/usr/bin/python3\n"
        for m in field.machines))
    tasks = [task for path in field.paths(target) for task in (
        {"ansible.builtin.command": {"argv": ["touch", path], "creates": path}},
        {"ansible.builtin.command": {"argv": ["test", "-e", path]}, "changed_when": False})]
    (home / "play.yaml").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    common = f"-o UserKnownHostsFile={field.machines[0].known_hosts_file} -o ControlMaster=auto -o ControlPersist=60s"
    return _command(home, [program, "-i", "hosts", "play.yaml"], ANSIBLE_FORKS=str(len(field.machines)),
                    ANSIBLE_PIPELINING="True", ANSIBLE_SSH_ARGS=common, ANSIBLE_HOME=str(home / "ansible"),
                    ANSIBLE_LOCAL_TEMP=str(home / "tmp"), ANSIBLE_SSH_CONTROL_PATH_DIR=str(home / "cp"))


WAYS: Mapping[str, Way] = {"migrator": migrator, "openssh": openssh, "pyinfra": pyinfra, "ansible": ansible}


def _command(home: Path, argv: Sequence[str], typed: str = "", **variables: str) -> Callable[[], None]:
    """Runs it in its folder, its output into a file there; an ending other than success is an error that shows it."""
    def run() -> None:
        with (home / "output").open("w") as output:
            ended = subprocess.run(argv, input=typed, cwd=home, env=os.environ | variables, stdout=output,
                                   stderr=subprocess.STDOUT, text=True)
        assert ended.returncode == 0, (home / "output").read_text()[-4000:]

    return run
