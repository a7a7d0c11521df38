"""What is copied in the benchmark: rows of about 190 bytes that a lens looks up, maps, converts and moves in time.

The work by hand is what somebody would write who knows all of it by heart: the same columns from the same rows.
"""

from __future__ import annotations

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema

SAID = """
from: "1"
to: "2"
tables:
  - old: task
    new: work_item
    columns:
      - rename: {old: title, new: subject}
      - values: {old: status, new: state, map: {planned: PLAN, doing: BUILD, held: HOLD, done: DONE}}
      - lookup: {old: dept, new: department_id, table: department, value: code}
      - convert: {old: amount, new: amount}
      - convert: {old: created, new: created_at, zone: Asia/Shanghai}
"""
_OLD = ("create table department (id bigint primary key, code varchar(8) not null unique, name varchar(40))",
        "create table task (id bigint primary key, title varchar(80), status varchar(10), dept varchar(8), "
        "amount varchar(16), created {moment}, changed {moment}, owner bigint, priority integer, place varchar(40), "
        "remark varchar(120))")
_NEW = (_OLD[0], "create table work_item (id bigint primary key, subject varchar(80), state varchar(10), "
        "department_id bigint, amount numeric(12, 2), created_at {zoned}, changed {moment}, owner bigint, "
        "priority integer, place varchar(40), remark varchar(120))")
_MOMENTS = {"postgresql": {"moment": "timestamp(0)", "zoned": "timestamp(0) with time zone"},
            "mariadb": {"moment": "datetime", "zoned": "datetime"}}
_FILL = {
    "postgresql": (
        "insert into department select n, 'D' || n, 'Department ' || n from generate_series(1, 1000) n",
        "insert into task select n, 'Task ' || md5(n::text), (array['planned', 'doing', 'held', 'done'])[n % 4 + 1], "
        "'D' || (n % 1000 + 1), (n % 100000) || '.' || n % 10 || n % 9 + 1, "
        "timestamp '2020-01-01' + n % 100000000 * interval '1 second', timestamp '2024-01-01', n % 500, n % 5, "
        "'Site ' || n % 900, md5('a' || n) || md5('b' || n) from generate_series(1, {rows}) n"),
    "mariadb": (
        "insert into department select seq, concat('D', seq), concat('Department ', seq) from seq_1_to_1000",
        "insert into task select seq, concat('Task ', md5(seq)), elt(seq % 4 + 1, 'planned', 'doing', 'held', 'done'), "
        "concat('D', seq % 1000 + 1), concat(seq % 100000, '.', seq % 10, seq % 9 + 1), "
        "timestampadd(second, seq % 100000000, '2020-01-01'), '2024-01-01', seq % 500, seq % 5, "
        "concat('Site ', seq % 900), concat(md5(concat('a', seq)), md5(concat('b', seq))) from seq_1_to_{rows}"),
}
BY_HAND = {
    "postgresql": "select t.id, t.title, case t.status when 'planned' then 'PLAN' when 'doing' then 'BUILD' "
                  "when 'held' then 'HOLD' when 'done' then 'DONE' end, d.id, cast(t.amount as numeric(12, 2)), "
                  "t.created at time zone 'Asia/Shanghai', t.changed, t.owner, t.priority, t.place, t.remark "
                  "from {old}.task t left join {departments}.department d on d.code = t.dept "
                  "where t.id > {low} and t.id <= {high}",
    "mariadb": "select t.id, t.title, case t.status when 'planned' then 'PLAN' when 'doing' then 'BUILD' "
               "when 'held' then 'HOLD' when 'done' then 'DONE' end, d.id, cast(t.amount as decimal(12, 2)), "
               "convert_tz(t.created, '+08:00', '+00:00'), t.changed, t.owner, t.priority, t.place, t.remark "
               "from {old}.task t left join {departments}.department d on d.code = t.dept "
               "where t.id > {low} and t.id <= {high}",
}


def build_old(end: Endpoint, rows: int) -> None:
    """The old side, filled in its server."""
    _run(end, *_OLD)
    with end.connect() as connection, connection.begin():
        for statement in _FILL[end.make]:
            connection.exec_driver_sql(statement.format(rows=rows), execution_options={"no_parameters": True})
    with end.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("analyze table task, department" if end.make == "mariadb" else "vacuum analyze")


def build_new(end: Endpoint) -> None:
    """The new side, empty, whatever was there before."""
    with end.connect() as connection, connection.begin():
        names = ["work_item", "department", "migrator_ledger", "migrator_deferred"]
        connection.exec_driver_sql(f"drop table if exists {', '.join(names)}")
    _run(end, *_NEW)


def lens_between(meeting: Meeting) -> Lens:
    """The lens of the benchmark."""
    return compile_lens(Mapping.parse(SAID.encode(), "benchmark.yaml"), read_schema(meeting.old),
                        read_schema(meeting.new))


def _run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement.format(**_MOMENTS[end.make]))
