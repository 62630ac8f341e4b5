"""Deletes rows of production, sealed or shown, after their time. The entries and their hashes stay."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.fixes.asking import FixSecrets
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.run import FixLapsed, ImageExpired
from bot.ledger import codec
from bot.ledger.db.engine import HOOKS
from bot.ledger.db.tables import entries, private
from bot.ledger.ledger import SYSTEM, Ledger

BATCH = 200


async def expire(ledger: Ledger) -> int:
    """How many private rows are gone; the runs they belonged to can't be undone any more."""
    its_entry = and_(entries.c.team == private.c.team, entries.c.bug == private.c.bug, entries.c.seq == private.c.seq)
    late = and_(private.c.team == ledger.team, private.c.expires < ledger.clock().timestamp())
    query = select(private.c.bug, private.c.seq, entries.c.kind, entries.c.body).join(entries, its_entry).where(late)
    async with ledger.db.read() as conn:
        # a bounded bite, because a large backlog must not hold SQLite's only writer; the rest comes with the next round
        rows = (await conn.execute(query.order_by(private.c.bug, private.c.seq).limit(BATCH))).all()
    for bug in {row.bug for row in rows}:
        await _expire_of(ledger, bug, [row for row in rows if row.bug == bug])
    return len(rows)


async def _expire_of(ledger: Ledger, bug: int, rows: Sequence[Any]) -> None:
    """The deletion and the entry that tells of it, together."""
    present = [(codec.present_kind(row.kind) == FixSecrets.KIND, int(json.loads(row.body)["run"])) for row in rows]
    secret = {run for hidden, run in present if hidden}
    images = sorted({run for hidden, run in present if not hidden})

    async def also(conn: AsyncConnection, _bug: Bug, _entries: object) -> None:
        mine = and_(private.c.team == ledger.team, private.c.bug == bug, private.c.seq.in_([r.seq for r in rows]))
        await conn.execute(delete(private).where(mine))

    await ledger.record(
        bug, lambda now: (*_forgotten(now, secret), *_news(now, images)), by=SYSTEM, also=also, rank=HOOKS
    )


def _forgotten(bug: Bug, runs: set[int]) -> tuple[FixLapsed, ...]:
    """A preview with secrets that nobody went on with: what is folded of it must not keep them either."""
    known = (
        fix
        for fix in bug.fixes
        if fix.run in runs and fix.secrets and fix.state in {RunState.ASKED, RunState.PREVIEWED}
    )
    return tuple(
        FixLapsed(run=fix.run, why="nobody went on with it in time, so its secret is deleted") for fix in known
    )


def _news(bug: Bug, runs: Sequence[int]) -> tuple[ImageExpired, ...]:
    """Of each run once, although it has several rows."""
    known = (bug.fix(run) for run in runs)
    return tuple(ImageExpired(run=fix.run) for fix in known if fix and (fix.stored.preview or fix.kept or fix.undoable))
