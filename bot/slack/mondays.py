"""Posts the week, or the month, that is over: once, on Monday, whatever restarts, however many processes, and after a backup came back."""

from dataclasses import dataclass
from typing import Any

from bot.bug.retro import span
from bot.bug.retro.span import Span
from bot.ledger import summaries
from bot.ledger.db.leader import Leader
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import SYSTEM, Ledger
from bot.outgoing.once import once
from bot.settings.retro import Mondays, Often
from bot.slack.outgoing import pictures
from bot.slack.outgoing.own_messages import in_channel
from bot.slack.session import Session
from bot.slack.views.retro import series
from bot.slack.views.retro import summary as view

EVENT = "makegood_summary"
TURN = 300.0
"""Seconds for which one process has the turn: reading a month may take some."""
LOOKED_BACK = 8 * 86400.0
"""Seconds: our clock and Slack's need not agree."""
OVER = {"weekly": span.week_over, "monthly": span.month_over}


@dataclass(frozen=True, slots=True, kw_only=True)
class Monday:
    """`zone` is that of `[clocks]`, for settings that name none."""

    ledger: Ledger
    flags: Flags
    slack: Session
    often: Often
    settings: Mondays
    zone: str

    async def post(self, leader: Leader) -> None:
        """Nothing on any other day: a Monday that was missed stays missed."""
        of = OVER[self.often](self.ledger.clock(), self.settings.zone or self.zone, self.settings.hour)
        if of is None or await self.flags.get(self._flag) == of.name:
            return
        if await leader.leads(f"the {self.often} retro", TURN):
            await once(lambda: self._standing(of), lambda: self._say(of))
            # somebody else may have said it meanwhile, who had the turn before us: the later one is taken away
            await self._standing(of)
            await self.flags.set(self._flag, of.name, SYSTEM)

    @property
    def _flag(self) -> str:
        return f"retro:{self.often}"

    async def _standing(self, of: Span) -> str | None:
        """Looked for each time, since a backup that came back does not know of it."""
        since = of.until.timestamp() - LOOKED_BACK
        return await in_channel(self.slack.port, self.settings.channel, _payload(of), since, EVENT)

    async def _say(self, of: Span) -> str:
        found = await summaries.read(self.ledger, of)
        metadata = {"event_type": EVENT, "event_payload": _payload(of)}
        names = await self.slack.directory.names(view.people(found))
        said = {"text": view.title(found), "blocks": view.blocks(found, names)}
        port, channel = self.slack.port, self.settings.channel
        ts = await port.say(channel, metadata=metadata, **said)
        if not port.charts:
            await pictures.send(port, self.slack.http, channel, view.title(found), series.plots(found), ts)
        return ts


def _payload(of: Span) -> dict[str, Any]:
    return {"span": of.name}
