"""Packages are the expected ones and cannot write outside their folder."""

from __future__ import annotations

import contextlib
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from migrator.application.packages import Package, checksums, safe_to_unpack, verified
from migrator.errors import PackageWrong


def tar(path: Path, *members: tarfile.TarInfo) -> Package:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return Package(path, "")


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


def test_a_checksum_is_compared_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "p.tar"
    path.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    assert verified(path, digest.upper()).sha256 == digest
    with pytest.raises(PackageWrong, match="not 00"):
        verified(path, "00")
    with pytest.raises(PackageWrong, match="missing"):
        verified(tmp_path / "none.tar", digest)


def test_checksum_lists_are_read_as_sha256sum_writes_them() -> None:
    assert checksums("# ours\naa  one.tar\nbb *dir/two words.tar\n\n") == {"one.tar": "aa", "two words.tar": "bb"}


def test_ordinary_archives_pass(tmp_path: Path) -> None:
    safe_to_unpack(tar(tmp_path / "a.tgz", entry("app", tarfile.DIRTYPE), entry("app/run"),
                       entry("app/link", tarfile.SYMTYPE, "run")))


@pytest.mark.parametrize("member", [
    entry("../out"), entry("app/../../out"), entry("dev", tarfile.CHRTYPE), entry("l", tarfile.SYMTYPE, "/etc/passwd"),
    entry("l", tarfile.SYMTYPE, "../../etc"), entry("l", tarfile.LNKTYPE, "../out"),
], ids=lambda m: f"{m.name}-{m.linkname}")
def test_what_leads_out_of_the_folder_is_refused(tmp_path: Path, member: tarfile.TarInfo) -> None:
    with pytest.raises(PackageWrong, match="outside"):
        safe_to_unpack(tar(tmp_path / "a.tgz", member))


@pytest.mark.parametrize("name", ["/etc/passwd", "../out", "a/../../b", "a\\..\\b"])
def test_zip_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(PackageWrong, match="outside"):
        safe_to_unpack(Package(path, ""))


def test_a_link_that_leads_out_only_after_its_folders_are_cut_off_is_refused(tmp_path: Path) -> None:
    package = tar(tmp_path / "a.tgz", entry("app/link", tarfile.SYMTYPE, "../other"))
    safe_to_unpack(package)
    with pytest.raises(PackageWrong, match="outside"):
        safe_to_unpack(package, strip=1)


@pytest.mark.parametrize(("target", "leaves"), [("run", False), ("../run", False), ("../../run", True), ("/etc", True)])
def test_links_of_a_zip_stay_inside(tmp_path: Path, target: str, leaves: bool) -> None:
    link = zipfile.ZipInfo("app/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, target)
    with pytest.raises(PackageWrong, match="outside") if leaves else contextlib.nullcontext():
        safe_to_unpack(Package(tmp_path / "a.zip", ""))


def test_a_file_that_is_no_archive_is_told_of(tmp_path: Path) -> None:
    for name in ("a.zip", "a.tar"):
        path = tmp_path / name
        path.write_text("nothing packed")
        with pytest.raises(PackageWrong, match="cannot be read"):
            safe_to_unpack(Package(path, ""))


@pytest.mark.parametrize("members", [
    [entry("here", tarfile.SYMTYPE, "."), entry("up", tarfile.SYMTYPE, "here/.."), entry("up/evil")],
    [entry("here", tarfile.SYMTYPE, "."), entry("here/up", tarfile.SYMTYPE, "../x")],
    [entry("up", tarfile.SYMTYPE, "app/../..")],
], ids=["link-by-a-link", "link-below-a-link", "down-before-up"])
def test_links_that_lead_out_only_together_are_refused(tmp_path: Path, members: list[tarfile.TarInfo]) -> None:
    with pytest.raises(PackageWrong, match="outside"):
        safe_to_unpack(tar(tmp_path / "a.tgz", *members))
