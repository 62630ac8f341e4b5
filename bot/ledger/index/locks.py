"""Locks a piece of production for one run, from before its start until its outcome."""

from collections.abc import Sequence

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.event import Event
from bot.bug.fixes.approval import FixRejected
from bot.bug.fixes.asking import FixRefused, FixSecrets
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.review import FixSentBack
from bot.bug.fixes.run import FixCancelled, FixEnded, FixLapsed, FixReportedDone
from bot.bug.keys import fit
from bot.ledger.codec import canonical
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import entries, locks, private

ENDS = (FixCancelled, FixEnded, FixLapsed, FixRefused, FixRejected, FixReportedDone, FixSentBack, FixSettled)
FREES = (FixEnded, FixLapsed, FixReportedDone, FixSettled)


async def follow(conn: AsyncConnection, before: Bug, events: Sequence[Event]) -> None:
    """An outcome frees the lock and drops the run's secrets; a run that nobody knows the end of keeps both."""
    team, bug = before.ref.team, before.ref.number
    for event in events:
        # it may still be at work over there: nobody else touches that piece until a person says how it ended
        if getattr(event, "state", "") == "unknown":
            continue
        if isinstance(event, FREES):
            await conn.execute(delete(locks).where(locks.c.team == team, locks.c.bug == bug, locks.c.run == event.run))
        if isinstance(event, ENDS):
            await _drop_secrets(conn, team, bug, event.run)


async def _drop_secrets(conn: AsyncConnection, team: str, bug: int, run: int) -> None:
    """Delete a run's secrets after its outcome. The entry only says that there were some."""
    said = and_(entries.c.kind == FixSecrets.KIND, entries.c.body == canonical({"run": run}))
    mine = select(entries.c.seq).where(entries.c.team == team, entries.c.bug == bug, said)
    await conn.execute(delete(private).where(private.c.team == team, private.c.bug == bug, private.c.seq.in_(mine)))


async def take_lock(conn: AsyncConnection, team: str, target: str, key: str, *, bug: int, run: int, now: float) -> bool:
    """Whether this run now holds that piece of production; one at a time, until its outcome."""
    row = {"team": team, "target": target, "key": fit(key), "bug": bug, "run": run, "at": now}
    # whoever comes second inserts nothing, and then reads who has it: the same question serves a repeat of the first
    await conn.execute(upsert(conn, locks).values(row).on_conflict_do_nothing())
    return await lock_holder(conn, team, target, key) == (bug, run)


async def lock_holder(conn: AsyncConnection, team: str, target: str, key: str) -> tuple[int, int]:
    """(bug, run) that has it."""
    where = and_(locks.c.team == team, locks.c.target == target, locks.c.key == fit(key))
    held = (await conn.execute(select(locks.c.bug, locks.c.run).where(where))).one()
    return held.bug, held.run
