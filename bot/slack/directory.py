"""Knows people as Slack knows them: names are kept for a while, approvers are asked for afresh."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.bug.errors import NotFound, Outside
from bot.bug.policy import Member, eligible
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.refusals import SlackRefused
from bot.slack.views.mrkdwn import foreign

First = Callable[[str], Awaitable[datetime]]
Remember = Callable[[str, str], Awaitable[None]]
KEPT = 600.0
"""Seconds that a name may be old."""


@dataclass
class Directory:
    """`team` is our workspace: whoever belongs to another one is a stranger."""

    port: SlackPort
    team: str
    approvers: tuple[str, ...]
    remember: Remember | None = None
    """Told what somebody who does something here is called."""
    first: First | None = None
    """Says when somebody was first seen here; Slack itself does not say when they joined."""
    _known: dict[str, tuple[float, Member]] = field(default_factory=dict)
    _approvers: tuple[float, frozenset[str]] = (0.0, frozenset())

    async def member(self, user: str, *, fresh: bool = False) -> Member:
        """Raises NotFound for an id that Slack does not know, Outside where Slack can't be asked."""
        at, known = self._known.get(user, (0.0, None))
        if known and not fresh and time.monotonic() - at < KEPT:
            return known
        try:
            answer = await self.port.call("users.info", user=user)
        except SlackRefused as error:
            raise NotFound(f"Slack knows no user {foreign(user, 20)}.") from error
        member = self._member(answer["user"], await self.approver_ids(fresh=fresh))
        if fresh and self.first:
            member = member.model_copy(update={"joined": await self.first(user)})
        self._known[user] = (time.monotonic(), member)
        return member

    async def warm(self) -> None:
        """One call for everybody instead of one each; without it names come one by one."""
        cursor, approvers = "", await self.approver_ids()
        while True:
            page = await self.port.call("users.list", limit=200, cursor=cursor or None)
            for user in page.get("members", ()):
                self._known[user["id"]] = (time.monotonic(), self._member(user, approvers))
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return

    def forget(self, user: str) -> None:
        """Slack says that something about them changed."""
        self._known.pop(user, None)

    def _member(self, user: Mapping[str, Any], approvers: frozenset[str]) -> Member:
        profile = user.get("profile") or {}
        return Member(
            id=user["id"],
            name=profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"],
            email=profile.get("email") or "",
            bot=bool(user.get("is_bot")) or user["id"] == "USLACKBOT",
            deleted=bool(user.get("deleted")),
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            stranger=bool(user.get("is_stranger")) or user.get("team_id", self.team) != self.team,
            tz=user.get("tz") or "UTC",
            approver=user["id"] in approvers,
        )

    async def seen(self, user: str) -> None:
        """They wrote or did something: what they are called is kept; where Slack can't say it, later."""
        try:
            name = foreign((await self.member(user)).name, 60, one_line=True)
        except (Outside, NotFound):
            return
        if self.remember:
            await self.remember(user, name)

    async def name(self, actor: str) -> str:
        """What people call them, harmless in mrkdwn; an id that is not a person's stays as it is."""
        if actor[:1] not in {"U", "W"} or ":" in actor:
            return foreign(actor.removeprefix("system:").removeprefix("source:"), 60)
        try:
            return foreign((await self.member(actor)).name, 60, one_line=True)
        except (Outside, NotFound):
            return f"<@{actor}>"

    async def approver_ids(self, *, fresh: bool = False) -> frozenset[str]:
        """[policy] approvers as user ids: addresses and groups are looked up."""
        at, known = self._approvers
        if known and not fresh and time.monotonic() - at < KEPT:
            return known
        found: set[str] = set()
        for entry in self.approvers:
            found |= set(await self._people_of(entry))
        self._approvers = (time.monotonic(), frozenset(found))
        return self._approvers[1]

    async def _people_of(self, entry: str) -> Iterable[str]:
        try:
            if "@" in entry:
                return [(await self.port.call("users.lookupByEmail", email=entry))["user"]["id"]]
            if entry.startswith("S"):
                return list((await self.port.call("usergroups.users.list", usergroup=entry)).get("users", ()))
        except SlackRefused:
            return []  # somebody who left, a group that is gone: nobody approves in their name
        return [entry]

    async def eligible(self, by: str) -> tuple[str, ...]:
        """The people who can be asked now to approve what `by` wants."""
        return eligible(await self._approvers_now(), by)

    async def _approvers_now(self) -> tuple[Member, ...]:
        """Everybody who may approve, as they are at this moment."""
        ids = sorted(await self.approver_ids(fresh=True))
        found = []
        for user in ids:
            try:
                found.append(await self.member(user, fresh=True))
            except NotFound:
                continue
        return tuple(found)
