"""Serves previews, looks, probes and runs. The lease guards only the start: a started run is never taken over, a person is asked.

After a cut-off before `started` was written it begins again, because nothing ran. After a later one it looks at production.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.bug.bug import Bug, Status
from bot.bug.bug import ProbeResult as Seen
from bot.bug.course.course import Fixed, Reopened
from bot.bug.errors import MakegoodError
from bot.bug.event import Event
from bot.bug.fixes.approval import FixApproved, FixConfirmed
from bot.bug.fixes.asking import FixAsked, FixRefused
from bot.bug.fixes.doubt import InvestigateAsked, Investigated
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.looks import Form, LookAsked, Looked, ProbeAsked, Probed
from bot.bug.fixes.reproduction import reproduced
from bot.bug.fixes.rules import find, taken_back_soon
from bot.bug.fixes.run import FixEnded, FixLapsed, FixReportedDone
from bot.bug.permissions.modes import Modes
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.production.action import RunRef
from bot.production.engine import Engine
from bot.sinks.production.run import Lapsed, Runner
from bot.sinks.production.view import looked, previewed

Was = Probed | Seen
ProbeResult = Callable[[Bug, str, int | None], Awaitable[tuple[Probed, ...]]]
KINDS: frozenset[type[Event]] = frozenset(
    {
        FixAsked,
        FixConfirmed,
        FixApproved,
        FixReportedDone,
        InvestigateAsked,
        LookAsked,
        ProbeAsked,
    }
)


@dataclass(frozen=True, kw_only=True)
class ProductionSink:
    """`probe` checks the bug's page and what must not break; `repeats` counts how often an action helped this month.

    `allowed` reads again which actions are turned on: the one who turned it on may have done so in another process.
    """

    engine: Engine
    runner: Runner
    modes: Modes
    probe: ProbeResult
    repeats: Callable[[Bug, str], Awaitable[int]]
    allowed: Callable[[], Awaitable[None]]
    name: ClassVar[str] = "production"
    slots: ClassVar[int] = 8
    interest: ClassVar[Subscription] = Subscription(kinds=KINDS)

    async def serve(self, work: Work) -> Served:
        bug, entry = work.bug, work.entry
        match entry and entry.event:
            case FixConfirmed(run=run) | FixApproved(run=run):
                return await self._maybe_run(work, find(bug, run))
            case LookAsked() as asked if entry:
                return Served(outcomes=(await self._look(bug, asked, entry.seq),))
            case ProbeAsked():
                return Served(outcomes=await self._asked(bug))
            case FixAsked() | FixReportedDone() | InvestigateAsked() as about:
                return Served(outcomes=await self._about(bug, find(bug, about.run), about))
        return Served()

    async def _about(self, bug: Bug, fix: Fix, event: Event) -> tuple[Event, ...]:
        """What only reads."""
        if isinstance(event, FixAsked):
            return (await self._preview(bug, fix),)
        if isinstance(event, InvestigateAsked):
            return await self._investigated(bug, fix)
        return await self._after(bug, fix, {p.name: p for p in bug.probes})

    async def _preview(self, bug: Bug, fix: Fix) -> Event:
        """Read-only. Whatever production says against it is the answer."""
        ref = RunRef(bug=str(bug.ref), run=fix.run, owner=fix.by, salt=secrets.token_hex(16))
        try:
            entry = self.engine.catalogue.entries.get(fix.action)
            # an approver may have allowed it a moment ago in the other process: the list is read again once
            if entry is None or not entry.allowed:
                await self.allowed()
            if fix.undo_of:
                image = await self.runner.image(bug, fix.undo_of)
                preview = await self.engine.undo_preview(fix.action, fix.filled, image, ref)
            else:
                preview = await self.engine.preview(fix.action, fix.filled, ref)
        except MakegoodError as error:
            return FixRefused(run=fix.run, why=str(error))
        proper = bool(getattr(self.engine.catalogue.find(fix.action).cls, "proper", False))
        quick = not proper and not fix.undo_of
        repeats = await self.repeats(bug, fix.action) if quick else 0
        alone = taken_back_soon(bug, fix)
        before = bug.fix(fix.revises) if fix.revises else None
        proper = proper and not fix.undo_of
        return previewed(fix, preview, ref.salt, proper=proper, repeats=repeats, alone=alone, before=before)

    async def _look(self, bug: Bug, event: LookAsked, seq: int) -> Event:
        if event.form:
            return await self._menus(event, event.form, seq)
        try:
            table = await self.engine.look(event.look, event.params)
        except MakegoodError as error:
            return Looked(look=event.look, asked=seq, count=0, why=str(error))
        where = self.engine.catalogue.find(event.look).target or event.params.get("target", "")
        return looked(event.look, seq, table, lambda action: self.engine.suggested(action, bug.facts), where)

    async def _menus(self, event: LookAsked, form: Form, seq: int) -> Event:
        """What the menus of an open form offer; what can't be read says why, and is typed."""
        rows, against = list[Mapping[str, str]](), list[str]()
        try:
            for name in [field.name for field in self.engine.fields(form.action) if field.menu]:
                found = await self.engine.menu(form.action, name, form.given.get("target", ""))
                rows += [{"field": name, "value": value, "text": text} for value, text in found]
        except MakegoodError as error:
            against.append(str(error))
        return Looked(look=event.look, asked=seq, count=len(rows), rows=tuple(rows), why=" ".join(against))

    async def _maybe_run(self, work: Work, fix: Fix) -> Served:
        bug = work.bug
        # we are asked for an entry whose run began before: whoever began it did not come back
        if fix.state is RunState.STARTED:
            return Served(outcomes=(await self.runner.cut_off(bug, fix),))
        becomes = self.modes.becomes(fix)
        if fix.state is not RunState.APPROVED or becomes == "nothing":
            return Served()
        # before the start, and before its lock: without it "was 500, is 200" could not be said
        before = await self.probe(bug, "before", fix.run)
        if becomes == "proposal":
            return Served(outcomes=before)
        await self.allowed()
        try:
            started = await self.runner.start(bug, fix, work.lease)
        except Lapsed as lapsed:
            return Served(outcomes=(FixLapsed(run=fix.run, why=str(lapsed)),))
        if started is None:
            return Served()
        ended = await self.runner.run(started, find(started, fix.run))
        was = {p.probe: p for p in before}
        return Served(outcomes=(*before, *ended, *(await self._after(bug, fix, was) if _worked(ended) else ())))

    async def _after(self, bug: Bug, fix: Fix, was: Mapping[str, Was]) -> tuple[Event, ...]:
        return _judged(fix, was, await self.probe(bug, "after", fix.run))

    async def _asked(self, bug: Bug) -> tuple[Event, ...]:
        """Whether it works now. A page that was slow to recover after the run for which a tell waits is seen to work here."""
        fix = bug.fix(bug.planned.run) if bug.planned else None
        if fix is None or fix.state is not RunState.SUCCEEDED or bug.status not in {Status.OPEN, Status.CLAIMED}:
            seen = await self.probe(bug, "asked", None)
            return (*seen, *reproduced(seen))
        was = {p.name: p for p in bug.probes}
        seen = await self.probe(bug, "after", fix.run)
        still = {p.name for p in bug.broken} & {p.probe for p in seen if not p.ok}
        return seen if still else _judged(fix, was, seen)

    async def _investigated(self, bug: Bug, fix: Fix) -> tuple[Event, ...]:
        """Never acts, and never settles: a person does."""
        if fix.state is not RunState.UNKNOWN:
            return ()
        outcome = await self.runner.look(bug, fix)
        state = "failed" if outcome.state == "lapsed" else outcome.state
        return (Investigated(run=fix.run, state=state, summary=outcome.summary, detail=outcome.detail),)


