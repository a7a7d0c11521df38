"""Values of every family by their canonical texts, and the column types that hold them."""

from __future__ import annotations

TYPES = {
    "postgresql": {"whole": "bigint", "huge": "numeric(20)", "money": "numeric(20, 6)", "ratio": "double precision",
                   "single": "real", "said": "varchar(60)", "bytes": "bytea", "flag": "boolean", "day": "date",
                   "clock": "time(6)", "moment": "timestamp(6)", "world": "timestamptz(6)", "written": "json"},
    "mariadb": {"whole": "bigint", "huge": "bigint unsigned", "money": "decimal(20, 6)", "ratio": "double",
                "single": "float", "said": "varchar(60) collate utf8mb4_general_ci", "bytes": "varbinary(60)",
                "flag": "tinyint(1)", "day": "date", "clock": "time(6)", "moment": "datetime(6)",
                "world": "timestamp(6) null", "written": "json"},
    "sqlite": {"whole": "bigint", "money": "numeric(20, 6)", "ratio": "double precision", "single": "real",
               "said": "varchar(60)", "bytes": "blob", "flag": "boolean", "day": "date", "clock": "time",
               "moment": "timestamp", "world": "timestamp", "written": "json"},
}
VALUES: dict[str, tuple[str, ...]] = {
    "whole": ("0", "-1", "42", "9223372036854775807", "-9223372036854775808"),
    "huge": ("0", "18446744073709551615"),
    "money": ("0", "1.5", "-1.25", "100", "1000000", "0.000001", "99999999.123456", "-0.5"),
    "ratio": ("0", "0.1", "-2.5", "100", "1e+15", "1e+16", "123456789012345", "1.2345678901234568e+17", "0.0001",
              "0.00001", "0.0000001", "0.000012345678901234568", "0.000000000000001", "1e-16", "9.99999999999999e-16",
              "1.7976931348623157e+308", "-1.5e+300", "0.30000000000000004", "3.3333333333333335", "2.5e-300"),
    "single": ("0", "0.5", "0.10000000149011612", "-3.141590118408203", "16777216"),
    "said": ("", " ", "a ", " a", "A", "a", "项目😀", "a'b\"\\c\x1f\n\t", "NULL", "\\N", "{}", "%s :x", "é", "e\u0301"),
    "bytes": ("\\x", "\\x00ff10", "\\x5c78", "\\x2020"),
    "flag": ("0", "1"),
    "day": ("2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"),
    "clock": ("00:00:00", "10:20:30", "10:20:30.5", "23:59:59.999999"),
    "moment": ("2024-02-29 10:20:30", "2024-02-29 10:20:30.5", "2024-02-29 00:00:00.000001", "1000-01-01 00:00:00",
               "9999-12-31 23:59:59.999999"),
    "world": ("2024-02-29 10:20:30", "1970-01-01 00:00:01.25"),
    "written": ('{"b":1, "a":2}', "[]", '"x"', "null"),
}
SPECIAL = {
    "postgresql": (
        ("double precision", "-0", "0"), ("double precision", "NaN", "NaN"),
        ("double precision", "-infinity", "-Infinity"),
        ("numeric", "NaN", "NaN"), ("numeric", "1.500", "1.5"), ("numeric", "1e5", "100000"), ("numeric", "-0.00", "0"),
        ("date", "infinity", "infinity"), ("date", "0044-03-15 BC", "0044-03-15 BC"),
        ("date", "12024-01-01", "12024-01-01"), ("timestamp", "-infinity", "-infinity"),
        ("timestamptz", "2024-01-01 08:00:00+08", "2024-01-01 00:00:00"),
        ("char(5)", "ab", "ab"), ("citext", "Ab", "Ab"), ("money", "1234.50", "1234.5"),
        ("integer[]", "{1,NULL}", "{1,NULL}"),
        ("jsonb", '{"bb":1.50,"a":[true,null]}', '{"a": [true, null], "bb": 1.50}'),
        ("interval", "90 min", "PT1H30M"), ("mood", "it's", "it's"),
        ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    "mariadb": (
        ("int(5) zerofill", "42", "42"), ("year", "2024", "2024"), ("date", "0000-00-00", "0000-00-00"),
        ("datetime", "0000-00-00 00:00:00", "0000-00-00 00:00:00"), ("time", "-30:00:00", "-30:00:00"),
        ("enum('x','y')", "y", "y"), ("set('p','q')", "p,q", "p,q"), ("varchar(9) character set latin1", "é", "é"),
        ("varchar(9) character set gbk", "项目", "项目"), ("char(5)", "ab", "ab"), ("binary(3)", "ab", "\\x616200")),
    "sqlite": (
        ("timestamp", "2024-02-29T10:20:30.500000", "2024-02-29 10:20:30.5"),
        ("timestamp", "2024-02-29", "2024-02-29 00:00:00"), ("timestamp", "2024-02-29 10:20", "2024-02-29 10:20:00"),
        ("timestamp", "2024-02-29 10:20:30+08:00", "2024-02-29 10:20:30+08:00"),
        ("timestamp", "soon", "soon"), ("time", "10:20:30.500000", "10:20:30.5"), ("date", "soon", "soon"),
        ("numeric(14, 2)", "1.50", "1.5"), ("numeric(14, 2)", "abc", "abc"), ("integer", "abc", "abc"),
        ("boolean", "1", "1"), ("double precision", "9e999", "Infinity")),
}
"""What only one make has: type, what is put in, canonical text."""
