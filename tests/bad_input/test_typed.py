"""Wrong words, wrong files, wrong names: each gives one sentence with its place, exit code 2, and touches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.company import Company, command

GOOD = {"format": 1, "product": "toy", "title": "Toy", "path": {"from": "1", "to": "2"},
        "environments": {"live": "live"}}
PLAN = ("plan", "--playbook", "playbook")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    made = Company.made(tmp_path_factory.mktemp("company") / "home")
    made.playbook(command("one", "true"))
    return made


@pytest.mark.parametrize(("words", "says"), [
    ("upgrad", "upgrad.*migrator --list"),
    ("status --nope", "--nope"),
    ("status --run", "run.*needed value"),
    ("status --lang fr", "we do not speak fr.*--lang en"),
    ("run.list --limit many", '--limit is a number, not "many"'),
    ("upgrade --yes", "which playbook.*--playbook FOLDER"),
    ("plan --playbook nope", "no such playbook folder.*playbooks/nope.*playbook.new"),
    ("plan --playbook inventory.yaml", "no such playbook folder"),
    ("plan --playbook playbook --stage go-liv", 'unknown stage "go-liv", did you mean "go-live".*it has: go-live'),
    ("plan --playbook playbook --inventory nope.yaml", "cannot be read: No such file.*nope.yaml.*do next"),
    ("plan --playbook playbook --inventory .", "cannot be read: Is a directory"),
    ("status --run 0101-abcd", "no run 0101-abcd.*run.list"),
    ("resume --run 0101-abcd", "no run 0101-abcd.*run.list"),
    ("rollback --run 0101-abcd --yes", "no run 0101-abcd.*run.list"),
    ("report --run 0101-abcd", "no run 0101-abcd.*run.list"),
    ("approve.sign", "--plan is missing"),
    ("approve.sign --plan 1234-5678 --as it", "no plan 1234-5678.*inv plan"),
    ("run.unlock", "--env is missing"),
    ("step.show --kind backup.tak", 'did you mean "backup.take".*step.list'),
    ("inventory.check --env lve", "no environment lve.*inventory.yaml.*it knows: live"),
    ("inventory.trust --env live --host ghost", "no host is named ghost.*knows: here"),
    ("inventory.trust --env live --host here", "is this machine itself"),
    ("playbook.schema --write /proc/nope/x", "cannot be used: No such file.*/proc/nope/x.*name another"),
    ("status --home inventory.yaml", "cannot be used: File exists.*inventory.yaml.*name another"),
    ("status --home /proc/home", "cannot be used: .*/proc/home.*name another"),
])
def test_wrong_words(company: Company, words: str, says: str) -> None:
    before = company.data()
    company.types(*words.split()).refused(2, says)
    assert company.data() == before


def stages(*steps: dict[str, Any]) -> dict[str, Any]:
    return {**GOOD, "stages": {"go-live": {"environment": "live", "steps": list(steps)}}}


@pytest.mark.parametrize(("content", "says"), [
    ("format: 1\n  - : [", r"not YAML.*playbook/playbook.yaml:2:\d"),
    ("a: &a [x]\nb: [*a, *a]\n", "anchors.*playbook.yaml:1:4.*write the value out"),
    ("format: 1\nformat: 1\n", "stands here again.*playbook.yaml:2:1"),
    ("a:\n\tb: 1\n", r"tab.*playbook.yaml:2:1"),
    ("[" * 5000, "nested deeper than 32 levels.*playbook.yaml:1:"),
    ("", "empty.*playbook.yaml:1:1"),
    (stages({"id": "a", "data.sq": {}}), 'unknown step kind "data.sq".*playbook.yaml:14:7.*step.list'),
    (stages(command("a", "true"), command("a", "true")), r'id "a" is used twice.*playbook.yaml:\d+:\d+.*steps\[1\].id'),
    (stages(command("a", "true", needs="b"), command("b", "true", needs="a")), r"circle.*a > .*b.*playbook.yaml:\d+:"),
    (stages({"id": "a", "command": {"script": "no.sh"}}), r'unknown file "no.sh".*playbook.yaml:1[45]:\d+'),
    (stages({"id": "a", "command": {"script": "../../x"}}), r"outside the playbook folder.*playbook.yaml:15:17"),
    (stages({"id": "a", "check.suite": {"file": "no.yaml"}}), r'unknown file "no.yaml".*playbook.yaml:1[45]:\d+'),
    (stages(command("a", "true", timeout="soon")), r"soon.*playbook.yaml:\d+:\d+.*timeout"),
    ({**stages(command("a", "true")), "environments": {"live": "prod"}}, "no environment prod.*it knows: live"),
    (stages(command("a", "true", at="nowhere")), r"no role or host named nowhere.*playbook.yaml:\d+:\d+.*knows: here"),
], ids=lambda value: value[:30].encode("unicode_escape").decode() if isinstance(value, str) else "")
def test_wrong_playbooks(company: Company, content: Any, says: str) -> None:
    before = company.data()
    company.write("wrong/playbook.yaml", content)
    company.types("plan", "--playbook", "wrong").refused(2, says.replace("playbook/playbook", "wrong/playbook"))
    assert company.data() == before


@pytest.mark.parametrize(("good", "wrong", "says"), [
    ("at: here", "at: heere", r'unknown host "heere", did you mean "here".*wrong.yaml:\d+:\d+.*databases.main.at'),
    ("connect:", "conect:", r'unknown key "conect", did you mean "connect".*wrong.yaml:\d+:\d+'),
    ("format: 1", "format: 2", r"wrong.yaml:1:9.*format"),
    ("values:", "secrets: {x: hunter2}\n    values:", r"should name a secret.*wrong.yaml:\d+:\d+.*env:NAME"),
])
def test_wrong_inventories(company: Company, good: str, wrong: str, says: str) -> None:
    content = (company.folder / "inventory.yaml").read_text()
    company.write("wrong.yaml", content.replace(good, wrong, 1))
    told = company.types(*PLAN, "--inventory", "wrong.yaml")
    told.refused(2, says)
    assert "hunter2" not in told.err + told.out


def test_errors_are_told_in_chinese_also_where_the_letters_are_lacking(company: Company) -> None:
    chinese = {"MIGRATOR_LANG": "", "LC_ALL": "zh_CN.UTF-8"}
    company.types("status", "--run", "0101-abcd", **chinese).refused(2, "日志库中没有运行 0101-abcd.*下一步.*退出码 2")
    narrow = company.types("status", "--run", "0101-abcd", **chinese, PYTHONIOENCODING="ascii")
    assert narrow.code == 2 and "\\u65e5" in narrow.err and "Traceback" not in narrow.err


def test_a_json_reader_gets_the_error_as_json(company: Company) -> None:
    told = company.types("status", "--run", "0101-abcd", "--json")
    assert told.code == 2 and told.err == "" and '"code": 2' in told.out and "run.list" in told.out


def test_a_playbook_that_cannot_be_read_is_named(company: Company) -> None:
    folder = company.folder / "loop"
    folder.mkdir()
    (folder / "playbook.yaml").symlink_to(Path("playbook.yaml"))
    company.types("plan", "--playbook", "loop").refused(2, "cannot be read: .*loop/playbook.yaml.*do next")
