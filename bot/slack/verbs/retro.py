"""The verbs of a bug's retro: its questions and their answers, its tasks, its story in the thread, its post-mortem as a file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from functools import partial

from bot.bug.bug import Bug, TaskState
from bot.bug.errors import Invalid, NotFound, Outside, Refused
from bot.bug.event import Event, allowed
from bot.bug.permissions.policy import Duty
from bot.bug.retro import lesson as lessons
from bot.bug.retro import tasks
from bot.bug.retro.lesson import CAUSES, LessonWritten
from bot.bug.retro.posting import PostmortemAsked, RetroAsked
from bot.bug.retro.story import fold, states
from bot.bug.retro.tasks import Wanted
from bot.bug.words import Code
from bot.ledger.entries import trail
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.registry import verb
from bot.slack.views import blocks as kit
from bot.slack.views.forms import retro as form
from bot.slack.views.forms.retro import Opened
from bot.slack.views.mrkdwn import foreign, who
from bot.slack.views.retro import view

NOON = time(12, tzinfo=UTC)
"""Of a task's day: the same date wherever its reader lives, but for the edges of the Pacific."""


@verb("retro", "/retro BUG-1", acts=Duty.READ)
async def retro(context: Context, request: Request) -> Response:
    """A form with what only people know: how it got into production, how we did, what we change; with the story and the post-mortem"""
    _must_name_a_bug(request.args)
    bug = await context.bug(request)
    if not request.trigger or not allowed(bug, LessonWritten):
        return await retro_story(context, request)  # a form can't open from a thread
    return Response(modal=form.form(bug, request.user, context.now(), Opened(since=bug.seq)))


def _must_name_a_bug(said: str) -> None:
    """Raises Refused for a misspelt week or month."""
    word = said.lower().split()[:1]
    if near := get_close_matches(word[0], grammar.RETRO_WORDS, n=1) if word else ():
        raise Refused("Did you mean ", Code(f"/retro {near[0]}"), "?")


@verb("retro_story", "/retro story BUG-1", acts=Duty.READ)
async def retro_story(context: Context, request: Request) -> Response:
    """The story of a bug: timeline, times, who did what, what it cost, what is owed. Posted in its thread"""
    bug = await context.bug(request)
    if bug.card and allowed(bug, RetroAsked):
        await context.record(request, lambda _bug: RetroAsked())
        return Response(text=f"The retro of {bug.ref} comes into its thread.{_unsaved(request)}")
    story = fold(await trail(context.ledger, bug.ref.number))
    names = await context.directory.names(story.people)
    return Response(text=view.text(story, names)[: kit.SECTION])


@verb("postmortem", "/retro page BUG-1", acts=Duty.READ)
async def postmortem(context: Context, request: Request) -> Response:
    """The post-mortem: everything on one page, as a file in the bug's thread"""
    bug = await context.bug(request)
    if not bug.card:
        raise Refused(f"{bug.ref} has no card yet, so there is no thread for its post-mortem. Try again in a moment.")
    if not allowed(bug, PostmortemAsked):
        raise Refused(f"{bug.ref} was merged into BUG-{bug.merged_into}: `/retro page BUG-{bug.merged_into}`.")
    await context.record(request, lambda _bug: PostmortemAsked())
    said = f"The post-mortem of {bug.ref} comes into its thread, as a page that any browser opens."
    return Response(text=f"{said}{_unsaved(request)}")


def _unsaved(request: Request) -> str:
    """To who pressed it in the open form: what they typed there is no answer yet."""
    return " What is not saved yet is not in it: press *Save* first." if request.view else ""


@verb("lesson", "/bug lesson BUG-1 why", acts=Duty.READ)
async def lesson(context: Context, request: Request) -> Response:
    """How it got into production, in one line; the retro shows it."""
    if not request.args:
        return await retro(context, request)
    await context.record(request, lambda bug: lessons.write(bug, request.args))
    return NOTHING


@verb("skip_lesson", acts=Duty.READ)
async def skip_lesson(context: Context, request: Request) -> Response:
    """Nobody is asked how it got into production any more."""
    await context.record(request, lessons.skip)
    return Response(text="Skipped; nobody asks again.")


@verb("retro_form", acts=Duty.READ)
async def retro_form(context: Context, request: Request) -> Response:
    """One more change in the open form."""
    opened = _opened(request)
    return await _again(context, request, replace(opened, rows=min(opened.rows + 1, form.ROWS)))


@verb("retro_answers", acts=Duty.READ)
async def retro_answers(context: Context, request: Request) -> Response:
    """The filled in form: only what is new becomes entries."""
    opened, now = _opened(request), context.now()
    for row in opened.names:
        await _must_be_here(context, request, row)
    shown, late = await _shown(context, request, opened), list[Bug]()

    def decide(bug: Bug) -> tuple[Event, ...]:
        said = () if shown and _typed(request) == _said(shown) else lessons.answers(bug, *_typed(request))
        if said and bug.answered > opened.since:
            late.append(bug)
            return ()
        return (*said, *_changes(bug, request, opened, now))

    await context.record(request, decide)
    return Response(close=True) if not late else _late(late[0], request, opened, now)


