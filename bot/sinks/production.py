"""Production: previews, looks and runs. A lease guards only the start; a started run is never taken over, a person is asked.

Cut off before `started` was written: nothing ran, begin again. After it: look at production and say what is seen.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import events as e
from bot.domain import fix_events as f
from bot.domain.bug import Bug, Fix, RunState
from bot.domain.decide.fixes import GOOD_FOR
from bot.domain.errors import MakegoodError, Refused
from bot.domain.events import Event
from bot.domain.values import Actor, ActorKind
from bot.fixes.engine import Engine
from bot.fixes.model import Outcome, Preview, RunRef
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.queue import Interest
from bot.ledger.reading import load
from bot.ledger.relay import NotYet, Served, Work
from bot.ledger.spans import Switches, take_lock
from bot.sinks.production_view import image_text, looked, previewed
from bot.sinks.vault import Vault

log = logging.getLogger(__name__)

EFFECT = timedelta(minutes=20)
"""How long after the start an effect may still happen."""
WATCH_EVERY = 0.5
BY = Actor(kind=ActorKind.SYSTEM, id="production")

Probe = Callable[[Bug, str, int | None], Awaitable[tuple[f.Probed, ...]]]
Standing = Callable[[Fix], Awaitable[str]]


class Lapsed(Refused):
    """What was approved may not start (any more); nothing was touched."""


@dataclass(frozen=True)
class ProductionSink:
    """`standing` says why the approvers no longer count, or nothing. `probe` checks the bug's page."""

    engine: Engine
    ledger: Ledger
    switches: Switches
    vault: Vault
    mode: str
    probe: Probe
    standing: Standing
    running: dict[tuple[int, int], "Watching"] = field(default_factory=dict)
    name: ClassVar[str] = "production"
    slots: ClassVar[int] = 8
    interest: ClassVar[Interest] = Interest(kinds=frozenset({f.FixAsked, f.FixConfirmed, f.FixApproved, f.LookAsked}))

    async def serve(self, work: Work) -> Served:
        event = work.entry.event if work.entry else None
        if isinstance(event, f.FixAsked):
            return Served(outcomes=(await self._preview(work.bug, event.run),))
        if isinstance(event, f.LookAsked) and work.entry:
            return Served(outcomes=(await self._look(event, work.entry.seq),))
        if isinstance(event, f.FixConfirmed | f.FixApproved):
            return await self._maybe_run(work, event.run)
        return Served()

    async def _preview(self, bug: Bug, run: int) -> Event:
        """Read-only. Whatever production says against it is the answer."""
        fix = _fix(bug, run)
        ref = RunRef(bug=str(bug.ref), run=run, owner=fix.by, salt=secrets.token_hex(16))
        try:
            if fix.undo_of:
                image = await self._image(bug, fix.undo_of)
                preview = await self.engine.undo_preview(fix.action, fix.params, image, ref)
            else:
                preview = await self.engine.preview(fix.action, fix.params, ref)
        except MakegoodError as error:
            return f.FixRefused(run=run, why=str(error))
        proper = bool(getattr(self.engine.catalogue.find(fix.action).cls, "proper", False))
        return previewed(run, preview, ref.salt, proper=proper and not fix.undo_of)

    async def _look(self, event: f.LookAsked, seq: int) -> Event:
        try:
            table = await self.engine.look(event.look, event.params)
        except MakegoodError as error:
            return f.Looked(look=event.look, asked=seq, count=0, why=str(error))
        return looked(event.look, seq, table)

    async def _maybe_run(self, work: Work, run: int) -> Served:
        fix = _fix(work.bug, run)
        if fix.state is RunState.STARTED:
            return Served(outcomes=(await self._investigated(work.bug, fix),))
        if fix.state is not RunState.APPROVED or self.mode != "run":
            return Served()
        before = await self.probe(work.bug, "before", run)
        try:
            started = await self._start(work, fix)
        except Lapsed as lapsed:
            return Served(outcomes=(f.FixLapsed(run=run, why=str(lapsed)),))
        bug = started.bug
        ended = await self._run(bug, _fix(bug, run))
        return Served(outcomes=(*before, ended, *await self._after(bug, fix, before, ended)))

    async def _start(self, work: Work, fix: Fix) -> "Started":
        """One transaction: freeze, digest, freshness, approvers, lock, `started`. Raises Lapsed; NotYet while somebody holds the lock."""
        against = await self.standing(fix)
        now = self.ledger.clock()

        def decide(bug: Bug) -> Event:
            present = _fix(bug, fix.run)
            if present.state is not RunState.APPROVED:
                raise Lapsed(f"it is {present.state.value} by now")
            _must_be_fresh(present, now)
            if against:
                raise Lapsed(against)
            return f.FixStarted(run=fix.run, deadline=now + EFFECT)

        async def also(conn: AsyncConnection, bug: Bug, _entries: tuple[Entry, ...]) -> None:
            frozen = await self.switches.get_in(conn, "freeze")
            if frozen is not None:
                raise Lapsed(f"production is frozen ({frozen}); after `/fix thaw` make a new preview")
            place = (fix.target, fix.lock_key)
            if not await take_lock(
                conn, self.ledger.team, *place, bug=bug.ref.number, run=fix.run, now=now.timestamp()
            ):
                raise NotYet(2.0)

        recorded = await self.ledger.record(work.bug.ref.number, decide, by=BY, also=also)
        return Started(recorded.bug)

    async def _run(self, bug: Bug, fix: Fix) -> Event:
        """At most once, ever: from here on every way out is an outcome."""
        watch = Watching(self, bug.ref.number, fix.run)
        self.running[bug.ref.number, fix.run] = watch
        watcher = asyncio.create_task(watch.listen())
        try:
            outcome = await self._execute(bug, fix, watch)
        except Exception as error:
            log.exception("%s run %s", bug.ref, fix.run)
            outcome = Outcome(state="unknown", summary=f"{fix.action}: cut off", detail=str(error))
        finally:
            watcher.cancel()
            self.running.pop((bug.ref.number, fix.run), None)
        return self._ended(fix.run, outcome)

    async def _execute(self, bug: Bug, fix: Fix, watch: "Watching") -> Outcome:
        stored = fix.stored
        ref = RunRef(bug=str(bug.ref), run=fix.run, owner=fix.by, salt=stored.salt, deadline=fix.deadline)
        preview = Preview.model_validate_json(stored.preview)
        if fix.undo_of:
            return await self.engine.undo(
                fix.action, fix.params, await self._image(bug, fix.undo_of), preview, ref, watch
            )
        return await self.engine.run(fix.action, fix.params, preview, ref, watch)

    async def _investigated(self, bug: Bug, fix: Fix) -> Event:
        """Whoever ran it is gone: look, never act."""
        watch = Watching(self, bug.ref.number, fix.run)
        ref = RunRef(bug=str(bug.ref), run=fix.run, owner=fix.by, salt=fix.stored.salt)
        preview = Preview.model_validate_json(fix.stored.preview)
        image = self.vault.open(fix.kept) if fix.kept else None
        try:
            outcome = await self.engine.investigate(fix.action, fix.params, preview, image, ref, watch)
        except MakegoodError as error:
            outcome = Outcome(state="unknown", summary=f"{fix.action}: cut off", detail=str(error))
        return self._ended(fix.run, outcome)

    def _ended(self, run: int, outcome: Outcome) -> Event:
        if outcome.state == "lapsed":
            return f.FixLapsed(run=run, why=outcome.summary)
        image = self.vault.seal(outcome.image) if outcome.image else ""
        data = {
            "run": run,
            "state": outcome.state,
            "summary": outcome.summary,
            "detail": outcome.detail,
            "image": image,
        }
        return f.FixEnded.model_validate(data)

    async def _after(self, bug: Bug, fix: Fix, before: tuple[f.Probed, ...], ended: Event) -> tuple[Event, ...]:
        """The probe's word: was broken, is not any more."""
        if not (isinstance(ended, f.FixEnded) and ended.state == "succeeded" and not fix.undo_of):
            return ()
        after = await self.probe(bug, "after", fix.run)
        was = {p.probe: p for p in before}
        healed = [p for p in after if p.ok and p.probe in was and not was[p.probe].ok]
        broke = [p for p in after if not p.ok and (p.probe not in was or was[p.probe].ok)]
        if not healed or broke or any(not p.ok for p in after):
            return after
        said = f"was {was[healed[0].probe].said.removeprefix('is ')}, {healed[0].said}"
        return (*after, e.Fixed(how="probe", said=said, proper=fix.proper))

    async def _image(self, bug: Bug, run: int) -> bytes | None:
        done = _fix(bug, run)
        return self.vault.open(await image_text(self.ledger, bug.ref.number, done.run))


