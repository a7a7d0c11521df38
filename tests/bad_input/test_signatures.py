"""Where an inventory names signers, only what a person has really signed opens a gate; each fault says what it is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bad_input.company import Company, Ended, command
from tests.keys import Keys

GATE = {"approvals": ["it"], "waive": {"rehearsal": "a toy", "drill": "a toy", "backup": "a toy"}}
PLAYBOOK = ("--playbook", "playbook")


@dataclass(frozen=True)
class Signing:
    """A company whose approvals are signed, and the keys of its people."""

    company: Company
    keys: Keys
    plan: str

    def sign(self, who: str, *more: str, key: str = "") -> Ended:
        """Approve as a person, with a key by its owner's name."""
        named = ("--key", str(self.keys.of(key))) if key else ()
        return self.company.types("approve.sign", "--plan", self.plan, "--as", "it", "--who", who, *named, *more,
                                  HOME=str(self.keys.folder))

    def text(self) -> Path:
        """The text for wang, who signs elsewhere and is told how."""
        told = self.company.types("approve.request", *PLAYBOOK, "--out", "texts").out
        name = f"texts/{self.plan}.it.wang.txt"
        assert f"ssh-keygen -Y sign -n approval@migrator -f ~/.ssh/id_ed25519 {name}" in told
        assert f"--who wang --text {name} --signature {name}.sig" in told
        return self.company.folder / name

    def bring(self, text: Path, signature: Path) -> Ended:
        return self.sign("wang", "--text", str(text), "--signature", str(signature))

    def upgrade(self) -> Ended:
        return self.company.upgrade(MIGRATOR_USER="li")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made(tmp_path_factory.mktemp("keys"), "wang", "zhao", "mallory")


@pytest.fixture
def signing(tmp_path: Path, keys: Keys) -> Signing:
    company = Company.made(tmp_path / "home")
    company.playbook(people={"approvers": {"it": ["wang", "zhao", "li"]}},
                     stages={"go-live": {"environment": "live", "gate": GATE, "steps": [command("one", "true")]}})
    keys.allow(keys.line("wang"), keys.line("zhao"))
    company.write("inventory.yaml", {"format": 1, "allowed_signers": str(keys.signers),
                                     "environments": {"live": company.system()}})
    return Signing(company, keys, json.loads(company.types("approve.request", *PLAYBOOK, "--json").out)["plan"])


def test_a_signed_approval_opens_the_gate_and_a_named_one_does_not(signing: Signing) -> None:
    signing.sign("wang").refused(2, "no key to sign with.*--key FILE")
    assert signing.sign("wang", key="wang").code == 0
    listed = signing.company.types("approve.list", "--plan", signing.plan)
    assert "signed" in listed.out and "it: 1 of 1 agree, 0 missing" in listed.out
    assert signing.upgrade().code == 0


def test_a_key_of_somebody_else_or_of_a_stranger_signs_nothing(signing: Signing) -> None:
    signing.sign("wang", key="zhao").refused(2, "signature of wang: the signature is that of zhao.*allowed_signers")
    signing.sign("wang", key="mallory").refused(2, "the key that signed it is not in .*allowed_signers")
    signing.upgrade().refused(12, "approval of it is not there: missing")


def test_an_approver_elsewhere_signs_the_text_and_it_is_brought_in(signing: Signing) -> None:
    text = signing.text()
    assert signing.bring(text, signing.keys.sign("wang", text)).code == 0
    assert signing.upgrade().code == 0


def test_a_text_that_was_changed_or_signed_for_another_purpose_is_refused(signing: Signing) -> None:
    text = signing.text()
    signing.bring(text, signing.keys.sign("wang", text, namespace="file")).refused(
        2, "signed for another purpose, not with -n approval@migrator")
    text.with_name(f"{text.name}.sig").unlink()
    signature = signing.keys.sign("wang", text)
    text.write_text(text.read_text().replace("reason: -", "reason: all is well"))
    signing.bring(text, signature).refused(2, "the text is not the one that was signed")
    signing.bring(signature, text).refused(2, "not the text of a decision")
    signing.sign("wang", "--text", str(text)).refused(2, "--signature is missing")
    signing.sign("wang", "--text", str(text), "--signature", str(signature), "--reject").refused(
        2, "leave out --reject")


def test_a_row_that_was_edited_in_the_database_is_void(signing: Signing) -> None:
    assert signing.sign("zhao", key="zhao").code == 0
    with closing(sqlite3.connect(signing.company.folder / ".migrator" / "migrator.db")) as journal, journal:
        journal.execute("update approval set who = 'wang'")
    signing.upgrade().refused(12, r"not there: the journal and what was signed differ in: who \(wang\)")


def test_a_row_that_was_written_into_the_database_is_void(signing: Signing) -> None:
    assert signing.sign("zhao", "--reject").code == 0
    with closing(sqlite3.connect(signing.company.folder / ".migrator" / "migrator.db")) as journal, journal:
        journal.execute("update approval set decision = 'approve'")
    signing.upgrade().refused(12, r"not there: not signed \(zhao\)")


def test_a_key_whose_time_is_over_takes_its_approvals_along(signing: Signing) -> None:
    assert signing.sign("wang", key="wang").code == 0
    signing.keys.allow(signing.keys.line("wang", 'valid-before="20200101"'))
    signing.upgrade().refused(12, "not there: the key is not valid now")
    signing.sign("wang", key="wang").refused(2, "the key is not valid now")


def test_a_file_of_signers_that_is_gone_is_said_with_its_place(signing: Signing) -> None:
    signing.keys.signers.unlink()
    signing.upgrade().refused(2, "there is no file .*allowed_signers.*inventory.yaml:2:18 allowed_signers")


def test_without_ssh_keygen_nothing_is_signed_and_nothing_counts(signing: Signing) -> None:
    assert signing.sign("wang", key="wang").code == 0
    signing.company.upgrade(MIGRATOR_USER="li", PATH="/nowhere").refused(12, "ssh-keygen is not installed")
    signing.company.types("approve.sign", "--plan", signing.plan, "--as", "it", "--who", "zhao", "--key",
                          str(signing.keys.of("zhao")), PATH="/nowhere").refused(2, "ssh-keygen is not installed")
