"""The one wrapper around every verb: stored before it is acked, a refusal is an answer, nothing a person did is lost silently."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from bot.bug.errors import Invalid, MakegoodError, Outside, Refused
from bot.bug.keys import fit
from bot.ledger.inbox.inbox import Inbox, Item
from bot.outgoing import Client
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.outgoing.client import SlackPort
from bot.slack.verbs import registry as verbs
from bot.slack.views.forms.fix import PARAM, TYPED
from bot.slack.views.forms.forms import note
from bot.slack.views.mrkdwn import explain

log = logging.getLogger(__name__)

SOURCE = "slack.ask"
Ack = Callable[..., Awaitable[object]]
BROKEN = (
    "Something went wrong on Makegood's side; nothing was changed. It is in the log. Try again, or look at the card."
)


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """`_inside` counts who is being served, so that a stop can wait for them."""

    context: Context
    inbox: Inbox
    http: aiohttp.ClientSession
    _inside: set[asyncio.Task[None]] = field(default_factory=set)

    async def enter(self, request: Request, ack: Ack) -> None:
        """Stores, acks, decides, answers. A modal is answered in its ack, so there the decision comes first."""
        serving = asyncio.create_task(self._enter(request, ack))
        self._inside.add(serving)
        serving.add_done_callback(self._inside.discard)
        await serving

    async def drain(self, seconds: float) -> None:
        """Until everybody inside is answered, at most so long."""
        if self._inside:
            await asyncio.wait(set(self._inside), timeout=seconds)

    async def _enter(self, request: Request, ack: Ack) -> None:
        new = await self.inbox.store(Item(key=fit(f"ask:{request.key}"), source=SOURCE, body=request.model_dump_json()))
        if not new:
            await ack()
            return
        if request.via == "modal":
            await ack(**modal_ack(await self.decide(request)))
            return
        await ack()
        await self.answer(request, await self.decide(request))

    async def again(self, item: Item) -> None:
        """After a crash: what was stored is decided now; whoever asked is long gone from the form, so only the trail tells."""
        await self.decide(Request.model_validate_json(item.body).model_copy(update={"trigger": ""}))

    async def decide(self, request: Request) -> Response:
        """Runs the verb; every error is an answer. The key is used up either way."""
        state, note_ = "done", ""
        try:
            await self.context.must_be_ours(request)
            answer = await verbs.find(request.verb).function(self.context, request)
        except Invalid as error:
            state, note_, answer = "refused", str(error), _invalid(request, error)
        except Refused as error:
            state, note_, answer = "refused", str(error), Response(text=explain(error))
        except Outside as error:
            state, note_, answer = (
                "refused",
                str(error),
                Response(text=f"{explain(error)} Nothing was changed; try again in a moment."),
            )
        except (MakegoodError, Exception) as error:
            log.exception("%s failed", request.verb)
            state, note_, answer = "refused", repr(error), Response(text=BROKEN)
        await self.inbox.finish(fit(f"ask:{request.key}"), state, note_)
        return answer

    async def answer(self, request: Request, answer: Response) -> None:
        """A modal with the trigger; a text for the asker alone, or for all where it is meant so."""
        try:
            if answer.modal and request.trigger:
                await self._open(request, answer)
            elif answer.modal:
                await self._say(request, Response(text=_in_words(request)))
            elif answer.text:
                await self._say(request, answer)
            elif request.via == "command":
                await self._say(request, Response(text=_heard(request)))
        except Outside as error:
            log.warning("The answer to %s did not arrive: %s", request.verb, error)

    async def _open(self, request: Request, answer: Response) -> None:
        if request.view:  # a choice in an open form: the form itself changes
            shown = await self.context.port.call("views.update", view_id=request.view, view=answer.modal)
        else:
            shown = await self.context.port.call("views.open", trigger_id=request.trigger, view=answer.modal)
        if answer.opened:
            await answer.opened(shown["view"]["id"], shown["view"]["hash"])

    async def _say(self, request: Request, answer: Response) -> None:
        port: SlackPort = self.context.port
        if request.trigger and (
            request.view or request.via == "home"
        ):  # neither has a channel: over the form, or over the Home
            opening = "views.push" if request.view else "views.open"
            await port.call(opening, trigger_id=request.trigger, view=note("Makegood", answer.text))
        elif answer.public and request.channel:
            await port.say(request.channel, thread_ts=request.thread or None, text=answer.text)
        elif request.response_url:
            body = {"response_type": "ephemeral", "replace_original": False, "text": answer.text}
            reply = await Client(session=self.http, who="Slack").exchange("POST", request.response_url, json=body)
            if problem := reply.trouble():
                raise problem
        elif request.channel:
            # Slack shows what one person alone sees in a thread only where the thread is there already.
            thread = request.thread if request.thread != request.message else ""
            await port.call(
                "chat.postEphemeral",
                channel=request.channel,
                user=request.user,
                thread_ts=thread or None,
                text=answer.text,
            )


def _heard(request: Request) -> str:
    """Whoever typed a command, perhaps in another channel, sees that it arrived; some of it only begins then."""
    return f"Got it. The card and the thread of BUG-{request.bug} show what comes of it." if request.bug else "Got it."


def _in_words(request: Request) -> str:
    """Slack opens a form for a button or a command, not for a message."""
    usage = verbs.find(request.verb).usage
    how = f", or write it out: `{usage}`" if usage else ""
    return f"That takes a form, which can't open from a thread. Press its button on the card{how}."


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
