"""Suites: what passes, what fails and with which words, and what a wrong file says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from migrator.checks.result import CheckResult
from migrator.checks.run import names_known, run_suite, what_is_saved
from migrator.checks.suite_read import read_suite, suite_faults
from migrator.errors import PlaybookError, WrongUse
from migrator.playbook.lookups import scope
from migrator.site import Site

LOGIN = """
  - name: {user} works
    http:
      - url: "${{env.values.url}}/login"
        pick: {{token: 'name="token" value="([^"]*)"'}}
      - url: "${{env.values.url}}/login"
        form: {{user: {user}, password: "secret:{user}", token: "${{pick.token}}"}}
        expect: {{contains: "hello {role}"}}
      - url: "${{env.values.url}}/issues"
        form: {{title: new}}
        expect: {{status: {status}}}
"""


def run(site: Site, text: str, saved: Mapping[str, Any] | None = None) -> list[CheckResult]:
    known = scope(name="bench", environment=site.environment, path=("1", "2"))
    suite = read_suite(text.encode(), "checks/a.yaml", known)
    names_known(suite, site)
    return list(run_suite(suite, site, lambda step, name: (saved or {}).get(f"{step}/{name}")))


def one(site: Site, line: str, saved: Mapping[str, Any] | None = None) -> CheckResult:
    result, = run(site, f"checks:\n  - {{name: it, {line}}}\n", saved)
    return result


@pytest.mark.parametrize(("user", "role", "status"), [("wang", "planner", 201), ("li", "reader", 403)])
def test_a_user_logs_in_and_may_do_what_is_allowed_only(site: Site, user: str, role: str, status: int) -> None:
    result, = run(site, "checks:" + LOGIN.format(user=user, role=role, status=status))
    assert result.passed, result.why
    assert result.evidence["requests"] == 3


def test_a_wrong_right_is_found(site: Site) -> None:
    result, = run(site, "checks:" + LOGIN.format(user="li", role="reader", status=201))
    assert "request 3" in result.why
    assert "the status is 403, expected was 201" in result.why


@pytest.mark.parametrize("http", [
    '{url: "${env.values.url}/", expect: {contains: [Projects, 工程], not_contains: Error}}',
    '{url: "${env.values.url}/gbk", expect: {contains: 工程}}',
    '{url: "${env.values.url}/old", expect: {contains: Projects}}',
    '{url: "${env.values.url}/old", follow: false, expect: {status: [301, 302]}}',
    '{url: "${env.values.url}/nothing", expect: {status: 404}}',
    '{url: "${env.values.url}/api", expect: {json: {items.0.name: a, items.0.n: 1, items.0.done: true}}}',
    '{url: "${env.values.url}/basic", basic: {user: wang, password: "secret:wang"}}',
])
def test_web_passes(site: Site, http: str) -> None:
    result = one(site, f"http: {http}")
    assert result.passed, result.why


@pytest.mark.parametrize(("http", "why"), [
    ('{url: "${env.values.url}/", expect: {contains: Projekte}}', '"Projekte" is not in it'),
    ('{url: "${env.values.url}/", expect: {not_contains: Projects}}', '"Projects" is in it'),
    ('{url: "${env.values.url}/", expect: {json: {a: 1}}}', "not JSON"),
    ('{url: "${env.values.url}/api", expect: {json: {items.0.name: b}}}', "items.0.name is a, expected was b"),
    ('{url: "${env.values.url}/api", expect: {json: {items.1.name: b}}}', "items.1.name is not there"),
    ('{url: "${env.values.url}/", pick: {x: "csrf=(.)"}}', "nothing in it matches"),
    ('{url: "${env.values.url}/round"}', "redirect"),
    ('{url: "${env.values.url}/etc"}', "the status is 302|not allowed"),
    ('{url: "${env.values.url}/hangs", max_seconds: 1}', "timed out|in time"),
    ('{url: "http://127.0.0.1:1/"}', "refused"),
    ('{url: "http://127.0.0.1:99999/"}', "."),
    ('{url: "http://[::1"}', "."),
    ('{url: "${env.values.url}/${pick.tokn}"}', 'unknown pick "tokn"'),
    ('{url: "${env.values.url}/$${HOME}"}', "the status is 404"),
    ('{url: "${env.values.url}/", headers: {X: "a\\r\\nb"}}', "Invalid header"),
])
def test_web_fails_with_a_reason(site: Site, http: str, why: str) -> None:
    result = one(site, f"http: {http}")
    assert re.search(why, result.why), result.why


def test_a_failed_check_gives_its_advice(site: Site) -> None:
    failed, passed = (one(site, f'advice: sign in once, sql: {{query: "select 1", equals: {wanted}}}').finding()
                      for wanted in (2, 1))
    assert failed.advice == "sign in once"
    assert passed.advice == ""


def test_each_host_of_a_role_is_asked(site: Site) -> None:
    results = run(site, 'checks: [{name: it, at: web, http: {url: "${env.values.url}/"}}]')
    assert [result.name for result in results] == ["it (here)", "it (there)"]


@pytest.mark.parametrize(("sql", "why"), [
    ('query: "select count(*) from issue", equals: 3, at_least: 3', ""),
    ('query: "select count(*) from issue", equals: 4', "gives 3, expected was 4"),
    ('query: "select count(*) from issue", at_least: 4', "at least 4"),
    ('query: "select title from issue where 1=0", equals: x', "gives no row"),
    ('query: "select title from issue", at_least: 1', "gives crane"),
    ('query: "select id, title from issue", rows: [[1, crane], [2, 工地], [3, "null"]]', ""),
    ('query: "select id from issue", rows: [[1]]', "gives 3 other rows"),
    ('query: "select nothing from issue"', "nothing"),
    ('query: "delete from issue"', "."),
])
def test_sql(site: Site, sql: str, why: str) -> None:
    result = one(site, f"sql: {{{sql}}}")
    assert result.passed is not bool(why)
    assert why in result.why or why == "."


def test_rows_are_saved_and_compared(site: Site) -> None:
    suite = read_suite(b'checks: [{name: it, sql: {query: "select id, title from issue", save: true}}]', "a", {})
    kept = what_is_saved(suite, site)["it"]
    same = 'sql: {query: "select id, title from issue", equals_saved: prepare.counted}'
    assert one(site, same, {"prepare.counted/it": kept}).passed
    assert "nothing was saved" in one(site, same).why
    fewer = 'sql: {query: "select id, title from issue where id < 3", equals_saved: prepare.counted}'
    assert "gives 2 rows, saved were 3" in one(site, fewer, {"prepare.counted/it": kept}).why
    other = 'sql: {query: "select id, upper(title) from issue", equals_saved: prepare.counted}'
    assert "gives 1, CRANE, saved was 1, crane" in one(site, other, {"prepare.counted/it": kept}).why


def test_commands(site: Site) -> None:
    assert one(site, "command: {argv: [echo, hello], expect: {contains: hello, not_contains: bye}}").passed
    assert "the exit code is 1, expected was 0" in one(site, "command: {argv: ['false']}").why
    assert one(site, "command: {argv: ['false'], expect: {exit: 1}}").passed
    assert not one(site, "command: {argv: [sleep, '9'], max_seconds: 1}").passed


def test_lines_of_a_command_are_saved_and_compared(site: Site) -> None:
    suite = read_suite(b'checks: [{name: it, command: {argv: [printf, "a\\nb\\n"], save: true}}]', "a", {})
    kept = what_is_saved(suite, site)["it"]
    assert (kept["rows"], kept["first"]) == (2, [["a"], ["b"]])
    same = 'command: {argv: [printf, "a\\nb\\n"], equals_saved: counted}'
    assert one(site, same, {"counted/it": kept}).passed
    assert "nothing was saved" in one(site, same).why
    other = 'command: {argv: [printf, "a\\nc\\n"], equals_saved: counted}'
    assert "gives c, saved was b" in one(site, other, {"counted/it": kept}).why


def test_files(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a file"
    path.write_text("one two")
    digest = hashlib.sha256(b"one two").hexdigest()
    assert one(site, f'file: {{path: "{path}", sha256: {digest}, contains: two}}').passed
    assert "is not there" in one(site, f'file: {{path: "{path}x"}}').why
    assert "is there" in one(site, f'file: {{path: "{path}", exists: false}}').why
    assert digest in one(site, f'file: {{path: "{path}", sha256: {"0" * 64}}}').why
    assert '"three" is not in it' in one(site, f'file: {{path: "{path}", contains: three}}').why


def test_a_check_is_tried_again_while_it_may_need_time(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "tries"
    script = f'echo x >> {path}; test $(wc -l < {path}) -ge 2'
    assert one(site, f"within: 30s, command: {{argv: [sh, -c, '{script}']}}").passed
    assert path.read_text() == "x\nx\n"


@pytest.mark.parametrize(("text", "words"), [
    ("checks: [{name: a}]", "checks/a.yaml:1:10 checks[0]: a check has exactly one of"),
    ("checks: []", "at least 1 item"),
    ("checks: [{name: a, http: {url: 'ftp://x'}}]", "does not have the form"),
    ("checks: [{name: a, http: {url: 'http://x', expct: {}}}]", 'unknown key "expct", did you mean "expect"?'),
    ("checks: [{name: a, sql: {query: x}}, {name: a, sql: {query: y}}]", 'the name "a" is used twice'),
    ("checks: [{name: a, http: {url: 'http://${env.vaules.url}'}}]", "did you mean ${env.values.url}?"),
])
def test_a_wrong_file_says_where(site: Site, text: str, words: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        run(site, text)
    assert words in str(caught.value)


def test_names_are_known_before_anything_runs(site: Site) -> None:
    for check in ("at: nowhere, command: {argv: [x]}", "sql: {database: other, query: x}",
                  "http: {url: 'http://x', basic: {user: a, password: 'secret:b'}}"):
        with pytest.raises(WrongUse):
            one(site, check)


@pytest.mark.parametrize(("check", "fault"), [
    ('command: {run: ["cat", "${env.trees.app.path}/x"]}', 'f:2:26 checks[0].command: unknown key "run"'),
    ('http: {url: "${env.values.url}/", expect: {stauts: 200}}', 'unknown key "stauts", did you mean "status"?'),
    ('http: {url: "ftp://x"}', "checks[0].http.url: does not have the form"),
    ('http: [{url: "http://x", form: {t: "${pick.token}"}}, {url: "${env.value.url}"}]',
     "checks[0].http[1].url: unknown look-up ${env.value.url}"),
    ('file: {path: "/opt/${hop.to}"}', "${hop.to} is known only inside for_each: hop"),
])
def test_a_wrong_file_is_told_before_any_environment_is_known(check: str, fault: str) -> None:
    told = [str(error) for error in suite_faults(f"checks:\n  - {{name: it, {check}}}\n".encode(), "f", in_loop=False)]
    assert any(fault in each for each in told), told


@pytest.mark.parametrize("check", [
    'http: {url: "${env.values.url}/", expect: {status: "${env.values.status}"}}',
    'http: [{url: "${env.values.url}/${hop.to}", pick: {t: "(.)"}}, {url: "${env.values.url}/${pick.t}"}]',
    'within: "${env.values.wait}", sql: {query: "select 1", equals: 1}',
])
def test_what_an_environment_has_to_fill_in_is_no_fault(check: str) -> None:
    assert suite_faults(f"checks:\n  - {{name: it, {check}}}\n".encode(), "f", in_loop=True) == []
