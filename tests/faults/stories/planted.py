"""Faults of our own, planted in the child process alone: each is what a careless change could do, and each must be found."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import count
from typing import Any

from tests.faults.stories.plan import TOPOLOGIES, Kind, Plan, Strike, Topology

NUMBERS = count()
SQLITE, TWO, _THREE, APART, _NEWER = TOPOLOGIES
POST = "POST /api/chat.postMessage"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """`plant` is called in the child; `strikes` are what shows it, where it does not show by itself."""

    plant: Callable[[], None]
    strikes: tuple[Strike, ...] = ()
    topology: Topology = SQLITE
    kind: Kind | None = None
    """What the first story fixes and takes back, where that matters."""

    def plan(self, seed: int) -> Plan:
        drawn = Plan.bare(seed)
        if self.kind:
            first, *others = drawn.casts
            drawn = replace(drawn, casts=(replace(first, kind=self.kind, undoes=True), *others))
        return replace(drawn, topology=self.topology, strikes=self.strikes, event="", merges=False)


def _replace(module: str, name: str, made: Any) -> None:
    """`name` may lead into a class."""
    owner: Any = import_module(module)
    *way, last = name.split(".")
    for part in way:
        owner = getattr(owner, part)
    setattr(owner, last, made)


def _never_looks(module: str) -> Callable[[], None]:
    """Whoever was cut off does it again without a look."""

    async def once(_look: Any, do: Callable[[], Any], **_doubt: bool) -> Any:
        return await do()

    return lambda: _replace(module, "once", once)


def _at(point: str, *kinds: str, nth: int = 1) -> tuple[Strike, ...]:
    """The same strike at its first occasions, for not every one shows the fault."""
    return tuple(Strike(point=point, kind=kind, nth=nth + i) for i, kind in enumerate(kinds))


def _card_never_looks() -> None:
    async def find(_self: Any, _work: Any) -> None:
        return None

    async def alone(*_card: Any) -> None:
        return

    _replace("bot.sinks.card", "CardSink._find", find)
    _replace("bot.sinks.card", "alone", alone)


def _mail_goes_out_again() -> None:
    async def find(_self: Any, _letter: Any) -> None:
        return None

    _replace("bot.adapters.channels.mail", "Mail.can_look", True)
    _replace("bot.adapters.channels.mail", "Mail.find", find)


def _no_doubt_after_a_kill() -> None:
    """SQLite: whoever starts forgets that something was cut off."""
    lease: Any = import_module("bot.ledger.relay.lease")
    lease._CUT_OFF = {**lease._CUT_OFF, "doubt": 0}


def _no_doubt_after_a_lease() -> None:
    from sqlalchemy import bindparam, update  # noqa: PLC0415 - in the child

    from bot.ledger.db.tables import cursors  # noqa: PLC0415 - as above

    lease: Any = import_module("bot.ledger.relay.lease")
    lease._TAKE_AWAY = update(cursors).where(*lease._CURSOR).values(lease=0, due=bindparam("later"))


def _no_end_of_a_lease() -> None:
    """Whoever stood still goes on as if nothing had been."""

    @asynccontextmanager
    async def hold(_self: Any, *_lease: Any, **_options: Any) -> AsyncIterator[None]:
        yield

    _replace("bot.ledger.relay.heartbeat", "Heartbeat.hold", hold)


def _sends_late() -> None:
    """Whoever stood still sends what it was about to send, although another process has it by now."""

    def whenever() -> None:
        return

    _replace("bot.outgoing.sessions", "must_be_in_time", whenever)
    _replace("bot.adapters.channels.mail", "must_be_in_time", whenever)


def _answers_before_it_stores() -> None:
    async def submit(self: Any, item: Any) -> bool:
        self._queue(item.source).put_nowait(item)
        return True

    _replace("bot.ledger.inbox.worker", "InboxWorker.submit", submit)


def _done_before_it_is_folded() -> None:
    worker: Any = import_module("bot.ledger.inbox.worker")
    handle = worker.InboxWorker._handle

    async def handling(self: Any, source: str, batch: list[Any]) -> None:
        for item in batch:
            await self.inbox.finish(item.key)
        await handle(self, source, batch)

    worker.InboxWorker._handle = handling


def _nobody_sweeps() -> None:
    async def sweep(_self: Any) -> None:
        return

    _replace("bot.ledger.inbox.worker", "InboxWorker._sweep", sweep)


def _swallows(module: str, name: str) -> Callable[[], None]:
    """A sink calls done what was refused or in doubt."""

    def plant() -> None:
        from bot.bug.errors import Outside  # noqa: PLC0415 - in the child
        from bot.ledger.relay.sink import Served  # noqa: PLC0415 - as above

        sink: Any = getattr(import_module(module), name)
        serve = sink.serve

        async def serving(self: Any, work: Any) -> Any:
            try:
                return await serve(self, work)
            except Outside:
                return Served()

        sink.serve = serving

    return plant


def _runs_again() -> None:
    async def cut_off(self: Any, bug: Any, fix: Any) -> Any:
        return (await self.run(bug, fix))[-1]

    _replace("bot.sinks.production.run", "Runner.cut_off", cut_off)


def _calls_it_done() -> None:
    from bot.bug.fixes.run import FixEnded  # noqa: PLC0415 - in the child

    async def cut_off(_self: Any, _bug: Any, fix: Any) -> Any:
        return FixEnded(run=fix.run, state="succeeded", summary="done", detail="", image="")

    _replace("bot.sinks.production.run", "Runner.cut_off", cut_off)


def _looks_at_the_run_for_its_undo() -> None:
    engine: Any = import_module("bot.production.engine").Engine
    investigate = engine.investigate

    async def asking(self: Any, *args: Any, undoing: bool) -> Any:
        del undoing
        return await investigate(self, *args, undoing=False)

    engine.investigate = asking


def _breaks_the_chain() -> None:
    rows: Any = import_module("bot.ledger.rows")
    made = rows.rows

    def unchained(place: Any, event: Any, at: Any, by: Any, key: Any, _prev: str) -> Any:
        return made(place, event, at, by, key, "0" * 64)

    rows.rows = unchained


def _waits_for_ever() -> None:
    """A failure is not tried again."""
    lease: Any = import_module("bot.ledger.relay.lease")
    later = lease.later

    async def never(ledger: Any, held: Any, pause: float, **options: Any) -> None:
        await later(ledger, held, pause + (3600 if options.get("failed") else 0), **options)

    lease.later = never


def _counts_repeats_twice() -> None:
    """An occurrence that comes under two deliveries is two."""
    _replace("bot.bug.arriving.alerts", "RECENT", 1)
    alerts: Any = import_module("bot.bug.arriving.alerts")
    again = alerts._again

    def counting(bug: Any, alert: Any, ids: Any) -> Any:
        return again(replace(bug, recent=()), alert, ids)

    alerts._again = counting
    worker: Any = import_module("bot.ledger.inbox.inbox")
    insert = worker.Inbox._insert

    async def twice(self: Any, conn: Any, items: Any) -> Any:
        kept = [replace(i, key=f"{i.key}#{next(NUMBERS)}") if i.key.startswith("hook:") else i for i in items]
        new = await insert(self, conn, kept)
        return {key.partition("#")[0] for key in new}

    worker.Inbox._insert = twice


def _folds_apart() -> None:
    """Each group is looked for without its lock, and is nobody's."""

    async def group(_self: Any, _conn: Any, _alert: Any) -> tuple[None, int]:
        return None, 0

    _replace("bot.intake.alerts", "Alerts._group", group)


