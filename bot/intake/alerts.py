"""Folds stored alerts into bugs. Repeats of one error share one transaction with their inbox rows."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.arriving.admit import Rule, admit
from bot.bug.arriving.alerts import HAPPENED, follow, opening
from bot.bug.bug import Bug
from bot.bug.course.news import AlertPosted
from bot.bug.customers.recognising import find
from bot.bug.event import Event
from bot.bug.keys import fit
from bot.bug.values import Actor, ActorKind, Alert, CustomerHint
from bot.intake.merging import recognise
from bot.ledger.db.engine import HOOKS
from bot.ledger.db.sequences import insert_of
from bot.ledger.db.tables import groups
from bot.ledger.entries import told_of
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger, Recorded

TURNS = 2
"""Of the loop, after the commit: in the first one the card is handed to HTTP, in the second its bytes go out."""
Group = tuple[str, str]
"""Source and its id of the error."""

_THIS = (
    groups.c.team == bindparam("of_team"),
    groups.c.source == bindparam("of_source"),
    groups.c.group == bindparam("of_group"),
)
_FIND = select(groups.c.bug, groups.c.seen).where(*_THIS)
_HELD = update(groups).where(*_THIS).values(seen=bindparam("seen"), alert=bindparam("alert"))
_JOIN = update(groups).where(*_THIS).values(bug=bindparam("bug"), seen=bindparam("seen"), alert="")


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
        """All items are done afterwards, each in the transaction that folds the last of its alerts."""
        read = {item.key: _reports(item) for item in items}
        groups_of = {key: list(dict.fromkeys(map(_group_of, reports))) for key, reports in read.items()}
        one: dict[Group, list[Report]] = defaultdict(list)
        for report in (r for key, reports in read.items() if len(groups_of[key]) == 1 for r in reports):
            one[_group_of(report)].append(report)
        # one transaction for each error and not for each delivery: a loop that reports 500 times is one entry
        done = [await self._fold_group(reports, ends=True) for reports in one.values()]
        for item in items:
            done += await self._fold_apart(item, read[item.key], groups_of[item.key])
        return [await recognise(self.ledger, r) for r in done if r]

    async def _fold_apart(self, item: Item, reports: list[Report], its: Sequence[Group]) -> list[Recorded | None]:
        """An item that tells of several errors, or of none."""
        if not its:
            await self.inbox.finish(item.key)
        if len(its) < 2:  # noqa: PLR2004 - one is folded with others of its kind
            return []
        of = {group: [r for r in reports if _group_of(r) == group] for group in its}
        return [await self._fold_group(of[group], ends=group == its[-1]) for group in its]

    async def _fold_group(self, reports: list[Report], *, ends: bool) -> Recorded | None:
        """One error. Whatever somebody else has folded meanwhile is left out; `ends`: nothing is left of these items then."""
        async with self.ledger.db.write(HOOKS) as conn:
            bug, seen = await self._group(conn, reports[-1].alert)
            # under the group's lock: another process may have taken these items up while we waited for it
            left = await self.inbox.left(conn, {r.key for r in reports})
            reports = [r for r in reports if r.key in left]
            if not reports:
                return None
            recorded = await self._folded(conn, bug, seen, reports)
            if ends:
                # with the entries: a crash leaves either both or none, so no delivery counts twice
                await self.inbox.finish_in(conn, left)
            await self.ledger.notify(conn)
        if recorded:
            self.ledger.committed(recorded)
        return recorded

    async def _folded(
        self, conn: AsyncConnection, bug: int | None, seen: int, reports: list[Report]
    ) -> Recorded | None:
        return await (self._follow(conn, bug, reports, _key(reports[0])) if bug else self._admit(conn, reports, seen))

    async def at_once(self, item: Item) -> tuple[bool, Recorded | None] | None:
        """Stores and folds it in one transaction: whether it is new, and what came of it.

        None where it tells of several errors, or of none; then nothing was done.
        """
        reports = _reports(item)
        if len(set(map(_group_of, reports))) != 1:
            return None
        async with self.ledger.db.write(HOOKS) as conn:
            # the key first: of two equal deliveries the second waits for this insert, and finds it there
            if not await self.inbox.store_done_in(conn, item):
                return False, None
            recorded = await self._folded(conn, *await self._group(conn, reports[-1].alert), reports)
            await self.ledger.notify(conn)
        if recorded:
            self.ledger.committed(recorded)
            for _ in range(TURNS):
                await asyncio.sleep(0)
            recorded = await recognise(self.ledger, recorded)
        return True, recorded

    async def _group(self, conn: AsyncConnection, alert: Alert) -> tuple[int | None, int]:
        """The bug of this error group; without one yet, how often we were told of it before, and the group is locked."""
        this = self._this(alert)
        row = (await conn.execute(_FIND, this)).first()
        if row is None or row.bug is None:  # with one it stays unlocked: a merge locks the bug first, then its groups
            row = (await conn.execute(_locked(conn.dialect.name), this)).one()
        return row.bug, row.seen

    def _this(self, alert: Alert) -> dict[str, Any]:
        return {"of_team": self.ledger.team, "of_source": alert.source, "of_group": alert.group}

    async def _follow(self, conn: AsyncConnection, bug: int, reports: list[Report], key: str | None) -> Recorded:
        """Into the bug, or into the one that goes on for it: it may have been merged a moment ago."""
        happened = [r.alert for r in reports if r.alert.kind in HAPPENED]
        others = [r.alert for r in reports if r.alert.kind not in HAPPENED]

        def decide(now: Bug) -> list[Event]:
            if now.merged_into:
                # raised out of `decide`, so that nothing is written here before the other bug is locked
                raise _Merged(now.merged_into)
            events = [] if not happened else list(follow(now, _richest(happened), [a.event for a in happened]))
            told = [x for alert in others for x in follow(now, alert, ())]
            return [*events, *told, *_posts(reports)]

        try:
            return await self.ledger.record_in(conn, bug, decide, by=_source(reports[0].alert), key=key)
        except _Merged as merged:
            return await self._follow(conn, merged.into, reports, key)

    async def _admit(self, conn: AsyncConnection, reports: list[Report], seen: int) -> Recorded | None:
        happened = [r for r in reports if r.alert.kind in HAPPENED]
        if not happened:
            return None
        alert, total = _richest([r.alert for r in happened]), seen + _occurrences(happened)
        why = admit(alert, self.rule, total)
        if why is None:
            await conn.execute(_HELD, self._this(alert) | {"seen": total, "alert": alert.to_json()})
            return None
        told = await self._told_of(alert)
        if told:
            await conn.execute(_JOIN, self._this(alert) | {"bug": told, "seen": total})
            return await self._follow(conn, told, reports, _key(reports[0]))
        first = next(r for r in reversed(happened) if r.alert.event == alert.event)
        opened = await self.open(conn, alert, why, seen + 1, key=_key(first), posts=_posts([first]))
        return await self._and_then(conn, opened, [r for r in reports if r is not first])

    async def _and_then(self, conn: AsyncConnection, opened: Recorded, rest: list[Report]) -> Recorded:
        """What waited together with the report that opened the bug."""
        if not rest or opened.again:
            return opened
        then = await self._follow(conn, opened.bug.ref.number, rest, None)
        return replace(opened, bug=then.bug, entries=(*opened.entries, *then.entries))

    async def _told_of(self, alert: Alert) -> int | None:
        """The one bug of which this customer told before any tracker did: somebody reproduces it now."""
        if not alert.customer.email:
            return None
        mine = [bug.ref.number for bug in await told_of(self.ledger) if find(bug, alert.customer)]
        # with two bugs of the same customer nobody knows which one it is: a new one, and a person merges
        return mine[0] if len(mine) == 1 else None

    async def open(
        self, conn: AsyncConnection, alert: Alert, why: str, seen: int, *, key: str, posts: Iterable[Event] = ()
    ) -> Recorded:
        """A new bug for this error group."""
        first = [*opening(alert, why, seen), *posts]
        recorded = await self.ledger.open(conn, first, by=_source(alert), key=key)
        await conn.execute(_JOIN, self._this(alert) | {"bug": recorded.bug.ref.number, "seen": seen})
        return recorded

    async def held_back(self, conn: AsyncConnection, hint: CustomerHint, key: str) -> Recorded | None:
        """An error that was not admitted, which hit this customer: now that they wait, it is; unless somebody was quicker."""
        alert = await self._hit(conn, hint)
        if alert is None or (await self._group(conn, alert))[0]:
            return None
        return await self.open(conn, alert, "a customer waits", alert.occurrences, key=fit(f"held:{key}"))

    async def _hit(self, conn: AsyncConnection, hint: CustomerHint) -> Alert | None:
        mine = and_(groups.c.team == self.ledger.team, groups.c.bug.is_(None), groups.c.alert != "")
        # the most frequent first, and bounded: a noisy project holds back thousands of groups
        query = select(groups.c.alert).where(mine).order_by(groups.c.seen.desc()).limit(500)
        for text in (await conn.execute(query)).scalars():
            alert = Alert.from_json(text)
            if hint.email and alert.customer.email.casefold() == hint.email.casefold():
                return alert
        return None


@cache
def _locked(dialect: str) -> Any:
    """The group's row, which is made if it is missing. An update that changes nothing locks it."""
    place: dict[str, Any] = {
        "team": bindparam("of_team"),
        "source": bindparam("of_source"),
        "group": bindparam("of_group"),
    }
    first = insert_of(dialect, groups).values(**place, seen=0, alert="")
    # DO NOTHING would not lock the row, and would return none
    same = first.on_conflict_do_update(index_elements=list(place), set_={"seen": groups.c.seen})
    return same.returning(groups.c.bug, groups.c.seen)


