"""What a database's own catalogue says of the tables actions may touch: columns, foreign keys, triggers.

Read anew for every preview and run, in a few small queries, so that a trigger or a cascade added a minute ago counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, kw_only=True)
class ColumnFact:
    table: str
    name: str
    spec: str
    """The type as the database writes it: "numeric(10,2)"."""
    generated: bool
    identity: bool
    """GENERATED ALWAYS AS IDENTITY: an insert has to override it."""


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    child: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    """Empty where the database leaves it to the primary key (SQLite)."""
    on_delete: str
    """CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    columns: tuple[ColumnFact, ...]
    foreign_keys: tuple[ForeignKey, ...]
    triggers: tuple[tuple[str, str], ...]
    """(table, trigger or rule)."""
    untransactional: tuple[str, ...] = ()
    """Tables that cannot be rolled back."""


_PG_COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', a.attidentity = 'a'
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.relname = ANY(:names)
ORDER BY 1, 2, a.attnum"""
_PG_KEYS = """
SELECT cn.nspname, cc.relname, ca.attname, pn.nspname, pc.relname, pa.attname, k.oid::text,
  CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
                     WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END
FROM pg_constraint k
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u(child, parent, nth)
JOIN pg_class cc ON cc.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = cc.relnamespace
JOIN pg_class pc ON pc.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = pc.relnamespace
JOIN pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = u.child
JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = u.parent
WHERE k.contype = 'f' AND k.conparentid = 0 AND pc.relname = ANY(:names)
ORDER BY k.oid, u.nth"""
_PG_TRIGGERS = """
SELECT n.nspname, c.relname, t.tgname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relname = ANY(:names)
UNION ALL SELECT schemaname, tablename, rulename FROM pg_rules WHERE tablename = ANY(:names)
ORDER BY 1, 2, 3"""

_LITE_COLUMNS = """
SELECT m.name, x.name, x.type, x.hidden IN (2, 3) FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x
WHERE m.type = 'table' ORDER BY m.name, x.cid"""
_LITE_KEYS = """
SELECT m.name, f."from", f."table", f."to", m.name || f.id, f.on_delete
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"""
_LITE_TRIGGERS = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2"

_MY_COLUMNS = """
SELECT table_name, column_name, column_type, COALESCE(generation_expression, '') <> ''
FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"""
_MY_KEYS = """
SELECT k.table_name, k.column_name, k.referenced_table_name, k.referenced_column_name,
  CONCAT(k.table_name, '.', k.constraint_name), r.delete_rule
FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.referenced_table_schema = DATABASE() ORDER BY 5, k.ordinal_position"""
_MY_TRIGGERS = """
SELECT event_object_table, trigger_name FROM information_schema.triggers
WHERE event_object_schema = DATABASE() ORDER BY 1, 2"""
_MY_ENGINES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND engine <> 'InnoDB' ORDER BY 1"""


async def read_facts(conn: AsyncConnection, tables: Sequence[str]) -> Facts:
    """The facts of these tables ("menus", "billing.invoices") and of what refers to them."""
    if conn.dialect.name == "postgresql":
        return await _postgres(conn, tables)
    if conn.dialect.name == "sqlite":
        columns, keys, triggers = [await _rows(conn, q) for q in (_LITE_COLUMNS, _LITE_KEYS, _LITE_TRIGGERS)]
        return _facts(columns, keys, triggers)
    columns, keys, triggers = [await _rows(conn, q) for q in (_MY_COLUMNS, _MY_KEYS, _MY_TRIGGERS)]
    engines = await _rows(conn, _MY_ENGINES)
    return _facts(columns, keys, triggers, untransactional=tuple(str(name) for (name,) in engines))


async def _postgres(conn: AsyncConnection, tables: Sequence[str]) -> Facts:
    names = {"names": [name.rpartition(".")[2] for name in tables]}
    home = await conn.scalar(sa.text("SELECT current_schema()"))
    columns, keys, triggers = [await _rows(conn, q, names) for q in (_PG_COLUMNS, _PG_KEYS, _PG_TRIGGERS)]

    def full(schema: str, table: str) -> str:
        return table if schema == home else f"{schema}.{table}"

    return _facts(
        [(full(s, t), *rest) for s, t, *rest in columns],
        [(full(cs, ct), cc, full(ps, pt), pc, key, rule) for cs, ct, cc, ps, pt, pc, key, rule in keys],
        [(full(s, t), name) for s, t, name in triggers],
    )


async def _rows(conn: AsyncConnection, query: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    return (await conn.execute(sa.text(query), values or {})).all()


def _facts(
    columns: Sequence[Any], keys: Sequence[Any], triggers: Sequence[Any], *, untransactional: tuple[str, ...] = ()
) -> Facts:
    return Facts(
        columns=tuple(_column(*row) for row in columns),
        foreign_keys=tuple(_foreign_key(list(rows)) for _, rows in groupby(keys, key=lambda row: row[4])),
        triggers=tuple((str(table), str(name)) for table, name in triggers),
        untransactional=untransactional,
    )


def _column(table: str, name: str, spec: str, generated: Any, identity: Any = False) -> ColumnFact:
    return ColumnFact(table=table, name=name, spec=spec, generated=bool(generated), identity=bool(identity))


def _foreign_key(rows: Sequence[Any]) -> ForeignKey:
    child, _, parent, _, _, rule = rows[0]
    return ForeignKey(
        child=child,
        columns=tuple(row[1] for row in rows),
        parent=parent,
        parent_columns=tuple(row[3] for row in rows if row[3] is not None),
        on_delete=rule,
    )
