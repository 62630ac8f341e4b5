"""Whose turn a job is that only one process may do: a row that its holder renews, and that others take once it is old."""

from sqlalchemy import and_, delete, or_

from bot.ledger.db.engine import Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import flags


async def mine(db: Database, team: str, job: str, holder: str, now: float, seconds: float) -> bool:
    """Whether `holder` does it now; it stays theirs for `seconds`."""
    row = {"team": team, "name": f"turn:{job}", "value": holder, "by": "system:makegood", "at": now}
    statement = upsert(db.engine, flags).values(row)
    free = or_(flags.c.value == holder, flags.c.at < now - seconds)
    taken = statement.on_conflict_do_update(
        index_elements=["team", "name"], set_={"value": holder, "at": now}, where=free
    )
    async with db.write() as conn:
        return (await conn.execute(taken.returning(flags.c.value))).first() is not None


async def over(db: Database, team: str, job: str, holder: str) -> None:
    """Whoever comes next need not wait."""
    own = and_(flags.c.team == team, flags.c.name == f"turn:{job}", flags.c.value == holder)
    async with db.write() as conn:
        await conn.execute(delete(flags).where(own))
