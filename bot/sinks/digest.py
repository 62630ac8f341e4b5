"""Shows one message for the new errors of a storm. Above `cards_per_minute` a bug joins it, until somebody acts on the bug."""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from bot.bug.bug import Bug
from bot.bug.errors import MakegoodError
from bot.ledger.relay.pace import TooSoon
from bot.slack.outgoing.client import SlackPort
from bot.slack.views import blocks as kit
from bot.slack.views.mrkdwn import foreign
from bot.text import plural

log = logging.getLogger(__name__)

WINDOW = 60.0
"""Seconds that one digest message takes in further bugs after the last one."""
PAUSE = 2.0
"""Seconds between two changes of it."""
LISTED = 20


@dataclass
class Digest:
    """What it lists is a convenience: `/bug list` knows them all, also after a restart in the middle of a storm."""

    port: SlackPort
    channel: str
    _bugs: list[Bug] = field(default_factory=list)
    _ts: str = ""
    _shown: str = ""
    """What stands there: somebody who sees no change costs no update."""
    _last: float = 0.0
    _showing: asyncio.Task[None] | None = None

    async def add(self, bug: Bug) -> None:
        """Joins the present digest, or begins a new one; shown within seconds."""
        if time.monotonic() - self._last > WINDOW:
            self._bugs, self._ts, self._shown = [], "", ""
        self._last = time.monotonic()
        if all(known.ref != bug.ref for known in self._bugs):
            self._bugs.append(bug)
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show())

    async def close(self) -> None:
        if self._showing:
            self._showing.cancel()
            await asyncio.gather(self._showing, return_exceptions=True)

    async def _show(self) -> None:
        """Until what stands there is what is known."""
        while self._shown != body(self._bugs):
            await asyncio.sleep(PAUSE if self._ts else 0)
            now = body(self._bugs)
            try:
                await self._put(text(self._bugs), kit.render([kit.section(now, "digest")]))
            except TooSoon as soon:
                await asyncio.sleep(soon.wait)
            except Exception as error:  # nobody waits for this task: whatever it was, the log has it
                expected = isinstance(error, MakegoodError)
                log.warning("The digest could not be shown: %s", error, exc_info=None if expected else error)
                return
            else:
                self._shown = now

    async def _put(self, line: str, blocks: kit.Blocks) -> None:
        if self._ts:
            await self.port.update(self.channel, self._ts, text=line, blocks=blocks)
        else:
            self._ts = await self.port.post(self.channel, text=line, blocks=blocks)


def text(bugs: list[Bug]) -> str:
    """The lock-screen line."""
    return f"{plural(len(bugs), 'more new error')}: too many at once for a card each"


def body(bugs: list[Bug]) -> str:
    lines = [f"• {bug.ref} {foreign(bug.title, 100, one_line=True)}" for bug in bugs[:LISTED]]
    more = [f"… and {len(bugs) - LISTED} more: `/bug list`"] if len(bugs) > LISTED else []
    hint = "`/bug claim BUG-…` takes one; its card comes then, or when a customer waits."
    return "\n".join([f":rotating_light: *{text(bugs)}*", *lines, *more, hint])
