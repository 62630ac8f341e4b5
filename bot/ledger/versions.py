"""Which versions of Makegood serve this database now, side by side, and whether this process is of the newest of them."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from bot.ledger.codec import dump_actor
from bot.ledger.db.migrate import newest
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import flags
from bot.ledger.ledger import SYSTEM, Ledger
from bot.ledger.shape import shape

PREFIX = "version:"
ALIVE = 45.0
"""Seconds since a version was last seen for which it counts as running; each process says every ten that it is."""
KEPT = 30 * 86400.0


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """In the order in which they came: by their schema, then by when they were first seen."""

    schema: str
    since: float
    shape: str

    def __str__(self) -> str:
        return f"{self.schema} {self.since:.3f}"


async def leads(ledger: Ledger) -> bool:
    """Says that this version runs. Whether no newer one does: what both can do anew, the newer does, or they undo each other's work."""
    if ledger.db.sqlite:  # one process
        return True
    now, ours = ledger.seconds(), Version(newest(), ledger.seconds(), shape())
    row = {"team": ledger.team, "name": PREFIX + ours.shape, "value": str(ours), "by": dump_actor(SYSTEM), "at": now}
    known = flags.c.team == ledger.team, flags.c.name.startswith(PREFIX)
    async with ledger.db.write() as conn:
        # first seen stays: a version that comes back is as old as it was
        said = upsert(conn, flags).values(row).on_conflict_do_update(index_elements=["team", "name"], set_={"at": now})
        await conn.execute(said)
        await conn.execute(delete(flags).where(*known, flags.c.at < now - KEPT))
        running = (
            await conn.execute(select(flags.c.name, flags.c.value).where(*known, flags.c.at >= now - ALIVE))
        ).all()
    return max(_read(row.name, row.value) for row in running).shape == ours.shape


def _read(name: str, value: str) -> Version:
    schema, _, since = value.partition(" ")
    return Version(schema, float(since), name.removeprefix(PREFIX))
