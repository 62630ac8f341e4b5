"""Wraps every verb: stores a request before it is acknowledged, and turns every error into an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import Invalid, Outside, Refused
from bot.bug.keys import fit
from bot.ledger.db.engine import lost
from bot.ledger.home import Pages
from bot.ledger.inbox.inbox import Inbox, Item
from bot.outgoing.client import Client
from bot.slack.incoming import moment
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Opened, Request, Response
from bot.slack.outgoing import pictures
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.plainly import has_charts, without_charts
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.outgoing.refusals import SAID_NO, SlackRefused
from bot.slack.verbs import home
from bot.slack.verbs import registry as verbs
from bot.slack.views.forms.fix import PARAM, TYPED
from bot.slack.views.forms.forms import NOTE, note
from bot.slack.views.marks import HOME, from_home
from bot.slack.views.mrkdwn import explain
from bot.text import sentence

log = logging.getLogger(__name__)

SOURCE = "slack.ask"
NOT_TAKEN = 300
NOT_UNDERSTOOD = "400"
"""What the address of an answer says to blocks that Slack does not take."""
Ack = Callable[..., Awaitable[object]]
BROKEN = (
    "Something went wrong on Makegood's side; nothing was changed. It is in the log. Try again, or look at the card."
)


AWAY = (
    "Makegood's database went away in the middle of this, so nobody knows yet whether it was done. Makegood tries it again by itself "
    "within a minute, at most once; if it can't, you get a message. The card shows what is so."
)


@dataclass(frozen=True, slots=True)
class _Decided:
    """What came of a request. `error`: it is left for another try."""

    answer: Response
    state: str = "done"
    note: str = ""
    error: Exception | None = None


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """`_inside` counts who is being served, so that a stop can wait for them."""

    context: Context
    inbox: Inbox
    http: aiohttp.ClientSession
    _inside: set[asyncio.Task[None]] = field(default_factory=set)

    async def enter(self, request: Request, ack: Ack) -> None:
        """Stores, acks, decides, answers. A modal is answered in its ack, so there the decision comes first.

        What follows once the form stands there comes last: a preview must not be there before the form that waits for it.
        """
        serving = asyncio.create_task(self._enter(request, ack))
        self._inside.add(serving)
        serving.add_done_callback(self._inside.discard)
        await serving

    async def drain(self, seconds: float) -> None:
        """Until everybody inside is answered, at most so long."""
        if self._inside:
            await asyncio.wait(set(self._inside), timeout=seconds)

    async def _enter(self, request: Request, ack: Ack) -> None:
        stored = replace(request, trigger="").to_json()  # it is good for 3 s: nobody opens a form with it later
        new = await self.inbox.store(Item(key=fit(f"ask:{request.key}"), source=SOURCE, body=stored))
        if not new:
            await ack()
            return
        if request.via != "modal":
            await ack()
        decided = await self._decided(request)
        then = decided.answer.opened
        if not then:
            await self._note(request, decided)
        if request.via == "modal":
            await ack(**modal_ack(decided.answer))
            decided = await self._follow(request, then, request.view) if then else decided
        else:
            decided = await self.answer(request, decided.answer) or decided
        if then:
            await self._note(request, decided)
        await self._refresh_home(request, decided)

    async def _refresh_home(self, request: Request, decided: _Decided) -> None:
        """Whoever acted on Home sees there what came of it; what waits for a form has changed nothing yet."""
        if HOME not in request.about or decided.answer.modal or decided.answer.errors:
            return
        try:
            await home.publish(self.context, request.user, Pages.read(request.about[HOME]))
        except (SQLAlchemyError, OSError, Outside) as error:
            log.warning("Home of %s is not drawn anew: %s", request.user, sentence(error))

    async def fold(self, items: Sequence[Item]) -> None:
        for item in items:
            await self.again(item)

    async def again(self, item: Item) -> None:
        """After a crash or an outage. A press is of its moment: it is decided only while nothing has changed, else who pressed is told."""
        request = Request.from_json(item.body)
        if await self._over(request, item):
            await self.inbox.finish(item.key, "refused", "not answered in its moment")
            return
        decided = await self._decided(request)
        if decided.answer.opened:  # its form is gone, or still waits: what it asked for is done, and said without one
            decided = await self._follow(request, decided.answer.opened, request.view)
        await self._note(request, decided)
        if decided.answer.text:
            await self.answer(request, decided.answer)

    async def mentioned(self, request: Request, item: Item) -> None:
        """ "@makegood …" in a thread; the same holds for one that is taken up again. Raises where the database went away in it."""
        if item.at and await self._over(request, item):
            return
        decided = await self._decided(request)
        await self.answer(request, decided.answer)
        if decided.error:
            raise decided.error

    async def _over(self, request: Request, item: Item) -> bool:
        """Whether it is not decided any more: done already, or too late, which who asked is told."""
        late = await moment.passed(self.context.ledger, request, item.at)
        if late is None:
            return False
        if late:
            try:
                await PrivateMessages(self.context.port, self.http).direct(request.user, late)
            except SlackRefused as error:
                log.warning("%s can't be told that their %s was dropped: %s", request.user, request.verb, error)
        return True

    async def _note(self, request: Request, decided: _Decided) -> None:
        """The key is used up, unless the database went away in it."""
        if decided.error:
            return
        try:
            await self.inbox.finish(fit(f"ask:{request.key}"), decided.state, decided.note)
        except (SQLAlchemyError, OSError, Outside) as error:
            log.warning("%s is decided and could not be noted: %s", request.verb, sentence(error))

    async def _decided(self, request: Request) -> _Decided:
        """Runs the verb; every error is an answer."""
        return await self._answered(request, self._run(request))

    async def _follow(self, request: Request, then: Opened, view: str, state: str = "") -> _Decided:
        """Does what comes once the form stands there; what goes wrong is said in it."""

        async def follow() -> Response:
            await then(view, state)
            return NOTHING

        decided = await self._answered(request, follow())
        if decided.answer.text and view:
            await self._show_instead(request, view, decided.answer.text)
        return decided

    async def _show_instead(self, request: Request, view: str, text: str) -> None:
        try:
            await self.context.port.call("views.update", view_id=view, view=note("Makegood", text))
        except Outside as error:
            log.warning("The form of %s can't say what went wrong: %s", request.verb, error)

    async def _answered(self, request: Request, work: Awaitable[Response]) -> _Decided:
        try:
            return _Decided(answer=await work)
        except Invalid as error:
            return _Decided(_invalid(request, error), "refused", str(error))
        except Refused as error:
            return _Decided(Response(text=explain(error)), "refused", str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, who asked gets an answer, and the log has it
            return self._failed(request, error)

    async def _run(self, request: Request) -> Response:
        await self.context.must_be_ours(request.user, request.team)
        await self.context.must_not_be_lost(request)
        found = verbs.find(request.verb)
        if found.acts:
            await self.context.must(found.acts, request.user, request)
        return await found.function(self.context, request)

    def _failed(self, request: Request, error: Exception) -> _Decided:
        if lost(error):
            log.warning("%s met a database that is away: %s", request.verb, sentence(error))
            return _Decided(Response(text=AWAY), error=error)
        if isinstance(error, Outside):
            words = f"{explain(error)} Nothing was changed; try again in a moment."
            return _Decided(Response(text=words), "refused", str(error))
        log.error("%s failed", request.verb, exc_info=error)
        return _Decided(Response(text=BROKEN), "refused", repr(error))

    async def answer(self, request: Request, answer: Response) -> _Decided | None:
        """A modal with the trigger; a text for the asker alone, or for all where it is meant so. What followed from an open form."""
        try:
            if answer.modal and request.trigger:
                return await self._open_or_say(request, answer)
            if answer.modal:
                await self._say(request, Response(text=_in_words(request)))
            elif answer.text:
                await self._say(request, answer)
            elif request.via == "command":
                await self._say(request, Response(text=_heard(request)))
        except Outside as error:
            log.warning("The answer to %s did not arrive: %s", request.verb, error)
        return None

    async def _open_or_say(self, request: Request, answer: Response) -> _Decided | None:
        """Open the form. If Slack does not, say so and how to do it without a form."""
        try:
            return await self._open(request, answer)
        except Outside as error:
            log.warning("The form of %s did not open: %s", request.verb, error)
            no_form = replace(request, trigger="", view="")
            await self._say(no_form, Response(text=_not_opened(request)))
        return None

    async def _open(self, request: Request, answer: Response) -> _Decided | None:
        form = _from_home(request, answer.modal or {})
        if request.view:  # a choice in an open form: the form itself changes
            shown = await self.context.port.call("views.update", view_id=request.view, view=form)
        else:
            shown = await self.context.port.call("views.open", trigger_id=request.trigger, view=form)
        if answer.opened is None:
            return None
        return await self._follow(request, answer.opened, shown["view"]["id"], shown["view"]["hash"])

    async def _say(self, request: Request, answer: Response) -> None:
        """A refusal of Slack's does not eat the words: they come by direct message then."""
        try:
            await self._say_there(request, answer)
        except SAID_NO as error:
            if error.code == NOT_UNDERSTOOD and self.context.port.charts and has_charts(_blocks(answer)):
                # newer than the rest of what we send, so the first to be left out
                self.context.port.charts = False
                await self._say(request, answer)
                return
            log.warning("The answer to %s goes by direct message: %s", request.verb, error)
            await self._direct(request.user, answer.text)
        if answer.plots and not self.context.port.charts:
            channel = await PrivateMessages(self.context.port, self.http).channel(request.user)
            await pictures.send(self.context.port, self.http, channel, answer.text, answer.plots)

    async def _say_there(self, request: Request, answer: Response) -> None:
        port: SlackPort = self.context.port
        blocks = _blocks(answer) if port.charts else without_charts(_blocks(answer))
        if request.trigger and (
            request.view or request.via == "home"
        ):  # neither has a channel: over the form, or over the Home
            await self._say_over(request, answer)
        elif answer.public and request.channel:
            await port.say(request.channel, thread_ts=request.thread or None, text=answer.text)
        elif request.response_url:
            body = {"response_type": "ephemeral", "replace_original": False, "text": answer.text, **blocks}
            reply = await Client(session=self.http, who="Slack").exchange("POST", request.response_url, json=body)
            if problem := reply.trouble():
                raise problem
            if reply.status >= NOT_TAKEN:
                raise SlackRefused("the answer's address", str(reply.status))
        elif request.channel:
            # Slack shows what one person alone sees in a thread only where the thread is there already.
            thread = request.thread if request.thread != request.message else ""
            await port.call(
                "chat.postEphemeral",
                channel=request.channel,
                user=request.user,
                thread_ts=thread or None,
                text=answer.text,
                **blocks,
            )
        else:
            await self._direct(request.user, answer.text)

    async def _say_over(self, request: Request, answer: Response) -> None:
        """With its buttons, where it has some; in place of the note whose button was pressed, over whatever else is open."""
        shown = _from_home(request, {**note("Makegood", answer.text), **_blocks(answer)})
        if request.about.get("form") == NOTE:
            await self.context.port.call("views.update", view_id=request.view, view=shown)
            return
        opening = "views.push" if request.view else "views.open"
        await self.context.port.call(opening, trigger_id=request.trigger, view=shown)

    async def _direct(self, user: str, text: str) -> None:
        """Where nothing else is left."""
        opened = await self.context.port.call("conversations.open", users=user)
        await self.context.port.say(str(opened["channel"]["id"]), text=text)


