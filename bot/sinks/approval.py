"""Sends requests to approvers, reminds them once, lets them lapse after 15 minutes. After a cut-off it looks first."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.bug.bug import Bug
from bot.bug.clocks.reminders import Reminded
from bot.bug.customers.customers import CustomerPresence
from bot.bug.errors import Doubtful, Outside
from bot.bug.fixes.approval import (
    TRIES,
    FixApproved,
    FixCodeWrong,
    FixConfirmed,
    FixRejected,
    barred,
)
from bot.bug.fixes.escalation import FixNextAsked, ask_next, glass_at, next_at, remind_at
from bot.bug.fixes.fix import Fix, Handed, RunState
from bot.bug.fixes.review import FixHandedOn, FixSentBack
from bot.bug.fixes.rules import GOOD_FOR
from bot.bug.fixes.run import FixCancelled, FixEnded, FixLapsed, FixReportedDone, FixStarted, lapse, overdue
from bot.bug.permissions.modes import Modes
from bot.bug.values import Actor, ActorKind
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import TooSoon
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.slack.outgoing.own_messages import in_channel, key
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.outgoing.refusals import PLACE_GONE, SAID_NO
from bot.slack.views import blocks as kit
from bot.slack.views.forms import approving
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.mrkdwn import foreign, who

EVENT = "makegood_request"
BY = Actor(kind=ActorKind.SYSTEM, id="approval")
PENDING = frozenset({RunState.WAITING, RunState.APPROVED})

Places = dict[str, Any]
Able = Callable[[str], Awaitable[tuple[str, ...]]]


@dataclass(frozen=True, kw_only=True)
class ApprovalSink:
    """Shows the present, so its cursor jumps; what comes by the clock is asked for again by `again_in`."""

    whisper: PrivateMessages
    ledger: Ledger
    modes: Modes
    """Where a fix is only proposed, an approved one waits for a person, however long."""
    able: Able
    """Who could approve now what somebody asks for."""
    break_glass: bool
    solo: bool
    name: ClassVar[str] = "approval"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset(
            {
                FixConfirmed,
                FixApproved,
                FixRejected,
                FixSentBack,
                FixHandedOn,
                FixNextAsked,
                FixCodeWrong,
                FixCancelled,
                FixLapsed,
                FixStarted,
                FixEnded,
                FixReportedDone,
                CustomerPresence,
            }
        ),
        jumps=True,
        endless=True,
    )

    async def serve(self, work: Work) -> Served:
        bug, places, now = work.bug, dict(work.external), self.ledger.clock()
        # of one bug only one fix is ever under way (see `one_at_a_time`)
        live = next((x for x in bug.fixes if x.state in PENDING), None)
        by_hand = live is not None and self.modes.becomes(live) == "proposal"
        if live and overdue(live, now, by_hand=by_hand):
            run = live.run
            await self.ledger.record(bug.ref.number, lambda present: lapse(present, run, now, by_hand=by_hand), by=BY)
            return Served(external=places, again_in=0.0)
        reminder = _reminder(bug, live, now)
        if reminder:
            # first the entry, then on the next round the message: whoever dies in between has reminded, and does not do
            # so twice
            return Served(outcomes=(reminder,), external=places, again_in=0.0)
        if live and await self._ask_next(bug, live, now):
            return Served(external=places, again_in=0.0)
        try:
            for fix in bug.fixes:
                await self._show(work, fix, places)
        except Doubtful:
            raise  # whoever looks again looks for all of them
        except (Outside, TooSoon) as error:
            if places == work.external:
                raise
            # what went out is kept: begun anew each time, the first of several would hear it twice, or use up everybody's turn
            return Served(external=places, stuck=error)
        return Served(external=places, again_in=_next(live, bug, now))

    async def _ask_next(self, bug: Bug, fix: Fix, now: datetime) -> bool:
        """Recorded before they are asked, so that no restart asks twice; whether it was."""
        due = next_at(bug, fix) if fix.state is RunState.WAITING else None
        if due is None or now < due:
            return False
        able = await self.able(fix.by)
        recorded = await self.ledger.record(
            bug.ref.number, lambda present: ask_next(present, fix.run, able, now), by=BY
        )
        return bool(recorded.entries)

    async def _show(self, work: Work, fix: Fix, places: Places) -> None:
        if fix.state is RunState.WAITING:
            await self._ask(work, fix, places)
        else:
            await self._close(work.bug, fix, places)
        for user in barred(fix):
            await self._tell_of_guessing(work.bug, fix, user, places)
        if fix.broken_glass:
            await self._tell_of_glass(work.bug, fix, places)

    async def _ask(self, work: Work, fix: Fix, places: Places) -> None:
        """The whole preview and two buttons, to each who is asked; after a while once more in a line."""
        bug, left = work.bug, [user for user in fix.asked if user not in fix.approved_by]
        await self._hand_on(bug, fix, places)
        for user in left:
            if f"{fix.run}:{user}" not in places:
                places[f"{fix.run}:{user}"] = await self._request(work, fix, user)
        if fix.asked and _reminded(fix) in bug.reminded:
            waits = f":alarm_clock: {who(fix.by)} still waits for your answer on {bug.ref} {_name(fix)}: it is above."
            await self._tell(dict.fromkeys(left, waits), f"{fix.run} reminded", places)
        if glass_at(fix) <= self.ledger.clock() and f"{fix.run} offered" not in places:
            await self._offer(bug, fix)
            places[f"{fix.run} offered"] = True

    async def _offer(self, bug: Bug, fix: Fix) -> None:
        """How who asked goes on alone, as far as the policy lets them."""
        if self.solo and not fix.asked:
            alone = f"Nobody else is here to approve {bug.ref} {_name(fix)}. Go on alone by typing what it changes."
            await self.whisper.aside(bug, fix.by, alone, fix_modals.alone_button(bug, fix, alone))
        elif self.break_glass:
            nobody = "Nobody has answered on" if fix.asked else "Nobody else can approve"
            text = f"{nobody} {bug.ref} {_name(fix)}{' yet' if fix.asked else ''}. You may go on alone; everybody will see it."
            await self.whisper.aside(bug, fix.by, text, fix_modals.glass(bug, fix, text))

    async def _hand_on(self, bug: Bug, fix: Fix, places: Places) -> None:
        """Who handed it on loses the buttons; who decides instead hears of it where they were asked before."""
        for number, handed in enumerate(fix.handed):
            step = f"{fix.run} handed:{number}"
            if step in places:
                continue
            await self._take_away(bug, fix, handed, places)
            if f"{fix.run}:{handed.to}" in places:
                more = f"leaves {bug.ref} {_name(fix)} to you: {foreign(handed.why, 300, one_line=True)}"
                await self.whisper.direct(handed.to, f":handshake: {who(handed.by)} {more}. It is above.")
            places[step] = True

    async def _take_away(self, bug: Bug, fix: Fix, handed: Handed, places: Places) -> None:
        """Whoever gets it back is asked anew."""
        place = places.pop(f"{fix.run}:{handed.by}", None)
        if place:
            await self._replace(place, f"You left {bug.ref} {_name(fix)} to {who(handed.to)}.")

    async def _request(self, work: Work, fix: Fix, user: str) -> tuple[str, str]:
        # also after a failure that is no doubt: of three who are asked, two may have their request
        if work.doubt or work.attempt:
            found = await self._find(work.bug, fix, user)
            if found:
                return found
        await self.whisper.whole_preview(work.bug, fix, user)
        text, now = request_text(work.bug, fix), self.ledger.clock()
        blocks = approving.request(work.bug, fix, text, now, await self._card(work.bug))
        metadata = {"event_type": EVENT, "event_payload": _payload(work.bug, fix)}
        return await self.whisper.direct(user, text, blocks, metadata)

    async def _card(self, bug: Bug) -> str:
        """Its address; empty where there is no card, or Slack does not find it."""
        if bug.card is None:
            return ""
        try:
            found = await self.whisper.port.call("chat.getPermalink", channel=bug.card.channel, message_ts=bug.card.ts)
        except SAID_NO as error:
            if error.code not in PLACE_GONE:
                raise
            return ""
        return str(found["permalink"])

    async def _find(self, bug: Bug, fix: Fix, user: str) -> tuple[str, str] | None:
        """What an attempt that was cut off has sent already."""
        channel = await self.whisper.channel(user)
        since = (fix.confirmed_at or fix.at).timestamp()
        found = await in_channel(self.whisper.port, channel, _payload(bug, fix), since, EVENT)
        return (channel, found) if found else None

    async def _close(self, bug: Bug, fix: Fix, places: Places) -> None:
        """Decided: the requests lose their buttons and say how it went."""
        wanted = "undo" if fix.undo_of else "run"
        text = f"{who(fix.by)} wanted to {wanted} {_name(fix)} for {bug.ref} — *{_end(fix)}*"
        for place in [x for x in places if x.startswith(f"{fix.run}:")]:
            places[place] = await self._replace(places[place], text)

    async def _replace(self, place: Sequence[str], text: str) -> tuple[str, str, str]:
        """What a request says from now on, without buttons; not twice the same."""
        channel, ts, *shown = place
        if shown != [text]:
            try:
                await self.whisper.port.update(channel, ts, text=text, blocks=kit.render([kit.section(text, "done")]))
            except SAID_NO as error:
                if error.code not in PLACE_GONE:
                    raise
        return channel, ts, text

    async def _tell_of_guessing(self, bug: Bug, fix: Fix, guessed: str, places: Places) -> None:
        """Everybody who was asked hears of it: it may be somebody who sits at their colleague's desk."""
        said = f"gave {TRIES} wrong codes for {bug.ref} {_name(fix)} and can't approve it any more"
        others = f":rotating_light: {who(guessed)} {said}. Was that them? You can decide."
        theirs = f":rotating_light: You {said}. If that was not you, somebody else has your Slack."
        told = {user: theirs if user == guessed else others for user in fix.asked}
        await self._tell(told, f"{fix.run} barred:{guessed}", places)

    async def _tell_of_glass(self, bug: Bug, fix: Fix, places: Places) -> None:
        text = f":rotating_light: {who(fix.by)} went on WITHOUT an approval on {bug.ref}: {_name(fix)}"
        await self._tell(dict.fromkeys(fix.asked, text), f"{fix.run} glass", places)

    async def _tell(self, told: Mapping[str, str], step: str, places: Places) -> None:
        """Each of them once, whatever another one's message meets."""
        if step in places:
            return
        for user, text in told.items():
            if f"{step} {user}" not in places:
                await self.whisper.direct(user, text)
                places[f"{step} {user}"] = True
        places[step] = True


