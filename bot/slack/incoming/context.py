"""What the verbs work with: the ledger, the people, the settings; and who may ask at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug
from bot.bug.errors import NotAllowed, Outside, Refused
from bot.bug.keys import fit
from bot.bug.policy import Member, may_act, may_command
from bot.bug.words import Code
from bot.ledger.entries import load
from bot.ledger.ledger import Decide, Ledger, Recorded
from bot.production.catalogue import Catalogue
from bot.settings import Settings
from bot.slack.directory import Directory
from bot.slack.incoming.request import Request
from bot.slack.outgoing.client import SlackPort


@dataclass(frozen=True, kw_only=True)
class Context:
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

    async def bug(self, request: Request) -> Bug:
        return await load(self.ledger, self.number(request))

    def number(self, request: Request) -> int:
        if request.bug is None:
            example = Code(f"{request.verb.replace('_', '-')} BUG-1", 60)
            raise Refused("Which bug? Say ", example, ", or write it in the bug's thread.")
        return request.bug

    async def record(self, request: Request, decide: Decide, bug: int | None = None) -> Recorded:
        """Under the ask's own key: asked twice by a redelivery, done once."""
        number = self.number(request) if bug is None else bug
        suffix = "" if bug is None else f":{bug}"
        return await self.ledger.record(number, decide, by=request.by, key=fit(f"ask:{request.key}{suffix}"))

    async def must_be_ours(self, request: Request) -> None:
        """Living human members of this workspace; when Slack can't say more, its own word for the team has to do."""
        if request.team != self.ledger.team:
            raise NotAllowed("Only members of this workspace can do this; you are here as a guest of another one.")
        try:
            may_command(await self.directory.member(request.user))
        except Outside:
            return
        await self.directory.seen(request.user)

    async def must_act(self, user: str) -> None:
        """Who reaches production or a customer is a full member, by Slack's own word: it is not taken for granted while Slack is away."""
        try:
            may_act(await self.directory.member(user))
        except Outside as error:
            said = "Slack can't say who you are just now, and only full members may do this. Nothing was done; try again in a minute."
            raise Refused(said) from error

    async def approver(self, user: str) -> Member:
        """As Slack knows them at this moment."""
        try:
            return await self.directory.member(user, fresh=True)
        except Outside as error:
            raise Refused(
                "Slack can't say who you are just now, so you can't approve. Try again in a minute."
            ) from error
