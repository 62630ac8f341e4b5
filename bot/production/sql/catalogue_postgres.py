"""Reads PostgreSQL's catalogue by one expression, so that it travels with a transaction's settings in one statement."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from bot.production.sql import kept
from bot.production.sql.facts import (
    Apart,
    Check,
    Facts,
    ForeignKey,
    UniqueKey,
    columns_of,
    foreign_keys_of,
    relations_of,
)

_SCOPE = """
RECURSIVE named AS (
  SELECT c.oid, c.oid AS root FROM pg_class c WHERE c.relname = ANY(:names) AND c.relkind IN ('r', 'p')),
tree AS (
  SELECT oid, root FROM named
  UNION SELECT i.inhrelid, t.root FROM pg_inherits i JOIN tree t ON t.oid = i.inhparent),
links AS (
  SELECT k.*, to_jsonb(k) AS told FROM pg_constraint k
  WHERE k.contype = 'f' AND k.conparentid = 0
    AND (k.confrelid IN (SELECT oid FROM tree) OR k.conrelid IN (SELECT oid FROM tree))),
near AS (
  (SELECT oid, root FROM named UNION SELECT conrelid, conrelid FROM links)
  UNION SELECT i.inhrelid, n.root FROM pg_inherits i JOIN near n ON n.oid = i.inhparent),
places AS (
  SELECT c.*, CASE WHEN pg_table_is_visible(c.oid) THEN current_schema() ELSE n.nspname END AS nspname, n.nspname AS lies_in
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)"""
"""named: the tables of the settings. tree: those and all below them. links: foreign keys from and to the tree.
near: the tables, what points at them, and all below both, each with the table that people name.
places: what the connection finds by its search_path counts as lying at home."""
_COLUMNS = """
SELECT json_build_array(c.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  a.attgenerated <> '', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END, a.attidentity = 'a',
  false, CASE WHEN y.typtype <> 'd' THEN format_type(y.oid, -1) ELSE (
    WITH RECURSIVE under AS (
      SELECT y.typbasetype AS oid UNION ALL SELECT b.typbasetype FROM under u JOIN pg_type b ON b.oid = u.oid WHERE b.typtype = 'd')
    SELECT format_type(b.oid, -1) FROM under u JOIN pg_type b ON b.oid = u.oid WHERE b.typtype <> 'd') END)
