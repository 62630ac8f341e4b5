"""Says what ON DELETE SET DEFAULT writes, where that is the same at any time: a plain value, or nothing."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.production.sql.catalogue_sqlite import affinity
from bot.production.sql.schema import TableInfo
from bot.production.sql.values import Raw

_NUMBER, _TEXT = r"[+-]?\d+(?:\.\d+)?", r"'(?:[^']|'')*'"
_CAST = r"(?:::[\w \"\.]+(?:\(\d+(?:,\d+)?\))?)?"
_CONSTANT = re.compile(rf"\(?(?:NULL|true|false|{_NUMBER}|{_TEXT})\)?{_CAST}", re.IGNORECASE)
_OF_SQLITE = {"number": re.compile(r"[+-]?\d+"), "text": re.compile(_TEXT)}
"""What a column of that affinity keeps as it is written."""


async def defaults(conn: AsyncConnection, info: TableInfo, columns: Iterable[str]) -> Mapping[str, Raw] | None:
    """The raw values that the columns get; None where nobody can say beforehand."""
    written = {name: _written(info, name) for name in columns}
    if None in written.values():
        return None
    cells: list[Any] = [
        info.read_as(name, sa.literal_column(str(said), info.table.c[name].type)).label(name)
        for name, said in written.items()
    ]
    return dict((await conn.execute(sa.select(*cells))).mappings().one())


def _written(info: TableInfo, name: str) -> str | None:
    """The default as SQL; None where it is more than a plain value."""
    if info.database == "mysql" or info.columns[name].generated or info.columns[name].identity:
        return None
    if info.as_text and info.columns[name].spec.split("(")[0] != info.columns[name].reads.split("(")[0]:
        return None  # a domain may have a default of its own
    given = info.table.c[name].server_default
    if given is None:
        return "NULL"
    said = str(getattr(getattr(given, "arg", None), "text", "")).strip()
    if info.as_text or said.upper() == "NULL":
        return said if _CONSTANT.fullmatch(said) else None
    kept = _OF_SQLITE.get(affinity(info.columns[name].spec))
    return said if kept and kept.fullmatch(said) else None
