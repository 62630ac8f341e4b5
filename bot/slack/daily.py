"""The daily list: once a day, in office hours, a message names what was done alone and nobody else has seen. It follows its buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from bot.bug.bug import Bug, DoneAlone
from bot.bug.clocks.office import Office
from bot.bug.errors import Outside
from bot.bug.values import CLOSED
from bot.ledger.db.leader import Leader
from bot.ledger.entries import load, unseen
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import SYSTEM, Ledger
from bot.outgoing.once import once
from bot.slack.outgoing.own_messages import in_channel
from bot.slack.outgoing.refusals import PLACE_GONE, SAID_NO
from bot.slack.session import Session
from bot.slack.views import daily as view
from bot.slack.views.card import reference

FLAG = "daily:list"
EVENT = "makegood_daily"
LISTED = 20
LOOKED_BACK = 2 * 86400.0
"""Seconds: our clock and Slack's need not agree."""
AS_OLD = timedelta(days=7)
"""How long something is listed each day; from then on it stands on Home and in the month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The newest list, and where it stands."""

    __pydantic_config__ = CLOSED
    day: str = ""
    began: float = 0.0
    """When it was about to be posted, in Unix seconds."""
    ts: str = ""
    """Empty: nothing was to be said that day, or nobody knows yet whether it stands there."""
    items: tuple[tuple[int, int], ...] = ()
    """(bug, seq)."""
    more: int = 0


STORED = TypeAdapter(Shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyList:
    ledger: Ledger
    flags: Flags
    slack: Session
    channel: str

    async def post(self, office: Office, leader: Leader) -> None:
        """Once a day, when the office is open; nothing where there is nothing."""
        now, shown = self.ledger.clock(), await self._shown()
        today = office.open_day(now)
        lost = bool(shown.items) and not shown.ts
        if not (today and (lost or today != shown.day) and await leader.leads("the daily list", 60)):
            return
        await (self._put(shown, doubt=True) if today == shown.day else self._begin(today, now, shown))

    async def _begin(self, today: str, now: datetime, before: Shown) -> None:
        """What is to be said is kept before it is said, so that a restart says it once. The list before it loses its buttons."""
        await self._retire(before)
        found = await self._found(now)
        items = tuple((bug.ref.number, one.seq) for bug, one in found)
        shown = Shown(day=today, began=now.timestamp(), items=items[:LISTED], more=len(items[LISTED:]))
        await self._keep(shown)
        if items:
            await self._put(shown)

    async def _found(self, now: datetime) -> Sequence[tuple[Bug, DoneAlone]]:
        """The oldest first. What nobody else could look at is left out: the retro tells it."""
        every = [(bug, one) for bug in await unseen(self.ledger) for one in bug.unseen if now - one.at < AS_OLD]
        seen_by = {by: await self._somebody_beside(by) for by in {one.by for _, one in every}}
        return sorted((x for x in every if seen_by[x[1].by]), key=lambda x: x[1].at)

    async def _somebody_beside(self, user: str) -> bool:
        try:
            return await self.slack.directory.anybody_beside(user)
        except Outside:
            return True

    async def _put(self, shown: Shown, *, doubt: bool = False) -> None:
        """`doubt`: it may stand there already, so it is looked for."""
        payload, since = {"day": shown.day}, shown.began - LOOKED_BACK
        metadata = {"event_type": EVENT, "event_payload": payload}
        ts = await once(
            lambda: in_channel(self.slack.port, self.channel, payload, since),
            lambda: self._say(shown, metadata),
            doubt=doubt,
        )
        await self._keep(replace(shown, ts=ts))

    async def _say(self, shown: Shown, metadata: Mapping[str, Any]) -> str:
        return await self.slack.port.say(self.channel, metadata=metadata, **await self._drawn(shown))

    async def _drawn(self, shown: Shown) -> dict[str, Any]:
        items = [await self._item(number, seq) for number, seq in shown.items]
        return {"text": view.headline(items, shown.more), "blocks": view.blocks(items, shown.more)}

    async def follow(self, bug: int) -> None:
        """Something of this bug was seen, or undone: the list shows it, if it stands there."""
        shown = await self._shown()
        if not shown.ts or all(number != bug for number, _ in shown.items):
            return
        await self._redraw(shown.ts, await self._drawn(shown))

    async def _retire(self, shown: Shown) -> None:
        """A button there would answer for a list that nobody keeps any more."""
        items = [await self._item(number, seq) for number, seq in shown.items] if shown.ts else []
        if any(map(view.open_, items)):
            await self._redraw(shown.ts, {"text": view.OVER, "blocks": view.over(items)})

    async def _redraw(self, ts: str, said: Mapping[str, Any]) -> None:
        try:
            await self.slack.port.update(self.channel, ts, **said)
        except SAID_NO as error:
            if error.code not in PLACE_GONE:
                raise

    async def _item(self, number: int, seq: int) -> view.Item:
        bug = await load(self.ledger, number)
        one = view.item(bug, seq, reference(bug, self.slack.me.url))
        return replace(one, by=await self._name(one.by), seen_by=await self._name(one.seen_by))

    async def _name(self, user: str) -> str:
        return await self.slack.directory.name(user) if user else ""

    async def _shown(self) -> Shown:
        return STORED.validate_json(await self.flags.get(FLAG) or "{}")

    async def _keep(self, shown: Shown) -> None:
        await self.flags.set(FLAG, STORED.dump_json(shown).decode(), SYSTEM)
