"""Two small databases whose tables say the same in different shapes, and the mapping between them."""

from __future__ import annotations

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side

OLD = """
create table department (code varchar(10) primary key, above varchar(10) references department (code));
create table customer (id integer primary key);
create table app_user (id integer primary key, roles varchar(60) not null, department_code varchar(10));
create table contract (id integer primary key, partner varchar(40), customer_id integer, customer_phone varchar(10));
insert into department values ('HQ', null), ('A', 'HQ'), ('B', 'A');
insert into customer values (1), (2), (3);
insert into app_user values (1, 'viewer, admin', 'A'), (2, '', 'HQ'), (3, 'viewer,viewer', null);
insert into contract values (1, 'ACME', 1, '11'), (2, 'acme', 1, '11'), (3, null, 2, null), (4, '甲方', null, null)
"""
NEW = """
create table department (id integer primary key, above_id integer references department (id));
create table role (id integer primary key, name varchar(20) not null unique);
create table customer (id integer primary key, phone varchar(10));
create table partner (id integer primary key, name varchar(40) not null);
create table account (id integer primary key, department_id integer);
create table account_role (account_id integer, role_id integer, primary key (account_id, role_id));
create table contract (id integer primary key, partner_id integer, customer_id integer);
insert into role values (1, 'admin'), (2, 'viewer')
"""
SAID = """
from: "1"
to: "2"
tables:
  - old: department
    new: department
    columns:
      - key: {old: code, new: id, prefix: N}
      - reference: {old: above, new: above_id, to: department}
  - old: app_user
    new: account
    columns:
      - reference: {old: department_code, new: department_id, to: department}
      - explode:
          old: roles
          separator: ","
          new:
            table: account_role
            owner: account_id
            value: role_id
            words: {table: role, key: id, value: name}
  - old: contract
    new: contract
    columns:
      - extract: {old: partner, new: {table: partner, columns: name, reference: partner_id}}
      - move: {old: customer_phone, new: {table: customer, column: phone, through: customer_id}}
  - old: customer
    new: customer
    columns:
      - move: {old: {table: contract, column: customer_phone, by: customer_id}, new: phone}
only-new: [role]
"""
ARRIVED = {
    "department": [(1, 3), (2, 1), (3, None)],  # A, B and HQ
    "role": [(1, "admin"), (2, "viewer")],
    "customer": [(1, "11"), (2, None), (3, None)],
    "partner": [(1, "ACME"), (2, "acme"), (3, "甲方")],
    "account": [(1, 1), (2, 3), (3, None)],
    "account_role": [(1, 1), (1, 2), (3, 2)],
    "contract": [(1, 1, 1), (2, 2, 1), (3, None, 2), (4, 3, None)],
}
"""The new side after a copy."""


def build(meeting: Meeting) -> None:
    """Make both sides."""
    run(meeting, Side.OLD, OLD)
    run(meeting, Side.NEW, NEW)


def run(meeting: Meeting, side: Side, script: str) -> None:
    with meeting.end(side).connect() as connection, connection.begin():
        for statement in script.split(";"):
            connection.exec_driver_sql(statement)


def rows(meeting: Meeting, side: Side, table: str) -> list[tuple[object, ...]]:
    with meeting.end(side).connect() as connection:
        return sorted((tuple(row) for row in connection.exec_driver_sql(f"select * from {table}")), key=repr)


def compiled(meeting: Meeting, said: str = SAID) -> Lens:
    return compile_lens(Mapping.parse(said.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))
