"""App Home: published when somebody opens it, turns a page of it, or presses something on it."""

import logging
from dataclasses import replace

from bot.bug.bug import Status
from bot.bug.errors import NotFound, Outside
from bot.bug.permissions.policy import fit
from bot.ledger import home as lists
from bot.ledger import strange, workspace
from bot.ledger.entries import list_bugs
from bot.ledger.home import Pages
from bot.settings import permissions
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.outgoing.refusals import SlackRefused
from bot.slack.verbs.reading import reference, waits
from bot.slack.verbs.registry import verb
from bot.slack.views import home as view
from bot.slack.views.home import Found

log = logging.getLogger(__name__)

DECIDED, ENDED = 5, 5
"""Newest entries of the workspace's trail, and newest bugs that have ended."""
NO_CHART = frozenset({"invalid_blocks", "invalid_arguments"})
"""What a workspace says that does not know the newest block yet."""


async def publish(context: Context, user: str, pages: Pages = lists.FIRST) -> None:
    """As this person sees it now, on the pages they look at. Raises Outside."""
    found = await _found(context, user, pages)
    try:
        await _put(context, user, found)
    except SlackRefused as error:
        if error.code not in NO_CHART:
            raise
        log.warning("Slack took no chart on Home, so its week is drawn in letters: %s", error)
        await _put(context, user, replace(found, charts=False))


async def _put(context: Context, user: str, found: Found) -> None:
    shown = view.view(found, user, lambda bug: reference(context, bug), context.now())
    await context.port.call("views.publish", user_id=user, view=shown)


async def _found(context: Context, user: str, pages: Pages) -> Found:
    async with context.ledger.db.read() as conn:
        odd = await strange.listed(conn, context.ledger.team)
    return Found(
        lists=await lists.read(context.ledger, user, pages, context.now()),
        pages=pages,
        ended=await list_bugs(context.ledger, (Status.CLOSED, Status.DISMISSED), limit=ENDED),
        strange=odd,
        held=await waits(context),
        decided=await workspace.trail(context.ledger, DECIDED),
        may=await _may(context, user),
        whole=await _reads(context, user),
        somebody_beside=await _anybody_beside(context, user),
    )


async def turned(_context: Context, _request: Request) -> Response:
    """Another page of a list: whoever serves the press publishes Home anew, on the page that the button names."""
    return NOTHING


for _way in ("first", "back", "next", "last"):
    verb(f"home_page_{_way}")(turned)


async def _anybody_beside(context: Context, user: str) -> bool:
    """Whether somebody could say *Seen* at all; asked only where the settings say that one may be alone."""
    try:
        return not context.settings.policy.solo or await context.directory.anybody_beside(user)
    except Outside:
        return True


async def _reads(context: Context, user: str) -> bool:
    """Whether they may read of all bugs, as far as Slack says it or said it in the last hour."""
    try:
        return fit(await context.directory.member(user))
    except (Outside, NotFound):
        known = context.directory.lately(user)
        return known is not None and fit(known)


async def _may(context: Context, user: str) -> list[str]:
    """What this person may do alone; the names are a courtesy, so Slack's silence costs only them."""
    try:
        member = await context.directory.member(user)
        others = await context.directory.people(context.settings.policy.roles.approvers) - {user}
    except (Outside, NotFound):
        return ["Slack can't say who you are just now. Open this again in a minute."]
    rows = permissions.rows(context.catalogue, context.settings, len(others))
    return view.may(member, [(row.action, row.said) for row in rows])
