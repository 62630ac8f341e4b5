"""Sends people what they asked for: the preview, a look's rows, how a run ended. Sending it twice does no harm."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.bug.bug import Bug
from bot.bug.course.ownership import HandedOver, TakenOver
from bot.bug.customers.customer import Customer, Message
from bot.bug.fixes.approval import FixApproved, FixConfirmed, FixRejected
from bot.bug.fixes.asking import FixPreviewed, FixRefused
from bot.bug.fixes.doubt import Investigated
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.looks import Form, LookAsked, Looked
from bot.bug.fixes.review import FixSentBack
from bot.bug.fixes.rules import bare
from bot.bug.fixes.run import FixEnded, FixLapsed
from bot.bug.fixes.when_works import TellDropped
from bot.bug.permissions.modes import Modes
from bot.bug.telling.letters import of_one_press
from bot.bug.telling.messages import Answered, Told
from bot.bug.values import ActorKind
from bot.ledger.entries import entries_after
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.views import blocks as kit
from bot.slack.views import letters
from bot.slack.views.forms import approving
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms.forms import View, note
from bot.slack.views.mrkdwn import block, foreign, who

SHOWN_DETAIL = 2600

Able = Callable[[str], Awaitable[tuple[str, ...]]]
Framed = Callable[[Customer, Message], Awaitable[str]]
Fill = Callable[[Bug, Form, fix_modals.Menus], Awaitable[View]]


@dataclass(frozen=True, kw_only=True)
class AskerSink:
    """`able` says who could approve now what somebody asks for; `break_glass` and `solo`, how people may go on without; `fill` makes
    an open form anew, with its menus; `box` draws who is told when a fix works.
    """

    whisper: PrivateMessages
    ledger: Ledger
    modes: Modes
    able: Able
    break_glass: bool
    solo: bool
    fill: Fill
    box: Callable[[Bug, Fix], list[Any]]
    framed: Framed
    """The whole letter that a customer gets of a message."""
    name: ClassVar[str] = "asker"
    slots: ClassVar[int] = 6
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset(
            {
                FixPreviewed,
                FixRefused,
                FixConfirmed,
                FixApproved,
                FixRejected,
                FixSentBack,
                FixLapsed,
                FixEnded,
                Investigated,
                Looked,
                HandedOver,
                TakenOver,
                TellDropped,
                Answered,
                Told,
            }
        ),
        endless=True,
    )

    async def serve(self, work: Work) -> Served:
        bug, entry = work.bug, work.entry
        match entry and entry.event:
            case Looked() as looked:
                await self._rows(bug, looked)
            case TellDropped(whom=whom, why=why):
                said = f":no_bell: Nobody was told of {bug.ref}: {foreign(why, 500)}. *Tell* is on the card."
                await self.whisper.aside(bug, whom, said)
            case Answered() | Told():
                await self._letters(bug, entry)
            case HandedOver(owner=owner):
                await self.whisper.direct(owner, f"{_by(entry)} handed you {bug.ref}: {_title(bug)}. You have it now.")
            case TakenOver(previous=previous):
                await self.whisper.direct(
                    previous, f"{_by(entry)} took {bug.ref} over from you: {_title(bug)}. You need do nothing more."
                )
            case FixPreviewed(run=run) | FixConfirmed(run=run) | FixApproved(run=run) | FixLapsed(run=run):
                await self._fix(bug, bug.fix(run), entry)
            case FixRefused(run=run) | FixRejected(run=run) | FixSentBack(run=run):
                await self._fix(bug, bug.fix(run), entry)
            case FixEnded(run=run) | Investigated(run=run):
                await self._fix(bug, bug.fix(run), entry)
        return Served()

    async def _letters(self, bug: Bug, entry: Entry | None) -> None:
        """Where the card stands, for whoever wrote them looks there; not once they have left."""
        if entry is None or entry.by.kind is not ActorKind.PERSON:
            return
        first = next(iter(of_one_press(bug, entry.seq)), None)
        if first and (waits := letters.waiting(bug, entry.seq, self.ledger.clock(), await self.framed(*first))):
            await self.whisper.aside(bug, entry.by.id, *waits, beside_card=True)

    async def _fix(self, bug: Bug, fix: Fix | None, entry: Entry | None) -> None:
        if fix is None or entry is None:
            return
        match entry.event:
            case FixPreviewed() if fix.state is RunState.PREVIEWED:
                await self._preview(bug, fix)
            case FixRefused(why=why):
                await self._refused(bug, fix, why)
            case FixConfirmed() | FixApproved():
                await self._agreed(bug, fix, entry)
            case FixSentBack(reason=reason):
                said = f":pencil2: {bug.ref}: {_by(entry)} asks for changes to {_name(fix)}: {foreign(reason, 500)}"
                await self.whisper.aside(bug, fix.by, said, approving.revise(bug, fix, said))
            case FixRejected(reason=reason):
                said = f":no_entry: {bug.ref}: {_by(entry)} said no to {_name(fix)}: {foreign(reason, 500)}"
                await self.whisper.aside(bug, fix.by, said)
            case FixLapsed(why=why):
                said = f":hourglass: {bug.ref}: {_name(fix)} has lapsed, nothing was done: {foreign(bare(why), 500)}"
                await self.whisper.aside(bug, fix.by, said, approving.again(bug, fix, said))
            case FixEnded(detail=detail) | Investigated(detail=detail):
                await self._ended(bug, fix, detail)

    async def _preview(self, bug: Bug, fix: Fix) -> None:
        """With a word beforehand where it could not be approved by anybody."""
        able = len(await self.able(fix.by)) if fix.approvals else 0
        becomes = self.modes.becomes(fix)
        few = fix_modals.too_few(fix, able, glass=self.break_glass, solo=self.solo)
        await self.whisper.whole_preview(bug, fix, fix.by)
        box = self.box(bug, fix)
        if not await self.whisper.form(fix.view, fix_modals.preview(bug, fix, becomes=becomes, few=few, box=box)):
            text = f"Preview for {bug.ref}: {foreign(fix.summary, 300, one_line=True)}"
            blocks = fix_modals.preview_message(bug, fix, becomes=becomes, few=few, box=box)
            await self.whisper.aside(bug, fix.by, text, blocks)

    async def _refused(self, bug: Bug, fix: Fix, why: str) -> None:
        text = f":no_entry: {bug.ref}: There is no preview of {_name(fix)}: {foreign(why, 1500)}"
        again = kit.actions([approving.again_button(bug, fix)], "again")
        if not await self.whisper.form(fix.view, note(f"Fix {bug.ref}", text, again)):
            await self.whisper.aside(bug, fix.by, text, approving.again(bug, fix, text))

    async def _agreed(self, bug: Bug, fix: Fix, entry: Entry) -> None:
        """An approver's word reaches who asked; in propose mode they run it now."""
        event = entry.event
        if isinstance(event, FixApproved) and event.reason and not event.break_glass:
            said = f":ok_hand: {bug.ref}: {_by(entry)} approved {_name(fix)}: {foreign(event.reason, 500)}"
            await self.whisper.aside(bug, fix.by, said)
        if fix.state is RunState.APPROVED and self.modes.becomes(fix) == "proposal":
            await self._by_hand(bug, fix)

    async def _by_hand(self, bug: Bug, fix: Fix) -> None:
        """In propose mode: what to run, and the button that says so."""
        await self.whisper.whole_preview(bug, fix, fix.by)
        await self.whisper.aside(bug, fix.by, f"Run this for {bug.ref} now: {_name(fix)}", fix_modals.by_hand(bug, fix))

    async def _ended(self, bug: Bug, fix: Fix, detail: str) -> None:
        """What production said is for who asked alone; what failed can be asked for again."""
        again = kit.actions([approving.again_button(bug, fix)], "again") if fix.state is RunState.FAILED else []
        head = f"{bug.ref} {_name(fix)} said:"
        if len(detail) > SHOWN_DETAIL:
            await self.whisper.file(fix.by, f"{bug.ref}-run-{fix.run}-output.txt", detail, head)
            shown = head = f":x: {bug.ref} {_name(fix)} failed; what it said is in the file I sent you."
        elif detail:
            shown = f"{head}\n{block(detail, kit.SECTION - len(head) - 1)}"
        else:
            shown = head = f":x: {bug.ref} {_name(fix)} failed."
        if again or shown != head:
            await self.whisper.aside(bug, fix.by, head, kit.render([kit.section(shown, "detail"), *again]))

    async def _rows(self, bug: Bug, looked: Looked) -> None:
        asked = next((x for x in await entries_after(self.ledger, bug.ref.number, looked.asked - 1, 1)), None)
        if asked is None or not isinstance(asked.event, LookAsked):
            return
        if asked.event.form:
            await self._menus(bug, asked.event.view, asked.event.form, looked)
            return
        view: dict[str, Any] = fix_modals.rows(bug, looked.look, looked.rows, looked.why)
        if not await self.whisper.form(asked.event.view, view):
            await self.whisper.aside(
                bug, asked.by.id, f"{bug.ref}: what `{foreign(looked.look, 60)}` found", view["blocks"]
            )

    async def _menus(self, bug: Bug, view: str, form: Form, looked: Looked) -> None:
        """Where the form is closed or shows another action by now, nobody needs them any more."""
        menus: dict[str, list[tuple[str, str]]] = {}
        for row in looked.rows:
            menus.setdefault(row["field"], []).append((row["value"], row["text"]))
        await self.whisper.form(view, await self.fill(bug, form, menus), form.state)


def _name(fix: Fix) -> str:
    return f"`{foreign(fix.name, 100, one_line=True)}`"


def _title(bug: Bug) -> str:
    return foreign(bug.title, 120, one_line=True)


def _by(entry: Entry | None) -> str:
    return who(str(entry.by)) if entry else "somebody"
