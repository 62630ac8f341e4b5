"""What an operator watches, in Prometheus' text form. The database is asked when somebody looks, not before."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy import func, select

from bot.ledger.db.tables import bugs, cursors, inbox
from bot.ledger.ledger import Ledger, Recorded


@dataclass(frozen=True)
class Metrics:
    ledger: Ledger
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    entries: Counter = field(init=False)
    hooks: Counter = field(init=False)
    strange: Counter = field(init=False)
    bugs: Gauge = field(init=False)
    behind: Gauge = field(init=False)
    gave_up: Gauge = field(init=False)
    waiting: Gauge = field(init=False)

    def __post_init__(self) -> None:
        one = self.registry
        put = object.__setattr__
        put(self, "entries", Counter("makegood_entries", "Entries written, by kind", ["kind"], registry=one))
        put(self, "hooks", Counter("makegood_hooks", "Hook deliveries, by source", ["source"], registry=one))
        told = "Hook deliveries of a kind that nobody foresaw, by source"
        put(self, "strange", Counter("makegood_hooks_not_understood", told, ["source"], registry=one))
        put(self, "bugs", Gauge("makegood_bugs", "Bugs, by status", ["status"], registry=one))
        put(
            self,
            "behind",
            Gauge("makegood_cursors_behind", "Bugs that a sink has still to serve", ["sink"], registry=one),
        )
        put(self, "gave_up", Gauge("makegood_cursors_gave_up", "Bugs on which a sink gave up", ["sink"], registry=one))
        put(self, "waiting", Gauge("makegood_inbox", "Inbox items, by state", ["state"], registry=one))

    def count(self, recorded: Recorded) -> None:
        for entry in recorded.entries:
            self.entries.labels(entry.event.KIND).inc()

    async def text(self) -> bytes:
        await self._ask()
        return generate_latest(self.registry)

    async def _ask(self) -> None:
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
            for gauge, query in (
                (self.bugs, status),
                (self.behind, behind),
                (self.gave_up, gave_up),
                (self.waiting, states),
            ):
                gauge.clear()
                for label, number in await conn.execute(query):
                    gauge.labels(label).set(number)