def _not_opened(request: Request) -> str:
    """Slack takes a press only for 3 s, and may be slow or away itself."""
    return f"Slack did not open the form. Nothing was changed. Press again{_typed(request)}."


def _typed(request: Request) -> str:
    """How the verb is written out for this bug; empty for what only a button does."""
    usage = verbs.find(request.verb).usage.replace("BUG-1", f"BUG-{request.bug}" if request.bug else "BUG-1")
    return f", or write it out: `{usage}`" if usage else ""


def _from_home(request: Request, form: Mapping[str, Any]) -> dict[str, Any]:
    """A form that was opened from Home remembers so."""
    if HOME not in request.about:
        return dict(form)
    return {**form, "private_metadata": from_home(form.get("private_metadata", ""), request.about[HOME])}


def _blocks(answer: Response) -> dict[str, object]:
    return {"blocks": list(answer.blocks)} if answer.blocks else {}


def _heard(request: Request) -> str:
    """Confirm that a typed command has arrived, because some of its work only begins then."""
    return f"Got it. The card and the thread of BUG-{request.bug} show what comes of it." if request.bug else "Got it."


def _in_words(request: Request) -> str:
    """Slack opens a form for a button or a command, not for a message."""
    return f"That takes a form, which can't open from a thread. Press its button on the card{_typed(request)}."


def _invalid(request: Request, error: Invalid) -> Response:
    """At the fields of the form where it has them, else as a sentence."""
    known = {
        name: text
        for field, text in error.fields.items()
        for name in (field, PARAM + field, PARAM + field + TYPED)
        if name in request.values
    }
    return Response(errors=known) if known else Response(text=explain(error))


def modal_ack(answer: Response) -> dict[str, object]:
    """What Slack is told about a submitted form."""
    if answer.errors:
        return {"response_action": "errors", "errors": dict(answer.errors)}
    if answer.modal:
        return {"response_action": "update", "view": dict(answer.modal)}
    if answer.text:
        return {"response_action": "update", "view": note("Makegood", answer.text)}
    return {"response_action": "clear"} if answer.close else {}
