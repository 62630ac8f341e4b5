"""Carries out one run: starts it once in one transaction, and ends it with an outcome. After a cut-off it only looks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.errors import MakegoodError, Refused
from bot.bug.event import Event
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.rules import find, must_not_be_undone
from bot.bug.fixes.run import FixEnded, FixLapsed, FixProgressed, FixStarted, lapse, waits_for
from bot.bug.permissions.policy import wanting
from bot.ledger import workspace
from bot.ledger.index.locks import lock_holder, take_lock
from bot.ledger.ledger import Entry
from bot.ledger.relay import lease as leases
from bot.ledger.relay.leased import Lease
from bot.ledger.relay.sink import NotYet
from bot.production.action import Preview, RunOutcome, RunRef
from bot.production.engine import Engine
from bot.sinks.production.view import image_text
from bot.sinks.watching import BY, RunContext, Watching

log = logging.getLogger(__name__)

EFFECT = timedelta(minutes=20)
"""How long after the start an effect may still begin."""
LOCK_PAUSE = 2.0

Standing = Callable[[Bug, Fix], Awaitable[str]]


class Lapsed(Refused):
    """What was approved may not start (any more); nothing was touched."""


class _Held(Refused):
    """Another run holds this piece of production."""

    def __init__(self, bug: int, run: int) -> None:
        super().__init__(f"BUG-{bug} run {run} holds it")
        self.holder = (bug, run)


@dataclass(frozen=True, kw_only=True)
class Runner:
    """`standing` says why the approvers no longer count, or nothing. `alone`: no other process can be at a run."""

    engine: Engine
    around: RunContext
    standing: Standing
    alone: bool
    _running: set[tuple[int, int]] = field(default_factory=set)
    """(bug, run) that this process carries out now, whatever became of its lease."""

    async def start(self, bug: Bug, fix: Fix, lease: Lease) -> Bug | None:
        """The bug with its run started; None where it has gone another way. Raises Lapsed; NotYet while somebody holds the lock."""
        # before the transaction: nothing that takes time may happen while the bug is locked
        self._must_be_as_approved(fix)
        try:
            # Slack is asked who still may approve, right before the start: somebody may have left since they approved
            return await self._started(bug, fix, lease, wanting(fix) or await self.standing(bug, fix))
        except _Held as held:
            holder = held.holder
            await self.around.ledger.record(bug.ref.number, lambda now: waits_for(find(now, fix.run), holder), by=BY)
            # not an attempt: the other run may take its twenty minutes, and this approval lapses by itself if it does
            raise NotYet(LOCK_PAUSE) from held

    def _must_be_as_approved(self, fix: Fix) -> None:
        """Raises Lapsed before `started` is written: nothing was run, and that is known."""
        try:
            preview = Preview.from_json(fix.stored.preview)
            self.engine.must_be_as_approved(fix.action, fix.filled, preview, undoing=bool(fix.undo_of))
        except MakegoodError as error:
            raise Lapsed(f"{str(error).rstrip('.')}; make a new preview") from error
        except ValueError as error:
            raise Lapsed("its preview is not kept any more; make a new one") from error

    async def _started(self, bug: Bug, fix: Fix, lease: Lease, against: str) -> Bug | None:
        """One transaction: freshness, approvers, lease, freeze, lock, `started`."""
        now = self.around.ledger.clock()

        def decide(present: Bug) -> Event | None:
            this = find(present, fix.run)
            # read under the bug's lock: a cancel or another process's start a moment ago is seen here
            if this.state is not RunState.APPROVED or this.digest != fix.digest:
                return None
            try:
                must_not_be_undone(present, this)
            except Refused as error:
                raise Lapsed(str(error).rstrip(".")) from error
            if late := lapse(present, fix.run, now):
                raise Lapsed(late.why)
            if against:
                raise Lapsed(f"{against}; make a new preview")
            return FixStarted(run=fix.run, deadline=now + EFFECT)

        async def also(conn: AsyncConnection, _bug: Bug, entries: tuple[Entry, ...]) -> None:
            if entries:
                await self._hold(conn, bug, fix, lease)

        recorded = await self.around.ledger.record(bug.ref.number, decide, by=BY, also=also)
        return recorded.bug if recorded.entries else None

    async def _hold(self, conn: AsyncConnection, bug: Bug, fix: Fix, lease: Lease) -> None:
        """Raises NotYet where somebody else has the lease, Lapsed while production is frozen or where a backup came back
        since, _Held while another run has this piece of it.
        """
        # in the transaction of `started`: of two processes that both believe in their lease only one can pass
        if not await leases.held(conn, self.around.ledger, lease):
            raise NotYet(LOCK_PAUSE)
        present = await workspace.load_in(conn, self.around.ledger.team)
        if present.restored_at and fix.confirmed_at and fix.confirmed_at <= present.restored_at:
            raise Lapsed("a backup came back since it was asked for: look whether it was done, then make a new preview")
        # read in this transaction as well: a freeze that was written before `started` always holds
        if present.freeze:
            why = present.freeze.why or "frozen"
            raise Lapsed(f"production is frozen ({why}); it may be asked for again once an approver has thawed it")
        ledger = self.around.ledger
        run, at = {"bug": bug.ref.number, "run": fix.run}, ledger.clock().timestamp()
        # last: who waits for another run must be somebody who may run at all
        if not await take_lock(conn, ledger.team, fix.target, fix.lock_key, **run, now=at):
            raise _Held(*await lock_holder(conn, ledger.team, fix.target, fix.lock_key))

    async def run(self, bug: Bug, fix: Fix) -> tuple[Event, ...]:
        """At most once, ever: from here on every way out is an outcome."""
        watch = Watching(self.around, bug.ref.number, fix.run)
        listening = asyncio.create_task(watch.listen())
        this = (bug.ref.number, fix.run)
        # before the first await of the run: a look in between would call a run dead that has just begun
        self._running.add(this)
        try:
            outcome = await self._execute(bug, fix, watch)
            await watch.show()
        except Exception:  # whatever went wrong after the start: nobody knows what production has done
            log.exception("%s run %s", bug.ref, fix.run)
            # never "failed": that would let somebody start it again while it may have worked
            outcome = RunOutcome(state="unknown", summary=f"{fix.action}: cut off")
        finally:
            self._running.discard(this)
            listening.cancel()
        said = (FixProgressed(run=fix.run, text=watch.output),) if watch.output else ()
        return (*said, self._ended(fix.run, outcome))

    async def _execute(self, bug: Bug, fix: Fix, watch: Watching) -> RunOutcome:
        preview = Preview.from_json(fix.stored.preview)
        if fix.undo_of:
            image = await self.image(bug, fix.undo_of)
            return await self.engine.undo(fix.action, fix.filled, image, preview, _ref(bug, fix), watch)
        return await self.engine.run(fix.action, fix.filled, preview, _ref(bug, fix), watch)

    async def cut_off(self, bug: Bug, fix: Fix) -> Event:
        """Whoever ran it is gone, or silent and may still go on: "it did not happen" is certain only when it can't any more.

        Raises NotYet while this very process is at it: a lease may run out by a clock that jumped.
        """
        # the clock jumped and the lease ran out, but the run goes on in this very process
        if (bug.ref.number, fix.run) in self._running:
            raise NotYet(LOCK_PAUSE)
        outcome = await self.investigate(bug, fix)
        # where another process may still be at it, "failed" is only what can be seen so far
        if outcome.state == "failed" and not self.alone:
            outcome = _may_go_on(outcome, fix)
        return self._ended(fix.run, outcome)

    async def look(self, bug: Bug, fix: Fix) -> RunOutcome:
        """For a person, who has the last word."""
        outcome = await self.investigate(bug, fix)
        # since it was taken for cut off it begins nothing: without a word of its beginning there never will be any
        over = self.alone or not fix.kept or fix.deadline is None or self.around.ledger.clock() > fix.deadline
        return outcome if over or outcome.state != "failed" else _may_go_on(outcome, fix)

    async def investigate(self, bug: Bug, fix: Fix) -> RunOutcome:
        """Looks, never acts; asks about this run, or about this undo."""
        watch = Watching(self.around, bug.ref.number, fix.run)
        undoing = fix.undo_of is not None
        try:
            preview = Preview.from_json(fix.stored.preview)
            image = self.around.vault.open(fix.kept) if fix.kept else None
            ref = _ref(bug, fix)
            return await self.engine.investigate(fix.action, fix.filled, preview, image, ref, watch, undoing=undoing)
        except (MakegoodError, ValueError) as error:
            said = str(error) if isinstance(error, MakegoodError) else ""
            return RunOutcome(state="unknown", summary=f"{fix.action}: cut off", detail=said)

    async def image(self, bug: Bug, run: int) -> bytes | None:
        """What an undo of this run needs. Raises Refused where it can't be opened here."""
        fix = find(bug, run)
        return self.around.vault.open(await image_text(self.around.ledger, bug.ref.number, run) or fix.kept)

    def _ended(self, run: int, outcome: RunOutcome) -> Event:
        if outcome.state == "lapsed":
            return FixLapsed(run=run, why=outcome.summary)
        return FixEnded(
            run=run,
            state=outcome.state,
            summary=outcome.summary,
            detail=outcome.detail,
            image=self.around.vault.seal(outcome.image) if outcome.image else "",
        )


def _may_go_on(outcome: RunOutcome, fix: Fix) -> RunOutcome:
    """No clock says for certain that another process is gone."""
    until = f"{fix.deadline.astimezone(UTC):%H:%M} UTC" if fix.deadline else "its end"
    said = f"{outcome.summary} Whoever ran it may still go on, until {until}; look again then."
    return replace(outcome, state="unknown", summary=said)


def _ref(bug: Bug, fix: Fix) -> RunRef:
    return RunRef(bug=str(bug.ref), run=fix.run, owner=fix.by, salt=fix.stored.salt, deadline=fix.deadline)
