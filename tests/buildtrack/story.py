"""What people of both versions do while both are in use, and what they must then see of each other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from itertools import count
from threading import Event

import pytest

from migrator.errors import FindingsBlock
from migrator.sync.quarantine.listing import quarantined
from migrator.sync.quarantine.reasons import Reason
from tests.buildtrack.in_step import Town
from tests.buildtrack.person import Person, Refused

Made = dict[str, int]
"""A record of each kind, by the kind."""


def people_work_in_both(town: Town, *, at_once: bool) -> None:
    """The sync begins, and people of both versions work for a while.

    at_once: whether rows may be made in both versions at the same time; two SQLite files give them the same numbers.
    """
    town.start()
    with town.in_step():
        records_go_to_and_fro(town)
        rights_go_along(town)
        what_is_deleted_is_gone(town)
        a_crowd_works(town, at_once=at_once)
    town.require_alike()


def records_go_to_and_fro(town: Town) -> None:
    """A record of every kind, made in either version, is shown in the other as it is here, edited there, and comes back
    as it was edited.
    """
    for one, other, name in _both_ways(town, "A", "B"):
        records = _a_project_begins(one, name)
        _see_the_same(town, one, other, records)
        assert one.file(records["attachments"]) == b"plan"
        with pytest.raises(Refused, match="missing"):  # its record goes over, the file does not
            other.file(records["attachments"])
        _work_on(other, records)
        _see_the_same(town, other, one, records)
        _sign(town, one, other, records["contracts"])


def rights_go_along(town: Town) -> None:
    """Whom one version admits, refuses and lets see, the other does too, by the same password."""
    for one, other, name in _both_ways(town, "C", "D"):
        records = _a_project_begins(one, name)
        user, login = records["users"], f"user-{name}"
        _see_the_same(town, one, other, records)
        for place in one, other:
            member = _as(place, login)
            assert member.see("tasks", records["tasks"])["title"]
            for act in (lambda who: who.see("contracts", 1), lambda who: who.change("projects", 1, name="x")):
                with pytest.raises(Refused, match="403"):
                    act(member)
        town.changed(one, other, "users", user, roles=["manager"])
        assert _as(other, login).see("contracts", 1)
        town.changed(other, one, "users", user, roles=["member"], password="another secret")
        for place in one, other:
            with pytest.raises(Refused, match="403"):
                _as(place, login, "another secret").see("contracts", 1)
            assert not _admitted(place, login, _secret(login))
        town.changed(one, other, "users", user, active=False)
        assert not _admitted(other, login, "another secret")


def what_is_deleted_is_gone(town: Town) -> None:
    """Deletions go over, with all that goes with a record; what others still need is kept on both sides."""
    for one, other, name in _both_ways(town, "E", "F"):
        records = _a_project_begins(one, name)
        _see_the_same(town, one, other, records)
        with pytest.raises(Refused, match="409"):
            other.delete("projects", records["projects"])
        for kind in "payments", "comments":
            other.delete(kind, records[kind])
            town.gone(one, kind, records[kind])
        comment = one.add("comments", task_id=records["tasks"], author_id=1, body="最后一条")
        town.seen(other, "comments", comment, one.see("comments", comment))
        one.delete("tasks", records["tasks"])
        for kind, key in ("tasks", records["tasks"]), ("comments", comment):
            town.gone(other, kind, key)


def a_crowd_works(town: Town, *, at_once: bool) -> None:
    """People of both versions edit the same few tasks, and where they may, make new ones meanwhile, each in a project
    of their own: 7.0 counts the tasks of a project, and refuses one of two that come at once.
    """
    def work(who: Person, project: int) -> None:
        for number in range(12):
            title = f"{who.version} {project} {number}"
            who.change("tasks", 2 + number % 3, title=title, **{FIELDS[number % 4]: None})
            if at_once:
                who.add("tasks", project_id=project, title=title, status="未开始")

    with ThreadPoolExecutor() as people:
        working = [people.submit(work, who, project) for project, who in enumerate([town.old, town.new] * 2, 1)]
        for person in working:
            person.result()


FIELDS = ("description", "assignee_id", "due_on", "description")
"""What the crowd empties."""


def what_7_0_cannot_hold_waits(town: Town) -> None:
    """A task that moves to a project where its number is taken, and one in a state that 7.0 has no code for, do not
    come over until 5.1 says otherwise; everything else does, and nobody moves meanwhile.
    """
    first, home = next((key, task["project_id"]) for key, task in town.old.all("tasks").items())
    elsewhere = next(key for key in town.old.all("projects") if key != home)
    with town.in_step():
        town.old.change("tasks", first, project_id=elsewhere)
        odd = town.old.add("tasks", project_id=home, title="odd", status="没有代码的状态")
        town.changed(town.old, town.new, "departments", 2, name="照常")
    waiting = {row.key["id"]: row.code for row in quarantined(town.both.meeting)}
    assert waiting == {str(first): Reason.WAITS, str(odd): Reason.NO_COUNTERPART}
    with pytest.raises(FindingsBlock, match="2 rows are in quarantine"):
        town.switch()
    with town.in_step():
        town.old.change("tasks", first, project_id=home)
        town.old.change("tasks", odd, status="未开始")
    assert not quarantined(town.both.meeting)
    town.require_alike()


def users_move_over_and_back_and_over_again(town: Town, *, at_once: bool) -> None:
    """After a switch 5.1 refuses to write, and says why; people of 7.0 go on. After the way back all that they
    made is there in 5.1, and 7.0 refuses. After the second switch nothing is missing either, nor at the end.
    """
    _both_change(town, 1)
    with _at_work(town.new, 5) if at_once else nullcontext():
        town.switch()
    merged = town.old.see("tasks", 1)
    assert merged == town.new.see("tasks", 1)
    assert (merged["title"], merged["description"], merged["priority"]) == ("在旧版改的名", "在新版写的说明", 8)
    _require_read_only(town.old, 5)
    records = _a_project_begins(town.new, "G")
    _work_on(town.new, records)

    town.back()
    town.require_alike()
    assert town.old.see("users", records["users"])["full_name"] == "司马光"
    _require_read_only(town.new, 5)
    town.old.change("tasks", records["tasks"], title="又在旧版改的名")
    made = town.old.add("departments", code="Z-H", name="又一个部", parent_id=records["departments"])

    town.switch()
    town.require_alike()
    assert town.new.see("tasks", records["tasks"])["title"] == "又在旧版改的名"
    town.new.change("departments", made, name="最后的名")
    town.finish()
    _require_read_only(town.old, 5)
    assert town.old.see("departments", made) == town.new.see("departments", made)
    assert town.new.add("departments", code="Z-I", name="旧版没有的部", parent_id=made) > made


def _both_change(town: Town, task: int) -> None:
    """What people of both versions change before either has heard of the other: different fields are merged, of the
    same field the new version's is kept. Nobody carries anything meanwhile.
    """
    town.old.change("tasks", task, title="在旧版改的名", priority=7)
    town.new.change("tasks", task, description="在新版写的说明", priority=8)


def _require_read_only(who: Person, task: int) -> None:
    """Nobody can change anything, and everybody is told so, can sign in and read."""
    again = who.signed_in(who.client)
    before = again.see("tasks", task)
    for act in (lambda: again.change("tasks", task, title="x"), lambda: again.delete("tasks", task),
                lambda: again.add("departments", code="Z-X", name="x", parent_id=1)):
        with pytest.raises(Refused, match="read-only"):
            act()
    assert again.see("tasks", task) == before


@contextmanager
def _at_work(who: Person, task: int) -> Iterator[None]:
    """Somebody goes on editing a task; for the moment of the proof they are refused, and try again."""
    leave = Event()

    def work() -> None:
        for number in count():
            try:
                who.change("tasks", task, title=f"{who.version} {number}")
            except Refused as refused:
                if "read-only" not in str(refused):
                    raise
            if leave.is_set():
                break

    with ThreadPoolExecutor() as people:
        working = people.submit(work)
        try:
            yield
        finally:
            leave.set()
    working.result()
    who.change("tasks", task, title="to the last")


def _both_ways(town: Town, first: str, second: str) -> Iterator[tuple[Person, Person, str]]:
    """Who acts, who looks on, and a name for what is made."""
    yield town.old, town.new, first
    yield town.new, town.old, second


def _a_project_begins(who: Person, name: str) -> Made:
    """A record of each kind. The surname is one that 7.0 splits otherwise than its people might, the partner is new."""
    department = who.add("departments", code=f"Z-{name}", name=f"{name} 部", parent_id=1)
    user = who.add("users", login=f"user-{name}", full_name="欧阳静", email=f"{name}@linjiang.example", active=True,
                   department_id=department, roles=["member"], password=_secret(f"user-{name}"))
    project = who.add("projects", code=f"Z-{name}", name=f"{name} 桥", status="在建", address="浙江|杭州|江边路 1 号",
                      department_id=department, manager_id=1, members=[1, user], budget_wan=12.3456,
                      started_on="2026-03-01")
    task = who.add("tasks", project_id=project, title="放线 𠮷", status="未开始", assignee_id=user, priority=2,
                   due_on="2026-04-01", description="一行\n又一行")
    contract = who.add("contracts", project_id=project, number=f"Z-{name}", partner=f"{name} 公司", amount=125000.5,
                       status="草拟", bank_account="6200000000000000000")
    return {
        "departments": department, "users": user, "projects": project, "tasks": task, "contracts": contract,
        "comments": who.add("comments", task_id=task, author_id=user, body="好 😀"),
        "payments": who.add("payments", contract_id=contract, amount="1000.50", paid_on="2026-04-02", note="首期"),
        "approvals": who.request_approval(contract),
        "attachments": who.attach(task, "plan.txt", b"plan"),
    }  # fmt: skip


def _work_on(who: Person, records: Made) -> None:
    """Edit every record that can be edited."""
    who.change("departments", records["departments"], name="改过的部")
    who.change("users", records["users"], full_name="司马光", email="", department_id=2)
    who.change("projects", records["projects"], status="停工", members=[records["users"]], budget_wan=0.0001,
               address="江苏|南京|")
    who.change("tasks", records["tasks"], status="进行中", assignee_id=1, due_on=None)
    who.change("comments", records["comments"], body="改过的话")
    who.change("contracts", records["contracts"], partner="另一家公司", amount=0.07, signed_on="2026-05-01")
    who.change("payments", records["payments"], amount="99999999.99", note="")
    who.agree(records["approvals"])


def _sign(town: Town, one: Person, other: Person, contract: int) -> None:
    """The second agreement, which the first one has asked for, is given in the version where the contract was made."""
    second, = (key for key, record in other.all("approvals").items()
               if (record["subject_id"], record["step"]) == (contract, 2))
    town.seen(one, "approvals", second, other.see("approvals", second))
    one.agree(second)
    for records, key in ("approvals", second), ("contracts", contract):
        town.seen(other, records, key, one.see(records, key))
    assert other.see("contracts", contract)["status"] == "已签"


def _see_the_same(town: Town, one: Person, other: Person, records: Made) -> None:
    for kind, key in records.items():
        town.seen(other, kind, key, one.see(kind, key))


def _as(who: Person, login: str, password: str | None = None) -> Person:
    return who.signed_in(who.client, login, password or _secret(login))


def _admitted(who: Person, login: str, password: str) -> bool:
    try:
        return bool(_as(who, login, password))
    except Refused:
        return False


def _secret(login: str) -> str:
    return f"secret of {login}"
