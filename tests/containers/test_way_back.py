"""The way back over two machines of which one loses power on it: the other is brought back, people get the rest."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from rig import HostFactory
from rig_host import TestHost
from ssh_places import entry

from tests.bad_input.company import LONG, Company, command, ended

CONF = "/home/ops/app.ini"


@pytest.fixture
def machines(host_factory: HostFactory) -> dict[str, TestHost]:
    """Two machines with the same configuration file."""
    found = {name: host_factory("host", name=name) for name in ("web1", "web2")}
    for machine in found.values():
        machine.must(["sh", "-c", f"printf '[web]\\nport = 80\\n' > {CONF} && chmod 640 {CONF}"], user="ops")
    return found


def steps() -> list[dict[str, object]]:
    """Set the port and mark both machines; the last step fails, and undoing the one before waits for /tmp/go."""
    waits = ["sh", "-c", ": > /tmp/undoing; while [ ! -e /tmp/go ]; do sleep 0.1; done"]
    return [
        {"id": "port", "at": "all", "config.edit": {"file": CONF, "format": "ini", "set": {"web.port": "8080"}}},
        {"id": "mark", "at": "all", "command": {"run": ["touch", "/tmp/mark"], "verify": {"file": "/tmp/mark"},
                                               "undo": ["rm", "-f", "/tmp/mark"]}},
        {"id": "slow", "at": "web1", "command": {"run": ["true"], "verify": {"file": "/tmp/mark"}, "undo": waits}},
        {**command("fails", "false"), "at": "web1"}]


def state(machine: TestHost) -> str:
    """The configuration with its mode, and whether the mark is there."""
    return machine.must(["sh", "-c", f"stat -c %a {CONF}; cat {CONF}; ls /tmp/mark 2>/dev/null || true"])


def test_a_machine_that_loses_power_on_the_way_back(machines: dict[str, TestHost], tmp_path: Path) -> None:
    company = Company(tmp_path)
    hosts = {name: entry(machine).model_dump(exclude_none=True) for name, machine in machines.items()}
    company.inventory(live={"hosts": hosts, "values": {"folder": "/tmp"}})
    company.playbook(*steps())
    web1, web2 = machines.values()
    before = state(web2)
    with company.starts("upgrade", "--playbook", "playbook", "--yes") as process:
        deadline = time.monotonic() + LONG
        while web1.exec(["test", "-e", "/tmp/undoing"]).code:
            assert process.poll() is None and time.monotonic() < deadline
        web2.kill()
        web1.must(["touch", "/tmp/go"])
        told = ended(process)
    assert told.code == 22, told.err
    assert state(web1) == before, "one machine that is gone does not stop the other"
    mark, port = re.findall(r"^ +(?:by hand +)?\d  \w+ @ web2: (.*)$", told.err, re.MULTILINE)
    assert mark == "on web2: rm -f /tmp/mark"
    typed = re.fullmatch(r"on web2: (cat ~/.* > .*)", port)
    assert typed, port

    web2.start()
    assert state(web2) != before
    web2.must(["su", "-", "ops", "-c", typed[1]])
    assert state(web2).partition("/tmp/mark")[0] == before, "what a person types brings the very bytes back"
    again = company.types("rollback", "--yes")
    assert again.code == 0, again.err
    assert state(web2) == before
    assert '"state": "brought back"' in company.types("run.list", "--json").out
