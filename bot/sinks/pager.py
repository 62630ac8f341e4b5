"""Calls people outside of Slack with a link that claims, when nobody has a bug and a customer waits. No name and no text leaves with it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import aiohttp

from bot.adapters.receivers import headers
from bot.bug.bug import Bug, Status
from bot.bug.clocks.paging import PAGE, Paged
from bot.bug.clocks.reminders import Reminded
from bot.bug.errors import Rejected
from bot.bug.keys import of_entry
from bot.ledger.ledger import Entry
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.client import Client, Reply
from bot.outgoing.once import once
from bot.settings.pager import Contact, PagerSettings
from bot.text import length
from bot.web.links import Link, Links

NOT_OK = 300
CLOCKS = 7200
"""Seconds that ntfy's clock may be behind ours."""


@dataclass(frozen=True, kw_only=True)
class PagerSink:
    http: aiohttp.ClientSession
    settings: PagerSettings
    links: Links
    name: ClassVar[str] = "pager"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({Reminded}))

    async def serve(self, work: Work) -> Served:
        """Nobody is called for a bug that somebody has by now, or who is not on call any more.

        After a cut-off ntfy is asked whether it has the message. A webhook can't be asked: it gets the same id again.
        """
        entry, bug = work.entry, work.bug
        user = _called(bug, entry)
        contact = self.settings.people.get(user)
        if entry is None or contact is None:
            return Served()
        page = _Page(bug, entry, contact, self.links.address(self._link(bug, entry, user)))
        client = Client(session=self.http, who="The pager")
        await once(lambda: _stands(client, page), lambda: _send(client, page), doubt=work.doubt)
        return Served(outcomes=(Paged(user=user, via=contact.way),))

    def _link(self, bug: Bug, entry: Entry, user: str) -> Link:
        until = entry.at + timedelta(minutes=self.settings.valid)
        return Link(
            team=bug.ref.team,
            bug=bug.ref.number,
            born=int((bug.opened_at or entry.at).timestamp()),
            seq=entry.seq,
            user=user,
            until=int(until.timestamp()),
        )


@dataclass(frozen=True)
class _Page:
    bug: Bug
    entry: Entry
    contact: Contact
    link: str

    @property
    def text(self) -> str:
        since = min((c.since for c in self.bug.untold if not c.told), default=self.entry.at)
        return f"{self.bug.ref}: a customer has waited {length(self.entry.at - since)} and nobody has it."


def _called(bug: Bug, entry: Entry | None) -> str:
    """Whom this entry calls; empty: nobody (any more)."""
    event = entry.event if entry else None
    if not isinstance(event, Reminded) or not event.what.startswith(f"{PAGE}:"):
        return ""
    return event.whom[0] if bug.status is Status.OPEN and bug.free_since == event.since else ""


async def _stands(client: Client, page: _Page) -> bool | None:
    """Whether the topic holds our message; None also where it shows nobody what it holds."""
    if page.contact.way == "webhook":
        return None
    since = int(page.entry.at.timestamp()) - CLOCKS
    reply = await client.exchange("GET", f"{page.contact.address}/json?poll=1&since={since}")
    if problem := reply.trouble():
        raise problem
    return any(page.link in line for line in reply.text.splitlines()) or None


async def _send(client: Client, page: _Page) -> bool:
    reply = await (_push if page.contact.way == "ntfy" else _post)(client, page)
    if problem := reply.trouble():
        raise problem
    if reply.status >= NOT_OK:
        where = f"[pager.people.{page.entry.event.whom[0]}]" if isinstance(page.entry.event, Reminded) else "[pager]"
        raise Rejected(f"The call was refused with {reply.status}: check {where}")
    return True


async def _push(client: Client, page: _Page) -> Reply:
    """A tap on the message, or on its button, opens our page: a press inside ntfy must not claim unread."""
    said = {
        "Title": "Makegood",
        "Priority": "urgent",
        "Tags": "rotating_light",
        "Click": page.link,
        "Actions": f"view, I have it, {page.link}",
    }
    return await client.exchange("POST", page.contact.address, data=page.text.encode(), headers=said)


async def _post(client: Client, page: _Page) -> Reply:
    """`text` is what chats show of it; the rest is for pagers."""
    at, id_ = page.entry.at, of_entry(page.bug.ref, page.entry.seq, page.entry.at)
    told = {"text": f"{page.text} I have it: {page.link}", "bug": str(page.bug.ref), "link": page.link, "id": id_}
    raw, signed = json.dumps(told, ensure_ascii=False, sort_keys=True).encode(), {"Content-Type": "application/json"}
    if secret := page.contact.secret:
        signed = dict(headers(secret.get_secret_value(), id_, datetime.now(at.tzinfo), raw))
    return await client.exchange("POST", page.contact.address, twice=True, data=raw, headers=signed)
