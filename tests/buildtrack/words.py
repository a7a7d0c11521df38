"""What 5.1 and 7.0 call the same record: translated by hand, not by the mapping that is under test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Record = dict[str, Any]
Names = Mapping[int, str]
"""Names of partners or roles, which are records in 7.0 alone, by number."""

RECORDS = ("departments", "users", "projects", "tasks", "comments", "contracts", "payments", "approvals", "attachments")
CODES = {
    "projects": {"筹备": "PLAN", "在建": "BUILD", "停工": "PAUSE", "竣工": "DONE"},
    "tasks": {"未开始": "TODO", "进行中": "DOING", "已完成": "DONE", "已取消": "DROP", "待料": "X1"},
    "contracts": {"草拟": "DRAFT", "已签": "SIGNED", "已结清": "CLOSED"},
    "approvals": {"待审": "OPEN", "同意": "YES", "驳回": "NO"},
}
"""Labels of 5.1 and codes of 7.0; X1 is the code of a site's own state."""
_OLD_NAMES = {
    "projects": {"member_ids": "members"},
    "tasks": {"subject": "title", "owner_id": "assignee_id", "due_date": "due_on"},
    "comments": {"work_item_id": "task_id"},
}
_NEW_NAMES = {old: new for names in _OLD_NAMES.values() for new, old in names.items()}
_MOMENTS = ("created_at", "changed_at", "requested_at", "decided_at", "uploaded_at")
_ZONE = timedelta(hours=8)
_ONE_VERSION_S = ("path", "sha256")
"""What the other version does not have, or has otherwise."""


def comparable(record: Record) -> Record:
    """A record of 5.1 without what 7.0 cannot know: an order in its lists, separators where no part follows."""
    ordered = {name: sorted(value) if isinstance(value, list) else value for name, value in record.items()}
    if "address" in ordered:
        ordered["address"] = ordered["address"].rstrip("|")
    return {name: value for name, value in ordered.items() if name not in _ONE_VERSION_S}


def in_words_of_70(records: str, fields: Record, partners: Names, roles: Names) -> Record:
    """Fields that are said in the words of 5.1, as 7.0 takes them."""
    said = dict(fields)
    if "status" in said:
        said["status"] = CODES[records][said["status"]]
    if "address" in said:
        said |= dict(zip(("province", "city", "street"), said.pop("address").split("|"), strict=True))
    if "full_name" in said:
        said["surname"], said["given_name"] = said["full_name"][:1], said.pop("full_name")[1:]
    if "budget_wan" in said:
        said["budget"] = str(Decimal(str(said.pop("budget_wan"))) * 10000)
    if "partner" in said:
        said["partner_id"] = _number(partners, said.pop("partner"))
    if "roles" in said:
        said["role_ids"] = [_number(roles, role) for role in said.pop("roles")]
    return {_NEW_NAMES.get(name, name): value for name, value in said.items()}


def in_words_of_51(records: str, shown: Record, partners: Names, roles: Names) -> Record:
    """A record that 7.0 shows, as 5.1 must show it."""
    said = {_OLD_NAMES.get(records, {}).get(name, name): value for name, value in shown["attributes"].items()}
    if "status" in said:
        said["status"] = next(label for label, code in CODES[records].items() if code == said["status"])
    for name in (name for name in _MOMENTS if said.get(name)):
        said[name] = str(datetime.fromisoformat(said[name].removesuffix("Z")) + _ZONE)
    match records:
        case "users":
            said["full_name"] = said.pop("surname") + said.pop("given_name")
            said["roles"] = [roles[role] for role in said.pop("role_ids")]
        case "projects":
            said["address"] = "|".join(said.pop(part) for part in ("province", "city", "street"))
            said["budget_wan"] = float(Decimal(said.pop("budget")) / 10000)
        case "tasks":
            del said["number"]
        case "contracts":
            said["partner"] = partners[said.pop("partner_id")]
            said["amount"] = float(said["amount"])
        case "approvals":
            said["subject_kind"] = _kind(said["subject_kind"])
        case "attachments":
            said["owner_kind"] = _kind(said["owner_kind"])
    return comparable({"id": int(shown["id"]), **said})


def _number(names: Names, wanted: str) -> int:
    return next(number for number, name in names.items() if name == wanted)


def _kind(said: str) -> str:
    return "task" if said == "work_item" else str(said)
