"""Sample data and packages: the same wish gives the same bytes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.buildtrack.installation import PRODUCT, Installation

TABLES = ("app_user", "project", "task", "task_comment", "contract", "payment", "approval", "attachment")


def everything(system: Installation) -> list[object]:
    columns = {"app_user": "* FROM app_user WHERE id > 1"}  # the first user is of the moment of init
    rows = [system.rows(f"SELECT {columns.get(table, f'* FROM {table}')}") for table in TABLES]
    files = {str(p.relative_to(system.data)): p.read_bytes() for p in sorted((system.data / "attachments").iterdir())}
    return [*rows, files]


def test_the_same_seed_gives_the_same_data(tmp_path: Path) -> None:
    systems = [Installation(tmp_path / name) for name in ("one", "two", "other")]
    for system, seed in zip(systems, (7, 7, 8), strict=True):
        assert system.run("5.1", "init").code == 0
        assert system.seed(300, seed=seed).code == 0
    one, two, other = map(everything, systems)
    assert one == two
    assert one != other


def test_numbers_of_people_and_accounts_have_right_check_digits(seeded_51: Installation) -> None:
    weights = [2**place % 11 for place in range(17, -1, -1)]
    people = [number for (number,) in seeded_51.rows("SELECT id_number FROM app_user WHERE id > 1")]
    for number in people:
        values = [10 if character == "X" else int(character) for character in number]
        assert sum(w * v for w, v in zip(weights, values, strict=True)) % 11 == 1
    accounts = [number for (number,) in seeded_51.rows("SELECT bank_account FROM contract")]
    for number in accounts:
        last_to_first = [int(digit) for digit in reversed(number)]
        doubled = [sum(map(int, str(2 * digit))) for digit in last_to_first[1::2]]
        assert (sum(last_to_first[::2]) + sum(doubled)) % 10 == 0
    assert len(people) == 12
    assert len(accounts) == 50


def test_only_a_fresh_system_is_seeded(seeded_51: Installation, upgraded_61: Installation) -> None:
    for system in (seeded_51, upgraded_61):
        assert system.seed(100).code == 3


def unpack(package: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "-xzf", str(package), "-C", str(folder)], check=True)


def test_a_package_is_a_program_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, str(PRODUCT / "pack.py"), "--all", "--into"]
    for folder in ("one", "two"):
        subprocess.run([*command, str(tmp_path / folder)], check=True, capture_output=True)
    sums = (tmp_path / "one" / "SHA256SUMS").read_text()
    assert sums == (tmp_path / "two" / "SHA256SUMS").read_text()
    for line in sums.splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "one" / name).read_bytes()).hexdigest() == digest
        unpack(tmp_path / "one" / name, tmp_path / "opt")
    program = tmp_path / "opt" / "buildtrack-6.1" / "buildtrack.py"
    shown = subprocess.run([sys.executable, "-I", str(program), "version"], capture_output=True, text=True, check=True)
    assert shown.stdout == (program.parent / "VERSION").read_text() == "6.1\n"


def test_an_edited_page_is_in_the_installed_program(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(PRODUCT / "pack.py"), "--version", "5.1", "--into", str(tmp_path)],
        check=True, capture_output=True,
    )  # fmt: skip
    unpack(tmp_path / "buildtrack-5.1.tar.gz", tmp_path / "opt")
    program = tmp_path / "opt" / "buildtrack-5.1"
    system = Installation(tmp_path / "system")
    assert system.run("5.1", "init").code == 0
    assert system.seed(100, "--customize", "--program", str(program)).code == 0
    with system.served("5.1", program) as client:
        assert "安全生产热线" in client.signed_in_by_page().get("/").text
