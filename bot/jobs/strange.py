"""Says what arrived and nobody understood: in the channel, and by mail while Slack takes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.opening import MAIL
from bot.adapters.ports import Channel
from bot.bug.errors import Outside
from bot.bug.values import CustomerHint, Outgoing
from bot.ledger import strange
from bot.ledger.db.leader import Leader
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import SYSTEM, Ledger
from bot.slack.outgoing.client import SlackPort
from bot.slack.views.home import not_understood
from bot.slack.views.mrkdwn import plain

DAY = 86400.0
SAID = "strange:said"
"""The flag that says when people were last told of what nobody understood."""
MAILED = "strange:mailed"
"""The flag that says when they last read it in a mail, since Slack took nothing."""
NEWS = "Makegood: something arrived that is not understood, and Slack can't be reached"


@dataclass(frozen=True, slots=True)
class Strange:
    """What nobody understood is said in the channel: at once, and from then on in one line a day while more comes."""

    ledger: Ledger
    flags: Flags
    port: SlackPort
    channel: str
    leader: Leader
    letters: "Letters | None" = None
    """Where Slack takes nothing, people read it in a mail."""

    async def say(self) -> None:
        now, said = self.ledger.clock().timestamp(), float(await self.flags.get(SAID) or 0)
        if 0 <= now - said < DAY:  # a time to come is from before the clock was set back
            return
        async with self.ledger.db.read() as conn:
            found = await strange.listed(conn, self.ledger.team, since=said)
        if not found or not await self.leader.leads("strange", 60):
            return
        try:
            await self.port.say(self.channel, text=not_understood(found))
        except Outside:
            await self._by_mail(found, now)
            raise
        await self.flags.set(SAID, str(now), SYSTEM)

    async def _by_mail(self, found: Sequence[strange.Strange], now: float) -> None:
        """Once a day as well; the channel still hears of it once Slack is back."""
        mailed = float(await self.flags.get(MAILED) or 0)
        if self.letters and not 0 <= now - mailed < DAY:
            await self.letters.send(plain(not_understood(found)), f"{self.ledger.team}-strange-{now:.0f}")
            await self.flags.set(MAILED, str(now), SYSTEM)


@dataclass(frozen=True, slots=True)
class Letters:
    """To the approvers whom the settings name by address; without any, to our own support's mailbox."""

    mail: Channel
    to: tuple[str, ...]

    async def send(self, text: str, key: str) -> None:
        for number, address in enumerate(self.to):
            to = CustomerHint(email=address)
            said = Outgoing(source=MAIL, customer=to, text=text, key=f"{key}-{number}", subject=NEWS)
            await self.mail.send(said)
