"""A copy in which rows get new keys, others follow them, and repeated values become records."""

from __future__ import annotations

from migrator.lens.copy.copy import forward
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.verify import compare

SAID = """
from: "1"
to: "2"
tables:
  - old: place
    new: site
    columns:
      - key: {old: code, new: id}
  - old: task
    new: item
    columns:
      - rename: {old: title, new: subject}
      - reference: {old: place, new: site_id, to: site}
      - extract: {old: partner, new: {table: partner, columns: name, reference: partner_id}}
"""
OLD = ("create table place (code varchar(20) primary key, name varchar(20))",
       "create table task (id bigint primary key, title varchar(50), place varchar(20), partner varchar(50))",
       *(f"insert into place values ('P{n}', 'place {n}')" for n in range(3)),
       *(f"insert into task values ({n}, 'task {n}', 'P{n % 3}', '{('acme', 'Acme', 'zeta')[n % 3]}')"
         for n in range(7)))
NEW = ("create table site (id bigint primary key, name varchar(20))",
       "create table partner (id bigint primary key, name varchar(50){letters})",
       "create table item (id bigint primary key, subject varchar(50), site_id bigint, partner_id bigint, "
       "foreign key (site_id) references site (id), foreign key (partner_id) references partner (id))")


def require_renumbered(old: Endpoint, new: Endpoint) -> None:
    """Copy between two empty places, and find every row under its new key."""
    for end, statements in ((old, OLD), (new, NEW)):
        with end.connect() as connection, connection.begin():
            for statement in statements:
                connection.exec_driver_sql(statement.replace(
                    "{letters}", " collate utf8mb4_unicode_ci" if end.make == "mariadb" else ""))
    meeting = Meeting(old, new)
    lens = compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(old), read_schema(new))
    assert forward(lens, meeting).rows == 10
    with new.connect() as connection:
        rows = connection.exec_driver_sql("select i.id, s.name, p.name from item i join site s on s.id = i.site_id "
                                          "join partner p on p.id = i.partner_id order by i.id")
        assert [tuple(row) for row in rows] == [
            (n, f"place {n % 3}", ("acme", "Acme", "zeta")[n % 3]) for n in range(7)]
        assert connection.exec_driver_sql("select min(id), max(id) from partner").one() == (1, 3)
    assert compare(lens, meeting).as_json()["equal"]
