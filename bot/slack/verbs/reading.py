"""What can be read: the open bugs, one bug, its retro, help."""

from bot.bug.bug import Bug, Status
from bot.bug.retro.story import fold
from bot.ledger import strange
from bot.ledger.entries import list_bugs, trail
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import Answer, Ask
from bot.slack.verbs.registry import VERBS, verb
from bot.slack.views import blocks as kit
from bot.slack.views import card, home
from bot.slack.views.mrkdwn import foreign, link, who
from bot.slack.views.retro import view as retro_view
from bot.slack.views.thread_lines import line

LISTED = 30


@verb("list", "/bug list")
async def list_(desk: Desk, ask: Ask) -> Answer:
    """The bugs that are open, owed ones too."""
    bugs = await list_bugs(desk.ledger, limit=LISTED)
    return Answer(text="\n".join(one_line(desk, b) for b in bugs) or "Nothing is open. :tada:")


def one_line(desk: Desk, bug: Bug) -> str:
    """Icon, number, title, who has it; the number leads to the card."""
    place = f"{who(bug.owner)}" if bug.owner else ("nobody has it" if bug.status is Status.OPEN else bug.status.value)
    return f"{card.ICON[bug.status]} {reference(desk, bug)} {foreign(bug.title, 100, one_line=True)} · {place}"


def reference(desk: Desk, bug: Bug) -> str:
    """BUG-17, as a link to its card where it stands."""
    home = desk.services.get("workspace_url", "")
    if not (bug.card and home):
        return str(bug.ref)
    return link(f"{home}archives/{bug.card.channel}/p{bug.card.ts.replace('.', '')}", str(bug.ref))


async def publish_home(desk: Desk, user: str) -> None:
    """Somebody opened the app's Home."""
    live = await list_bugs(desk.ledger)
    ended = await list_bugs(desk.ledger, (Status.CLOSED, Status.DISMISSED), limit=5)
    async with desk.ledger.db.read() as conn:
        odd = await strange.listed(conn, desk.ledger.team)
    shown = home.view(live, ended, user, lambda bug: reference(desk, bug), desk.now(), odd)
    await desk.port.call("views.publish", user_id=user, view=shown)


@verb("show", "/bug show BUG-1")
async def show(desk: Desk, ask: Ask) -> Answer:
    """One bug and the last lines of its trail."""
    bug = await desk.bug(ask)
    lines = []
    for entry in (await trail(desk.ledger, bug.ref.number))[-40:]:
        name = await desk.directory.name(str(entry.by))
        said = line(entry, bug, name)
        if said:
            lines.append(said)
    body = "\n".join([f"*{reference(desk, bug)} {card.title(bug)}*", *lines[-12:]])
    return Answer(text=body[: kit.SECTION])


@verb("retro", "/retro BUG-1")
async def retro(desk: Desk, ask: Ask) -> Answer:
    """The story of a bug: timeline, times, who did what, what it cost, what is owed. Posted in its thread."""
    bug = await desk.bug(ask)
    story = fold(await trail(desk.ledger, bug.ref.number))
    names = {actor: await desk.directory.name(actor) for actor in story.people}
    place = bug.card
    if place is None:
        return Answer(text=retro_view.text(story, names)[: kit.SECTION])
    await desk.port.say(
        place.channel, thread_ts=place.ts, text=retro_view.headline(story), blocks=retro_view.blocks(story, names)
    )
    return Answer(text=f"The retro of {bug.ref} stands in its thread.")


@verb("help", "/bug help")
async def help_(desk: Desk, ask: Ask) -> Answer:
    """This list."""
    typed = [v for v in VERBS.values() if v.usage]
    lines = [f"`{v.usage}` {v.help}" for v in sorted(typed, key=lambda v: v.usage)]
    head = "The same words work as `@makegood …` in a bug's thread, where the bug is understood."
    return Answer(text="\n".join([head, *lines]))
