"""The report as a page and as Markdown: complete, self-contained, harmless, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from migrator import text
from migrator.errors import WrongUse
from migrator.report.render import render, render_json, render_markdown, write
from migrator.secret import Secret

pytestmark = pytest.mark.usefixtures("shanghai")
NAMES = ("passed", "brought_back", "hands_needed", "waiting")
LANGUAGES = ("en", "zh_CN")
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Balance(HTMLParser):
    """Collects tags, and fails when one is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("name", "language"), [("brought_back", "en"), ("passed", "zh_CN")])
def test_pages_are_as_looked_at(name: str, language: str, golden: Callable, sample: Callable) -> None:
    golden(f"report_{name}.{language}.html", render(sample(name), language=language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_what_a_report_says_is_as_looked_at(name: str, language: str, golden: Callable, sample: Callable) -> None:
    golden(f"report_{name}.{language}.md", render_markdown(sample(name), language=language))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_and_needs_nothing_from_outside(name: str, sample: Callable) -> None:
    page = render(sample(name), language="en")
    balance = Balance()
    balance.feed(page)
    assert not balance.open
    assert not balance.links
    assert not balance.seen & {"script", "link", "img", "iframe"}
    assert "url(" not in page
    assert "@import" not in page
    assert "svg" in balance.seen


def test_no_sentence_of_the_other_language_is_left(sample: Callable) -> None:
    record = json.loads(re.sub(r"[^\x00-\x7f]", "", json.dumps(sample("passed"), ensure_ascii=False)))
    assert not re.search("[一-鿿]", render(record, language="en"))
    headings = re.findall(r"<h[23]>(.*?)</h[23]>|<th(?: [^>]*)?>(.*?)</th>", render(record, language="zh_CN"))
    words = [a or b for a, b in headings if (a or b) and (a or b) != "#"]
    assert len(words) > 20
    assert all(re.search("[一-鿿]", word) for word in words)


def test_text_from_the_target_cannot_become_markup(sample: Callable) -> None:
    record = sample("brought_back")
    for attempt in record["attempts"]:
        attempt["summary"] = attempt["message"] = "<script>alert(1)</script> | a\nb"
    record["run"]["title"] = "</title><img src=x onerror=alert(1)>"
    page = render(record, language="en")
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    table = [line for line in render_markdown(record).splitlines() if "alert(1)" in line and line[0] == "|"]
    assert table
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 9 for line in table)


def test_secrets_are_scrubbed(sample: Callable) -> None:
    Secret("s3cret-in-a-report")
    record = sample("passed")
    record["attempts"][0]["summary"] = "PGPASSWORD=s3cret-in-a-report"
    for shown in (render(record), render_markdown(record), render_json(record)):
        assert "s3cret-in-a-report" not in shown
        assert "***" in shown


def test_rendering_in_a_language_leaves_the_process_in_its_own(sample: Callable) -> None:
    text.choose("en")
    assert "升级报告" in render(sample("passed"), language="zh")
    assert text.language() == "en"
    assert "Upgrade report" in render(sample("passed"))
    text.choose(None)


def test_a_broken_audit_chain_is_shouted(sample: Callable) -> None:
    record = sample("passed")
    record["audit"]["sound"] = False
    assert "THE CHAIN IS BROKEN" in render(record, language="en")
    assert "THE CHAIN IS BROKEN" in render_markdown(record, language="en")


def test_what_differs_after_going_back_is_said_in_the_verdict(sample: Callable) -> None:
    record = sample("brought_back")
    record["attempts"][-1]["facts"]["tables"]["tasks"]["digest"] = "other"
    assert "1 of 10 tables and file trees differ from before." in render(record, language="en")
    for attempt in record["attempts"]:
        attempt["facts"] = {}
    assert "it is not proven that everything is as before" in render(record, language="en")


def test_findings_of_the_checks_before_the_first_step_are_shown(sample: Callable) -> None:
    record = sample("passed")
    finding = {"severity": "warns", "code": "space.low", "message": "12% of bt-db1 is free", "advice": "add a disk",
               "evidence": {}, "later": False}
    later = {**finding, "message": "known only later", "later": True}
    record["evidence"].append({"step": "last-copy", "target": "-", "name": "preflight", "value": [finding, later],
                               "at": "2026-03-14T12:00:00+00:00"})
    page = render(record, language="en")
    assert "12% of bt-db1 is free" in page
    assert "0 block, 2 warn" in page
    assert "known only later" not in page


def test_reports_are_written_by_format_and_unknown_formats_refused(sample: Callable, tmp_path: Path) -> None:
    paths = write(sample("passed"), tmp_path / "new", formats=["html", "md", "json"], language="en")
    assert [path.name for path in paths] == ["0314-1.html", "0314-1.md", "0314-1.json"]
    assert json.loads(paths[2].read_text(encoding="utf-8")) == sample("passed")
    with pytest.raises(WrongUse, match="pdf"):
        write(sample("passed"), tmp_path, formats=["pdf"])
