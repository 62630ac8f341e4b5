"""Rate limits that all processes share: one row for each scope (GCRA), 429s included. The caller learns how long to wait.

A SQLite database belongs to one process: there the budgets live in its memory, for a row would be a write to disk for nobody.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.engine import SINKS, Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import budgets
from bot.ledger.relay.steady import Steady


@dataclass(frozen=True, slots=True)
class Budget:
    """`scope` may be used every `every` seconds, `burst` times at once; booked at most `ahead` seconds before its turn."""

    scope: str
    every: float
    burst: int
    ahead: float = 0.0


class TooSoon(Exception):
    """Not before `wait` seconds from now."""

    def __init__(self, scope: str, wait: float) -> None:
        super().__init__(f"{scope}: not before {wait:.1f} s from now")
        self.scope, self.wait = scope, wait


FURTHEST = 10.0
"""Seconds that anybody books ahead at most."""
LONGEST_BLOCK = 300.0
"""Seconds that a 429 holds at most; the other side says it again."""
_LOCAL: dict[tuple[str, str], tuple[Steady, dict[str, float]]] = {}
"""For each (SQLite database, team) of this process: scope -> when it is free."""


class Pace:
    """Rows that processes share go by the wall's clock; what one process owns goes by one that never goes back."""

    def __init__(self, db: Database, team: str, clock: Callable[[], float]) -> None:
        self.db, self.team, self.clock = db, team, clock
        self._local = _LOCAL.setdefault((db.url, team), (Steady(clock), {})) if db.sqlite else None

    async def take(self, *wanted: Budget) -> None:
        """One unit of each budget, or TooSoon and none taken. A unit that was booked ahead is waited for."""
        wait = await self._book(wanted)
        if wait:  # else it goes out in this very turn of the loop
            await asyncio.sleep(wait)

    async def _book(self, wanted: Iterable[Budget]) -> float:
        """The seconds until the units' turn."""
        if self._local is not None:
            steady, free = self._local
            # no await between reading and writing: the loop itself makes it one step
            taken, wait = _taken(free, wanted, steady())
            # only here, when no budget said no: half a booking would slow down what was never sent
            free.update(taken)
            return wait
        async with self.db.write(SINKS) as conn:
            now = self.clock()
            await self._none_blocked(conn, wanted, now)
            wait = 0.0
            # a TooSoon in the middle rolls back those before it
            for budget in sorted(wanted, key=lambda b: b.scope):  # everybody locks them in this order
                wait = max(wait, _wait(budget, await self._use(conn, budget, now), now))
            return wait

    async def blocked(self, scope: str, seconds: float) -> None:
        """The other side said 429: nobody uses this scope until then."""
        # a service that says "in a day" by mistake must not silence the bot for a day
        seconds = min(seconds, LONGEST_BLOCK)
        if self._local is not None:
            steady, free = self._local
            free[f"429:{scope}"] = max(steady() + seconds, free.get(f"429:{scope}", 0.0))
            return
        now = self.clock()
        until = now + seconds
        statement = upsert(self.db.engine, budgets).values(team=self.team, scope=f"429:{scope}", free_at=until)
        longer = case((budgets.c.free_at.between(until, now + LONGEST_BLOCK), budgets.c.free_at), else_=until)
        async with self.db.write(SINKS) as conn:
            await conn.execute(
                statement.on_conflict_do_update(index_elements=["team", "scope"], set_={"free_at": longer})
            )

    async def _none_blocked(self, conn: AsyncConnection, wanted: Iterable[Budget], now: float) -> None:
        query = select(budgets.c.scope, budgets.c.free_at).where(
            budgets.c.team == self.team, budgets.c.scope.in_([f"429:{b.scope}" for b in wanted])
        )
        for row in await conn.execute(query):
            if now < row.free_at <= now + LONGEST_BLOCK:
                raise TooSoon(row.scope.removeprefix("429:"), row.free_at - now)

    async def _use(self, conn: AsyncConnection, budget: Budget, now: float) -> float:
        """Adds one unit in one statement, so that two processes never use the same one; undone with the transaction.

        A row that is further ahead than its own period is from before the clock was set back.
        """
        furthest = now + budget.burst * budget.every + max(budget.ahead, FURTHEST)
        statement = upsert(conn, budgets).values(team=self.team, scope=budget.scope, free_at=now + budget.every)
        # GCRA: one timestamp a scope says all; in the past it means that the whole burst is there again
        base = case((budgets.c.free_at.between(now, furthest), budgets.c.free_at), else_=now)
        added = statement.on_conflict_do_update(
            index_elements=["team", "scope"], set_={"free_at": base + budget.every}
        ).returning(budgets.c.free_at)
        return float((await conn.execute(added)).scalar_one())


def _wait(budget: Budget, free_at: float, now: float) -> float:
    """The seconds until the unit's turn, which ends at `free_at`. Raises TooSoon where that is further than may be booked."""
    wait = free_at - budget.burst * budget.every - now
    if wait > budget.ahead:
        raise TooSoon(budget.scope, wait)
    return max(wait, 0.0)


def _taken(free: Mapping[str, float], wanted: Iterable[Budget], now: float) -> tuple[dict[str, float], float]:
    """When each budget is free after one more use, and the seconds until its turn. Raises TooSoon."""
    after, waits = dict[str, float](), [0.0]
    for budget in wanted:
        blocked = free.get(f"429:{budget.scope}", 0.0)
        if blocked > now:
            raise TooSoon(budget.scope, blocked - now)
        after[budget.scope] = max(free.get(budget.scope, 0.0), now) + budget.every
        waits.append(_wait(budget, after[budget.scope], now))
    return after, max(waits)
