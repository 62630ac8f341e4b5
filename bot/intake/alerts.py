"""Folds stored alerts into bugs: repeats of one error together, in one transaction with the inbox."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import events as e
from bot.domain.admit import Rule, admit
from bot.domain.bug import Bug
from bot.domain.decide.alerts import HAPPENED, follow, opening
from bot.domain.events import Event
from bot.domain.values import Actor, ActorKind, Alert, CustomerHint
from bot.ledger.db import HOOKS
from bot.ledger.inbox import Inbox, Item
from bot.ledger.ledger import Ledger, Recorded
from bot.ledger.numbers import upsert
from bot.ledger.tables import groups


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """The message in the channel that told of it, where there was one."""

    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One alert out of one inbox item."""

    key: str
    alert: Alert
    posted: Posted | None = None


@dataclass(frozen=True, slots=True)
class Alerts:
    """`fold` is called with whatever waits; what belongs to one error is one transaction."""

    ledger: Ledger
    inbox: Inbox
    rule: Rule

    async def fold(self, items: Sequence[Item]) -> list[Recorded]:
        """All items are done afterwards; an item whose alerts fall into several groups is done with the last of them."""
        reports = [report for item in items for report in _reports(item)]
        by_group: dict[tuple[str, str], list[Report]] = defaultdict(list)
        for report in reports:
            by_group[report.alert.source, report.alert.group].append(report)
        last = {report.key: group for group, several in by_group.items() for report in several}
        idle = [item.key for item in items if item.key not in last]
        done = [
            await self._fold_group(several, [k for k, g in last.items() if g == group])
            for group, several in by_group.items()
        ]
        for key in idle:
            await self.inbox.finish(key)
        return [r for r in done if r]

    async def _fold_group(self, reports: list[Report], keys: list[str]) -> Recorded | None:
        async with self.ledger.db.write(HOOKS) as conn:
            bug, seen = await self._group(conn, reports[-1].alert)
            recorded = await (self._follow(conn, bug, reports) if bug else self._admit(conn, reports, seen))
            await self.inbox.finish_in(conn, keys)
            await self.ledger.notify(conn)
        if recorded:
            self.ledger.woken(recorded)
        return recorded

    async def _group(self, conn: AsyncConnection, alert: Alert) -> tuple[int | None, int]:
        """The bug of this error group, locked, and how often we were told of it before."""
        place = {"team": self.ledger.team, "source": alert.source, "group": alert.group}
        await conn.execute(upsert(conn, groups).values(**place, seen=0, alert="").on_conflict_do_nothing())
        row = (await conn.execute(select(groups.c.bug, groups.c.seen).where(self._is(alert)).with_for_update())).one()
        return row.bug, row.seen

    def _is(self, alert: Alert) -> ColumnElement[bool]:
        return and_(groups.c.team == self.ledger.team, groups.c.source == alert.source, groups.c.group == alert.group)

    async def _follow(self, conn: AsyncConnection, bug: int, reports: list[Report]) -> Recorded:
        happened = [r.alert for r in reports if r.alert.kind in HAPPENED]
        others = [r.alert for r in reports if r.alert.kind not in HAPPENED]

        def decide(now: Bug) -> list[Event]:
            events = [] if not happened else list(follow(now, _richest(happened), [a.event for a in happened]))
            told = [x for alert in others for x in follow(now, alert, ())]
            return [*events, *told, *_posts(reports)]

        return await self.ledger.record_in(
            conn, bug, decide, by=_source(reports[0].alert), key=f"alert:{reports[0].key}"[:200]
        )

    async def _admit(self, conn: AsyncConnection, reports: list[Report], seen: int) -> Recorded | None:
        happened = [r for r in reports if r.alert.kind in HAPPENED]
        if not happened:
            return None
        alert, total = _richest([r.alert for r in happened]), seen + len(happened)
        why = admit(alert, self.rule, total)
        if why is None:
            values = {"seen": total, "alert": alert.model_dump_json()}
            await conn.execute(update(groups).where(self._is(alert)).values(values))
            return None
        return await self.open(conn, alert, why, total, key=happened[0].key, posts=_posts(reports))

    async def open(
        self, conn: AsyncConnection, alert: Alert, why: str, seen: int, *, key: str, posts: Iterable[Event] = ()
    ) -> Recorded:
        """A new bug for this error group."""
        first = [*opening(alert, why, seen), *posts]
        recorded = await self.ledger.open(conn, first, by=_source(alert), key=f"alert:{key}"[:200])
        values = {"bug": recorded.bug.ref.number, "seen": seen, "alert": ""}
        await conn.execute(update(groups).where(self._is(alert)).values(values))
        return recorded

    async def held_back(self, conn: AsyncConnection, hint: CustomerHint) -> Alert | None:
        """An error that was not admitted, which hit this customer: now that they wait, it is."""
        mine = and_(groups.c.team == self.ledger.team, groups.c.bug.is_(None), groups.c.alert != "")
        query = select(groups.c.alert).where(mine).order_by(groups.c.seen.desc()).limit(500)
        for text in (await conn.execute(query)).scalars():
            alert = Alert.model_validate_json(text)
            if hint.email and alert.customer.email.casefold() == hint.email.casefold():
                return alert
        return None


def _richest(alerts: Sequence[Alert]) -> Alert:
    """The newest one, unless an earlier one of the batch knew the customer or more of the error."""
    newest = alerts[-1]
    fuller = next((a for a in reversed(alerts) if a.facts), newest)
    hit = next((a.customer for a in reversed(alerts) if a.customer.email), newest.customer)
    most = max(a.occurrences for a in alerts)
    return fuller.model_copy(update={"customer": hit, "occurrences": most, "at": newest.at, "kind": newest.kind})


def _posts(reports: Iterable[Report]) -> list[Event]:
    return [e.AlertPosted(channel=r.posted.channel, ts=r.posted.ts) for r in reports if r.posted]


def _source(alert: Alert) -> Actor:
    return Actor(kind=ActorKind.SOURCE, id=alert.source)


def body(alerts: Sequence[Alert], posted: Posted | None = None) -> str:
    """What is stored in the inbox: our words, not the service's."""
    place = {"channel": posted.channel, "ts": posted.ts} if posted else None
    return json.dumps({"alerts": [a.model_dump(mode="json", exclude_defaults=True) for a in alerts], "posted": place})


def _reports(item: Item) -> list[Report]:
    data = json.loads(item.body)
    posted = Posted(**data["posted"]) if data["posted"] else None
    return [Report(key=item.key, alert=Alert.model_validate(a), posted=posted) for a in data["alerts"]]
