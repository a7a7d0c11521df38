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
                outside = [info.filename for info in archive.infolist() if _leaves(archive, info)]
            if outside:
                raise _leading_out(package, outside[0])
            return
        with tarfile.open(package.path) as tar:
            for member in tar:
                tarfile.data_filter(member, "/release")
                if left := "/".join([step for step in member.name.split("/") if step][strip:]):
                    tarfile.data_filter(member.replace(name=left, deep=False), "/release")
    except tarfile.FilterError as error:
        raise _leading_out(package, error) from None
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, RuntimeError) as error:
        raise PackageWrong(_("the package cannot be read: {why}").format(why=error), where=str(package.path),
                           hint=_("get the package again from its vendor and compare the published checksum")) from None


def _leaves(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether the member, or what it links to, lies outside the folder."""
    name = member.filename
    if name.startswith("/") or ".." in PurePosixPath(name).parts or "\\" in name:
        return True
    if not stat.S_ISLNK(member.external_attr >> 16):
        return False
    target = archive.read(member).decode("utf-8", "replace") if member.file_size < LONGEST_LINK else "/"
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target)).startswith(("/", ".."))


def _leading_out(package: Package, what: object) -> PackageWrong:
    return PackageWrong(_("the package would write outside its folder: {name}").format(name=what),
                        where=str(package.path), hint=_("do not install it; ask its vendor"))
