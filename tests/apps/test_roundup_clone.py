"""A real Roundup is copied while people work with it: the copy knows nobody, reaches nobody, and can be worked with."""

from __future__ import annotations

import configparser
import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header

import pytest

from fixtures import package_files
from fixtures.roundup import release
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.verify import verify_set
from migrator.checks.suite_file import SuiteFile
from migrator.clone.harmless import Harmless, Terms
from migrator.clone.making import Making, made
from migrator.clone.neutral.read import load_neutral
from migrator.errors import WrongUse
from migrator.mask.errors import Leaked
from migrator.mask.rules import Rules
from migrator.model.finding import blocking
from migrator.playbook.lookups import scope
from migrator.site import Site
from tests.apps.roundup_pair import FORMER, HOME_ADDRESS, PRODUCT, Pair, Visitor
from tests.apps.servers import free_port, running

pytestmark = pytest.mark.network

PEOPLE = ("admin", "user01", "user02", "user12")


@dataclass(frozen=True)
class Copied:
    """A copy that was made and started, and what was done to it."""

    pair: Pair
    site: Site
    done: Harmless


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The live system, which runs; somebody is signed in there."""
    with pytest.MonkeyPatch.context() as secrets:
        secrets.setenv("ROUNDUP_MASKING", "a key of these tests alone, long enough")
        for name in PEOPLE:
            secrets.setenv(f"ROUNDUP_{name.upper()}", f"demo-{name}")
        packages = release.fetch(package_files.cache_folder())
        pair = Pair.made(tmp_path_factory.mktemp("roundup"), packages, (free_port(), free_port()))
        command = release.serve_command(pair.system.server, pair.system.release, pair.system.home, pair.system.port)
        with running(pair.system.background, pair.root / "live.pid", release.probe_url(pair.system.port), command):
            assert "Hello, user02" in pair.live.sign_in("user02")
            yield pair


def taken(pair: Pair, name: str) -> BackupSet:
    return take_set(pair.app().site("live"), pair.root / "vault", name)


def making(pair: Pair) -> Making:
    app = pair.app()
    return Making(app.site("copy"), app.site("live"), pair.root / "vault", pair.root / "clones" / "copy")


def in_history(text: str) -> bytes:
    """As Roundup writes it into the history of an item: the bytes of UTF-8, escaped."""
    return ascii(text.encode().decode("latin-1"))[1:-1].encode()


def terms() -> Terms:
    return Terms((), Rules.load(PRODUCT / "masking.yaml"), load_neutral(PRODUCT / "neutralise.yaml"), 100)


@pytest.fixture(scope="module")
def before(pair: Pair) -> dict[str, str]:
    return pair.digests()


@pytest.fixture(scope="module")
def kept(pair: Pair, before: dict[str, str]) -> BackupSet:
    return taken(pair, "live.one")


@pytest.fixture(scope="module")
def copied(pair: Pair, kept: BackupSet) -> Iterator[Copied]:
    story = making(pair)
    verify_set(story.live, kept.folder, level=3)
    done = story.make(BackupSet.open(kept.folder), terms())
    try:
        assert story.start() == ["web"]
        yield Copied(pair, story.copy, done)
    finally:
        assert story.remove()
    assert not pair.copy.exists()


def test_a_set_holds_every_file_that_rows_name_and_is_proven(pair: Pair, kept: BackupSet) -> None:
    (attached,) = kept.manifest.attached
    assert (attached["named"], attached["lost"]) == (pair.system.facts["file"] + pair.system.facts["msg"], 0)
    found = verify_set(pair.app().site("live"), kept.folder, level=3)
    assert found["proven"] and found["level"] == 3
    assert [each["code"] for each in found["attachments"]] == ["attachments.counted"], "no row without, no file beside"


def test_an_address_of_the_original_in_a_message_stops_the_copy(pair: Pair) -> None:
    message = pair.system.home / "db/files/msg/0/msg7"
    content = message.read_bytes()
    message.write_bytes(content + f"Ask {HOME_ADDRESS}.\n".encode())
    try:
        planted = taken(pair, "live.planted")
    finally:
        message.write_bytes(content)
    story = making(pair)
    with pytest.raises(Leaked, match="files/msg/0/msg7 in 1 places") as stopped:
        story.make(planted, terms())
    assert HOME_ADDRESS not in str(stopped.value) and made(story.folder) == {}
    with pytest.raises(WrongUse, match="no finished copy"):
        story.start()


def test_nothing_in_the_copy_tells_who_works_with_the_original(copied: Copied) -> None:
    personal = {form for text in copied.pair.personal() for form in (text.encode(), in_history(text))}
    assert in_history(FORMER) in (copied.pair.system.home / "db/db").read_bytes()
    assert len(personal) > 25 and copied.done.leaks == 0
    holds = [path for path in copied.pair.copy.rglob("*") if path.is_file()
             for text in personal if text in path.read_bytes()]
    assert holds == [], "not even where SQLite keeps the room of former values"
    assert copied.done.parity is not None and copied.done.parity.differences == []


def test_its_configuration_reaches_nobody(copied: Copied) -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read(copied.pair.copy / "config.ini", encoding="utf-8")
    assert {config[section][key] for section, key in (("main", "admin_email"), ("main", "dispatcher_email"),
                                                      ("tracker", "email"), ("mail", "domain"))} == {
        "admin@copy.invalid", "dispatcher@copy.invalid", "tracker@copy.invalid", "copy.invalid"}
    assert (config["mail"]["host"], config["mail"]["debug"]) == ("localhost", str(copied.pair.copy / "mail.log"))
    assert config["tracker"]["web"] == copied.site.environment.values["url"]
    assert str(copied.pair.system.home) not in (copied.pair.copy / "config.ini").read_text(encoding="utf-8")


def test_people_work_in_the_copy_and_its_mail_stays_there(copied: Copied) -> None:
    suite = SuiteFile((PRODUCT / "checks/2.1.0.yaml").read_bytes(), "2.1.0.yaml",
                      scope(name="copy", environment=copied.site.environment))
    assert [each.message for each in blocking(suite.judge(copied.site, {}))] == []
    visitor = Visitor(copied.pair.copy_port, copied.pair.live.cookies)
    assert "Hello" not in visitor.page(""), "whoever is signed in to the original is not in the copy"
    assert "Hello, admin" in visitor.sign_in("admin")
    seen = [visitor.page(path) for path in ("user", "user3", "user5", "issue", "issue1", "issue2", "msg1", "file1",
                                            "rest/data/user/3")]
    assert all("Traceback" not in page and "Error" not in page for page in seen) and "attributes" in seen[-1]
    assert not [text for text in copied.pair.personal() for page in seen if text in page]

    assert "edited ok" in visitor.send("issue2", **{"@action": "edit", "@note": "Please call.", "@submit": "Save"})
    mails = (copied.pair.copy / "mail.log").read_text(encoding="utf-8").split("\nFROM: ")[1:]
    known = {address for (address,) in Pair.asked(copied.pair.copy, "SELECT _address FROM _user")}
    for mail in mails:
        parsed = email.message_from_string("FROM: " + mail)
        assert set(str(parsed["TO"]).split(", ")) <= known and parsed["FROM"] == "admin@copy.invalid"
        assert not [t for t in copied.pair.personal() if t in str(make_header(decode_header(str(parsed["From"]))))]
    assert mails


def test_the_original_is_as_it_was(before: dict[str, str], copied: Copied) -> None:
    assert copied.pair.digests() == before
    assert "Hello, user02" in copied.pair.live.page("")
