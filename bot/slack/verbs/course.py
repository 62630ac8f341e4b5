"""Fixed, reopened, dismissed, muted, merged, paid; new bugs by hand; another try for what gave up."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug import course, delivery
from bot.bug.bug import Bug
from bot.bug.delivery import RetryAsked
from bot.bug.errors import Refused
from bot.bug.event import Event
from bot.bug.intake import AlertPosted, Opened
from bot.intake import merging
from bot.ledger.entries import bug_of_thread
from bot.ledger.ledger import Entry
from bot.ledger.relay import lease
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import NOTHING, Answer, Ask
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import forms
from bot.slack.views.marks import BUG
from bot.slack.views.mrkdwn import plain
from bot.text import cut

LONGEST_TITLE = 200


@verb("fixed", "/bug works BUG-1")
async def fixed(desk: Desk, ask: Ask) -> Answer:
    """It works again, on your word."""
    await desk.record(ask, lambda bug: course.fixed(bug, ask.user, ask.args))
    return NOTHING


@verb("reopen", "/bug reopen BUG-1 why")
async def reopen(desk: Desk, ask: Ask) -> Answer:
    """It does not work after all."""
    if not (ask.args or ask.values):
        return Answer(modal=forms.reason(await desk.bug(ask), "reopen", "Reopen", "What is wrong again?"))
    await desk.record(ask, lambda bug: course.reopened(bug, ask.args or ask.field("reason")))
    return NOTHING


@verb("dismiss", "/bug dismiss BUG-1 why")
async def dismiss(desk: Desk, ask: Ask) -> Answer:
    """It is not a bug; say why."""
    if not (ask.args or ask.values) and ask.trigger:
        return Answer(modal=forms.reason(await desk.bug(ask), "dismiss", "Not a bug", "Why is it none?"))
    await desk.record(ask, lambda bug: course.dismissed(bug, ask.args or ask.field("reason")))
    return NOTHING


@verb("mute", "/bug mute BUG-1")
async def mute(desk: Desk, ask: Ask) -> Answer:
    """Repeats leave the card alone for a day."""
    await desk.record(ask, lambda bug: course.muted(bug, desk.now()))
    return NOTHING


@verb("merge", "/bug merge BUG-1 BUG-2")
async def merge(desk: Desk, ask: Ask) -> Answer:
    """The first goes on as the second."""
    named = BUG.search(ask.args)
    if not named and "into" not in ask.about:
        raise Refused("Name the bug that goes on, as in `/bug merge BUG-1 BUG-2`: the first goes on as the second.")
    into = int(named[1]) if named else ask.carried_number("into")
    await merging.merge(desk.ledger, desk.number(ask), into, by=ask.by, key=f"ask:{ask.key}")
    return NOTHING


@verb("paid", "/bug paid BUG-1 PR 212")
async def paid(desk: Desk, ask: Ask) -> Answer:
    """The proper fix is merged and out."""
    await desk.record(ask, lambda bug: course.paid(bug, ask.args))
    return NOTHING


@verb("new", "/bug new what is wrong")
async def new(desk: Desk, ask: Ask) -> Answer:
    """A bug that no tracker saw."""
    if not ask.args.strip():
        raise Refused("Say in a few words what is wrong, as in `/bug new The menu page answers 500`.")
    number = await _open(desk, ask, plain(ask.args))
    return Answer(text=f"BUG-{number} is open; its card stands in <#{desk.channel}>.")


@verb("track_as_bug")
async def track(desk: Desk, ask: Ask) -> Answer:
    """The message shortcut: this message is a bug."""
    there = await bug_of_thread(desk.ledger, ask.channel, ask.message)
    if there:
        raise Refused(f"This message is BUG-{there} already; see the line in its thread.")
    number = await _open(desk, ask, ask.text or "A message without text", at_message=True)
    return Answer(text=f"BUG-{number} is open; its card stands in <#{desk.channel}>.")


async def _open(desk: Desk, ask: Ask, text: str, *, at_message: bool = False) -> int:
    title, message = cut(" ".join(text.split()), LONGEST_TITLE), cut(text, 3000)
    first: list[Event] = [Opened(source="by hand", title=title, message=message, admitted="reported by a person")]
    if at_message:
        first.append(AlertPosted(channel=ask.channel, ts=ask.message))
    key = f"track:{ask.channel}:{ask.message}" if at_message else f"ask:{ask.key}"
    async with desk.ledger.db.write() as conn:
        if await desk.ledger.used(conn, key):
            raise Refused("This is a bug already; `/bug list` shows it.")
        recorded = await desk.ledger.open(conn, first, by=ask.by, key=key)
        await desk.ledger.notify(conn)
    desk.ledger.woken(recorded)
    return recorded.bug.ref.number


@verb("unpark")
async def unpark(desk: Desk, ask: Ask) -> Answer:
    """What gave up tries again; it looks first what happened."""

    async def also(conn: AsyncConnection, bug: Bug, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            if isinstance(entry.event, RetryAsked):
                await lease.unpark_in(conn, desk.ledger, bug.ref.number, entry.event.sink)

    await desk.ledger.record(desk.number(ask), delivery.retry, by=ask.by, key=f"ask:{ask.key}", also=also)
    return NOTHING
