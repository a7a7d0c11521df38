"""Types as the servers' own catalogues tell them."""

from __future__ import annotations

from collections.abc import Callable

from rig_databases import Database
from rig_host import TestHost

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.reflect import read_schema
from migrator.lens.types import Family, Type
from tests.converting.trial import run

POSTGRESQL = """
create type "My mood" as enum ('a', 'b''c');
create extension citext;
create domain price as numeric check (value > 0);
create table k (id bigint generated always as identity primary key, whole smallint, plain numeric, money numeric(14,2),
    real_ real, text_ varchar(40), padded char(5), bytes bytea, flag boolean, at timestamp(0), world timestamptz,
    json_ json, jsonb_ jsonb, uuid_ uuid, "My mood" "My mood", ci citext, price price, many integer[],
    made integer generated always as (whole + 1) stored)
"""
MARIADB = """
create table k (id bigint unsigned auto_increment primary key, flag tinyint(1), small smallint unsigned, filled int(5)
    zerofill, bits bit(12), of_year year, money decimal(14,2), single float, latin varchar(40) character set latin1,
    small_text tinytext, json_ json, label enum('x','y'), many set('pp','q'), fixed binary(4), at datetime(3),
    world timestamp null, place point, made int as (small + 1) stored)
"""


def described(url: str) -> dict[str, tuple[object, ...]]:
    """Family of each column, and whatever else is said of it."""
    return {column.name: (column.type.family, *_said(column.type),
                          *(word for word in ("generated", "counted") if getattr(column, word)))
            for column in read_schema(open_endpoint("there", url)).tables["k"].columns.values()}


def _said(type_: Type) -> list[tuple[str, object]]:
    return [(field, value) for field, value in vars(type_).items() if field not in ("family", "shown")
            and value is not None and value is not False and value != ()]


def test_types_of_postgresql(open_postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]) -> None:
    url = postgres_database(open_postgres_host).direct_url
    run(open_endpoint("there", url), *POSTGRESQL.split(";"))
    assert described(url) == {
        "id": (Family.INTEGER, ("bits", 64), "counted"), "whole": (Family.INTEGER, ("bits", 16)),
        "plain": (Family.DECIMAL,), "money": (Family.DECIMAL, ("precision", 14), ("scale", 2)),
        "real_": (Family.REAL, ("bits", 32)), "text_": (Family.TEXT, ("length", 40)),
        "padded": (Family.TEXT, ("length", 5)), "bytes": (Family.BINARY,), "flag": (Family.BOOLEAN,),
        "at": (Family.MOMENT, ("fraction", 0)), "world": (Family.MOMENT, ("fraction", 6), ("zoned", True)),
        "json_": (Family.JSON, ("spelled", "json")), "jsonb_": (Family.JSON, ("spelled", "jsonb")),
        "uuid_": (Family.OTHER, ("spelled", "uuid")),
        "My mood": (Family.TEXT, ("labels", ("a", "b'c")), ("spelled", '"My mood"'), ("own", True)),
        "ci": (Family.TEXT, ("spelled", "citext"), ("own", True)), "price": (Family.DECIMAL,),
        "many": (Family.OTHER, ("spelled", "integer[]")), "made": (Family.INTEGER, ("bits", 32), "generated")}


def test_types_of_mariadb(open_mariadb_host: TestHost, mariadb_database: Callable[[TestHost], Database]) -> None:
    url = mariadb_database(open_mariadb_host).direct_url
    run(open_endpoint("there", url), MARIADB)
    letters = (("collation", "utf8mb4_general_ci"), ("charset", "utf8mb4"))
    assert described(url) == {
        "id": (Family.INTEGER, ("bits", 64), ("unsigned", True), "counted"), "flag": (Family.INTEGER, ("bits", 8)),
        "small": (Family.INTEGER, ("bits", 16), ("unsigned", True)),
        "filled": (Family.INTEGER, ("bits", 32), ("unsigned", True)),
        "bits": (Family.INTEGER, ("bits", 12), ("unsigned", True)),
        "of_year": (Family.INTEGER, ("bits", 16), ("unsigned", True)),
        "money": (Family.DECIMAL, ("precision", 14), ("scale", 2)), "single": (Family.REAL, ("bits", 32)),
        "latin": (Family.TEXT, ("length", 40), ("collation", "latin1_swedish_ci"), ("charset", "latin1")),
        "small_text": (Family.TEXT, ("octets", 255), *letters),
        "json_": (Family.JSON, ("octets", 2**32 - 1), ("collation", "utf8mb4_bin"), ("charset", "utf8mb4")),
        "label": (Family.TEXT, ("labels", ("x", "y")), *letters), "many": (Family.TEXT, *letters),
        "fixed": (Family.BINARY, ("length", 4)), "at": (Family.MOMENT, ("fraction", 3)),
        "world": (Family.MOMENT, ("fraction", 0), ("zoned", True)), "place": (Family.BINARY,),
        "made": (Family.INTEGER, ("bits", 32), "generated")}
