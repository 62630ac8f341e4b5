"""Reads the stored states of bugs. One that was folded by other rules than ours is folded anew from the entries."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.errors import Newer
from bot.bug.event import follow
from bot.bug.values import BugRef
from bot.ledger import codec
from bot.ledger.db.tables import bugs, entries, private
from bot.ledger.index.facets import facets
from bot.ledger.shape import shape

STATE = (bugs.c.number, bugs.c.shape, bugs.c.state)
"""What a query for states selects."""
AT_ONCE = 100
"""Bugs whose entries are read in one query."""
BREATH = 300
"""Entries after which others get a turn: a long trail takes tenths of a second."""

_HIDDEN = and_(private.c.team == entries.c.team, private.c.bug == entries.c.bug, private.c.seq == entries.c.seq)
_TRAILS = (
    select(entries.c.bug, entries.c.kind, entries.c.at, entries.c.by, entries.c.body, private.c.body.label("hidden"))
    .select_from(entries.outerjoin(private, _HIDDEN))
    .where(entries.c.team == bindparam("team"), entries.c.bug.in_(bindparam("bugs", expanding=True)))
    .order_by(entries.c.bug, entries.c.seq)
)


class Stored(Protocol):
    """A row of what `STATE` selects."""

    @property
    def number(self) -> int: ...
    @property
    def shape(self) -> str: ...
    @property
    def state(self) -> str: ...


class Folded(NamedTuple):
    """`whole`: each of its entries is known here. Where not, a newer version wrote what this one leaves out of the bug."""

    bug: Bug
    whole: bool = True


def columns(bug: Bug) -> dict[str, Any]:
    """What is stored of a bug that was folded here, by the names of the table's columns."""
    return {"state": codec.dump_bug(bug), "shape": shape(), **facets(bug)}


async def known(conn: AsyncConnection, team: str, row: Stored) -> Bug:
    """The bug, for whoever acts on it. Raises Newer where part of its trail is from a newer version."""
    bug, whole = await read(conn, team, row)
    if not whole:
        raise newer(str(bug.ref))
    return bug


def newer(what: str) -> Newer:
    """`what`: whose trail it is, where a sentence begins."""
    return Newer(f"{what} holds something that only a newer Makegood can read, and this one still runs beside it.")


async def read(conn: AsyncConnection, team: str, row: Stored) -> Folded:
    """The bug as far as this version understands it."""
    if row.shape == shape():
        return Folded(codec.load_bug(row.state))
    return await anew(conn, team, row.number)


async def shown(conn: AsyncConnection, team: str, rows: Iterable[Stored]) -> list[Bug]:
    """Several, for a list: as far as this version understands each. In the order of the rows."""
    stored = list(rows)
    others = [row.number for row in stored if row.shape != shape()]
    folded = {each.bug.ref.number: each.bug async for each in all_anew(conn, team, others)}
    return [folded[row.number] if row.number in folded else codec.load_bug(row.state) for row in stored]


async def anew(conn: AsyncConnection, team: str, number: int) -> Folded:
    """Folded from its entries, whatever state is stored."""
    return await anext(all_anew(conn, team, [number]))


async def all_anew(conn: AsyncConnection, team: str, numbers: Sequence[int]) -> AsyncIterator[Folded]:
    """The same of each that has a trail, by number."""
    for first in range(0, len(numbers), AT_ONCE):
        rows = (await conn.execute(_TRAILS, {"team": team, "bugs": numbers[first : first + AT_ONCE]})).all()
        for number, trail in groupby(rows, key=lambda row: row.bug):
            yield await _fold(BugRef(team=team, number=number), list(trail))


async def _fold(ref: BugRef, trail: Sequence[Any]) -> Folded:
    bug, whole = Bug(ref=ref), True
    for nth, row in enumerate(trail, 1):
        event, at = codec.read(row.kind, row.body, row.hidden), datetime.fromisoformat(row.at)
        if event is None:
            bug, whole = replace(bug, seq=nth, at=at), False
        else:
            bug = follow(bug, event, at, codec.load_actor(row.by))
        if nth % BREATH == 0:
            await asyncio.sleep(0)
    return Folded(bug, whole)