def _payload(bug: Bug, fix: Fix) -> Mapping[str, Any]:
    return key(bug.ref, fix.at, run=fix.run)


def _reminded(fix: Fix) -> str:
    return f"approval:{fix.run}"


def _reminder(bug: Bug, fix: Fix | None, now: datetime) -> Reminded | None:
    """Recorded before it is sent, so that no restart repeats it."""
    at = remind_at(bug, fix) if fix and fix.state is RunState.WAITING else None
    if fix is None or at is None or now < at or _reminded(fix) in bug.reminded:
        return None
    return Reminded(what=_reminded(fix), whom=tuple(user for user in fix.asked if user not in fix.approved_by))


def _next(fix: Fix | None, bug: Bug, now: datetime) -> float | None:
    """Seconds until the clock has something to say."""
    if fix is None or fix.confirmed_at is None:
        return None
    coming = [fix.confirmed_at + GOOD_FOR]
    if fix.state is RunState.WAITING and fix.asked:
        remind = remind_at(bug, fix)
        coming += [remind] if remind and _reminded(fix) not in bug.reminded else []
        later = next_at(bug, fix)
        coming += [later] if later else []
        coming += [glass_at(fix)] if glass_at(fix) > now else []
    # a moment later, so that "now" is past it when we are asked, and not a hair before
    return max((min(coming) - now).total_seconds(), 0.0) + 0.1


def _end(fix: Fix) -> str:
    """The request is decided; why, where there is a reason."""
    reasoned = {RunState.REJECTED, RunState.SENT_BACK, RunState.LAPSED}
    why = f": {foreign(fix.why, 200, one_line=True)}" if fix.state in reasoned else ""
    return f"{fix.state_said}{why}"


def _name(fix: Fix) -> str:
    return f"`{foreign(fix.name, 100, one_line=True)}`"


def request_text(bug: Bug, fix: Fix) -> str:
    wants = "undo" if fix.undo_of else "run"
    summary = foreign(fix.summary, 300, one_line=True)
    return f"{who(fix.by)} wants to {wants} {foreign(fix.name, 100, one_line=True)} for {bug.ref}: {summary}"
