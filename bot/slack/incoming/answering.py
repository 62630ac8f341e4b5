"""Brings an answer to who asked: a form, a line that they alone see, a line for all, or a direct message where nothing else is left."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.bug.errors import Outside
from bot.outgoing.client import Client
from bot.slack.incoming.request import Request, Response
from bot.slack.outgoing import pictures
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.plainly import has_charts, without_charts
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.outgoing.refusals import SAID_NO, SlackRefused
from bot.slack.verbs import registry as verbs
from bot.slack.views.forms.forms import NOTE, note
from bot.slack.views.marks import HOME, from_home

log = logging.getLogger(__name__)

NOT_TAKEN = 300
NOT_UNDERSTOOD = "400"
"""What the address of an answer says to blocks that Slack does not take."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A form that Slack shows now: its id, and the hash that a later change of it must name."""

    view: str
    hash: str


@dataclass(frozen=True, slots=True)
class Answering:
    private: PrivateMessages

    @property
    def port(self) -> SlackPort:
        return self.private.port

    async def answer(self, request: Request, answer: Response) -> Shown | None:
        """A modal with the trigger, and then what Slack shows; a text for the asker alone, or for all where it is meant so."""
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

    async def _open_or_say(self, request: Request, answer: Response) -> Shown | None:
        """Open the form. If Slack does not, say so and how to do it without a form."""
        try:
            return await self._open(request, answer)
        except Outside as error:
            log.warning("The form of %s did not open: %s", request.verb, error)
            no_form = replace(request, trigger="", view="")
            await self._say(no_form, Response(text=_not_opened(request)))
        return None

    async def _open(self, request: Request, answer: Response) -> Shown:
        form = _from_home(request, answer.modal or {})
        if request.view:  # a choice in an open form: the form itself changes
            shown = await self.port.call("views.update", view_id=request.view, view=form)
        else:
            shown = await self.port.call("views.open", trigger_id=request.trigger, view=form)
        return Shown(shown["view"]["id"], shown["view"]["hash"])

    async def _say(self, request: Request, answer: Response) -> None:
        """A refusal of Slack's does not eat the words: they come by direct message then."""
        try:
            await self._say_there(request, answer)
        except SAID_NO as error:
            if error.code == NOT_UNDERSTOOD and self.port.charts and has_charts(_blocks(answer)):
                # newer than the rest of what we send, so the first to be left out
                self.port.charts = False
                await self._say(request, answer)
                return
            log.warning("The answer to %s goes by direct message: %s", request.verb, error)
            await self._direct(request.user, answer.text)
        if answer.plots and not self.port.charts:
            channel = await self.private.channel(request.user)
            await pictures.send(self.port, self.private.http, channel, answer.text, answer.plots)

    async def _say_there(self, request: Request, answer: Response) -> None:
        port: SlackPort = self.port
        blocks = _blocks(answer) if port.charts else without_charts(_blocks(answer))
        # Who pressed in a thread may not see the channel. Slack shows what one person alone sees in a thread only where
        # the thread is there already.
        thread = request.thread if request.thread != request.message else ""
        if request.trigger and (
            request.view or request.via == "home"
        ):  # neither has a channel: over the form, or over the Home
            await self._say_over(request, answer)
        elif answer.public and request.channel:
            await port.say(request.channel, thread_ts=request.thread or None, text=answer.text)
        elif request.response_url:
            body = {"response_type": "ephemeral", "replace_original": False, "text": answer.text, **blocks}
            body |= {"thread_ts": thread} if thread else {}
            reply = await Client(session=self.private.http, who="Slack").exchange(
                "POST", request.response_url, json=body
            )
            if problem := reply.trouble():
                raise problem
            if reply.status >= NOT_TAKEN:
                raise SlackRefused("the answer's address", str(reply.status))
        elif request.channel:
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
            await self.port.call("views.update", view_id=request.view, view=shown)
            return
        opening = "views.push" if request.view else "views.open"
        await self.port.call(opening, trigger_id=request.trigger, view=shown)

    async def show_instead(self, request: Request, view: str, text: str) -> None:
        """In an open form, what went wrong after it had opened."""
        try:
            await self.port.call("views.update", view_id=view, view=note("Makegood", text))
        except Outside as error:
            log.warning("The form of %s can't say what went wrong: %s", request.verb, error)

    async def _direct(self, user: str, text: str) -> None:
        """Where nothing else is left."""
        await self.port.say(await self.private.channel(user), text=text)


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
