"""A vendor's package files: that they are the expected ones, and that unpacking them stays in its folder."""

from __future__ import annotations

import hashlib
import posixpath
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from migrator.errors import PackageWrong
from migrator.text import _

LONGEST_LINK = 4096
"""Bytes of a link's target that the system allows."""


@dataclass(frozen=True)
class Package:
    """A package file on this machine with its expected SHA-256."""

    path: Path
    sha256: str


def verified(path: Path, expected: str) -> Package:
    """The package, its content compared with the expected SHA-256; raises PackageWrong."""
    if not path.is_file():
        raise PackageWrong(_("the package {name} is missing").format(name=path.name), where=str(path.parent),
                           hint=_("put it there, or correct its name in the playbook"))
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected.lower():
        raise PackageWrong(_("the checksum of {name} is {found}, not {expected}").format(
            name=path.name, found=found, expected=expected), where=str(path),
            hint=_("get the package again from its vendor and compare the published checksum"))
    return Package(path, found)


def checksums(text: str) -> Mapping[str, str]:
    """SHA-256 by file name, from lines as sha256sum writes them."""
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {PurePosixPath(fields[1].lstrip("*")).name: fields[0] for fields in lines if len(fields) == 2}


def safe_to_unpack(package: Package, strip: int = 0) -> None:
    """Pass only when every member stays in the folder and is a file, folder or inner link; raises PackageWrong.

    `strip` leading folders will be cut off a tar's names; a link must stay inside after that too.
    """
    try:
        if package.path.suffix in (".zip", ".whl"):
            with zipfile.ZipFile(package.path) as archive:
                outside = [info.filename for info in archive.infolist() if _zip_member_leaves(archive, info)]
        else:
            with tarfile.open(package.path) as tar:
                members = tar.getmembers()
            links = {member.name.rstrip("/") for member in members if member.issym()}
            outside = [member.name for member in members
                       if _tar_member_leaves(member, strip) or _below_a_link(member.name, links)]
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, RuntimeError) as error:
        raise PackageWrong(_("the package cannot be read: {why}").format(why=error), where=str(package.path),
                           hint=_("get the package again from its vendor and compare the published checksum")) from None
    if outside:
        raise PackageWrong(_("the package would write outside its folder: {name}").format(name=outside[0]),
                           where=str(package.path), hint=_("do not install it; ask its vendor"))


def _zip_member_leaves(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether the member, or what it links to, lies outside the folder."""
    name = member.filename
    if name.startswith("/") or ".." in PurePosixPath(name).parts or "\\" in name:
        return True
    if not stat.S_ISLNK(member.external_attr >> 16):
        return False
    target = archive.read(member).decode("utf-8", "replace") if member.file_size < LONGEST_LINK else "/"
    return _outside(posixpath.join(posixpath.dirname(name), target))


def _tar_member_leaves(member: tarfile.TarInfo, strip: int) -> bool:
    """Whether the member is a device, or lies or links outside the folder, before or after its folders are cut off."""
    # tarfile's own filters are missing from Python 3.11.0 to 3.11.3, which some systems still ship.
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        return True
    steps = [step for step in member.name.split("/") if step]
    names = [name for name in ("/".join(steps), "/".join(steps[strip:])) if name]
    links = [member.linkname] if member.islnk() else []
    links += [posixpath.join(posixpath.dirname(name), member.linkname) for name in names if member.issym()]
    return any(_outside(path) for path in names + links) or (member.issym() and _climbs_late(member.linkname))


def _below_a_link(name: str, links: set[str]) -> bool:
    """Whether a member would be written through a link of the same archive, wherever that leads."""
    return any(str(parent) in links for parent in PurePosixPath(name).parents)


def _climbs_late(target: str) -> bool:
    """Whether a link goes down before it goes up: by way of another link that leads elsewhere than its name says."""
    steps = [step for step in target.split("/") if step not in ("", ".")]
    return ".." in steps[next((n for n, step in enumerate(steps) if step != ".."), len(steps)):]


def _outside(path: str) -> bool:
    """Whether a path, taken from the folder, leads out of it."""
    plain = posixpath.normpath(path)
    return plain.startswith(("/", "../")) or plain == ".."
