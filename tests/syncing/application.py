"""A small application in two versions: customers and tasks, clients and jobs."""

from __future__ import annotations

from migrator.lens.declared.mapping import Mapping
from migrator.lens.side import Side

MAPPING = """
from: "1"
to: "2"
tables:
  - old: customer
    new: client
    columns:
      - rename: {old: name, new: label}
  - old: task
    new: job
    columns:
      - rename: {old: customer_code, new: client_code}
      - rename: {old: title, new: subject}
      - values: {old: state, new: status, map: {O: open, N: open, C: closed}}
      - explode: {old: tags, separator: ",", new: {table: job_tag, owner: job_id, value: tag}}
      - only-old: {column: legacy}
      - only-new: {column: note}
  - old: document
    new: document
"""
DOCUMENT = "create table document (id integer not null primary key, content {bytes})"
BYTES = {"sqlite": "blob", "postgresql": "bytea", "mariadb": "longblob"}
TABLES = {
    Side.OLD: (
        "create table customer (code varchar(8) not null primary key, name varchar(20) not null unique)",
        "create table task (id integer not null primary key, parent_id integer references task (id), "
        "customer_code varchar(8) not null references customer (code) on update cascade, title varchar(40), "
        "state varchar(1) not null, tags varchar(60), legacy varchar(20))"),
    Side.NEW: (
        "create table client (code varchar(8) not null primary key, label varchar(20) not null unique)",
        "create table job (id integer not null primary key, parent_id integer references job (id), "
        "client_code varchar(8) not null references client (code) on update cascade, subject varchar(40), "
        "status varchar(10) not null, note varchar(20))",
        "create table job_tag (job_id integer not null references job (id) on delete cascade, "
        "tag varchar(20) not null, primary key (job_id, tag))"),
}


def mapping() -> Mapping:
    """How the versions relate."""
    return Mapping.parse(MAPPING.encode(), "two versions")