@dataclass(frozen=True, slots=True)
class Started:
    bug: Bug


class Watching:
    """The ear of a run: a cancel from any process reaches it, what it must not lose is written at once."""

    def __init__(self, sink: ProductionSink, bug: int, run: int) -> None:
        self.sink, self.bug, self.run = sink, bug, run
        self.cancelled = asyncio.Event()

    async def listen(self) -> None:
        while not self.cancelled.is_set():
            fix = (await load(self.sink.ledger, self.bug)).fix(self.run)
            if fix and fix.cancel_asked:
                self.cancelled.set()
            await asyncio.sleep(WATCH_EVERY)

    async def progress(self, text: str) -> None:
        await self._write({"text": text})

    async def keep(self, image: bytes) -> None:
        await self._write({"kept": self.sink.vault.seal(image)})

    async def _write(self, data: Mapping[str, str]) -> None:
        event = f.FixProgressed.model_validate({"run": self.run, **data})
        await self.sink.ledger.record(self.bug, lambda _bug: event, by=BY)


def _fix(bug: Bug, run: int) -> Fix:
    fix = bug.fix(run)
    if fix is None:
        raise Refused(f"{bug.ref} has no fix number {run}.")
    return fix


def _must_be_fresh(fix: Fix, now: datetime) -> None:
    if fix.confirmed_at and now - fix.confirmed_at > GOOD_FOR:
        raise Lapsed("it was not started within 15 minutes of the request; make a new preview")