def _forgets_who_waits() -> None:
    async def pause(*_args: Any, **_options: Any) -> None:
        return

    _replace("bot.sinks.billing", "BillingSink._grant_all", pause)


CUT = ("after_cut", "after_cut", "after_cut")
PLANTED: dict[str, Planted] = {
    "thread-never-looks": Planted(plant=_never_looks("bot.sinks.thread"), strikes=_at(f"asking {POST}", *CUT, nth=2)),
    "card-never-looks": Planted(plant=_card_never_looks, strikes=_at(f"asking {POST}", "after_cut")),
    "board-never-looks": Planted(
        plant=_never_looks("bot.sinks.board"), strikes=_at("asking POST /trello/*/cards", "after_cut", "after_500")
    ),
    "letter-goes-out-again": Planted(
        plant=_mail_goes_out_again, strikes=_at("asking smtp data", "after_cut", "after_cut")
    ),
    "no-doubt-after-a-kill": Planted(plant=_no_doubt_after_a_kill, strikes=_at(f"asked {POST}", "kill", "kill")),
    "no-doubt-after-a-lease": Planted(
        plant=_no_doubt_after_a_lease, strikes=_at(f"asked {POST}", "kill", "kill"), topology=TWO
    ),
    "no-end-of-a-lease": Planted(
        plant=_no_end_of_a_lease, strikes=_at(f"asking {POST}", "stop", "stop", "stop"), topology=TWO
    ),
    "answers-before-it-stores": Planted(
        plant=_answers_before_it_stores, strikes=_at("begin intake.alerts.Alerts._fold_group", "kill", nth=2)
    ),
    "done-before-it-is-folded": Planted(
        plant=_done_before_it_is_folded, strikes=_at("begin intake.alerts.Alerts._fold_group", "kill", nth=2)
    ),
    "nobody-sweeps": Planted(
        plant=_nobody_sweeps, strikes=_at("begin intake.alerts.Alerts._fold_group", "kill", nth=2), topology=TWO
    ),
    "thread-swallows": Planted(
        plant=_swallows("bot.sinks.thread", "ThreadSink"), strikes=_at(f"asking {POST}", "500", "500", "500", nth=2)
    ),
    "card-swallows": Planted(
        plant=_swallows("bot.sinks.card", "CardSink"), strikes=_at("asking POST /api/chat.update", *("500",) * 60)
    ),
    "runs-again": Planted(plant=_runs_again, strikes=_at("asked POST /counting/jobs/*", "kill"), kind="http"),
    "calls-it-done": Planted(plant=_calls_it_done, strikes=_at("asking POST /counting/jobs/*", "kill"), kind="http"),
    "looks-at-the-run-for-its-undo": Planted(
        plant=_looks_at_the_run_for_its_undo, strikes=_at("asking DELETE /counting/jobs/*", "kill"), kind="http"
    ),
    "sends-late": Planted(
        plant=_sends_late, strikes=_at(f"asking {POST}", "stop long", "stop long", "stop long"), topology=TWO
    ),
    "breaks-the-chain": Planted(plant=_breaks_the_chain),
    "waits-for-ever": Planted(plant=_waits_for_ever, strikes=_at(f"asking {POST}", "500", nth=3)),
    "counts-repeats-twice": Planted(plant=_counts_repeats_twice),
    "folds-apart": Planted(plant=_folds_apart),
    "promises-and-does-not-book": Planted(plant=_forgets_who_waits),
}