FROM pg_attribute a JOIN named ON named.oid = a.attrelid JOIN places c ON c.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.nspname, c.relname, a.attnum"""
"""The last: the type without its length, which a cast would cut a text to; of a domain the type below it, for the same reason."""
_NAMES = """
SELECT json_build_array(c.lies_in, c.relname, c.nspname, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
  WHEN 'm' THEN 'materialised view' WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' ELSE 'type' END)
FROM places c WHERE c.relname = ANY(:names) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') ORDER BY c.lies_in, c.relname"""
_LINKS = """
SELECT json_build_array(cc.nspname, cc.relname, ca.attname, pc.nspname, pc.relname, pa.attname, k.oid::text,
  CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
                     WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END,
  COALESCE(NULLIF(k.told -> 'confdelsetcols', 'null') @> to_jsonb(u.child), true),
  NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O'),
  NOT has_table_privilege(k.confrelid, 'SELECT') OR row_security_active(k.confrelid),
  COALESCE((k.told ->> 'conperiod')::boolean, false))
FROM links k
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u(child, parent, nth)
JOIN places cc ON cc.oid = k.conrelid JOIN places pc ON pc.oid = k.confrelid
JOIN pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = u.child
JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = u.parent
WHERE COALESCE((k.told ->> 'conenforced')::boolean, true)
ORDER BY k.oid, u.nth"""
_TRIGGERS = """
SELECT DISTINCT json_build_array(c.nspname, c.relname, t.tgname, t.tgtype, l.lanname, f.proname, f.prosrc, encode(t.tgargs, 'escape'),
  t.tgqual IS NOT NULL OR t.tgattr <> ''::int2vector)::text
FROM pg_trigger t JOIN near ON near.oid = t.tgrelid JOIN places c ON c.oid = near.root
JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_language l ON l.oid = f.prolang
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
UNION
SELECT DISTINCT json_build_array(c.nspname, c.relname, r.rulename, CASE r.ev_type WHEN '2' THEN 16 WHEN '3' THEN 4 WHEN '4' THEN 8 END,
  CASE WHEN r.is_instead AND r.ev_qual = '<>' THEN 'rule instead' ELSE 'rule' END, '', '', '', false)::text
FROM pg_rewrite r JOIN near ON near.oid = r.ev_class JOIN places c ON c.oid = near.root
WHERE r.rulename <> '_RETURN' AND r.ev_enabled <> 'D'"""
_UNIQUES = """
SELECT json_build_array(c.nspname, c.relname, array_agg(a.attname ORDER BY u.nth),
  COALESCE((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false))
FROM pg_index x JOIN named ON named.oid = x.indrelid JOIN places c ON c.oid = x.indrelid
CROSS JOIN LATERAL unnest(x.indkey::int2[], x.indcollation::oid[]) WITH ORDINALITY u(attnum, compares, nth)
JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = u.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE x.indisunique AND x.indisvalid AND x.indisready AND x.indislive AND x.indimmediate AND NOT x.indisexclusion
  AND x.indpred IS NULL AND x.indexprs IS NULL AND u.nth <= x.indnkeyatts
GROUP BY c.nspname, c.relname, x.indexrelid, x.*
HAVING bool_and(COALESCE(l.collisdeterministic, true) OR u.compares = a.attcollation)
ORDER BY c.nspname, c.relname, x.indexrelid"""
_RELATIONS = """
SELECT json_build_array(r.nspname, r.relname, c.nspname, c.relname, c.relkind, c.relispartition, row_security_active(c.oid),
  CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::regclass::text ELSE '' END)
FROM near JOIN places r ON r.oid = near.root JOIN places c ON c.oid = near.oid
ORDER BY r.nspname, r.relname, c.nspname, c.relname"""
_CHECKS = """
SELECT DISTINCT json_build_array(c.nspname, c.relname, pg_get_expr(k.conbin, k.conrelid), k.convalidated,
  COALESCE((to_jsonb(k) ->> 'conenforced')::boolean, true), k.conrelid = tree.root)::text
FROM pg_constraint k JOIN tree ON tree.oid = k.conrelid JOIN places c ON c.oid = tree.root WHERE k.contype = 'c'
UNION
SELECT json_build_array(c.nspname, c.relname, '', true, true, false)::text
FROM pg_index x JOIN tree ON tree.oid = x.indrelid JOIN places c ON c.oid = tree.root
WHERE COALESCE((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false)"""
_APARTS = """
SELECT json_build_array(c.nspname, c.relname, ARRAY(
    SELECT json_build_array(pg_get_indexdef(x.indexrelid, nth, true), COALESCE((
      SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE o.oid = k.conexclop[nth]), '='))
    FROM generate_series(1, x.indnkeyatts::int) nth ORDER BY nth),
  COALESCE(pg_get_expr(x.indpred, x.indrelid), ''), k.conexclop IS NULL)
FROM pg_index x JOIN named ON named.oid = x.indrelid JOIN places c ON c.oid = x.indrelid
LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype IN ('x', 'p', 'u') AND k.conrelid = x.indrelid
WHERE (x.indisexclusion OR x.indisunique AND (x.indpred IS NOT NULL OR x.indexprs IS NOT NULL OR NOT x.indimmediate))
  AND x.indisvalid AND x.indisready AND x.indislive
ORDER BY c.nspname, c.relname, x.indexrelid"""
_UNFINISHED = """
SELECT json_build_array(c.nspname, c.relname, i.relname)
FROM pg_index x JOIN tree ON tree.oid = x.indrelid JOIN places c ON c.oid = tree.root JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indisunique AND NOT x.indisvalid AND i.relkind = 'i'
UNION ALL
SELECT json_build_array(c.nspname, c.relname, k.conname)
FROM pg_constraint k JOIN tree ON tree.oid = k.conrelid JOIN places c ON c.oid = tree.root
WHERE NOT k.convalidated AND k.contype = 'n'
UNION ALL
SELECT json_build_array(c.nspname, c.relname, k.conname)
FROM links k JOIN tree ON tree.oid = k.conrelid JOIN places c ON c.oid = tree.root
WHERE NOT k.convalidated AND COALESCE((k.told ->> 'conenforced')::boolean, true)
  AND (NOT has_table_privilege(k.confrelid, 'SELECT') OR row_security_active(k.confrelid))
UNION ALL
SELECT json_build_array(c.nspname, c.relname, k.conname)
FROM pg_constraint k JOIN pg_attribute a ON a.atttypid = k.contypid JOIN tree ON tree.oid = a.attrelid
JOIN places c ON c.oid = tree.root WHERE NOT k.convalidated"""
_MARKED = {
    "pg_class": "oid >= 16384",
    "pg_attribute": "attrelid >= 16384",
    "pg_attrdef": "",
    "pg_type": "oid >= 16384",
    "pg_constraint": "",
    "pg_inherits": "",
    "pg_trigger": "",
    "pg_rewrite": "oid >= 16384",
    "pg_policy": "",
    "pg_index": "indrelid >= 16384",
    "pg_proc": "oid >= 16384",
    "pg_operator": "oid >= 16384",
    "pg_collation": "oid >= 16384",
    "pg_namespace": "",
    "pg_auth_members": "",
}
"""What the facts rest on, without what came with the server."""


def _mark(catalogue: str, own: str) -> str:
    """A row that is written anew lies elsewhere, under another transaction; older servers change an index's state in its place."""
    state = " || indisvalid || indisready || indislive" if catalogue == "pg_index" else ""
    where = f" WHERE {own}" if own else ""
    row = f"hashtext(xmin::text || ctid::text{state})::bigint"
    return f"(SELECT count(*) || ':' || COALESCE(sum({row}), 0) FROM {catalogue}{where})"  # noqa: S608 - constants of this file


_USER = "(SELECT rolsuper || ' ' || rolbypassrls FROM pg_roles WHERE rolname = current_user)"
_PLACE = ("current_user", "current_schemas(true)", "current_setting('session_replication_role')", _USER)
MARK = f"concat_ws(' ', {', '.join((*_PLACE, *(_mark(*each) for each in _MARKED.items())))}) AS mark"
_DEFERRED = "EXISTS (SELECT FROM pg_constraint WHERE condeferred)"
_PARTS = (_COLUMNS, _NAMES, _LINKS, _TRIGGERS, _UNIQUES, _RELATIONS, _CHECKS, _UNFINISHED, _APARTS)
CATALOGUE = (
    f"(WITH {_SCOPE} SELECT json_build_array(current_schema(), current_setting('session_replication_role'), {_DEFERRED}, "
    + ", ".join(f"ARRAY({part})" for part in _PARTS)
    + ")::text) AS catalogue"
)


@lru_cache(maxsize=16)
def read(catalogue: str) -> Facts:
    """The same words mean the same facts: they are taken apart once."""
    home, role, deferred, *parts = json.loads(catalogue)
    columns, names, links, triggers, uniques, relations, checks, unfinished, aparts = parts

    def full(schema: str, table: str) -> str:
        return table if schema == home else f"{schema}.{table}"

    keys = foreign_keys_of((full(cs, ct), cc, full(ps, pt), *rest) for cs, ct, cc, ps, pt, *rest in links)
    places = [(full(rs, rt), full(s, t), *rest) for rs, rt, s, t, *rest in relations]
    rules = [(full(s, t), *rest) for s, t, *rest in map(json.loads, checks)]
    return Facts(
        columns=columns_of((full(s, t), *rest) for s, t, *rest in columns),
        relations=relations_of((lies_in, t, full(s, t), kind) for lies_in, t, s, kind in names),
        foreign_keys=keys,
        triggers=tuple(kept.of_postgres(full(s, t), *rest) for s, t, *rest in sorted(map(json.loads, triggers))),
        uniques=tuple(
            UniqueKey(table=full(s, t), columns=tuple(names), empty_once=once) for s, t, names, once in uniques
        ),
        checks=tuple(Check(table=t, clause=said) for t, said, valid, enforced, _ in rules if enforced and not valid),
        rules=tuple(Check(table=t, clause=said) for t, said, _, enforced, own in rules if enforced and own),
        aparts=tuple(_apart(full(s, t), *rest) for s, t, *rest in aparts),
        ruled=tuple(sorted({table for table, _, _, enforced, _ in rules if enforced})),
        closed=tuple(_closed(places, keys)),
        filtered=tuple(sorted({root for root, _, _, _, active, _ in places if active})),
        parts=tuple(sorted((name, root) for root, name, *_ in places if name != root)),
        doubtful=tuple((full(s, t), _unfinished(full(s, t), name)) for s, t, name in unfinished),
        deferred=deferred,
        blind=_blind(role),
    )


def _apart(table: str, parts: Sequence[Sequence[str]], predicate: str, unique: bool) -> Apart:
    pairs = tuple((expression, operator) for expression, operator in parts)
    return Apart(table=table, parts=pairs, predicate=predicate, unique=unique)


def _closed(places: Sequence[tuple[str, str, str, bool, bool, str]], keys: Sequence[ForeignKey]) -> Iterable[Any]:
    """What a table's own name does not cover."""
    for root, name, kind, partition, _, whole in places:
        if name == root and partition:
            yield (
                root,
                f"{root} is one partition of {whole}, and what hangs on its rows hangs on {whole}. Name {whole} instead.",
            )
        elif name != root and not partition:
            yield (
                root,
                f"Rows of {name} are seen as rows of {root} too (INHERITS), so it is unclear which is meant. {_NAME_IT.format(name, root)}",
            )
        elif name != root and kind == "f":
            yield root, f"{name}, a partition of {root}, is on another server. Change its rows there."
    within = {name: root for root, name, *_ in places if name != root}
    for key in (key for key in keys if key.parent in within):
        root = within[key.parent]
        said = f"{key.child} points at {key.parent} alone, a part of {root} (foreign key)."
        yield root, f"{said} Have it point at {root}, or change the row by hand."


_NAME_IT = "If the row is in {0}, name {0} (in the settings' tables as well); a row of {1} itself is changed by hand (ONLY {1})."


def _unfinished(table: str, name: str) -> str:
    return f"{name} of {table} was never checked against the rows that were there before, so a row may not be let in again."


def _blind(role: str) -> str:
    if role == "origin":
        return ""
    return (
        f"The database user works as {role} (session_replication_role), so foreign keys and triggers would not work for it. "
        "Whoever keeps the database sets it to origin for this user."
    )