class _Merged(Exception):
    """The bug does not go on."""

    def __init__(self, into: int) -> None:
        super().__init__(into)
        self.into = into


def _group_of(report: Report) -> Group:
    return report.alert.source, report.alert.group


def _key(report: Report) -> str:
    """One item may tell of several errors: each of them once."""
    group = hashlib.sha256(report.alert.group.encode()).hexdigest()[:12]
    return fit(f"alert:{group}:{report.key}")


def _richest(alerts: Sequence[Alert]) -> Alert:
    """The newest one, unless an earlier one of the batch knew the customer or more of the error."""
    newest = alerts[-1]
    fuller = next((a for a in reversed(alerts) if a.facts), newest)
    hit = next((a.customer for a in reversed(alerts) if a.customer.email), newest.customer)
    most = max(a.occurrences for a in alerts)
    return replace(fuller, customer=hit, occurrences=most, at=newest.at, kind=newest.kind)


def _occurrences(reports: Sequence[Report]) -> int:
    """One that is told of twice under the same id is one."""
    ids = [r.alert.event for r in reports]
    return len({i for i in ids if i}) + ids.count("")


def _posts(reports: Iterable[Report]) -> list[Event]:
    return [AlertPosted(channel=r.posted.channel, ts=r.posted.ts) for r in reports if r.posted]


def _source(alert: Alert) -> Actor:
    return Actor(kind=ActorKind.SOURCE, id=alert.source)


def body(alerts: Sequence[Alert], posted: Posted | None = None) -> str:
    """What is stored in the inbox: our words, not the service's."""
    place = {"channel": posted.channel, "ts": posted.ts} if posted else None
    return json.dumps({"alerts": [a.to_data() for a in alerts], "posted": place})


def _reports(item: Item) -> list[Report]:
    if item.alerts:
        return [Report(key=item.key, alert=alert) for alert in item.alerts]
    data = json.loads(item.body)
    posted = Posted(**data["posted"]) if data["posted"] else None
    return [Report(key=item.key, alert=Alert.from_data(a), posted=posted) for a in data["alerts"]]
