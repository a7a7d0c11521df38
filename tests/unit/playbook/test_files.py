"""A file that a playbook names and that is not there: the error leads to where it can be got."""

from __future__ import annotations

from pathlib import Path

from migrator.playbook.files import missing


def test_a_readme_beside_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    assert missing(tmp_path, "packages/new.tar.gz") == 'unknown file "packages/new.tar.gz"'
    (tmp_path / "packages" / "README.md").write_text("pip download ...")
    assert missing(tmp_path, "packages/new.tar.gz") == (
        'unknown file "packages/new.tar.gz"; packages/README.md says where it comes from')
