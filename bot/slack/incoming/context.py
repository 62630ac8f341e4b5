"""The parts that verbs work with, and the check who may ask at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.allowed import AllowedActions
from bot.bug.bug import Bug
from bot.bug.errors import NotAllowed, Outside, Refused
from bot.bug.keys import fit
from bot.bug.permissions.policy import Duty, Member, may, may_command
from bot.bug.permissions.tolerance import ActedUnchecked
from bot.bug.telling.letters import Letters
from bot.bug.values import Actor, CustomerHint, Inbound
from bot.bug.words import Code
from bot.ledger.entries import load, written_at
from bot.ledger.index.names import Names
from bot.ledger.ledger import Decide, Ledger, Recorded
from bot.process.latest import Latest
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.settings.settings import Settings
from bot.slack.directory import Directory
from bot.slack.incoming import grammar
from bot.slack.incoming.request import Request
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.views.marks import milliseconds
from bot.suggestions import Suggestions

LOW_RISK = frozenset(
    {
        "fix",
        "fix_this",
        "fix_now",
        "action",
        "run",
        "run_and_tell",
        "ask_again",
        "look",
        "probe",
        "investigate",
        "answer",
    }
    | {"by_hand", "told_by_hand", "tell_back"}
)
"""What may be asked for on Slack's earlier word. It reads, or can be taken back; `run` looks at the risk of its fix besides."""


class Unplaced(Protocol):
    """Conversations that belong to no bug yet, by source and conversation.

    `open`, `join` and `drop` raise NotFound where somebody has decided already.
    """

    async def open(self, source: str, conversation: str, by: Actor) -> int: ...
    async def join(self, source: str, conversation: str, bug: int, by: Actor) -> None: ...
    async def drop(self, source: str, conversation: str, by: Actor) -> None: ...
    async def last_words(self, customer: CustomerHint) -> Sequence[Inbound]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    ledger: Ledger
    port: SlackPort
    directory: Directory
    settings: Settings
    engine: Engine
    allowed: AllowedActions
    suggestions: Suggestions
    unplaced: Unplaced
    plans: Latest[tuple[str, ...]]
    """Of the billing system, for a tell."""
    letters: Letters
    """Which messages wait a little before they go."""
    private: PrivateMessages
    names: Names
    """What people are called, as Slack last said."""
    workspace_url: str = ""
    """With a slash at its end."""

    @property
    def catalogue(self) -> Catalogue:
        return self.engine.catalogue

    def now(self) -> datetime:
        return self.ledger.clock()

    @property
    def channel(self) -> str:
        """Where new cards stand."""
        return self.settings.slack.error_channels[0]

    async def must_not_be_lost(self, request: Request) -> None:
        """What stands in Slack of a trail that is lost acts on nothing: its numbers have come again since. Raises Refused."""
        if not request.at or request.bug is None:
            return
        written = await written_at(self.ledger, request.bug, request.seq)
        if milliseconds(written) != request.at:
            lost = "This is about something that was lost when a backup came back."
            raise Refused(f"{lost} Nothing was done. Look at the card of BUG-{request.bug}, or at `/bug list`.")

    async def bug(self, request: Request) -> Bug:
        return await load(self.ledger, self.number(request))

    def number(self, request: Request) -> int:
        if request.bug is None:
            example = Code(grammar.example(request.verb), 60)
            raise Refused("Which bug? Write ", example, ", or say it in the bug's thread with @makegood.")
        return request.bug

    async def record(self, request: Request, decide: Decide, bug: int | None = None) -> Recorded:
        """Under the ask's own key: asked twice by a redelivery, done once."""
        number = self.number(request) if bug is None else bug
        suffix = "" if bug is None else f":{bug}"
        return await self.ledger.record(number, decide, by=request.by, key=fit(f"ask:{request.key}{suffix}"))

    def sending(self, decide: Decide) -> Decide:
        """The same decision, whose letters wait a little before they go."""
        return lambda bug: self.letters.hold(bug, decide(bug), self.now())

    async def must_be_ours(self, user: str, team: str) -> None:
        """Living human members of this workspace; when Slack can't say more, its own word for the team has to do."""
        if team != self.ledger.team:
            raise NotAllowed("Only members of this workspace can do this; you are here as a guest of another one.")
        try:
            may_command(await self.directory.member(user))
        except Outside:
            return
        await self.directory.seen(user)

    async def must(self, duty: Duty, user: str, tolerant: Request | None = None) -> None:
        """Let only those reach production or a customer who may. Raises Refused while Slack can't say who somebody is.

        `tolerant`: what is asked for; if its risk is low, Slack's word of the last hour will do until it can be asked again.
        """
        try:
            may(await self.directory.member(user), duty, await self.directory.who(duty))
        except Outside as error:
            if self._reads(duty, user) or (tolerant and await self._tolerates(duty, tolerant)):
                return
            said = "Slack can't say who you are just now, and only full members may do this. Nothing was done; try again in a minute."
            raise Refused(said) from error

    def _reads(self, duty: Duty, user: str) -> bool:
        """Who reads changes nothing: on Slack's word of the last hour. Raises NotAllowed."""
        known = self.directory.lately(user) if duty is Duty.READ else None
        may(known, duty) if known else None
        return known is not None

    async def _tolerates(self, duty: Duty, request: Request) -> bool:
        """Noted before anything comes of it, so that they are checked afterwards whatever happens."""
        known = self.directory.lately(request.user)
        if known is None or request.bug is None or request.verb not in LOW_RISK:
            return False
        may(known, duty)
        noted = ActedUnchecked(user=request.user, duty=duty)
        key = fit(f"unchecked:{request.key}")
        await self.ledger.record(request.bug, lambda _bug: noted, by=request.by, key=key)
        return True

    async def approver(self, user: str) -> Member:
        """As Slack knows them at this moment."""
        try:
            return await self.directory.member(user, fresh=True)
        except Outside as error:
            raise Refused(
                "Slack can't say who you are just now, so you can't approve. Try again in a minute."
            ) from error

    async def leaderless(self) -> bool:
        """Whether nobody is an approver, and the settings say that one person is alone here. Raises Outside."""
        policy = self.settings.policy
        return policy.solo and not await self.directory.people(policy.roles.approvers, fresh=True)
