"""What the sinkhole hears is told without secrets, and counted by where it was meant to go."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

import pytest

from migrator.clone.egress import sinkhole
from migrator.clone.egress.attempts import Attempt, attempts


def line(protocol: str, to: str, port: int, at: float, *, name: str = "", first: str = "") -> str:
    return json.dumps({"at": at, "protocol": protocol, "name": name, "address": to, "port": port, "first": first})


def test_attempts_are_counted_by_place_and_a_name_that_was_reached_is_told_once() -> None:
    found = attempts([
        '{"ready": "eth1"}', line("dns", "10.0.128.1", 53, 1.0, name="a.example", first="a.example"),
        line("http", "10.0.128.1", 80, 2.0, name="a.example", first="POST /x HTTP/1.1"),
        line("http", "10.0.128.1", 80, 4.0, name="a.example", first="POST /y HTTP/1.1"),
        line("dns", "10.0.128.2", 53, 3.0, name="only.asked.example", first="only.asked.example"),
        line("tcp", "8.8.8.8", 53, 5.0), '{"at": 6.0, "protocol": "tc'])
    assert found == [Attempt("http", "a.example", 80, 2, 2.0, 4.0, "POST /x HTTP/1.1"),
                     Attempt("dns", "only.asked.example", 53, 1, 3.0, 3.0, "only.asked.example"),
                     Attempt("tcp", "8.8.8.8", 53, 1, 5.0, 5.0, "")]
    assert found[0].when == "1970-01-01 00:00:02Z"


@pytest.mark.parametrize(("first", "told"), [
    ("POST /robot/send?access_token=abcdef HTTP/1.1", "POST /robot/send?*** HTTP/1.1"),
    ("Authorization: Bearer", "Authorization: ***"), ("key=0123456789", "key=***"),
    ("RCPT TO:<zhang.wei@linjiang.example>", "RCPT TO:<***@linjiang.example>")])
def test_what_may_be_a_key_or_a_person_is_not_told(first: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    sinkhole.tell("tcp", "10.0.0.1", 80, first)
    assert json.loads(capsys.readouterr().out)["first"] == told


def test_a_question_for_a_name_is_read_and_answered(monkeypatch: pytest.MonkeyPatch,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    import ipaddress

    monkeypatch.setattr(sinkhole, "left_over", ipaddress.ip_network("172.30.128.0/30").hosts())
    monkeypatch.setattr(sinkhole, "names", {})
    sent: list[bytes] = []

    class Line:
        def sendto(self, data: bytes, client: Any) -> None:
            sent.append(data)

    server = sinkhole.Names()
    server.connection_made(Line())  # type: ignore[arg-type]
    asked = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x04Mail\x07example\0"
    for kind in 1, 28, 1:
        server.datagram_received(asked + struct.pack("!HH", kind, 1), ("10.0.0.9", 5353))
    server.datagram_received(b"\x12", ("10.0.0.9", 5353))  # rubbish is no question
    assert [data[:2] for data in sent] == [b"\x12\x34"] * 3
    assert [data[6:8] for data in sent] == [b"\0\x01", b"\0\0", b"\0\x01"]  # an address for IPv4 alone
    assert sent[0][-4:] == sent[2][-4:] == socket.inet_aton("172.30.128.1")
    assert json.loads(capsys.readouterr().out.splitlines()[0])["name"] == "mail.example"


def talk(port: int, *pieces: bytes, capsys: pytest.CaptureFixture[str],
         monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], bytes]:
    """Say something to the sinkhole as if it were this port; what it tells, and what it answers."""
    async def both() -> bytes:
        server = await asyncio.start_server(sinkhole.heard, "127.0.0.1", 0)
        own = server.sockets[0].getsockname()[1]
        monkeypatch.setattr(sinkhole, "MAIL", (own,) if port in (25, 587) else ())
        reader, writer = await asyncio.open_connection("127.0.0.1", own)
        writer.writelines(pieces)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 5)
        server.close()
        return answer

    answer = asyncio.run(both())
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told, answer


@pytest.mark.parametrize(("port", "said", "protocol", "first", "answer"), [
    (80, b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", "http", "GET /a?*** HTTP/1.1", b"503"),
    (25, b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\nhello\r\n\r\n.\r\nQUIT\r\n", "smtp",
     "1 messages for 2 recipients", b"221 bye"),
    (25, b"EHLO x\r\nDATA\r\ncut off", "tcp", "", b"354"),
    (4711, b"hello there\n", "tcp", "hello there", b""), (4711, b"\0\x01\x02", "tcp", "3 bytes", b"")])
def test_each_protocol_is_heard_to_its_end(port: int, said: bytes, protocol: str, first: str, answer: bytes,
                                           capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    told, back = talk(port, said, capsys=capsys, monkeypatch=monkeypatch)
    assert (told["protocol"], told["first"]) == (protocol, first) and answer in back


def test_the_name_that_a_tls_client_asks_for_is_read() -> None:
    import ssl

    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="pay.example.com")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    assert sinkhole.server_name(outgoing.read()) == "pay.example.com"
    assert sinkhole.server_name(b"\x16\x03\x01") == ""
