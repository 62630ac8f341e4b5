"""Reads a database's catalogue, anew for every preview and run, so that a trigger or a cascade added a minute ago counts."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.production.sql.facts import Facts, facts

_PG_COLUMNS = """
SELECT json_build_array(n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', a.attidentity = 'a')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.relname = ANY(:names)
ORDER BY n.nspname, c.relname, a.attnum"""
_PG_KEYS = """
SELECT json_build_array(cn.nspname, cc.relname, ca.attname, pn.nspname, pc.relname, pa.attname, k.oid::text,
  CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
                     WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END)
FROM pg_constraint k
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u(child, parent, nth)
JOIN pg_class cc ON cc.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = cc.relnamespace
JOIN pg_class pc ON pc.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = pc.relnamespace
JOIN pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = u.child
JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = u.parent
WHERE k.contype = 'f' AND k.conparentid = 0 AND pc.relname = ANY(:names)
ORDER BY k.oid, u.nth"""
_PG_TRIGGERS = """
SELECT json_build_array(n.nspname, c.relname, t.tgname)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relname = ANY(:names)
UNION ALL
SELECT json_build_array(n.nspname, c.relname, r.rulename)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND c.relname = ANY(:names)"""
_PG = f"""json_build_array(current_schema(),
  ARRAY({_PG_COLUMNS}), ARRAY({_PG_KEYS}), ARRAY({_PG_TRIGGERS}))::text AS catalogue"""
"""One expression, so that it travels with a transaction's settings in one statement."""

_LITE_COLUMNS = """
SELECT m.name, x.name, x.type, x.hidden IN (2, 3) FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x
WHERE m.type = 'table' ORDER BY m.name, x.cid"""
_LITE_KEYS = """
SELECT m.name, f."from", f."table", f."to", m.name || f.id, f.on_delete
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"""
_LITE_TRIGGERS = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2"

_MY_COLUMNS = """
SELECT IF(table_schema = DATABASE(), table_name, CONCAT(table_schema, '.', table_name)), column_name, column_type,
  COALESCE(generation_expression, '') <> '', FALSE, LOWER(extra) LIKE '%on update current_timestamp%'
FROM information_schema.columns WHERE table_name IN :names ORDER BY 1, ordinal_position"""
_MY_KEYS = """
SELECT IF(k.table_schema = DATABASE(), k.table_name, CONCAT(k.table_schema, '.', k.table_name)), k.column_name,
  IF(k.referenced_table_schema = DATABASE(), k.referenced_table_name, CONCAT(k.referenced_table_schema, '.', k.referenced_table_name)),
  k.referenced_column_name, CONCAT(k.table_schema, '.', k.table_name, '.', k.constraint_name), r.delete_rule
FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.referenced_table_name IN :names ORDER BY 5, k.ordinal_position"""
_MY_TRIGGERS = """
SELECT IF(event_object_schema = DATABASE(), event_object_table, CONCAT(event_object_schema, '.', event_object_table)), trigger_name
FROM information_schema.triggers WHERE event_object_table IN :names ORDER BY 1, 2"""
_MY_ENGINES = """
SELECT IF(table_schema = DATABASE(), table_name, CONCAT(table_schema, '.', table_name))
FROM information_schema.tables WHERE table_name IN :names AND engine <> 'InnoDB' ORDER BY 1"""
_GRANT = re.compile(r"GRANT (?P<rights>.+) ON (?P<where>\*|`[^`]*`)\.\* TO ")


async def read_postgres(conn: AsyncConnection, tables: Sequence[str], first: str, values: Mapping[str, Any]) -> Facts:
    """`first` is evaluated before, in the same statement: a round trip less."""
    row = (await conn.execute(_opening(first), {**values, "names": _short(tables)})).one()
    return _postgres(row.catalogue)


async def read_facts(conn: AsyncConnection, tables: Sequence[str]) -> Facts:
    """The facts of these tables ("menus", "billing.invoices") and of what refers to them, on SQLite and MySQL."""
    if conn.dialect.name == "sqlite":
        columns, keys, triggers = [await _rows(conn, sa.text(q)) for q in (_LITE_COLUMNS, _LITE_KEYS, _LITE_TRIGGERS)]
        return facts(columns, keys, triggers)
    named = [
        sa.text(q).bindparams(sa.bindparam("names", _short(tables), expanding=True))
        for q in (_MY_COLUMNS, _MY_KEYS, _MY_TRIGGERS, _MY_ENGINES)
    ]
    columns, keys, triggers, engines = [await _rows(conn, query) for query in named]
    return facts(columns, keys, triggers, [str(name) for (name,) in engines], await _blind(conn))


@lru_cache(maxsize=4)
def _opening(first: str) -> sa.TextClause:
    """Made once: SQLAlchemy looks for its parameters each time that it is made."""
    return sa.text(f"SELECT {first}, {_PG}")


@lru_cache(maxsize=16)
def _postgres(catalogue: str) -> Facts:
    """The same words mean the same facts: they are taken apart once."""
    home, columns, keys, triggers = json.loads(catalogue)

    def full(schema: str, table: str) -> str:
        return table if schema == home else f"{schema}.{table}"

    return facts(
        [(full(s, t), *rest) for s, t, *rest in columns],
        [(full(cs, ct), cc, full(ps, pt), pc, key, rule) for cs, ct, cc, ps, pt, pc, key, rule in keys],
        sorted((full(s, t), name) for s, t, name in triggers),
    )


async def _blind(conn: AsyncConnection) -> str:
    """MySQL shows triggers and foreign keys only of tables on which the user has rights."""
    home = str(await conn.scalar(sa.text("SELECT DATABASE()")))
    rights = ", ".join(_rights(home, str(line)) for (line,) in await _rows(conn, sa.text("SHOW GRANTS")))
    if "ALL PRIVILEGES" in rights or all(re.search(rf"\b{right}\b", rights) for right in ("SELECT", "TRIGGER")):
        return ""
    return (
        f"The database user may not see all foreign keys and triggers of {home}, so nobody can say what else would change. "
        f"Whoever keeps the database runs GRANT SELECT, TRIGGER ON {home}.* for it."
    )


def _rights(home: str, line: str) -> str:
    found = _GRANT.match(line)
    known = found is not None and found["where"].replace("\\", "").strip("`") in ("*", home)
    return found["rights"] if found is not None and known else ""


def _short(tables: Sequence[str]) -> list[str]:
    return [name.rpartition(".")[2] for name in tables]


async def _rows(conn: AsyncConnection, query: sa.TextClause) -> Sequence[Any]:
    return (await conn.execute(query)).all()
