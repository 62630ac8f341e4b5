"""Budgets that all processes share: one row a scope (GCRA), 429s included. Nothing waits here: who may not go is told when."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db import SINKS, Database
from bot.ledger.numbers import upsert
from bot.ledger.tables import budgets


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


class Pace:
    def __init__(self, db: Database, team: str, clock: Callable[[], float]) -> None:
        self.db, self.team, self.clock = db, team, clock

    async def take(self, *wanted: Budget) -> None:
        """One unit of each budget, or TooSoon and none taken."""
        async with self.db.write(SINKS) as conn:
            now = self.clock()
            free = await self._free_at(conn, wanted)
            for budget in wanted:
                wait = free.get(budget.scope, 0.0) - (budget.burst - 1) * budget.every - now
                if wait > 0:
                    raise TooSoon(budget.scope, wait)
            rows = [
                {"team": self.team, "scope": b.scope, "free_at": max(free.get(b.scope, 0.0), now) + b.every}
                for b in wanted
            ]
            await self._put(conn, rows)

    async def blocked(self, scope: str, seconds: float) -> None:
        """The other side said 429: nobody uses this scope until then."""
        async with self.db.write(SINKS) as conn:
            # far enough ahead that even a whole burst has to wait
            await self._put(conn, [{"team": self.team, "scope": f"429:{scope}", "free_at": self.clock() + seconds}])

    async def _free_at(self, conn: AsyncConnection, wanted: tuple[Budget, ...]) -> dict[str, float]:
        scopes = [b.scope for b in wanted] + [f"429:{b.scope}" for b in wanted]
        query = select(budgets.c.scope, budgets.c.free_at).where(
            budgets.c.team == self.team, budgets.c.scope.in_(scopes)
        )
        free = {r.scope: float(r.free_at) for r in await conn.execute(query.with_for_update())}
        for budget in wanted:
            until = free.get(f"429:{budget.scope}", 0.0)
            if until > self.clock():
                raise TooSoon(budget.scope, until - self.clock())
        return free

    async def _put(self, conn: AsyncConnection, rows: list[dict[str, object]]) -> None:
        statement = upsert(conn, budgets)
        later = case(
            (statement.excluded.free_at > budgets.c.free_at, statement.excluded.free_at), else_=budgets.c.free_at
        )
        await conn.execute(
            statement.on_conflict_do_update(index_elements=["team", "scope"], set_={"free_at": later}), rows
        )
