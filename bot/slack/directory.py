"""Knows people as Slack knows them: names are kept for a while, approvers are asked for afresh."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.bug.errors import Misconfigured, NotFound, Outside
from bot.bug.fixes import escalation
from bot.bug.permissions.policy import Duty, Member, Roles, eligible, fit
from bot.bug.words import actor_name
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.refusals import SlackRefused
from bot.slack.views.mrkdwn import foreign

First = Callable[[str], Awaitable[datetime]]
Remember = Callable[[str, str], Awaitable[None]]
NO_GROUP = frozenset({"no_such_subteam", "subteam_not_found"})
_NOBODY = "Name people who are, or leave the line out: then every full member may."
_PEOPLE_IT = "Add people to it in Slack, name people instead, or leave the line out: then every full member may."
KEPT = 600.0
"""Seconds that a name may be old."""
LATELY = 3600.0
"""Seconds for which Slack's word is good enough for what is of low risk, where it can't be asked again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Offices:
    """User ids by what the settings name them for; None: every full member."""

    approvers: frozenset[str]
    runners: frozenset[str] | None
    tellers: frozenset[str] | None
    exporters: frozenset[str] | None


NO_OFFICES = _Offices(approvers=frozenset(), runners=None, tellers=None, exporters=None)


@dataclass
class Directory:
    """`team` is our workspace: whoever belongs to another one is a stranger."""

    port: SlackPort
    team: str
    roles: Roles
    remember: Remember | None = None
    """Told what somebody who does something here is called."""
    first: First | None = None
    """Says when somebody was first seen here; Slack itself does not say when they joined."""
    _known: dict[str, tuple[float, Member]] = field(default_factory=dict)
    _named: dict[tuple[str, ...], tuple[float, frozenset[str]]] = field(default_factory=dict)
    """The people of each list of the settings."""

    async def member(self, user: str, *, fresh: bool = False) -> Member:
        """Raises NotFound for an id that Slack does not know, Outside where Slack can't be asked."""
        at, known = self._known.get(user, (0.0, None))
        if known and not fresh and time.monotonic() - at < KEPT:
            return known
        try:
            answer = await self.port.call("users.info", user=user)
        except SlackRefused as error:
            raise NotFound(f"Slack knows no user {foreign(user, 20)}.") from error
        member = self._member(answer["user"], await self._offices(fresh=fresh))
        if fresh and self.first:
            member = replace(member, joined=await self.first(user))
        self._known[user] = (time.monotonic(), member)
        return member

    def lately(self, user: str) -> Member | None:
        """As Slack showed them in the last hour; None: not at all, or something about them has changed since."""
        at, known = self._known.get(user, (0.0, None))
        return known if known and time.monotonic() - at < LATELY else None

    async def warm(self) -> None:
        """One call for everybody instead of one each; without it names come one by one."""
        cursor, offices = "", await self._offices()
        while True:
            page = await self.port.call("users.list", limit=200, cursor=cursor or None)
            for user in page.get("members", ()):
                self._known[user["id"]] = (time.monotonic(), self._member(user, offices))
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return

    async def anybody_beside(self, user: str) -> bool:
        """Whether this workspace has another full member. Raises Outside."""
        cursor = ""
        while True:
            page = await self.port.call("users.list", limit=200, cursor=cursor or None)
            if any(fit(self._member(one, NO_OFFICES)) for one in page.get("members", ()) if one["id"] != user):
                return True
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return False

    def forget(self, user: str) -> None:
        """Slack says that something about them changed."""
        self._known.pop(user, None)

    def _member(self, user: Mapping[str, Any], offices: _Offices) -> Member:
        id_: str = user["id"]
        profile = user.get("profile") or {}
        return Member(
            id=id_,
            name=profile.get("display_name") or user.get("real_name") or user.get("name") or id_,
            email=profile.get("email") or "",
            bot=bool(user.get("is_bot")) or id_ == "USLACKBOT",
            deleted=bool(user.get("deleted")),
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            stranger=bool(user.get("is_stranger")) or user.get("team_id", self.team) != self.team,
            tz=user.get("tz") or "UTC",
            approver=id_ in offices.approvers,
            runner=offices.runners is None or id_ in offices.runners,
            teller=offices.tellers is None or id_ in offices.tellers,
            exporter=offices.exporters is None or id_ in offices.exporters,
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
            return foreign(actor_name(actor), 60)
        try:
            return foreign((await self.member(actor)).name, 60, one_line=True)
        except (Outside, NotFound):
            return f"<@{actor}>"

    async def names(self, actors: Iterable[str]) -> dict[str, str]:
        """Each by their id, as `name` gives it."""
        return {actor: await self.name(actor) for actor in actors}

    async def called(self, user: str) -> str:
        """What a customer may read of who wrote; empty where Slack does not say: a letter does not wait for that."""
        if user[:1] not in {"U", "W"} or ":" in user:
            return ""
        try:
            return (self.lately(user) or await self.member(user)).name
        except (Outside, NotFound):
            return ""

    async def _offices(self, *, fresh: bool = False) -> _Offices:
        roles = self.roles
        return _Offices(
            approvers=await self.people(roles.approvers, fresh=fresh),
            runners=None if roles.runners is None else await self.people(roles.runners, fresh=fresh),
            tellers=None if roles.tellers is None else await self.people(roles.tellers, fresh=fresh),
            exporters=None if roles.exporters is None else await self.people(roles.exporters, fresh=fresh),
        )

    async def who(self, duty: Duty) -> tuple[str, ...]:
        """User ids of those whom the settings name for it; empty: every full member may. Raises Outside."""
        roles = self.roles
        named = {Duty.RUN: roles.runners, Duty.TELL: roles.tellers, Duty.EXPORT: roles.exporters}.get(duty)
        return tuple(sorted(await self.people(named))) if named else ()

    async def people(self, named: tuple[str, ...], *, fresh: bool = False) -> frozenset[str]:
        """The user ids behind a list of the settings: addresses and groups are looked up. Raises Outside."""
        at, known = self._named.get(named, (0.0, frozenset()))
        if known and not fresh and time.monotonic() - at < KEPT:
            return known
        found: set[str] = set()
        for entry in named:
            found |= set(await self._people_of(entry))
        self._named[named] = (time.monotonic(), frozenset(found))
        return frozenset(found)

    async def must_be_peopled(self) -> None:
        """Raises Misconfigured for a group of such a list in which nobody is, and for a list that names nobody who is here.

        Raises Outside.
        """
        for key, named in self._lists():
            for group in (entry for entry in named or () if "@" not in entry and entry.startswith("S")):
                if not await self._members_of(group):
                    raise Misconfigured(
                        f"makegood.toml: policy.{key}: nobody is in the user group {group}. {_PEOPLE_IT}"
                    )

        for key, named in self._lists():
            if named and not await self._anybody_of(named):
                raise Misconfigured(
                    f"makegood.toml: policy.{key}: nobody of {', '.join(named)} is a full member here. {_NOBODY}"
                )

    def _lists(self) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
        """The lists that narrow who may do what, by their names in the settings."""
        roles = self.roles
        return (("runners", roles.runners), ("tellers", roles.tellers), ("exporters", roles.exporters))

    async def _anybody_of(self, named: tuple[str, ...]) -> bool:
        """Whether one of them is a full member now; where Slack won't say, somebody is."""
        for user in sorted(await self.people(named)):
            try:
                if fit(await self.member(user)):
                    return True
            except NotFound:
                continue
        return False

    async def _members_of(self, group: str) -> Iterable[str]:
        """As Slack lists them; the group itself where Slack won't say."""
        try:
            return list((await self.port.call("usergroups.users.list", usergroup=group)).get("users", ()))
        except SlackRefused as error:
            return [] if error.code in NO_GROUP else [group]

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

    async def asked_first(self, by: str, approvals: int) -> tuple[str, ...]:
        """Those of them who are asked at once: not those on call, as long as the others are enough."""
        able = await self.eligible(by)
        return escalation.first(able, await self.people(self.roles.on_call, fresh=True), approvals)

    async def _approvers_now(self) -> tuple[Member, ...]:
        """Everybody who may approve, as they are at this moment."""
        ids = sorted(await self.people(self.roles.approvers, fresh=True))
        found = []
        for user in ids:
            try:
                found.append(await self.member(user, fresh=True))
            except NotFound:
                continue
        return tuple(found)
