"""Shows a run's output while it runs: one message in the thread, changed at most every 2 s. After a cut-off it looks first."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.bug.bug import Bug, Post
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.run import FixEnded, FixLapsed, FixStarted
from bot.ledger.index.flags import Flags
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.sinks.watching import place
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import key, standing
from bot.slack.outgoing.refusals import THREAD_GONE, SlackRefused
from bot.slack.views import blocks as kit
from bot.slack.views.mrkdwn import block, foreign

EVENT = "makegood_output"
EVERY = 2.0


@dataclass(frozen=True)
class LiveSink:
    """`flags` hold the output while the run goes on, whichever process runs it; in the end it stands in the trail."""

    port: SlackPort
    flags: Flags
    name: ClassVar[str] = "live"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset({FixStarted, FixEnded, FixLapsed, FixSettled}), jumps=True, endless=True
    )

    async def serve(self, work: Work) -> Served:
        shown: dict[str, Any] = dict(work.external)
        going = False
        for fix in work.bug.fixes:
            if fix.started_at and not shown.get(f"{fix.run} over"):
                going = await self._show(work, fix, shown) or going
        return Served(external=shown, again_in=EVERY if going else None)

    async def _show(self, work: Work, fix: Fix, shown: dict[str, Any]) -> bool:
        """Whether it still goes on."""
        going, name = fix.state is RunState.STARTED, place(work.bug.ref.number, fix.run)
        text = await self._output(fix, name)
        card = work.bug.card
        if text and card and shown.get(f"{fix.run} text") != [text, going]:
            ts = shown.get(str(fix.run)) or (await self._found(work, card, fix) if work.doubt else None)
            shown[str(fix.run)] = await self._say(work.bug, card, fix, ts, text)
            shown[f"{fix.run} text"] = [text, going]
        if not going:
            shown[f"{fix.run} over"] = True
            # the output stands in the trail from here on; the copy for the eye has served
            await self.flags.clear(name)
        return going

    async def _output(self, fix: Fix, name: str) -> str:
        kept = await self.flags.get(name)
        live = str(json.loads(kept)["text"]) if kept else ""
        return fix.output or live

    async def _found(self, work: Work, card: Post, fix: Fix) -> str | None:
        return await standing(self.port, card, _payload(work.bug, fix))

    async def _say(self, bug: Bug, card: Post, fix: Fix, ts: str | None, text: str) -> str | None:
        head = f":computer: {foreign(fix.action, 60)} {'says' if fix.state is RunState.STARTED else 'said'}"
        blocks = kit.render([kit.section(f"{head}\n{block(text, kit.SECTION - 200)}", "output")])
        try:
            if ts:
                await self.port.update(card.channel, ts, text=head, blocks=blocks)
                return ts
            metadata = {"event_type": EVENT, "event_payload": _payload(bug, fix)}
            return await self.port.post(card.channel, thread_ts=card.ts, text=head, blocks=blocks, metadata=metadata)
        except SlackRefused as error:
            if error.code not in THREAD_GONE:
                raise
            return ts


def _payload(bug: Bug, fix: Fix) -> dict[str, Any]:
    return key(bug.ref, fix.at, run=fix.run)
