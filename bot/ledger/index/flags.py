"""Small named values of a workspace that nobody has to look up later."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select

from bot.bug.values import Actor
from bot.ledger.codec import dump_actor
from bot.ledger.db.engine import Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import flags


@dataclass(frozen=True, slots=True)
class Flags:
    """Named values that may be lost: what people are called, whose turn a job is, how far the board was read.

    What somebody must be able to look up later is an entry instead.
    """

    db: Database
    team: str
    clock: Callable[[], float]

    async def set(self, name: str, value: str, by: Actor) -> None:
        row = {"team": self.team, "name": name, "value": value, "by": dump_actor(by), "at": self.clock()}
        async with self.db.write() as conn:
            statement = upsert(conn, flags).values(row)
            changed = {k: row[k] for k in ("value", "by", "at")}
            await conn.execute(statement.on_conflict_do_update(index_elements=["team", "name"], set_=changed))

    async def first(self, name: str, value: str, by: Actor) -> float:
        """When it was set first, in Unix seconds; set now where it never was, and never changed by this."""
        now = self.clock()
        row = {"team": self.team, "name": name, "value": value, "by": dump_actor(by), "at": now}
        query = select(flags.c.at).where(flags.c.team == self.team, flags.c.name == name)
        async with self.db.read() as conn:
            known: float | None = (await conn.execute(query)).scalar()
        if known is not None:
            return known
        # two may find nothing at the same time: the first to insert decides, and both read what it wrote
        async with self.db.write() as conn:
            await conn.execute(upsert(conn, flags).values(row).on_conflict_do_nothing())
            return float((await conn.execute(query)).scalar() or now)

    async def clear(self, name: str) -> None:
        async with self.db.write() as conn:
            await conn.execute(delete(flags).where(flags.c.team == self.team, flags.c.name == name))

    async def get(self, name: str) -> str | None:
        query = select(flags.c.value).where(flags.c.team == self.team, flags.c.name == name)
        async with self.db.read() as conn:
            value: str | None = (await conn.execute(query)).scalar()
        return value

    async def starting(self, prefix: str) -> dict[str, str]:
        query = select(flags.c.name, flags.c.value).where(flags.c.team == self.team, flags.c.name.startswith(prefix))
        async with self.db.read() as conn:
            return {r.name.removeprefix(prefix): r.value for r in await conn.execute(query)}
