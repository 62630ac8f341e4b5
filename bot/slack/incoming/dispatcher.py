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
from bot.slack import verbs
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import Answer, Ask
from bot.slack.outgoing.client import SlackPort
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
class Door:
    """`_inside` counts who is being served, so that a stop can wait for them."""

    desk: Desk
    inbox: Inbox
    http: aiohttp.ClientSession
    _inside: set[asyncio.Task[None]] = field(default_factory=set)

    async def enter(self, ask: Ask, ack: Ack) -> None:
        """Stores, acks, decides, answers. A modal is answered in its ack, so there the decision comes first."""
        serving = asyncio.create_task(self._enter(ask, ack))
        self._inside.add(serving)
        serving.add_done_callback(self._inside.discard)
        await serving

    async def drain(self, seconds: float) -> None:
        """Until everybody inside is answered, at most so long."""
        if self._inside:
            await asyncio.wait(set(self._inside), timeout=seconds)

    async def _enter(self, ask: Ask, ack: Ack) -> None:
        new = await self.inbox.store(Item(key=fit(f"ask:{ask.key}"), source=SOURCE, body=ask.model_dump_json()))
        if not new:
            await ack()
            return
        if ask.via == "modal":
            await ack(**modal_ack(await self.decide(ask)))
            return
        await ack()
        await self.answer(ask, await self.decide(ask))

    async def again(self, item: Item) -> None:
        """After a crash: what was stored is decided now; whoever asked is long gone from the form, so only the trail tells."""
        await self.decide(Ask.model_validate_json(item.body).model_copy(update={"trigger": ""}))

    async def decide(self, ask: Ask) -> Answer:
        """Runs the verb; every error is an answer. The key is used up either way."""
        state, note_ = "done", ""
        try:
            await self.desk.must_be_ours(ask)
            answer = await verbs.find(ask.verb).function(self.desk, ask)
        except Invalid as error:
            state, note_, answer = "refused", str(error), _invalid(ask, error)
        except Refused as error:
            state, note_, answer = "refused", str(error), Answer(text=explain(error))
        except Outside as error:
            state, note_, answer = (
                "refused",
                str(error),
                Answer(text=f"{explain(error)} Nothing was changed; try again in a moment."),
            )
        except (MakegoodError, Exception) as error:
            log.exception("%s failed", ask.verb)
            state, note_, answer = "refused", repr(error), Answer(text=BROKEN)
        await self.inbox.finish(fit(f"ask:{ask.key}"), state, note_)
        return answer

    async def answer(self, ask: Ask, answer: Answer) -> None:
        """A modal with the trigger; a text for the asker alone, or for all where it is meant so."""
        try:
            if answer.modal and ask.trigger:
                await self._open(ask, answer)
            elif answer.modal:
                await self._say(ask, Answer(text=_in_words(ask)))
            elif answer.text:
                await self._say(ask, answer)
            elif ask.via == "command":
                await self._say(ask, Answer(text=_heard(ask)))
        except Outside as error:
            log.warning("The answer to %s did not arrive: %s", ask.verb, error)

    async def _open(self, ask: Ask, answer: Answer) -> None:
        if ask.view:  # a choice in an open form: the form itself changes
            shown = await self.desk.port.call("views.update", view_id=ask.view, view=answer.modal)
        else:
            shown = await self.desk.port.call("views.open", trigger_id=ask.trigger, view=answer.modal)
        if answer.opened:
            await answer.opened(shown["view"]["id"], shown["view"]["hash"])

    async def _say(self, ask: Ask, answer: Answer) -> None:
        port: SlackPort = self.desk.port
        if ask.trigger and (ask.view or ask.via == "home"):  # neither has a channel: over the form, or over the Home
            opening = "views.push" if ask.view else "views.open"
            await port.call(opening, trigger_id=ask.trigger, view=note("Makegood", answer.text))
        elif answer.public and ask.channel:
            await port.say(ask.channel, thread_ts=ask.thread or None, text=answer.text)
        elif ask.response_url:
            body = {"response_type": "ephemeral", "replace_original": False, "text": answer.text}
            reply = await Client(session=self.http, who="Slack").exchange("POST", ask.response_url, json=body)
            if problem := reply.trouble():
                raise problem
        elif ask.channel:
            # Slack shows what one person alone sees in a thread only where the thread is there already.
            thread = ask.thread if ask.thread != ask.message else ""
            await port.call(
                "chat.postEphemeral", channel=ask.channel, user=ask.user, thread_ts=thread or None, text=answer.text
            )


def _heard(ask: Ask) -> str:
    """Whoever typed a command, perhaps in another channel, sees that it arrived; some of it only begins then."""
    return f"Got it. The card and the thread of BUG-{ask.bug} show what comes of it." if ask.bug else "Got it."


def _in_words(ask: Ask) -> str:
    """Slack opens a form for a button or a command, not for a message."""
    usage = verbs.find(ask.verb).usage
    how = f", or write it out: `{usage}`" if usage else ""
    return f"That takes a form, which can't open from a thread. Press its button on the card{how}."


def _invalid(ask: Ask, error: Invalid) -> Answer:
    """At the fields of the form where it has them, else as a sentence."""
    known = {
        name: text
        for field, text in error.fields.items()
        for name in (field, PARAM + field, PARAM + field + TYPED)
        if name in ask.values
    }
    return Answer(errors=known) if known else Answer(text=explain(error))


def modal_ack(answer: Answer) -> dict[str, object]:
    """What Slack is told about a submitted form."""
    if answer.errors:
        return {"response_action": "errors", "errors": dict(answer.errors)}
    if answer.modal:
        return {"response_action": "update", "view": dict(answer.modal)}
    if answer.text:
        return {"response_action": "update", "view": note("Makegood", answer.text)}
    return {"response_action": "clear"} if answer.close else {}
