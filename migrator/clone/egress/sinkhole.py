"""The end of every way out of a copy: answers all names itself, lets nothing on, and tells what came.

One file that needs Python 3 and `ip`, for containers of its own. Every attempt is one line of JSON on standard output:
at, protocol, name, address, port, first.

    sinkhole.py hole OUTSIDE=NAME:PORT ...     between the copy's closed network and those who work with the copy: each
                                               argument leads from a port of this container to a machine of the copy
    sinkhole.py watch HOLE                     in the network namespace of a machine of the copy: tells of packets to
                                               bare addresses, which the closed network drops

A name is answered by an address that the copy's own network has left over, each name by another one, so a connection
tells the name that was meant; the kernel is told that all of these are addresses of this container.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

PORTS = (21, 25, 53, 80, 110, 143, 389, 443, 465, 587, 636, 993, 995, 1433, 1521, 1883, 3000, 3306, 5000, 5222, 5432,
         5671, 5672, 6379, 7001, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9000, 9092, 9200, 11211, 27000, 27001, 27017)
"""Ports that are answered, so that the first line is heard; of others only the attempt is seen."""
MAIL = (25, 587)
PATIENCE = 3.0
EVERY, IPV4 = 0x0003, 0x0800
"""Protocols of packets; only who listens to every one is shown those that leave."""
names: dict[str, str] = {}
"""The name that each made-up address stands for."""
left_over: Iterator[ipaddress.IPv4Address] = iter(())


def tell(protocol: str, address: str, port: int, first: str = "") -> None:
    """One attempt; what may be a key or somebody's name in its first line is left out."""
    first = re.sub(r"\?\S*", "?***", first)
    first = re.sub(r"(?i)(authorization|token|key|secret|password)([=: ]+)\S+", r"\1\2***", first)
    first = re.sub(r"[^\s<:@]+@", "***@", first)
    print(json.dumps({"at": time.time(), "protocol": protocol, "name": names.get(address, ""), "address": address,
                      "port": port, "first": first[:200]}), flush=True)


class Names(asyncio.DatagramProtocol):
    """A name server that knows every name."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, client: tuple[str, int]) -> None:
        try:
            name, kind, end = question(data)
        except (IndexError, struct.error, UnicodeDecodeError):
            return
        known = next((address for address, other in names.items() if other == name), None)
        address = known or str(next(left_over))
        names[address] = name
        tell("dns", address, 53, name)
        answer = b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04" + socket.inet_aton(address) if kind == 1 else b""
        head = data[:2] + b"\x85\x80\0\x01" + (b"\0\x01" if answer else b"\0\0") + b"\0\0\0\0"
        self.transport.sendto(head + data[12:end] + answer, client)  # type: ignore[attr-defined]


def question(data: bytes) -> tuple[str, int, int]:
    """Name and type that are asked for, and where the question ends (RFC 1035)."""
    labels, at = [], 12
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode("ascii"))
        at += data[at] + 1
    return ".".join(labels).lower(), struct.unpack("!H", data[at + 1:at + 3])[0], at + 5


async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, wherever it was meant to lead."""
    address, port = writer.get_extra_info("sockname")[:2]
    try:
        if port in MAIL:
            await mail(reader, writer, address, port)
        else:
            await other(reader, writer, address, port)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
        tell("tcp", address, port)
    finally:
        writer.close()


async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, port: int) -> None:
    """Take a mail to its end and keep nothing of it but how many were to get it (RFC 5321)."""
    recipients = messages = 0
    writer.write(b"220 sinkhole\r\n")
    while line := await asyncio.wait_for(reader.readline(), PATIENCE):
        word = line[:4].upper()
        recipients += word == b"RCPT"
        if word == b"DATA":
            writer.write(b"354 go on\r\n")
            await ended(reader)
            messages += 1
        writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 sunk\r\n")
        if word == b"QUIT":
            break
    tell("smtp", address, port, f"{messages} messages for {recipients} recipients")


async def ended(reader: asyncio.StreamReader) -> None:
    """Read on until the dot that ends a message."""
    while (line := await asyncio.wait_for(reader.readline(), PATIENCE)) not in (b".\r\n", b".\n"):
        if not line:
            raise ValueError("the message did not end")


