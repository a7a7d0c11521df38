"""What the people of a site would ask their system: one question, worded for each version, with one answer for all.

Every wording is valid on SQLite, PostgreSQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

VERSIONS = ("5.1", "6.1", "7.0")
# What a wording may hold in braces: the names and expressions that differ.
WORDS = {
    "5.1": {
        "user": "app_user", "task": "task", "comment": "task_comment", "is_active": "active = 'Y'",
        "state": "t.status", "labels": "", "is_open": "a.status = '待审'", "budget": "budget_wan * 10000",
        "members": "SUM(LENGTH(member_ids) - LENGTH(REPLACE(member_ids, ',', '')) + 1) FROM project",
        "partner": "c.partner", "partners": "", "managers": "COUNT(*) FROM app_user WHERE roles LIKE '%manager%'",
    },
    "7.0": {
        "user": "account", "task": "work_item", "comment": "work_item_comment", "is_active": "active = 1",
        "budget": "budget", "members": "COUNT(*) FROM project_member",
        "partner": "r.name", "partners": "JOIN partner r ON r.id = c.partner_id",
        "managers": "COUNT(*) FROM account_role h JOIN role r ON r.id = h.role_id WHERE r.name = 'manager'",
    },
}  # fmt: skip
CODES = {
    "state": "l.label", "is_open": "a.status_code = 'OPEN'",
    "labels": "JOIN code_label l ON l.kind = '{kind}' AND l.code = t.status_code",
}  # fmt: skip
WORDS["6.1"] = WORDS["5.1"] | CODES
WORDS["7.0"] |= CODES

QUESTIONS = {
    "active users": "SELECT COUNT(*) FROM {user} WHERE {is_active}",
    "managers": "SELECT {managers}",
    "users by department": (
        "SELECT d.code, COUNT(*) FROM department d JOIN {user} u ON u.department_id = d.id"
        " GROUP BY d.code ORDER BY d.code"
    ),
    "projects by state": (
        "SELECT {state}, COUNT(*) FROM project t {labels:project} GROUP BY {state} ORDER BY COUNT(*), 1"
    ),
    "tasks by project and state": (
        "SELECT p.code, {state}, COUNT(*) FROM {task} t JOIN project p ON p.id = t.project_id {labels:task}"
        " GROUP BY p.code, {state} ORDER BY p.code, 2"
    ),
    "comments by author": (
        "SELECT u.login, COUNT(*) FROM {comment} c JOIN {user} u ON u.id = c.author_id"
        " GROUP BY u.login ORDER BY u.login"
    ),
    "money by project": (
        "SELECT p.code, COUNT(*), CAST(SUM(c.amount) AS DECIMAL(20, 2)) FROM contract c"
        " JOIN project p ON p.id = c.project_id GROUP BY p.code ORDER BY p.code"
    ),
    "money by partner": (
        "SELECT {partner}, CAST(SUM(c.amount) AS DECIMAL(20, 2)) FROM contract c {partners}"
        " GROUP BY {partner} ORDER BY 2, 1"
    ),
    "paid by contract": (
        "SELECT c.number, CAST(SUM(CAST(y.amount AS DECIMAL(20, 2))) AS DECIMAL(20, 2)) FROM payment y"
        " JOIN contract c ON c.id = y.contract_id GROUP BY c.number ORDER BY c.number"
    ),
    "budget": "SELECT CAST(SUM({budget}) AS DECIMAL(20, 2)) FROM project",
    "project members": "SELECT {members}",
    "open approvals by approver": (
        "SELECT u.login, COUNT(*) FROM approval a JOIN {user} u ON u.id = a.approver_id"
        " WHERE {is_open} GROUP BY u.login ORDER BY u.login"
    ),
    "attachments": "SELECT COUNT(*), SUM(size_bytes) FROM attachment",
    "attachments of tasks that are gone": (
        "SELECT COUNT(*) FROM attachment WHERE owner_kind = '{task}' AND owner_id NOT IN (SELECT id FROM {task})"
    ),
    "site codes": "SELECT COUNT(x_site_code), MIN(x_site_code), MAX(x_site_code) FROM project",
}


def wording(question: str, version: str) -> str:
    """The SQL of a question for a version."""
    words, sql = WORDS[version], QUESTIONS[question]
    for kind in ("project", "task"):
        table = words["task"] if kind == "task" else kind
        sql = sql.replace(f"{{labels:{kind}}}", words["labels"].replace("{kind}", table))
    return sql.format(**words)


def answers(ask: Callable[[str], Sequence[Sequence[Any]]], version: str) -> dict[str, list[tuple[Any, ...]]]:
    """All answers of one system; numbers are exact to the cent, whatever type the engine gives them."""
    return {question: [_exact(row) for row in ask(wording(question, version))] for question in QUESTIONS}


def _exact(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(Decimal(str(v)).quantize(Decimal("0.01")) if isinstance(v, int | float | Decimal) else v for v in row)
