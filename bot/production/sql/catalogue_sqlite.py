"""Reads SQLite's catalogue: its pragmas, and what only the text of CREATE TABLE says."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bot.production.sql import kept
from bot.production.sql.facts import Apart, Check, Facts, UniqueKey, columns_of, foreign_keys_of, relations_of

COLUMNS = """
SELECT m.name, x.name, x.type, x.hidden IN (2, 3) FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x
WHERE m.type = 'table' ORDER BY m.name, x.cid"""
KEYS = """
SELECT m.name, f."from", f."table",
  COALESCE(f."to", (SELECT p.name FROM pragma_table_xinfo(f."table") p WHERE p.pk = f.seq + 1)), m.name || ' ' || f.id, f.on_delete
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.rowid DESC, f.id, f.seq"""
"""In the order in which SQLite follows them: the newest first."""
TRIGGERS = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2"
UNIQUES = """
SELECT m.name, l.name, x.name, x.coll FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_xinfo(l.name) x
WHERE m.type = 'table' AND l."unique" AND NOT l.partial AND x.key ORDER BY m.name, l.seq, x.seqno"""
INDEXES = """
SELECT m.tbl_name, m.sql, l.partial OR x.name IS NULL OR x.coll <> 'BINARY', x.coll
FROM sqlite_master m JOIN pragma_index_list(m.tbl_name) l ON l.name = m.name JOIN pragma_index_xinfo(m.name) x
WHERE m.type = 'index' AND l."unique" AND x.key AND m.sql IS NOT NULL ORDER BY m.name, x.seqno"""
ROWIDS = """
SELECT m.name, x.name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x WHERE m.type = 'table' AND x.pk
AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) l WHERE l.origin = 'pk') ORDER BY 1"""
TEXTS = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL ORDER BY 1"
NAMES = "SELECT 'main', name, name, type FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY 2"
QUERIES = (COLUMNS, KEYS, TRIGGERS, UNIQUES, ROWIDS, TEXTS, NAMES, INDEXES)

_TOKEN = re.compile(
    r"""(?P<blank>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<quoted>[xX]?'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<word>[\w.$]+)|(?P<sign>[<>=!|&-]+|.)""",
    re.DOTALL | re.VERBOSE,
)
_COMPARES = "Eq"


def read(rows: Sequence[Sequence[Any]]) -> Facts:
    """From the answers to QUERIES."""
    columns, keys, triggers, uniques, rowids, texts, names, indexes = rows
    told = {str(name): list(_tokens(str(text))) for name, text in texts}
    checks = tuple(Check(table=name, clause=clause) for name, tokens in told.items() for clause in _checks(tokens))
    single = (*_uniques(uniques), *(UniqueKey(table=table, columns=(column,)) for table, column in rowids))
    return Facts(
        columns=columns_of((*row, _formula(told.get(row[0], []), row[1]) if row[3] else "") for row in columns),
        relations=relations_of(names),
        foreign_keys=foreign_keys_of(keys),
        triggers=tuple(
            kept.of_sqlite(table, name, text, _keys(single, table, told.get(table, ())))
            for table, name, text in triggers
        ),
        uniques=single,
        checks=checks,
        rules=checks,
        aparts=tuple(_aparts(indexes)),
        ruled=tuple(dict.fromkeys(check.table for check in checks)),
        replacing=tuple(name for name, tokens in told.items() if _replaces(tokens)),
        deferred=any("DEFERRED" in tokens for tokens in told.values()),
    )


def collations(conn: sa.Connection, table: str, columns: Iterable[str]) -> Mapping[str, str]:
    """How each column compares text, as SQLite's own plan of a comparison says: no pragma does."""
    quote = conn.dialect.identifier_preparer.quote_identifier
    found = {}
    for column in columns:
        plan = conn.exec_driver_sql(f"EXPLAIN SELECT {quote(column)} = 'a' FROM {quote(table)}").all()  # noqa: S608 - quoted names of its own
        ways = (str(step[5]) for step in plan if step[1] == _COMPARES and step[5])
        found[column] = next(ways, "BINARY-8").rpartition("-")[0] or "BINARY"
    return found


def affinity(spec: str) -> str:
    """How SQLite reads a declared type: "text", "number" or "as it is"."""
    upper = spec.upper()
    if "INT" in upper:
        return "number"
    if any(sign in upper for sign in ("CHAR", "CLOB", "TEXT")):
        return "text"
    return "as it is" if "BLOB" in upper or not upper else "number"


