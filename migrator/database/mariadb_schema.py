"""The structure of a MariaDB or MySQL database as lines that are the same before a dump and after its restore."""

from __future__ import annotations

import re
from collections import defaultdict

from migrator.database.base import OURS, Column, Schema
from migrator.database.served import Ask

_COLUMNS = """
select c.table_name, c.column_name, c.column_type, c.collation_name, t.table_collation, c.is_nullable, c.column_default,
       c.extra, c.generation_expression, c.column_key
from information_schema.columns c
join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
where c.table_schema = database() and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
order by binary c.table_name, binary c.column_name
"""
_OTHERS = (
    """select table_name, concat('options ', table_name, ': ', engine, ' ', table_collation)
       from information_schema.tables
       where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')""",
    """select table_name, concat(if(non_unique, 'index ', 'unique '), table_name, '.', index_name, ' ', index_type,
              ' (', group_concat(concat(column_name, coalesce(concat('(', sub_part, ')'), ''))
                                 order by seq_in_index), ')')
       from information_schema.statistics where table_schema = database()
       group by table_name, index_name, non_unique, index_type""",
    """select k.table_name, concat('foreign key ', k.table_name, '.', k.constraint_name, ' (',
              group_concat(k.column_name order by k.ordinal_position), ') -> ', k.referenced_table_name, ' (',
              group_concat(k.referenced_column_name order by k.ordinal_position), ') update ', r.update_rule,
              ' delete ', r.delete_rule)
       from information_schema.key_column_usage k join information_schema.referential_constraints r
         on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name
        and r.table_name = k.table_name
       where k.constraint_schema = database() and k.referenced_table_name is not null
       group by k.table_name, k.constraint_name, k.referenced_table_name, r.update_rule, r.delete_rule""",
    """select t.table_name, concat('check ', t.table_name, '.', t.constraint_name, ': ', c.check_clause)
       from information_schema.table_constraints t join information_schema.check_constraints c
         on c.constraint_schema = t.constraint_schema and c.constraint_name = t.constraint_name {same_table}
       where t.constraint_schema = database() and t.constraint_type = 'CHECK'""",
    """select table_name, concat('view ', table_name, ': ',
              replace(view_definition, concat('`', replace(database(), '`', '``'), '`.'), ''))
       from information_schema.views where table_schema = database()""",
    """select trigger_name, concat('trigger ', trigger_name, ' ', action_timing, ' ', event_manipulation, ' ',
              event_object_table, ': ', action_statement)
       from information_schema.triggers where trigger_schema = database()""",
    """select routine_name, concat(lower(routine_type), ' ', routine_name, coalesce(concat(' returns ', dtd_identifier),
              ''), ': ', coalesce(routine_definition, '(hidden)'))
       from information_schema.routines where routine_schema = database()""",
    """select event_name, concat('event ', event_name, ' ', coalesce(execute_at, ''), coalesce(interval_value, ''),
              ' ', coalesce(interval_field, ''), ': ', event_definition)
       from information_schema.events where event_schema = database()""",
)


def schema(ask: Ask) -> Schema:
    """Columns by table, and one line for everything else.

    Bodies of routines are hidden from users who neither made them nor may read all: compare with the same rights.
    """
    ask("set group_concat_max_len = 1000000")  # longer lists would be cut without an error
    mariadb = "mariadb" in str(ask("select version()")[0][0]).lower()
    same_table = "and c.table_name = t.table_name" if mariadb else ""  # MySQL's names are unique
    tables: defaultdict[str, list[Column]] = defaultdict(list)
    for table, name, *facts in ask(_COLUMNS):
        if not table.startswith(OURS):
            tables[table].append(_column(name, *facts))
    lines = [one_line(line) for sql in _OTHERS for owner, line in ask(sql.replace("{same_table}", same_table))
             if line and not owner.startswith(OURS)]
    return Schema({table: tuple(columns) for table, columns in tables.items()}, tuple(sorted(lines)))


def _column(name: str, type_: str, collation: str | None, table_collation: str | None, nullable: str,
            default: str | None, extra: str, generated: str | None, key: str) -> Column:
    """Forms in which versions of MariaDB and MySQL differ for the same column are made one."""
    words = [re.sub(r"\b((?:small|medium|big)?int)\(\d+\)", r"\1", type_)]
    words += [f"collate {collation}"] if collation and collation != table_collation else []
    words += [extra.replace("DEFAULT_GENERATED", "").lower()] if extra else []
    words += [f"as {generated}"] if generated else []
    if default == "NULL":
        default = None
    if default is not None:
        default = re.sub(r"current_timestamp(?:\(\))?", "current_timestamp", default.strip("'"), flags=re.IGNORECASE)
    return Column(name, one_line(" ".join(words)), nullable == "YES", default, key == "PRI")


def one_line(text: str) -> str:
    """White space folded, and the old and the new name of three-byte UTF-8 made one."""
    return re.sub(r"\butf8(?=_|\b)(?!mb)", "utf8mb3", " ".join(text.split()))
