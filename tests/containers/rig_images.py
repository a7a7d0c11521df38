"""Images of the test machines: built on demand from fixtures/images/NAME/, tagged by a hash of their sources."""

from __future__ import annotations

import fcntl
import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import docker
from docker.errors import BuildError, ImageNotFound

IMAGES = Path(__file__).parents[2] / "fixtures" / "images"
PARENT = re.compile(r"^ARG PARENT=migrator-test-(\S+)$", re.MULTILINE)


@cache
def ensure_image(name: str) -> str:
    """Tag of the image made from fixtures/images/NAME, built first if this machine does not have it yet.

    A Dockerfile that says `ARG PARENT=migrator-test-OTHER` stands on another of these images, which is built before it.
    """
    parent = parent_of(name)
    parent_tag = ensure_image(parent) if parent else ""
    tag = f"migrator-test-{name}:{context_hash(IMAGES / name, parent_tag)}"
    client = docker.from_env(timeout=600)
    with _one_builder_at_a_time():
        try:
            client.images.get(tag)
        except ImageNotFound:
            _build(client, name, tag, {"PARENT": parent_tag} if parent else {})
    return tag


def parent_of(name: str) -> str | None:
    """Name of the image that this one stands on, None for one that stands on the distribution's."""
    declared = PARENT.search((IMAGES / name / "Dockerfile").read_text())
    return declared[1] if declared else None


def context_hash(folder: Path, parent_tag: str) -> str:
    """Twelve hex digits that change with any file of the build context, its executable bit, or the parent image."""
    digest = hashlib.sha256(parent_tag.encode())
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        digest.update(f"\0{file.relative_to(folder)}\0{file.stat().st_mode & 0o100}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _build(client: docker.DockerClient, name: str, tag: str, arguments: dict[str, str]) -> None:
    try:
        client.images.build(path=str(IMAGES / name), tag=tag, buildargs=arguments, rm=True, forcerm=True)
    except BuildError as failure:
        output = "".join(line.get("stream", "") for line in failure.build_log)
        raise RuntimeError(f"image {name} could not be built: {failure}\n{output[-3000:]}") from failure


@contextmanager
def _one_builder_at_a_time() -> Iterator[None]:
    with open(Path(tempfile.gettempdir()) / "migrator-test-images.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
