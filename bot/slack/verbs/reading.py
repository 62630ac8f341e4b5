"""The verbs that only read: the open bugs, one bug, its retro, help."""

from bot import permissions
from bot.bug.bug import Bug, Status
from bot.bug.errors import NotFound, Outside
from bot.bug.event import allowed
from bot.bug.retro.posting import RetroAsked
from bot.bug.retro.story import fold
from bot.ledger import strange, workspace
from bot.ledger.entries import awaits, count, list_bugs, trail, unseen
from bot.ledger.relay.held import held
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.verbs.registry import VERBS, verb
from bot.slack.views import blocks as kit
from bot.slack.views import card, home, waiting
from bot.slack.views.mrkdwn import foreign, who
from bot.slack.views.retro import view as retro_view
from bot.slack.views.thread_lines import line

LISTED = 30
DECIDED = 5
"""Newest entries of the workspace's trail that Home shows."""


@verb("list", "/bug list")
async def list_(context: Context, request: Request) -> Response:
    """The bugs that are open, owed ones too."""
    bugs = await list_bugs(context.ledger, limit=LISTED)
    lines = [one_line(context, b) for b in bugs] or ["Nothing is open. :tada:"]
    return Response(text="\n".join(line for line in (await waits(context), *lines) if line))


async def waits(context: Context) -> str:
    """What waits for Slack itself."""
    async with context.ledger.db.read() as conn:
        return waiting.for_slack(await held(conn, context.ledger.team))


def one_line(context: Context, bug: Bug) -> str:
    """Icon, number, title, who has it; the number leads to the card."""
    place = f"{who(bug.owner)}" if bug.owner else ("nobody has it" if bug.status is Status.OPEN else bug.status.value)
    return f"{card.ICON[bug.status]} {reference(context, bug)} {foreign(bug.title, 100, one_line=True)} · {place}"


def reference(context: Context, bug: Bug) -> str:
    """BUG-17, as a link to its card where it stands."""
    return card.reference(bug, context.workspace_url)


async def publish_home(context: Context, user: str) -> None:
    """Somebody opened the app's Home."""
    open_ = await list_bugs(context.ledger, home.OPEN, limit=home.SHOWN)
    ended = await list_bugs(context.ledger, (Status.CLOSED, Status.DISMISSED), limit=5)
    async with context.ledger.db.read() as conn:
        odd = await strange.listed(conn, context.ledger.team)
    found = home.Found(
        open=open_,
        opened=await count(context.ledger, home.OPEN),
        awaits=await awaits(context.ledger, user),
        ended=ended,
        strange=odd,
        held=await waits(context),
        decided=await workspace.trail(context.ledger, DECIDED),
        may=await _may(context, user),
        unseen=await unseen(context.ledger),
    )
    shown = home.view(found, user, lambda bug: reference(context, bug), context.now())
    await context.port.call("views.publish", user_id=user, view=shown)


async def _may(context: Context, user: str) -> list[str]:
    """What this person may do alone; the names are a courtesy, so Slack's silence costs only them."""
    try:
        member = await context.directory.member(user)
        others = await context.directory.people(context.settings.policy.approvers) - {user}
    except (Outside, NotFound):
        return ["Slack can't say who you are just now. Open this again in a minute."]
    rows = permissions.rows(context.catalogue, context.settings, len(others))
    return home.may(member, [(row.action, row.said) for row in rows])


@verb("show", "/bug show BUG-1")
async def show(context: Context, request: Request) -> Response:
    """One bug and the last lines of its trail."""
    bug = await context.bug(request)
    lines = []
    for entry in (await trail(context.ledger, bug.ref.number))[-40:]:
        name = await context.directory.name(str(entry.by))
        said = line(entry, bug, name)
        if said:
            lines.append(said)
    body = "\n".join([f"*{reference(context, bug)} {card.title(bug)}*", *lines[-12:]])
    return Response(text=body[: kit.SECTION])


@verb("retro", "/retro BUG-1")
async def retro(context: Context, request: Request) -> Response:
    """The story of a bug: timeline, times, who did what, what it cost, what is owed. Posted in its thread."""
    bug = await context.bug(request)
    if bug.card and allowed(bug, RetroAsked):
        await context.record(request, lambda _now: RetroAsked())
        return Response(text=f"The retro of {bug.ref} comes into its thread.")
    story = fold(await trail(context.ledger, bug.ref.number))
    names = {actor: await context.directory.name(actor) for actor in story.people}
    return Response(text=retro_view.text(story, names)[: kit.SECTION])


@verb("help", "/bug help")
async def help_(context: Context, request: Request) -> Response:
    """This list."""
    typed = [v for v in VERBS.values() if v.usage]
    lines = [f"`{v.usage}` {v.help}" for v in sorted(typed, key=lambda v: v.usage)]
    head = "The same words work as `@makegood …` in a bug's thread, where the bug is understood."
    return Response(text="\n".join([head, *lines]))
