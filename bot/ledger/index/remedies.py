"""Counts which action helped against which kind of bug: a row for each run that worked and was not undone."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug, Status
from bot.bug.course.news import Enriched
from bot.bug.event import Event
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.run import FixEnded, FixReportedDone
from bot.ledger.db.engine import Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import bugs, helped

ENDED = (Status.FIXED, Status.OWED, Status.CLOSED)

# made once: SQLAlchemy takes longer to make a statement than to run it
_ITS_BUG = and_(bugs.c.team == helped.c.team, bugs.c.number == helped.c.bug)
_ALIKE = and_(
    helped.c.team == bindparam("team"),
    helped.c.kind == bindparam("kind"),
    bugs.c.status.in_([s.value for s in ENDED]),
    helped.c.bug != bindparam("besides"),
)
_NEWEST = (
    select(helped.c.bug, helped.c.run, helped.c.action)
    .join(bugs, _ITS_BUG)
    .where(_ALIKE)
    .order_by(helped.c.bug.desc(), helped.c.run.desc())
    .limit(1)
)
_SAME = (
    select(func.count(helped.c.bug.distinct()))
    .join(bugs, _ITS_BUG)
    .where(_ALIKE, helped.c.action == bindparam("action"))
)


class Last(NamedTuple):
    """The newest run that helped, of `times` bugs that the same action helped."""

    bug: int
    run: int
    times: int


def kind(bug: Bug) -> str:
    """Errors that differ only in numbers and ids are of one kind; it tells nothing of what they say."""
    # "Undefined index 13" and "Undefined index 14" are one kind, or nothing would ever have helped before
    alike = re.sub(r"[0-9a-f]{8,}|\d+", "#", bug.title)
    return hashlib.sha256(f"{alike}\n{bug.context}".encode()).hexdigest()


async def follow(conn: AsyncConnection, bug: Bug, events: Sequence[Event], at: datetime) -> None:
    """In the transaction of the entries. `bug` is as they left it."""
    for event in events:
        fix = _worked(bug, event)
        if fix and fix.undo_of:
            await conn.execute(delete(helped).where(_of(bug), helped.c.run == fix.undo_of))
        elif fix:
            place = {"team": bug.ref.team, "bug": bug.ref.number, "run": fix.run}
            row = {**place, "kind": kind(bug), "action": fix.action[:80], "at": at.timestamp()}
            await conn.execute(upsert(conn, helped).values(row).on_conflict_do_nothing())
        elif isinstance(event, Enriched) and event.title and bug.fixes:
            await conn.execute(update(helped).where(_of(bug)).values(kind=kind(bug)))


def _of(bug: Bug) -> ColumnElement[bool]:
    return and_(helped.c.team == bug.ref.team, helped.c.bug == bug.ref.number)


def _worked(bug: Bug, event: Event) -> Fix | None:
    match event:
        case FixEnded(run=run, state="succeeded") | FixSettled(run=run, state="succeeded") | FixReportedDone(run=run):
            return bug.fix(run)
    return None


async def last(db: Database, bug: Bug) -> Last | None:
    """What ended the newest other bug of this kind."""
    asked = {"team": bug.ref.team, "kind": kind(bug), "besides": bug.ref.number}
    async with db.read() as conn:
        row = (await conn.execute(_NEWEST, asked)).first()
        if row is None:
            return None
        same = (await conn.execute(_SAME, asked | {"action": row.action})).scalar_one()
        return Last(row.bug, row.run, int(same))


async def times(db: Database, bug: Bug, action: str, since: datetime) -> int:
    """How often this action helped against bugs of this kind since then, this one included."""
    alike = and_(helped.c.team == bug.ref.team, helped.c.kind == kind(bug), helped.c.action == action)
    query = select(func.count()).select_from(helped).where(alike, helped.c.at > since.timestamp())
    async with db.read() as conn:
        return int((await conn.execute(query)).scalar_one())
