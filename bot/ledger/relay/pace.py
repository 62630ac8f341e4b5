"""Budgets that all processes share: one row a scope (GCRA), 429s included. Nothing waits here: who may not go is told when.

A SQLite database belongs to one process: there the budgets live in its memory, for a row would be a write to disk for nobody.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.engine import SINKS, Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import budgets


@dataclass(frozen=True, slots=True)
class Budget:
    """`scope` may be used every `every` seconds, `burst` times at once."""

    scope: str
    every: float
    burst: int


class TooSoon(Exception):
    """Not before `wait` seconds from now."""

    def __init__(self, scope: str, wait: float) -> None:
        super().__init__(f"{scope}: not before {wait:.1f} s from now")
        self.scope, self.wait = scope, wait


_LOCAL: dict[tuple[str, str], dict[str, float]] = {}
"""For each (SQLite database, team) of this process: scope -> when it is free."""


class Pace:
    def __init__(self, db: Database, team: str, clock: Callable[[], float]) -> None:
        self.db, self.team, self.clock = db, team, clock
        self._local = _LOCAL.setdefault((db.url, team), {}) if db.sqlite else None

    async def take(self, *wanted: Budget) -> None:
        """One unit of each budget, or TooSoon and none taken."""
        if self._local is not None:
            self._local.update(_taken(self._local, wanted, self.clock()))
            return
        async with self.db.write(SINKS) as conn:
            now = self.clock()
            await self._none_blocked(conn, wanted, now)
            for budget in sorted(wanted, key=lambda b: b.scope):  # everybody locks them in this order
                free_at = await self._use(conn, budget, now)
                wait = free_at - budget.burst * budget.every - now
                if wait > 0:
                    raise TooSoon(budget.scope, wait)

    async def blocked(self, scope: str, seconds: float) -> None:
        """The other side said 429: nobody uses this scope until then."""
        until = self.clock() + seconds
        if self._local is not None:
            self._local[f"429:{scope}"] = max(until, self._local.get(f"429:{scope}", 0.0))
            return
        statement = upsert(self.db.engine, budgets).values(team=self.team, scope=f"429:{scope}", free_at=until)
        longer = case((budgets.c.free_at > until, budgets.c.free_at), else_=until)
        async with self.db.write(SINKS) as conn:
            await conn.execute(
                statement.on_conflict_do_update(index_elements=["team", "scope"], set_={"free_at": longer})
            )

    async def _none_blocked(self, conn: AsyncConnection, wanted: Iterable[Budget], now: float) -> None:
        query = select(budgets.c.scope, budgets.c.free_at).where(
            budgets.c.team == self.team, budgets.c.scope.in_([f"429:{b.scope}" for b in wanted])
        )
        for row in await conn.execute(query):
            if row.free_at > now:
                raise TooSoon(row.scope.removeprefix("429:"), row.free_at - now)

    async def _use(self, conn: AsyncConnection, budget: Budget, now: float) -> float:
        """Adds one unit in one statement, so that two processes never use the same one; undone with the transaction."""
        statement = upsert(conn, budgets).values(team=self.team, scope=budget.scope, free_at=now + budget.every)
        base = case((budgets.c.free_at > now, budgets.c.free_at), else_=now)
        added = statement.on_conflict_do_update(
            index_elements=["team", "scope"], set_={"free_at": base + budget.every}
        ).returning(budgets.c.free_at)
        return float((await conn.execute(added)).scalar_one())


def _taken(free: Mapping[str, float], wanted: Iterable[Budget], now: float) -> dict[str, float]:
    """When each budget is free after one more use. Raises TooSoon."""
    after: dict[str, float] = {}
    for budget in wanted:
        blocked = free.get(f"429:{budget.scope}", 0.0)
        if blocked > now:
            raise TooSoon(budget.scope, blocked - now)
        after[budget.scope] = max(free.get(budget.scope, 0.0), now) + budget.every
        wait = after[budget.scope] - budget.burst * budget.every - now
        if wait > 0:
            raise TooSoon(budget.scope, wait)
    return after
