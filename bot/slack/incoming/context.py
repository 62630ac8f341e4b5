"""What the verbs work with: the ledger, the people, the settings; and who may ask at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug
from bot.bug.errors import NotAllowed, Outside, Refused
from bot.bug.keys import fit
from bot.bug.policy import Member, may_command
from bot.ledger.entries import load
from bot.ledger.ledger import Decide, Ledger, Recorded
from bot.production.catalogue import Catalogue
from bot.settings import Settings
from bot.slack.directory import Directory
from bot.slack.incoming.request import Ask
from bot.slack.outgoing.client import SlackPort


@dataclass(frozen=True, kw_only=True)
class Desk:
    ledger: Ledger
    port: SlackPort
    directory: Directory
    settings: Settings
    catalogue: Catalogue
    services: Mapping[str, Any] = field(default_factory=dict)
    """Further parts by name, for verbs that need one: "alerts", "people"."""

    def now(self) -> datetime:
        return self.ledger.clock()

    @property
    def channel(self) -> str:
        """Where new cards stand."""
        return self.settings.slack.error_channels[0]

    async def bug(self, ask: Ask) -> Bug:
        return await load(self.ledger, self.number(ask))

    def number(self, ask: Ask) -> int:
        if ask.bug is None:
            raise Refused(f"Which bug? Say `{ask.verb.replace('_', '-')} BUG-1`, or write it in the bug's thread.")
        return ask.bug

    async def record(self, ask: Ask, decide: Decide, bug: int | None = None) -> Recorded:
        """Under the ask's own key: asked twice by a redelivery, done once."""
        number = self.number(ask) if bug is None else bug
        suffix = "" if bug is None else f":{bug}"
        return await self.ledger.record(number, decide, by=ask.by, key=fit(f"ask:{ask.key}{suffix}"))

    async def must_be_ours(self, ask: Ask) -> None:
        """Living human members of this workspace; when Slack can't say more, its own word for the team has to do."""
        if ask.team != self.ledger.team:
            raise NotAllowed("Only members of this workspace can do this; you are here as a guest of another one.")
        try:
            may_command(await self.directory.member(ask.user))
        except Outside:
            return
        await self.directory.seen(ask.user)

    async def approver(self, user: str) -> Member:
        """As Slack knows them at this moment."""
        try:
            return await self.directory.member(user, fresh=True)
        except Outside as error:
            raise Refused(
                "Slack can't say who you are just now, so you can't approve. Try again in a minute."
            ) from error
