"""A web server and a mail server on the loopback address, with a certificate of their own."""

from __future__ import annotations

import datetime
import ipaddress
import json
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback address is reached directly."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True).sign(key, hashes.SHA256()))
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()) + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """A client's settings that trust that certificate and verify names."""
    return ssl.create_default_context(cafile=str(certificate))


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@dataclass
class Web:
    """What a web server got; `answer` is the status and the body that it gives, None: it hangs up."""

    url: str = ""
    answer: tuple[int, Any] | None = (200, {"errcode": 0})
    got: list[tuple[dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def web(certificate: Path) -> Iterator[Callable[..., Web]]:
    """Start a web server; `tls` false makes it plain http."""
    running: list[ThreadingHTTPServer] = []

    def start(*, tls: bool = False) -> Web:
        state = Web()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                state.got.append((dict(self.headers), json.loads(body)))
                if state.answer is None:
                    return
                status, content = state.answer
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the tests' output clean."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            server.socket = serving(certificate).wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_arguments: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        state.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/hook?token=geheim-geheim"
        return state

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@dataclass
class Post:
    """What a mail server got, and how it behaves."""

    port: int = 0
    refuse: tuple[str, ...] = ()
    """Recipients that it refuses."""
    hang_up_after_data: bool = False
    starttls: bool = True
    letters: list[str] = field(default_factory=list)
    logins: list[tuple[bool, str]] = field(default_factory=list)
    """Whether the connection was encrypted, and what was said."""


@pytest.fixture
def post(certificate: Path) -> Iterator[Post]:
    """A mail server that speaks as much SMTP as a letter needs."""
    state = Post()

    class Handler(socketserver.StreamRequestHandler):
        encrypted = False

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 test")
            while line := self.rfile.readline().decode().strip():
                word = line.split(" ")[0].upper()
                if word == "QUIT":
                    return
                if word == "EHLO":
                    offers = ["AUTH PLAIN"] if self.encrypted else ["STARTTLS"] if state.starttls else []
                    for n, offer in enumerate(["test", *offers]):
                        self.say(f"250{'-' if n < len(offers) else ' '}{offer}")
                elif word == "STARTTLS":
                    self.say("220 go on")
                    self.encrypt()
                elif word == "AUTH":
                    state.logins.append((self.encrypted, line))
                    self.say("235 welcome")
                elif word == "RCPT" and any(address in line for address in state.refuse):
                    self.say("550 no such user")
                elif word == "DATA":
                    self.say("354 go on")
                    if not self.letter():
                        return
                else:
                    self.say("250 ok")

        def encrypt(self) -> None:
            self.request = serving(certificate).wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
            self.encrypted = True

        def letter(self) -> bool:
            lines: list[str] = []
            while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                lines.append(line)
            state.letters.append("\n".join(lines))
            if not state.hang_up_after_data:
                self.say("250 queued")
            return not state.hang_up_after_data

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: Any) -> None:
            """A client that breaks off is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.port = server.server_address[1]
    yield state
    server.shutdown()
    server.server_close()