async def _shown(context: Context, request: Request, opened: Opened) -> Bug | None:
    """The bug as the form showed it, where somebody has answered since; None where nobody has."""
    if (await context.bug(request)).answered <= opened.since:
        return None
    before = [entry for entry in await trail(context.ledger, context.number(request)) if entry.seq <= opened.since]
    return states(before)[-1] if before else None


def _typed(request: Request) -> tuple[str, tuple[str, ...], str]:
    """The answers as they were filled in; a cause that nobody offered is none."""
    causes = tuple(cause for cause in request.chosen("causes") if cause in CAUSES)
    return request.field("lesson").strip(), causes, request.field("how_we_did").strip()


def _said(bug: Bug) -> tuple[str, tuple[str, ...], str]:
    return bug.lesson, bug.causes, bug.how_we_did


def _late(bug: Bug, request: Request, opened: Opened, now: datetime) -> Response:
    """Nobody's words are replaced by somebody who has not read them."""
    whose = " and ".join(dict.fromkeys(who(person) for person in (bug.lesson_by, bug.how_we_did_by) if person))
    said = " · ".join(foreign(text, 300) for text in (lessons.named(bug.causes), bug.lesson, bug.how_we_did) if text)
    told = f"{whose} answered while you wrote: {said}. Your own words stand below; *Save* puts them in place of these."
    shown = form.form(bug, request.user, now, replace(opened, since=bug.seq), meanwhile=told)
    return Response(modal=shown)


def _changes(bug: Bug, request: Request, opened: Opened, now: datetime) -> Iterator[Event]:
    """What becomes of the tasks. Raises Invalid at the fields that it is about."""
    for number in opened.edited:
        wanted = _wanted(request, f"task{number}", needed=True)
        if wanted:
            yield from _at(f"task{number}", partial(tasks.change, bug, number, wanted, now))
    rows = ((name, _wanted(request, name)) for name in opened.new)
    filled = [(name, wanted) for name, wanted in rows if wanted]
    for name, wanted in filled:
        _at(name, partial(tasks.add, bug, [wanted], now))
    yield from tasks.add(bug, [wanted for _, wanted in filled], now)


def _at(name: str, decide: Callable[[], Sequence[Event]]) -> Sequence[Event]:
    """What is wrong stands at the fields of this row."""
    try:
        return decide()
    except Invalid as error:
        raise Invalid(str(error), {f"{field}_{name}": text for field, text in error.fields.items()}) from error


def _wanted(request: Request, name: str, *, needed: bool = False) -> Wanted | None:
    """A row of the form; None for one that was left empty."""
    what = request.field(f"what_{name}")
    if not what.strip() and not needed:
        return None
    owner, due = request.field(f"owner_{name}"), request.field(f"due_{name}")
    missing = {f"owner_{name}": "Say who does it."} if not owner else {}
    missing |= {f"due_{name}": "Say until which day."} if not due else {}
    if missing:
        raise Invalid("A task has an owner and a day.", missing)
    return Wanted(what, owner, datetime.combine(date.fromisoformat(due), NOON))


async def _must_be_here(context: Context, request: Request, name: str) -> None:
    """An app, and whoever left, does nothing. Raises Invalid at the field."""
    owner = request.field(f"owner_{name}")
    if not owner or not request.field(f"what_{name}").strip():
        return
    try:
        member = await context.directory.member(owner)
    except (Outside, NotFound):
        return  # Slack offered them a moment ago
    if member.bot or member.deleted or member.stranger:
        said = "An app can't do it." if member.bot else "That person is not here."
        raise Invalid(said, {f"owner_{name}": f"{said} Choose somebody of the team."})


@verb("task_done", acts=Duty.READ)
async def task_done(context: Context, request: Request) -> Response:
    """Somebody did what was to change."""
    return await _settled(context, request, "done")


@verb("task_drop", acts=Duty.READ)
async def task_drop(context: Context, request: Request) -> Response:
    """Nobody will do it."""
    return await _settled(context, request, "dropped")


@verb("task_reopen", acts=Duty.READ)
async def task_reopen(context: Context, request: Request) -> Response:
    """It is to be done after all."""
    return await _settled(context, request, "open")


@verb("task_change", acts=Duty.READ)
async def task_change(context: Context, request: Request) -> Response:
    """Its fields open in the form."""
    opened = _opened(request)
    return await _again(context, request, replace(opened, edited=(*opened.edited, request.carried_number("task"))))


async def _settled(context: Context, request: Request, state: TaskState) -> Response:
    number = request.carried_number("task")
    await context.record(request, lambda bug: tasks.settle(bug, number, state))
    return await _again(context, request, _opened(request))


def _opened(request: Request) -> Opened:
    return Opened.read(request.about)


async def _again(context: Context, request: Request, opened: Opened) -> Response:
    """The open form as it is now. What was typed stays: Slack keeps it in fields that keep their names."""
    return Response(modal=form.form(await context.bug(request), request.user, context.now(), opened))