def _uniques(rows: Sequence[Any]) -> Iterator[UniqueKey]:
    for (table, _), group in groupby(rows, key=lambda row: (row[0], row[1])):
        parts = [(name, collation) for _, _, name, collation in group]
        if all(name is not None for name, _ in parts):  # None: an expression
            yield UniqueKey(table=table, columns=tuple(n for n, _ in parts), collations=tuple(c for _, c in parts))


def _aparts(rows: Sequence[Any]) -> Iterator[Apart]:
    """Unique indexes of expressions, of some rows only, or that compare in another way than their columns."""
    for (table, text), group in groupby(rows, key=lambda row: (row[0], str(row[1]))):
        parts = list(group)
        if any(own for _, _, own, _ in parts):
            expressions, predicate = _index(text)
            ways = [f"COLLATE {collation} =" for _, _, _, collation in parts]
            pairs = tuple(zip(expressions, ways, strict=True))
            yield Apart(table=table, parts=pairs, predicate=predicate, unique=True)


def _index(text: str) -> tuple[list[str], str]:
    """What a CREATE INDEX indexes, and which rows, as it was written."""
    pieces = [found for found in _TOKEN.finditer(text) if found.lastgroup != "blank"]
    start = next(nth for nth, piece in enumerate(pieces) if piece[0] == "(")
    inside = len(list(_bracketed([piece[0] for piece in pieces[start:]])))
    rest = pieces[start + inside :]
    listed = [_expression(part) for part in _listed(pieces[start + 1 : start + inside - 1])]
    return [text[part[0].start() : part[-1].end()] for part in listed], text[rest[0].end() :].strip() if rest else ""


def _listed(pieces: Iterable[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """The parts between commas that no bracket holds."""
    part: list[re.Match[str]] = []
    depth = 0
    for piece in pieces:
        depth += (piece[0] == "(") - (piece[0] == ")")
        if piece[0] == "," and not depth:
            yield part
            part = []
        else:
            part.append(piece)
    yield part


def _expression(part: list[re.Match[str]]) -> list[re.Match[str]]:
    """Without how it is compared and sorted."""
    words = [piece[0].upper() for piece in part]
    while words[-1:] in (["ASC"], ["DESC"]) or words[-2:-1] == ["COLLATE"]:
        words = words[: -2 if words[-2:-1] == ["COLLATE"] else -1]
    return part[: len(words)]


def _tokens(text: str) -> Iterator[str]:
    """Words in capitals, quoted parts as they are; blanks and comments left out."""
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "blank":
            yield found[0].upper() if found.lastgroup == "word" else found[0]


def _keys(uniques: Sequence[UniqueKey], table: str, tokens: Sequence[str]) -> frozenset[frozenset[str]]:
    """Columns that together name a row, where a plain comparison finds no other one."""
    loose = "COLLATE" in tokens  # some column may take for the same what its index tells apart
    fine = (unique for unique in uniques if unique.table == table and not (loose and "BINARY" in unique.collations))
    own = (unique.columns for unique in fine)
    return frozenset(frozenset(name.casefold() for name in columns) for columns in own) | {frozenset({"rowid"})}


def _formula(tokens: Sequence[str], column: str) -> str:
    """What the column is generated from, as the text of its table has it."""
    names = (i for i, piece in enumerate(tokens) if piece.strip('"`[]').casefold() == column.casefold())
    for start in (i for i in names if tokens[i - 1] in ("(", ",")):
        for i in range(start, len(tokens) - 1):
            if tokens[i] == "AS" and tokens[i + 1] == "(":
                return " ".join(_bracketed(tokens[i + 1 :]))
            if tokens[i] == ",":
                break
    return ""


def _replaces(tokens: Sequence[str]) -> bool:
    return any(tokens[i : i + 3] == ["ON", "CONFLICT", "REPLACE"] for i in range(len(tokens)))


def _checks(tokens: Sequence[str]) -> Iterator[str]:
    for i, piece in enumerate(tokens):
        if piece == "CHECK" and tokens[i + 1 : i + 2] == ["("]:
            yield " ".join(_bracketed(tokens[i + 1 :]))


def _bracketed(tokens: Sequence[str]) -> Iterator[str]:
    depth = 0
    for piece in tokens:
        depth += (piece == "(") - (piece == ")")
        yield piece
        if depth == 0:
            return
