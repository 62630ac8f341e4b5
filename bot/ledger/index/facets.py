"""What the database must find bugs by, kept in columns beside their state."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, column, literal, select, table, text, tuple_, update

from bot.bug.bug import LIVE, Bug, Status
from bot.bug.clocks import promise
from bot.bug.fixes.fix import RunState
from bot.bug.retro.shares import began_at, informed
from bot.ledger import codec
from bot.ledger.db.engine import HOOKS, Database
from bot.ledger.db.tables import bugs

AT_ONCE = 1000
"""Bugs whose columns are filled at once."""
WORKING = frozenset({Status.OPEN, Status.CLAIMED})


def facets(bug: Bug) -> dict[str, Any]:
    """By the names of the table's columns."""
    waits = [c.since for c in bug.untold if c.said_at] if bug.status in LIVE else []
    began = began_at(bug)
    return {
        "status": bug.status.value,
        "began": began.timestamp() if began else None,
        "teller": bug.owner if bug.status is Status.FIXED and bug.untold else None,
        "debtor": bug.debt.owner if bug.status in LIVE and bug.debt and bug.debt.due_still else None,
        "asks": sum(fix.state is RunState.WAITING for fix in bug.fixes) if bug.status in LIVE else 0,
        "told": int(bug.status in WORKING and not bug.groups),
        "gave": int(any(customer.given_here for customer in bug.customers)),
        "unseen": len(bug.unseen),
        "owner": bug.owner if bug.status in LIVE else None,
        "waits": min(waits).timestamp() if waits else None,
        "promised": bug.back_by.timestamp() if bug.back_by and promise(bug) else None,
        "informed": len(informed(bug)),
        "found": bug.seq,
    }


_THIS = (bugs.c.team == bindparam("of_team"), bugs.c.number == bindparam("of_number"), bugs.c.seq == bindparam("found"))
_STALE = (
    select(bugs.c.number, bugs.c.state)
    .where(bugs.c.team == bindparam("team"), text("found <> seq"))
    .limit(500)
    .with_for_update()
)


async def freshen(db: Database, team: str) -> int:
    """How many bugs were behind: an older version that still runs beside this one writes states alone."""
    async with db.write(HOOKS) as conn:
        # during a roll-out the older version knows nothing of these columns; `found` tells which rows it has written
        stale = (await conn.execute(_STALE, {"team": team})).all()
        known = [facets(codec.load_bug(row.state)) for row in stale]
        rows = [{"of_team": team, "of_number": row.number, **found} for row, found in zip(stale, known, strict=True)]
        change = update(bugs).where(*_THIS).values({name: bindparam(name) for name in known[0]}) if known else None
        await conn.execute(change, rows) if change is not None else None
    return len(stale)


def refill(connection: Connection, names: Sequence[str]) -> None:
    """For a migration that adds such columns: as the bugs' states say, in portions, so that none holds all states at once."""
    known = table("bugs", *(column(name) for name in ("team", "number", "state", *names)))
    this = (known.c.team == bindparam("of_team"), known.c.number == bindparam("of_number"))
    change = update(known).where(*this).values({name: bindparam(name) for name in names})
    place = tuple_(known.c.team, known.c.number)
    portion = select(known.c.team, known.c.number, known.c.state).order_by(known.c.team, known.c.number).limit(AT_ONCE)
    rows = connection.execute(portion).all()
    while rows:
        connection.execute(change, [_columns(row, names) for row in rows])
        last = tuple_(literal(rows[-1].team), literal(rows[-1].number))
        rows = connection.execute(portion.where(place > last)).all()


def _columns(row: Any, names: Sequence[str]) -> dict[str, Any]:
    found = facets(codec.load_bug(row.state))
    return {"of_team": row.team, "of_number": row.number, **{name: found[name] for name in names}}
