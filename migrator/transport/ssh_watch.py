"""Notice a peer that is dead although its connection looks alive: neither TCP nor paramiko tells by itself."""

from __future__ import annotations

import threading
import time

import paramiko

ASKED_EVERY = 5.0
ANSWERS_WITHIN = 10.0


def start(link: paramiko.Transport, name: str) -> None:
    """Watch the connection, in a thread, until it is closed by whomever."""
    threading.Thread(target=_watch, args=(link,), name=f"watch-{name}", daemon=True).start()


def _watch(link: paramiko.Transport) -> None:
    """Ask the peer again and again; one that does not answer is dead, and closing wakes everybody who waits for it."""
    while link.is_active():
        time.sleep(ASKED_EVERY)
        if not link.is_active():
            return
        patience = threading.Timer(ANSWERS_WITHIN, link.close)
        patience.daemon = True
        patience.start()
        try:
            link.global_request("keepalive@openssh.com", wait=True)
        except (OSError, paramiko.SSHException, EOFError):
            return
        finally:
            patience.cancel()
