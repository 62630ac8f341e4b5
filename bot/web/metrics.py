"""Metrics for operators, in Prometheus' text form. They ask the database only when somebody reads them."""

import asyncio

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy import func, select

from bot.ledger.db.tables import budgets, bugs, cursors, inbox
from bot.ledger.ledger import Ledger, Recorded


class Counters:
    """What this process has seen since its start. Made before the ledger, which counts here what it writes."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.entries = self._counter("makegood_entries", "Entries written, by kind", "kind")
        self.hooks = self._counter("makegood_hooks", "Hook deliveries, by source", "source")
        told = "Hook deliveries of a kind that nobody foresaw, by source"
        self.strange = self._counter("makegood_hooks_not_understood", told, "source")

        late = "Leases that ran out and this process took over, by sink"
        self.late = self._counter("makegood_leases_taken_over", late, "sink")

    def taken_over(self, sink: str) -> None:
        self.late.labels(sink).inc()

    def _counter(self, name: str, told: str, label: str) -> Counter:
        return Counter(name, told, [label], registry=self.registry)

    def count(self, recorded: Recorded) -> None:
        for entry in recorded.entries:
            self.entries.labels(entry.event.KIND).inc()


class Metrics:
    """The counters, and what the ledger's database says at the moment."""

    def __init__(self, ledger: Ledger, counters: Counters) -> None:
        self.ledger, self.counters = ledger, counters
        self.bugs = self._gauge("makegood_bugs", "Bugs, by status", "status")
        self.behind = self._gauge("makegood_cursors_behind", "Bugs that a sink has still to serve", "sink")
        self.oldest = self._gauge(
            "makegood_cursors_oldest_seconds", "How long the oldest due work of a sink waits", "sink"
        )
        self.cut_off = self._gauge("makegood_leases_run_out", "Leases that ran out and nobody has taken over", "sink")
        self.budgets = self._gauge("makegood_budget_busy_seconds", "For how long a rate limit is used up", "scope")
        self.gave_up = self._gauge("makegood_cursors_gave_up", "Bugs on which a sink gave up", "sink")
        self.waiting = self._gauge("makegood_inbox", "Inbox items, by state", "state")

        self.tasks = Gauge("makegood_tasks", "What this process has under way", registry=self.counters.registry)

    def _gauge(self, name: str, told: str, label: str) -> Gauge:
        return Gauge(name, told, [label], registry=self.counters.registry)

    async def text(self) -> bytes:
        await self._ask()
        return generate_latest(self.counters.registry)

    async def _ask(self) -> None:
        self.tasks.set(len(asyncio.all_tasks()))
        mine = cursors.c.team == self.ledger.team
        async with self.ledger.db.read() as conn:
            status = select(bugs.c.status, func.count()).where(bugs.c.team == self.ledger.team).group_by(bugs.c.status)
            behind = (
                select(cursors.c.sink, func.count()).where(mine, cursors.c.due.is_not(None)).group_by(cursors.c.sink)
            )
            gave_up = (
                select(cursors.c.sink, func.count())
                .where(mine, cursors.c.gave_up.is_not(None))
                .group_by(cursors.c.sink)
            )
            states = select(inbox.c.state, func.count()).where(inbox.c.team == self.ledger.team).group_by(inbox.c.state)
            now = self.ledger.seconds()
            waits = mine & cursors.c.due.is_not(None) & (cursors.c.due <= now) & cursors.c.gave_up.is_(None)
            oldest = select(cursors.c.sink, now - func.min(cursors.c.due)).where(waits).group_by(cursors.c.sink)
            ran_out = mine & (cursors.c.lease > 0) & (cursors.c.lease <= now) & cursors.c.gave_up.is_(None)
            cut_off = select(cursors.c.sink, func.count()).where(ran_out).group_by(cursors.c.sink)
            used_up = (budgets.c.team == self.ledger.team) & (budgets.c.free_at > now)
            for gauge, query in (
                (self.oldest, oldest),
                (self.cut_off, cut_off),
                (self.budgets, select(budgets.c.scope, budgets.c.free_at - now).where(used_up)),
                (self.bugs, status),
                (self.behind, behind),
                (self.gave_up, gave_up),
                (self.waiting, states),
            ):
                gauge.clear()
                for label, number in await conn.execute(query):
                    gauge.labels(label).set(number)
