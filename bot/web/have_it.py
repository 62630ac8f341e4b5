"""The page behind the link of a call: one press there claims. To open it claims nothing, for previews and scanners open links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.bug.bug import Bug, Status
from bot.bug.course.ownership import Claimed, claim
from bot.bug.errors import NotFound, Outside, Refused, Unavailable
from bot.bug.permissions.policy import Member, may_command
from bot.bug.values import Actor, ActorKind
from bot.ledger.entries import load
from bot.slack.incoming.context import Context
from bot.slack.views.card import address
from bot.text import length
from bot.web.links import PLACE, Link, Links

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Makegood</title>
<style>
body {{ font: 20px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 26em; padding: 0 1.2em }}
button {{ font: inherit; font-weight: 600; width: 100%; padding: .8em; border: 0; border-radius: .5em; background: #0a7d4b; color: #fff }}
a {{ color: inherit }}
</style>
<body>
{body}
</body>
</html>
"""
ASK = '<p>{said}</p>\n<form method="post"><button>I have it</button></form>\n<p>Only this press claims it, for {name}.</p>'
OVER = {
    Status.FIXED: "is fixed already",
    Status.OWED: "is fixed already",
    Status.CLOSED: "is closed already",
    Status.DISMISSED: "was dismissed: it is no bug",
    Status.MERGED: "is part of another bug now; its thread in Slack says of which",
}
NOTHING_TO_DO = "There is nothing for you to do."


class _Over(Refused):
    """The link can't claim any more; the sentence says what came of it."""


@dataclass(frozen=True, slots=True)
class HaveIt:
    context: Context
    links: Links

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.get(f"{PLACE}{{token}}", self.show), web.post(f"{PLACE}{{token}}", self.take))

    async def show(self, request: web.Request) -> web.Response:
        """What the press would do, or why it can't be done any more."""
        try:
            link = self.links.read(request.match_info["token"])
            bug = await self._bug(link)
            await self._must_be_free(bug, link)
        except _Over as over:
            return _page(_paragraph(str(over)))
        except Refused as error:
            return _page(_paragraph(str(error)), 404)
        name = await self.context.directory.name(link.user)
        return _page(ASK.format(said=escape(self._waits(bug)), name=escape(_person(name, "you"))))

    async def take(self, request: web.Request) -> web.Response:
        """Claims, once, for the person whom the link names."""
        try:
            link = self.links.read(request.match_info["token"])
            said = await self._claimed(link)
        except _Over as over:
            return _page(_paragraph(str(over)), 409)
        except Outside as error:
            return _page(_paragraph(str(error)), 503)
        except Refused as error:
            return _page(_paragraph(str(error)), 404)
        bug = await self._bug(link)
        where = address(bug, self.context.workspace_url)
        card = f'<p><a href="{escape(where)}">Open its card in Slack</a></p>' if where else ""
        return _page(f"{_paragraph(said)}{card}")

    async def _claimed(self, link: Link) -> str:
        await self._must_be_free(await self._bug(link), link)
        may_command(await self._known(link))
        await self.context.directory.seen(link.user)
        by, key = Actor(kind=ActorKind.PERSON, id=link.user), f"have-it:BUG-{link.bug}:{link.born}:{link.seq}"
        recorded = await self.context.ledger.record(link.bug, lambda bug: self._claim(bug, link), by=by, key=key)
        if recorded.again:
            raise _Over(f"This link was used before. Nobody has BUG-{link.bug} now: claim it in Slack.")
        if not recorded.entries:
            await self._must_be_free(recorded.bug, link)
        return f"You have BUG-{link.bug}. The thread in Slack says so."

    async def _known(self, link: Link) -> Member:
        """As Slack shows them now or showed them in the last hour. Raises Outside where it can't say.

        A press in Slack is vouched for by Slack itself; a link may have been kept by somebody who left.
        """
        directory = self.context.directory
        try:
            return await directory.member(link.user)
        except Outside as error:
            if known := directory.lately(link.user):
                return known
            said = f"Slack can't be asked just now, so nobody claimed BUG-{link.bug}. Try again in a minute."
            raise Unavailable(said) from error

    def _claim(self, bug: Bug, link: Link) -> Claimed | None:
        """Decided under the lock; None for one that is not free any more."""
        if bug.status is not Status.OPEN or bug.owner:
            return None
        return Claimed(owner=claim(bug, link.user).owner, by_link=True)

    async def _bug(self, link: Link) -> Bug:
        """Raises Refused where it is another bug by now: a restored backup gives numbers again."""
        lost = _Over(f"BUG-{link.bug} was lost when a backup came back, and this link with it. Look into Slack.")
        if link.team != self.context.ledger.team:
            raise NotFound("This link is of another workspace. Claim the bug in Slack.")
        try:
            bug = await load(self.context.ledger, link.bug)
        except NotFound:
            raise lost from None
        if bug.opened_at is None or int(bug.opened_at.timestamp()) != link.born:
            raise lost
        return bug

    async def _must_be_free(self, bug: Bug, link: Link) -> None:
        """Raises _Over with what came of it."""
        if bug.status in OVER:
            raise _Over(f"{bug.ref} {OVER[bug.status]}. {NOTHING_TO_DO}")
        if bug.owner == link.user:
            raise _Over(f"You have {bug.ref} already. The thread in Slack says so.")
        if bug.owner:
            name = _person(await self.context.directory.name(bug.owner), "Somebody else")
            raise _Over(f"{name} already has {bug.ref}{self._since(bug.claimed_at)}. {NOTHING_TO_DO}")
        if link.over(self.context.now()):
            at = self._clock(datetime.fromtimestamp(link.until, UTC))
            raise _Over(f"You are too late for this link: it was good until {at}. Claim {bug.ref} in Slack.")

    def _waits(self, bug: Bug) -> str:
        since = min((c.since for c in bug.untold if not c.told), default=None)
        waits = f"A customer has waited {length(self.context.now() - since)}, and nobody" if since else "Nobody"
        return f"{waits} has {bug.ref}."

    def _since(self, at: datetime | None) -> str:
        return f", since {self._clock(at)}" if at else ""

    def _clock(self, at: datetime) -> str:
        zone = self.context.settings.clocks.zone
        return f"{at.astimezone(ZoneInfo(zone)):%H:%M} ({zone})"


def _person(name: str, unknown: str) -> str:
    """Where Slack is away and can't say what somebody is called, `unknown`."""
    return unknown if name.startswith("<@") else unescape(name)


def _paragraph(said: str) -> str:
    return f"<p>{escape(said)}</p>"


def _page(body: str, status: int = 200) -> web.Response:
    return web.Response(
        text=PAGE.format(body=body), status=status, content_type="text/html", charset="utf-8", headers=HEADERS
    )
