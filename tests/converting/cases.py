"""Conversions by their declarations: what becomes of each value on the way over and back, whatever the make."""

from __future__ import annotations

from dataclasses import dataclass

REFUSED = None
"""In place of the value that a refused one would have become."""


@dataclass(frozen=True)
class Case:
    """One declaration between two column types. Of each value: itself, what it becomes, what comes back, its doubt."""

    name: str
    old: str
    new: str
    said: str | None
    faith: str
    forward: tuple[tuple[str | None, ...], ...] = ()
    backward: tuple[tuple[str | None, ...], ...] = ()
    only: frozenset[str] = frozenset({"postgresql", "mariadb", "sqlite"})


SERVERS = frozenset({"postgresql", "mariadb"})


def kept(*values: str) -> tuple[tuple[str | None, ...], ...]:
    """Values that are the same there and back."""
    return tuple((value, value, value) for value in values)


CASES = [
    Case("wider-text", "varchar(20)", "varchar(40)", None, "INJ", kept("", " a ", "项目😀"),
         (*kept("a"), ("a" * 21, REFUSED, None, "too-long")), SERVERS),
    Case("shorter-text", "varchar(40)", "varchar(3)", None, "INJ",
         (*kept("", "abc", "项目😀"), ("abcd", REFUSED, None, "too-long"), (" a  ", REFUSED, None, "too-long")),
         kept("abc"), SERVERS),
    Case("padded-text", "varchar(20)", "char(5)", None, "INJ", (*kept("a", " a"), ("a ", "a", "a")), kept("a"),
         SERVERS),
    Case("wider-number", "integer", "bigint", None, "INJ", kept("1", "-2147483648"),
         (*kept("7"), ("2147483648", REFUSED, None, "out-of-range"), ("-99999999999", REFUSED, None, "out-of-range")),
         SERVERS),
    Case("coarser-decimal", "decimal(10,4)", "decimal(6,2)", None, "INJ",
         (*kept("1.5", "0"), ("1.005", "1.01", "1.01"), ("-1.005", "-1.01", "-1.01"), ("0.0049", "0", "0"),
          ("9999.994", "9999.99", "9999.99"), ("9999.995", REFUSED, None, "out-of-range"),
          ("-9999.995", REFUSED, None, "out-of-range")), kept("1.25", "-9999.99")),
    Case("real-to-decimal", "double precision", "decimal(10,2)", None, "INJ",
         (*kept("0.1", "-2.5"), ("1.005", "1.01", "1.01"), ("0.30000000000000004", "0.3", "0.3"),
          ("1e+20", REFUSED, None, "out-of-range")), kept("0.1", "12345678.9")),
    Case("coarser-moment", "MOMENT(6)", "MOMENT(3)", None, "INJ",
         (*kept("2024-01-01 10:00:00.5"),
          ("2024-12-31 23:59:59.9999", "2024-12-31 23:59:59.999", "2024-12-31 23:59:59.999")),
         kept("2024-01-01 10:00:00.123"), SERVERS),
    Case("day-to-moment", "date", "MOMENT(6)", None, "INJ", (("2024-02-29", "2024-02-29 00:00:00", "2024-02-29"),),
         (("2024-02-29 00:00:00", "2024-02-29", "2024-02-29 00:00:00"),
          ("2024-02-29 23:00:00.5", "2024-02-29", "2024-02-29 00:00:00"))),
    Case("text-to-decimal", "varchar(20)", "decimal(14,2)", "", "INJ",
         (("125000.50", "125000.5", "125000.5"), ("12.345", "12.35", "12.35"), *kept("-0.5", "7"),
          *((wrong, REFUSED, None, "no-number") for wrong in ("abc", "", " 1", "1e5", "1.", "+1", "1\n", "NaN", "１")),
          ("99999999999999", REFUSED, None, "out-of-range")), kept("125000.5", "-0.01")),
    Case("text-to-decimal-signs", "varchar(20)", "decimal(14,2)", "decimal: ',', thousands: '.'", "INJ",
         (("1.234,5", "1234.5", "1234,5"), ("1234,50", "1234.5", "1234,5"), ("12.34", REFUSED, None, "no-number")),
         (("1234.5", "1234,5", "1234.5"),)),
    Case("text-to-whole", "varchar(20)", "integer", "", "INJ",
         (*kept("12"), ("007", "7", "7"), ("12.5", REFUSED, None, "no-number")), kept("5", "-5")),
    Case("text-to-real", "varchar(30)", "double precision", "", "INJ",
         (*kept("0.1"), ("1e5", "100000", "100000"), ("x", REFUSED, None, "no-number")), kept("1e+300", "0.1")),
    Case("text-to-day", "varchar(20)", "date", 'format: "%Y%m%d"', "INJ",
         (("20240229", "2024-02-29", "20240229"),
          *((wrong, REFUSED, None, "not-in-format")
            for wrong in ("20230229", "2024", "20241301", "2024-01-31", "00000101"))),
         (("2024-02-29", "20240229", "2024-02-29"),)),
    Case("text-to-moment", "varchar(40)", "MOMENT(6)", 'format: "%d/%m/%Y %H:%M:%S.%f"', "INJ",
         (("29/02/2024 08:00:01.500000", "2024-02-29 08:00:01.5", "29/02/2024 08:00:01.500000"),
          ("29/02/2024 24:00:00.000000", REFUSED, None, "not-in-format")),
         (("2024-02-29 08:00:01", "29/02/2024 08:00:01.000000", "2024-02-29 08:00:01"),)),
    Case("text-in-zone", "varchar(30)", "MOMENT(6)", 'format: "%Y年%m月%d日 %H:%M", zone: Asia/Shanghai', "LOSSY",
         (("2024年02月29日 08:00", "2024-02-29 00:00:00", "2024年02月29日 08:00"),),
         (("2024-02-29 00:00:00", "2024年02月29日 08:00", "2024-02-29 00:00:00"),
          ("2024-02-29 00:00:01", "2024年02月29日 08:00", "2024-02-29 00:00:00"))),
    Case("text-to-flag", "varchar(3)", "integer", '"true": Y, "false": N', "LOSSY",
         (("Y", "1", "Y"), ("N", "0", "N"), ("y", REFUSED, None, "not-in-format")),
         (("1", "Y", "1"), ("2", REFUSED, None, "not-boolean"))),
    Case("zone-with-summer", "MOMENT(6)", "MOMENT(6)", "zone: Europe/Berlin", "LOSSY",
         (("2024-03-31 02:30:00", "2024-03-31 01:30:00", "2024-03-31 03:30:00"),
          ("2024-03-31 01:59:59.999999", "2024-03-31 00:59:59.999999", "2024-03-31 01:59:59.999999"),
          ("2024-03-31 03:00:00", "2024-03-31 01:00:00", "2024-03-31 03:00:00"),
          ("2024-10-27 02:30:00", "2024-10-27 00:30:00", "2024-10-27 02:30:00"),
          ("1890-01-01 00:00:00", "1889-12-31 23:06:32", "1890-01-01 00:00:00")),
         (("2024-10-27 00:30:00", "2024-10-27 02:30:00", "2024-10-27 00:30:00"),
          ("2024-10-27 01:30:00", "2024-10-27 02:30:00", "2024-10-27 00:30:00"))),
    Case("offset", "MOMENT(6)", "MOMENT(6)", 'zone: "+08:00"', "ISO",
         (("2024-03-31 02:30:00.5", "2024-03-30 18:30:00.5", "2024-03-31 02:30:00.5"),),
         (("2024-03-31 18:30:00", "2024-04-01 02:30:00", "2024-03-31 18:30:00"),)),
    Case("day-at-an-hour", "date", "MOMENT(6)", 'at: "09:00", zone: "+08:00"', "INJ",
         (("2024-02-29", "2024-02-29 01:00:00", "2024-02-29"),),
         (("2024-02-29 23:00:00.5", "2024-03-01", "2024-03-01 01:00:00"),)),
    Case("unit", "double precision", "decimal(14,2)", "times: 10000", "INJ",
         (("12.3456", "123456", "12.3456"), ("0.00001", "0.1", "0.00001"), ("0.0000001", "0", "0"),
          ("1e+15", REFUSED, None, "out-of-range")),
         (("123456.78", "12.345678", "123456.78"), ("99999999999.99", "9999999.999999", "99999999999.99"))),
    Case("third", "integer", "decimal(14,4)", "times: 1/3", "LOSSY", (("1", "0.3333", "1"), ("3", "1", "3")),
         (("0.5", "2", "0.6667"),), SERVERS),
    Case("seconds", "bigint", "MOMENT(6)", "epoch: seconds", "LOSSY",
         (("0", "1970-01-01 00:00:00", "0"), ("-1", "1969-12-31 23:59:59", "-1"),
          ("253402300799", "9999-12-31 23:59:59", "253402300799"), ("253402300800", REFUSED, None, "out-of-range")),
         (("1969-12-31 23:59:59.5", "-1", "1969-12-31 23:59:59"),)),
    Case("milliseconds", "bigint", "MOMENT(6)", "epoch: milliseconds", "LOSSY",
         (("-1500", "1969-12-31 23:59:58.5", "-1500"),
          ("253402300799999", "9999-12-31 23:59:59.999", "253402300799999"))),
    Case("real-to-whole", "double precision", "integer", "", "INJ",
         (("1.5", "2", "2"), ("-1.5", "-2", "-2"), ("2.4999999", "2", "2"), ("1e+15", REFUSED, None, "out-of-range")),
         kept("7"), SERVERS),
]
