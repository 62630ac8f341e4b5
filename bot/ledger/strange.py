"""Keeps deliveries of kinds that nobody foresaw: counts them by kind, and shows them until they are old.

The rows stand in the inbox, in a state of their own, so that nothing works on them and forgetting a person reaches them.
`due` holds the time of the first one, `attempts` their number, `note` the kind, `body` the newest of them.
"""

import hashlib

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.values import Frozen
from bot.ledger.db.engine import HOOKS, Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import inbox

STATE, SOURCE = "strange", "strange."
KEPT = 30 * 86400.0
MOST = 50
"""Kinds of one service that are told apart; whoever sends more of them is counted as one."""
MANY = "many other kinds"


class Strange(Frozen):
    """All deliveries of one kind."""

    source: str
    kind: str
    count: int
    first: float
    last: float


async def keep(db: Database, team: str, now: float, *, source: str, kind: str, body: str) -> None:
    """Durable when this returns. Any text can be stored: both databases refuse half characters, PostgreSQL refuses NUL."""
    kind, body = _storable(kind), _storable(body)
    async with db.write(HOOKS) as conn:
        if await _crowded(conn, team, source, kind):
            # a service that puts an id into its kind would otherwise fill the table
            kind = MANY
        place = {"team": team, "key": _key(source, kind)}
        row = {"source": f"{SOURCE}{source}"[:60], "at": now, "body": body, "note": kind, "state": STATE}
        statement = upsert(conn, inbox).values(**place, **row, due=now, attempts=1)
        again = {**row, "attempts": inbox.c.attempts + 1}
        await conn.execute(statement.on_conflict_do_update(index_elements=list(place), set_=again))


async def listed(conn: AsyncConnection, team: str = "", since: float = 0) -> list[Strange]:
    """Those of which one came after `since`, the newest first; without a team those of all."""
    query = select(inbox).where(inbox.c.state == STATE, inbox.c.at > since).order_by(inbox.c.at.desc())
    rows = (await conn.execute(query.where(inbox.c.team == team) if team else query)).mappings()
    return [
        Strange(
            source=row["source"].removeprefix(SOURCE),
            kind=row["note"],
            count=row["attempts"],
            first=row["due"],
            last=row["at"],
        )
        for row in rows
    ]


async def tidy(db: Database, team: str, now: float) -> None:
    """What came no more for a month is old."""
    old = and_(inbox.c.team == team, inbox.c.state == STATE, inbox.c.at < now - KEPT)
    async with db.write(HOOKS) as conn:
        await conn.execute(inbox.delete().where(old))


async def _crowded(conn: AsyncConnection, team: str, source: str, kind: str) -> bool:
    """A new kind of a service that has shown too many: a text that differs each time is no kind."""
    mine = and_(inbox.c.team == team, inbox.c.state == STATE, inbox.c.source == f"{SOURCE}{source}"[:60])
    known = (await conn.execute(select(inbox.c.key).where(mine, inbox.c.key == _key(source, kind)))).first()
    count = (await conn.execute(select(func.count()).select_from(inbox).where(mine))).scalar_one()
    return known is None and count >= MOST


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _key(source: str, kind: str) -> str:
    return f"{STATE}:{source}:{hashlib.sha256(kind.encode()).hexdigest()[:40]}"