def _worked(events: tuple[Event, ...]) -> bool:
    return any(isinstance(event, FixEnded) and event.state == "succeeded" for event in events)


def _judged(fix: Fix, was: Mapping[str, Was], probed: Sequence[Probed]) -> tuple[Event, ...]:
    """The probe's word: was broken, is not any more; and nothing else broke."""
    seen = [_compared(p, was) for p in probed]
    own = [p for p in seen if not p.smoke]
    healed = [p for p in own if p.ok and p.probe in was and not was[p.probe].ok]
    back = [p for p in own if p.broke]
    if fix.undo_of and back:
        return (*seen, Reopened(reason=f"the undo brought it back: {back[0].probe} {back[0].said}"))
    # a probe that was green before proves nothing: only what was red and is green says that the fix did it
    if fix.undo_of or not healed or any(p.broke for p in seen) or not all(p.ok for p in own):
        return tuple(seen)
    before = was[healed[0].probe].said.replace("is ", "was ", 1).replace("has ", "had ", 1)
    said = f"{before}, {healed[0].said}"
    return (*seen, Fixed(how="probe", said=said, proper=fix.proper))


def _compared(probe: Probed, was: Mapping[str, Was]) -> Probed:
    worked = probe.probe in was and was[probe.probe].ok
    return probe.broken() if worked and not probe.ok else probe
