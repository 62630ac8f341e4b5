"""Tables as people write them: menus, public.users, "Users", "order lines". Pure."""

import re
from collections.abc import Iterable, Sequence

from bot.production.sql.facts import Relation

_PART = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|([^."`]+)')

_MORE = re.compile(r'[."`\s]')


def parts(written: str) -> tuple[str, str]:
    """Schema and table; the schema is empty where only a table is written."""
    found = [_bare(m) for m in _PART.finditer(written.strip())]
    return (found[-2] if len(found) > 1 else "", found[-1] if found else "")


def plain(written: str) -> bool:
    """A table alone, without quotes: whatever bears exactly this name is meant."""
    return not _MORE.search(written)


def short(written: str) -> str:
    return parts(written)[1]


def column(written: str) -> tuple[str, str]:
    """What `hide` names: the table as it is written, and the column."""
    found = list(_PART.finditer(written.strip()))
    if not found:
        return "", ""
    return written.strip()[: found[-1].start()].rstrip("."), _bare(found[-1])


def meant(written: str, relations: Iterable[Relation]) -> Relation | None:
    """What the database has under exactly this name."""
    schema, table = parts(written)
    fitting = (r for r in relations if r.short == table)
    return next((r for r in fitting if (r.schema == schema if schema else r.name == table)), None)


def alike(written: str, relations: Sequence[Relation]) -> Relation | None:
    """What a person means: the exact name, or else the only one that differs in capital letters alone."""
    if found := meant(written, relations):
        return found
    schema, table = (part.casefold() for part in parts(written))
    near = [r for r in relations if r.short.casefold() == table and schema in ("", r.schema.casefold())]
    near = near if schema else [r for r in near if r.name.casefold() == table]
    return near[0] if len(near) == 1 else None


def _bare(found: re.Match[str]) -> str:
    double, back, plain = found.groups()
    if double is not None:
        return double.replace('""', '"')
    return back.replace("``", "`") if back is not None else plain