async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, port: int) -> None:
    """Hear the first words and end the talk."""
    first = await asyncio.wait_for(reader.read(4096), PATIENCE)
    if first[:1] == b"\x16":
        tell("tls", address, port, server_name(first))
    elif re.match(rb"[A-Z]+ \S+ HTTP/", first):
        tell("http", address, port, first.split(b"\r\n")[0].decode("ascii", "replace"))
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
    else:
        line = first.split(b"\n")[0].decode("utf-8", "replace")
        tell("tcp", address, port, line if line.isprintable() else f"{len(first)} bytes")


def server_name(hello: bytes) -> str:
    """The name that a TLS client asks for (RFC 6066), if it can be read."""
    found = re.search(rb"\0\0..\0.\0..([a-z0-9.-]{4,253})", hello, re.DOTALL | re.IGNORECASE)
    return found[1].decode("ascii") if found else ""


def watch(interface: str, network: ipaddress.IPv4Network, *, leaving: bool) -> None:
    """Tell of attempts that no listener hears: of a machine's packets that are leaving for other networks, or else of
    those that come here for ports that are not answered.
    """
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY))
    packets.bind((interface, EVERY))
    while True:
        data, origin = packets.recvfrom(256)
        if origin[1] != IPV4 or (origin[2] == socket.PACKET_OUTGOING) != leaving:
            continue
        address, body = socket.inet_ntoa(data[16:20]), data[(data[0] & 15) * 4:]
        if len(body) < 8 or (leaving and ipaddress.ip_address(address) in network):
            continue
        port = struct.unpack("!H", body[2:4])[0]
        if data[9] == 6 and body[13] & 0x12 == 0x02 and (leaving or port not in PORTS):
            tell("tcp", address, port)
        elif data[9] == 17 and (leaving or port != 53):
            tell("udp", address, port)
        elif data[9] == 1 and body[0] == 8:
            tell("icmp", address, 0)


async def lead(name: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes both ways between somebody outside and a machine of the copy."""
    try:
        there, back = await asyncio.open_connection(name, port)
    except OSError:
        writer.close()
        return
    await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(256 * 1024):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()


def closed_network() -> tuple[str, ipaddress.IPv4Network]:
    """Interface and addresses of the network that leads nowhere: of two, the one without the default route."""
    with open("/proc/net/route") as file:
        routes = [line.split() for line in file][1:]
    outer = {route[0] for route in routes if route[1] == "00000000"} if len({r[0] for r in routes}) > 1 else set()
    name, address, mask = next((r[0], r[1], r[7]) for r in routes if r[0] not in outer and r[1] != "00000000")
    return name, ipaddress.IPv4Network((_number(address), str(ipaddress.IPv4Address(_number(mask)))))


def _number(hexadecimal: str) -> int:
    return int.from_bytes(bytes.fromhex(hexadecimal), "little")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


async def hole(leads: list[str]) -> None:
    """Answer until the container is removed."""
    global left_over
    inside, network = closed_network()
    upper = list(network.subnets())[1]
    left_over = upper.hosts()
    ip("route", "add", "local", str(upper), "dev", "lo")
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Names, local_addr=("0.0.0.0", 53))  # noqa: S104 - all is for us
    for port in PORTS:
        await asyncio.start_server(heard, "0.0.0.0", port)  # noqa: S104
    for each in leads:
        outside, _, target = each.partition("=")
        name, _, port_ = target.partition(":")
        await asyncio.start_server(partial(lead, name, int(port_)), "0.0.0.0", int(outside))  # noqa: S104
    ready(inside)
    await loop.run_in_executor(None, lambda: watch(inside, network, leaving=False))


def ready(interface: str) -> None:
    print(json.dumps({"ready": interface}), flush=True)


def main(mode: str, words: list[str]) -> None:
    if mode == "hole":
        asyncio.run(hole(words))
    else:
        interface, network = closed_network()
        ip("route", "replace", "default", "via", words[0])
        ready(interface)
        watch(interface, network, leaving=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
