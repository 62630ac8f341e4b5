"""The verbs of a bug's course: fixed, reopened, dismissed, muted, merged; new bugs by hand; try again."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course import course, delivery
from bot.bug.course.delivery import RetryAsked
from bot.bug.course.news import AlertPosted, Opened
from bot.bug.errors import Invalid, Refused
from bot.bug.event import Event
from bot.bug.permissions.policy import Duty
from bot.ledger import merging
from bot.ledger.entries import bug_of_thread
from bot.ledger.ledger import Entry
from bot.ledger.relay import lease
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import forms
from bot.slack.views.marks import BUG
from bot.slack.views.mrkdwn import plain
from bot.text import cut

LONGEST_TITLE = 200


@verb("fixed", "/bug works BUG-1")
async def fixed(context: Context, request: Request) -> Response:
    """It works again, on your word."""
    await context.record(request, lambda bug: course.fixed(bug, request.user, request.args))
    return NOTHING


@verb("fixed_by_hand")
async def fixed_by_hand(context: Context, request: Request) -> Response:
    """What you did yourself, outside of Makegood; the proper fix is owed as after any quick one."""
    if not request.values:
        return Response(modal=forms.fixed_by_hand(await context.bug(request)))
    said, proper = request.field("said").strip(), "proper" in request.chosen("proper")
    if not said:
        raise Invalid("Say what you did.", {"said": "A few words: the next person with this bug reads them."})
    await context.record(request, lambda bug: course.fixed(bug, request.user, said, proper=proper))
    return Response(close=True)


@verb("reopen", "/bug reopen BUG-1 why")
async def reopen(context: Context, request: Request) -> Response:
    """It does not work after all."""
    if not (request.args or request.values):
        return Response(modal=forms.reason(await context.bug(request), "reopen", "Reopen", "What is wrong again?"))
    await context.record(request, lambda bug: course.reopened(bug, request.args or request.field("reason")))
    return NOTHING


@verb("dismiss", "/bug dismiss BUG-1 why")
async def dismiss(context: Context, request: Request) -> Response:
    """It is not a bug; say why."""
    if not (request.args or request.values) and request.trigger:
        return Response(modal=forms.reason(await context.bug(request), "dismiss", "Not a bug", "Why is it none?"))
    await context.record(request, lambda bug: course.dismissed(bug, request.args or request.field("reason")))
    return NOTHING


@verb("mute", "/bug mute BUG-1")
async def mute(context: Context, request: Request) -> Response:
    """Repeats leave the card alone for a day."""
    await context.record(request, lambda bug: course.muted(bug, context.now()))
    return NOTHING


@verb("merge", "/bug merge BUG-1 BUG-2")
async def merge(context: Context, request: Request) -> Response:
    """The first goes on as the second."""
    named = BUG.search(request.args)
    if not named and "into" not in request.about:
        raise Refused("Name the bug that goes on, as in `/bug merge BUG-1 BUG-2`: the first goes on as the second.")
    into = int(named[1]) if named else request.carried_number("into")
    await merging.merge(context.ledger, context.number(request), into, by=request.by, key=f"ask:{request.key}")
    return NOTHING


@verb("new", "/bug new what is wrong")
async def new(context: Context, request: Request) -> Response:
    """A bug that no tracker saw."""
    if not request.args.strip():
        raise Refused("Say in a few words what is wrong, as in `/bug new The menu page answers 500`.")
    number = await _open(context, request, plain(request.args))
    return Response(text=f"BUG-{number} is open; its card stands in <#{context.channel}>.")


@verb("track_as_bug")
async def track(context: Context, request: Request) -> Response:
    """The message shortcut: this message is a bug."""
    there = await bug_of_thread(context.ledger, request.channel, request.message)
    if there:
        raise Refused(f"This message is BUG-{there} already; see the line in its thread.")
    number = await _open(context, request, request.text or "A message without text", at_message=True)
    return Response(text=f"BUG-{number} is open; its card stands in <#{context.channel}>.")


async def _open(context: Context, request: Request, text: str, *, at_message: bool = False) -> int:
    title, message = cut(" ".join(text.split()), LONGEST_TITLE), cut(text, 3000)
    first: list[Event] = [Opened(source="by hand", title=title, message=message, admitted="reported by a person")]
    if at_message:
        first.append(AlertPosted(channel=request.channel, ts=request.message))
    key = f"track:{request.channel}:{request.message}" if at_message else f"ask:{request.key}"
    async with context.ledger.db.write() as conn:
        if await context.ledger.used(conn, key):
            raise Refused("This is a bug already; `/bug list` shows it.")
        recorded = await context.ledger.open(conn, first, by=request.by, key=key)
        await context.ledger.notify(conn)
    context.ledger.committed(recorded)
    return recorded.bug.ref.number


@verb("unpark", "/bug retry BUG-1", acts=Duty.ACT)
async def unpark(context: Context, request: Request) -> Response:
    """What gave up tries again; it looks first what happened."""

    async def also(conn: AsyncConnection, bug: Bug, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            if isinstance(entry.event, RetryAsked):
                await lease.try_again_in(conn, context.ledger, bug.ref.number, entry.event.sink)

    await context.ledger.record(
        context.number(request), delivery.retry, by=request.by, key=f"ask:{request.key}", also=also
    )
    return NOTHING
