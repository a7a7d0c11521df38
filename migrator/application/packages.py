"""A vendor's package files: that they are the expected ones, and that unpacking them stays in its folder."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from migrator.errors import PackageWrong
from migrator.text import _


@dataclass(frozen=True)
class Package:
    """A package file on this machine with its expected SHA-256."""

    path: Path
    sha256: str


def verified(path: Path, expected: str) -> Package:
    """The package, its content compared with the expected SHA-256; raises PackageWrong."""
    if not path.is_file():
        raise PackageWrong(_("the package {name} is missing").format(name=path.name), where=str(path.parent))
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


def safe_to_unpack(package: Package) -> None:
    """Pass only when every member stays in the folder and is a file, folder or inner link; raises PackageWrong."""
    try:
        if package.path.suffix in (".zip", ".whl"):
            with zipfile.ZipFile(package.path) as archive:
                for name in archive.namelist():
                    if name.startswith("/") or ".." in PurePosixPath(name).parts or "\\" in name:
                        raise PackageWrong(_("the package would write outside its folder: {name}").format(name=name),
                                           where=str(package.path))
            return
        with tarfile.open(package.path) as tar:
            for member in tar:
                tarfile.data_filter(member, "/release")
    except tarfile.FilterError as error:
        raise PackageWrong(_("the package would write outside its folder: {name}").format(name=error),
                           where=str(package.path)) from None
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise PackageWrong(_("the package cannot be read: {why}").format(why=error), where=str(package.path)) from None
