"""buildtrack.yaml: our part of YAML, and a conversion that says the same as the ini file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.buildtrack.installation import PRODUCT, Installation

RELEASE = PRODUCT / "releases" / "7.0"
READ = "import sys, json; from app.yaml_subset import read_yaml; print(json.dumps(read_yaml(sys.stdin.read())))"


def read(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", READ], input=text, capture_output=True, text=True, cwd=RELEASE)


def test_it_reads_what_yaml_tools_write() -> None:
    content = {
        "server": {"listen": "127.0.0.1:80", "title": "临江: #1 'a'"},
        "notices": {"mail_to": ["a@b", "c"], "x": ""},
    }
    text = f"# comment\n---\n{yaml.safe_dump(content, allow_unicode=True)}"
    shown = read(text)
    assert shown.returncode == 0, shown.stderr
    assert yaml.safe_load(shown.stdout) == content


@pytest.mark.parametrize("text", ["a: &x 1", "a: [1]", "a: 1\na: 2", "a:\n    b: 1\n  c: 2", "\tb: 1", 'a: "open'])
def test_it_refuses_the_rest_with_a_line(text: str) -> None:
    shown = read(text)
    assert shown.returncode == 1
    assert "YamlError: line " in shown.stderr


def test_the_converted_file_is_yaml_and_private(tmp_path: Path) -> None:
    system = Installation(tmp_path)
    file = Path(system.config("7.0"))
    content = yaml.safe_load(file.read_text())
    assert content["server"] == {"listen": "127.0.0.1:0", "base_url": "http://buildtrack.example"}
    assert content["site"]["title"] == "临江建设"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_wrong_file_is_one_line_with_its_place(tmp_path: Path) -> None:
    system = Installation(tmp_path)
    file = Path(system.config("7.0"))
    file.write_text("server:\n  listen: [1]\n")
    result = system.run("7.0", "check")
    assert (result.code, result.err) == (2, f"{file}: line 2: [ is beyond our part of YAML\n")


def test_an_unreachable_database_is_one_line(tmp_path: Path) -> None:
    place = {
        "engine": "postgresql",
        "name": "nothing",
        "host": "127.0.0.1",
        "port": "1",
        "user": "u",
        "password": "hidden",
    }
    result = Installation(tmp_path, place).run("5.1", "check")
    assert result.code == 1
    assert result.err.startswith("cannot open the postgresql database nothing: ")
    assert "hidden" not in result.err
    assert "Traceback" not in result.err
