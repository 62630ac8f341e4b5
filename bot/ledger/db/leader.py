"""Leader election for jobs that must run in one process. The leader renews a row; others take it once it is old."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import and_, delete, or_

from bot.ledger.db.engine import Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """One process as a candidate for each job; `clock` counts seconds."""

    db: Database
    team: str
    clock: Callable[[], float]
    me: str

    @classmethod
    def of(cls, db: Database, team: str, clock: Callable[[], float]) -> "Leader":
        """A SQLite file belongs to one process: after a crash the next one is the same leader, and does not wait."""
        return cls(db=db, team=team, clock=clock, me="the only one" if db.sqlite else uuid4().hex)

    async def leads(self, job: str, seconds: float) -> bool:
        """Whether this process does it now; it stays the leader for `seconds`."""
        now = self.clock()
        row = {"team": self.team, "name": f"turn:{job}", "value": self.me, "by": "system:makegood", "at": now}
        statement = upsert(self.db.engine, flags).values(row)
        past = or_(flags.c.at < now - seconds, flags.c.at > now + seconds)  # the clock may have been set back
        free = or_(flags.c.value == self.me, past)
        taken = statement.on_conflict_do_update(
            # one conditional statement: to look first and write then would let two processes win
            index_elements=["team", "name"],
            set_={"value": self.me, "at": now},
            where=free,
        )
        async with self.db.write() as conn:
            return (await conn.execute(taken.returning(flags.c.value))).first() is not None

    async def resign(self, job: str) -> None:
        """Another process may do it at once."""
        own = and_(flags.c.team == self.team, flags.c.name == f"turn:{job}", flags.c.value == self.me)
        async with self.db.write() as conn:
            await conn.execute(delete(flags).where(own))


@dataclass(slots=True, kw_only=True)
class Turn:
    """What one process does every second: the others ask only now and then whether it still does, so that they cost little."""

    leader: Leader
    job: str
    seconds: float = 3.0
    """How long the others leave it to a process of which nothing is heard."""
    _mine: bool = False
    _asks: float = field(default=0.0)

    async def mine(self) -> bool:
        if self.leader.db.sqlite:
            return True
        now = self.leader.clock()
        if not 0 < self._asks - now <= self.seconds:  # the clock may have been set back
            self._mine = await self.leader.leads(self.job, self.seconds)
            self._asks = now + self.seconds / 2
        return self._mine

    async def resign(self) -> None:
        if self._mine and not self.leader.db.sqlite:
            self._asks, self._mine = 0.0, False
            await self.leader.resign(self.job)
