"""Copies in containers: made from a set of either make, closed to everybody, told on, and removed without a trace."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest
from backup_rig import TREE, Place, fill, sites
from rig_databases import Database
from rig_host import TestHost
from rig_images import ensure_image

from migrator.backup.taking.take import take_set
from migrator.clone.container.contained import Contained
from migrator.clone.container.errors import NoEngine
from migrator.clone.container.known import with_copies
from migrator.clone.harmless import Terms
from migrator.clone.making import Making
from migrator.clone.parity.parity import parity
from migrator.commands.docker import LABEL
from migrator.commands.shell import words
from migrator.doors import InventoryDoors
from migrator.playbook.inventory import Environment, Inventory
from migrator.site import Site
from migrator.transport.local import LocalTransport

Made = Callable[[TestHost], Database]
ENGINE_SEEN_FROM_CONTAINERS = "172.17.0.1"
TRIES = """
import smtplib, socket, sys, urllib.request
def tried(act):
    try: act()
    except OSError: pass
tried(lambda: urllib.request.urlopen("http://hooks.example.com/send?access_token=secret", b"{}", timeout=3))
tried(lambda: smtplib.SMTP("mail.example.com", 25, timeout=3).sendmail("a@b.example", ["c@d.example"], "Subject: x"))
tried(lambda: socket.create_connection(("10.9.8.7", 4711), 0.5))
tried(lambda: socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.5))
"""


def contained(name: str, folder: Path) -> Contained:
    return Contained(name, folder / "clones" / name, LocalTransport("docker"))


def opened(copy: Contained, live: Inventory | None = None) -> Site:
    known = with_copies(live or Inventory(format=1), copy.folder.parent)
    return InventoryDoors(known).site(copy.name)


def left(name: str) -> list[str]:
    """Everything in the engine that bears a copy's name."""
    engine, of = docker.from_env(), {"label": f"{LABEL}={name}"}
    return [c.name for c in engine.containers.list(all=True, filters=of)] + [
        n.name for n in engine.networks.list(filters=of)]


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """Somebody on this machine who notes who connects."""
    heard: list[str] = []
    with socket.create_server(("0.0.0.0", 0)) as door:
        def listen() -> None:
            while True:
                try:
                    heard.append(door.accept()[1][0])
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        yield door.getsockname()[1], heard


@pytest.fixture(params=["postgresql", "mariadb"])
def live(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A live system with a filled database and tree."""
    short = "postgres" if request.param == "postgresql" else "mariadb"
    host, database = request.getfixturevalue(f"{short}_host"), request.getfixturevalue(f"{short}_database")
    (place,) = sites(monkeypatch, live=(host, database(host), TREE))
    fill(place, tmp_path)
    return place


def test_a_copy_in_containers_holds_all_and_differs_by_nothing_that_is_not_told(live: Place, tmp_path: Path) -> None:
    copy = contained(f"try-{live.make}", tmp_path)
    kept = take_set(live.site, tmp_path / "vault", "live.one")
    try:
        copy.make(live.site.environment, image=ensure_image("postgres" if live.make == "postgresql" else "mariadb"))
        site = opened(copy)
        done = Making(site, live.site, copy.folder / "vault", copy.folder).make(kept, Terms(least=90))
        assert done.parity is not None and done.parity.differences == []
        assert site.database("main").tables() != {} and site.host("db").stat(f"{TREE}/files/large")

        if live.make == "postgresql":  # roles differ from here on, and each right is told
            site.database("main").execute(["revoke insert on project from public", "grant select on project to public"])
            live.sql("grant select, update on department to public")
            told = [d for d in parity(live.site, site).differences if d.sort == "role"]
            assert {(d.place, d.original, d.copy) for d in told} == {
                ("main select on project: PUBLIC", "-", "there"), ("main select on department: PUBLIC", "there", "-"),
                ("main update on department: PUBLIC", "there", "-")}
    finally:
        copy.remove()
    assert left(copy.name) == [] and not copy.folder.exists()


def test_nothing_leaves_a_copy_and_what_it_tries_is_told(docker_engine: None, tmp_path: Path) -> None:
    copy = contained("try-egress", tmp_path)
    described = Environment.model_validate({"hosts": {"app": {"address": "app.example"}}})
    try:
        copy.make(described, image=ensure_image("host"))
        with listener() as (port, heard):
            opened(copy).host("app").run(words("python3", "-c", TRIES, ENGINE_SEEN_FROM_CONTAINERS, str(port)))
            found = {(a.protocol, a.to, a.port): a for a in copy.enclosure.attempts()}
        assert heard == []
        assert set(found) == {("http", "hooks.example.com", 80), ("smtp", "mail.example.com", 25),
                              ("tcp", "10.9.8.7", 4711), ("tcp", ENGINE_SEEN_FROM_CONTAINERS, port)}
        assert found["http", "hooks.example.com", 80].first == "POST /send?*** HTTP/1.1"
        assert found["smtp", "mail.example.com", 25].first == "1 messages for 1 recipients"

        copy.inventory.unlink()  # as if the process had been killed before it came to its end
        copy.make(described, image=ensure_image("host"))
        assert copy.enclosure.attempts() == [] and opened(copy).host("app").read(words("true")).exit_code == 0
    finally:
        copy.remove()
    assert left("try-egress") == []


@pytest.mark.parametrize(("image", "said"), [("debian:bookworm-slim", "does not run"),
                                             ("migrator-clone-nowhere:1", "could not be made")])
def test_a_machine_that_dies_or_cannot_be_made_leaves_nothing(image: str, said: str, docker_engine: None,
                                                              tmp_path: Path) -> None:
    copy = contained("try-dying", tmp_path)
    with pytest.raises(NoEngine, match=f"(?i){said}") as error:
        copy.make(Environment.model_validate({"hosts": {"app": {}}}), image=image)
    assert error.value.hint and left("try-dying") == [] and not copy.folder.exists()
