"""Wraps every verb: stores a request before it is acknowledged, and turns every error into an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import Invalid, Outside, Refused
from bot.bug.keys import fit
from bot.ledger.db.away import spoilt, why
from bot.ledger.db.engine import lost
from bot.ledger.home import Pages
from bot.ledger.inbox.inbox import Inbox, Item
from bot.slack.incoming import moment
from bot.slack.incoming.answering import Answering
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, TYPED_VIA, Opened, Request, Response
from bot.slack.outgoing.refusals import SlackRefused
from bot.slack.verbs import home
from bot.slack.verbs import registry as verbs
from bot.slack.views.forms.fix import PARAM, TYPED
from bot.slack.views.forms.forms import note
from bot.slack.views.marks import HOME
from bot.slack.views.mrkdwn import explain
from bot.text import sentence

log = logging.getLogger(__name__)

SOURCE = "slack.ask"
Ack = Callable[..., Awaitable[object]]
BROKEN = (
    "Something went wrong on Makegood's side; nothing was changed. It is in the log. Try again, or look at the card."
)


AWAY = (
    "Makegood's database went away in the middle of this, so nobody knows yet whether it was done. Makegood tries it again by itself "
    "within a minute, at most once; if it can't, you get a message. The card shows what is so."
)

SPOILT = (
    "Makegood's database is damaged, so nothing was changed. Pressing again won't help: whoever runs Makegood has to look; "
    "`makegood doctor` says where, and what to do."
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
    answering: Answering
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
        new = await self.inbox.store(Item(key=fit(f"ask:{request.key}"), source=SOURCE, body=stored), pressed=True)
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
            shown = await self.answering.answer(request, decided.answer)
            decided = await self._follow(request, then, shown.view, shown.hash) if then and shown else decided
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
            await self.answering.answer(request, decided.answer)

    async def mentioned(self, request: Request, item: Item) -> None:
        """ "@makegood …" in a thread; the same holds for one that is taken up again. Raises where the database went away in it."""
        if item.at and await self._over(request, item):
            return
        decided = await self._decided(request)
        await self.answering.answer(request, decided.answer)
        if decided.error:
            raise decided.error

    async def _over(self, request: Request, item: Item) -> bool:
        """Whether it is not decided any more: done already, or too late, which who asked is told."""
        late = await moment.passed(self.context.ledger, request, item.at)
        if late is None:
            return False
        if late:
            try:
                await self.answering.private.direct(request.user, late)
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
            await self.answering.show_instead(request, view, decided.answer.text)
        return decided

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
        found = verbs.find(request.verb, typed=request.via in TYPED_VIA)
        if found.acts:
            await self.context.must(found.acts, request.user, request)
        return await found.function(self.context, request)

    def _failed(self, request: Request, error: Exception) -> _Decided:
        if spoilt(error):
            log.error("%s met a database that is damaged: %s", request.verb, why(error))
            return _Decided(Response(text=SPOILT), "refused", why(error))
        if lost(error):
            log.warning("%s met a database that is away: %s", request.verb, sentence(error))
            return _Decided(Response(text=AWAY), error=error)
        if isinstance(error, Outside):
            words = f"{explain(error)} Nothing was changed; try again in a moment."
            return _Decided(Response(text=words), "refused", str(error))
        log.error("%s failed", request.verb, exc_info=error)
        return _Decided(Response(text=BROKEN), "refused", repr(error))


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
