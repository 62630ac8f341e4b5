"""Whatever writers, replicas, crashes and clocks do, in whatever order: a model that knows only the promises agrees with the ledger."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Coroutine
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.bug.course.conversation import Said
from bot.ledger.entries import trail
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.relay import lease as leases
from bot.ledger.relay.leased import Lease
from bot.ledger.restored import hold
from bot.ledger.verify import verify
from tests.parts.ledger.sinks import SAID
from tests.support.stores import TEAM, Store, cursor, make_empty, open_bug, person

SECONDS = 12.0
PROCESSES = 3
PROCESS = st.integers(0, PROCESSES - 1)
MODEL = ("owner", "until", "may_look", "used", "head", "back", "done", "stored", "finished")
"""What a backup holds of it."""
KEY = st.sampled_from("abcdef")
_empty = Path(tempfile.mkdtemp()) / "empty.db"


class Machine(RuleBasedStateMachine):
    """One bug, one sink, three processes. `held` is what each of them believes to hold; the model says who is right."""

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()
        self.loop = self.closing.enter_context(asyncio.Runner())
        self.folder = folder = Path(tempfile.mkdtemp())
        self.closing.callback(shutil.rmtree, folder, ignore_errors=True)
        if not _empty.exists():
            make_empty(_empty)
        self.store = Store(f"sqlite+aiosqlite:///{shutil.copy(_empty, folder / 'makegood.db')}")

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run(work)

    @initialize()
    def begins(self) -> None:
        self.starts()
        self.bug = self.does(open_bug(self.ledgers[0]))
        self.held: dict[int, Lease] = {}
        self.owner: int | None = None
        self.until = 0.0
        self.may_look = 0.0
        self.used: set[str] = set()
        self.head, self.done, self.back = 1, 1, 0
        self.stored: set[str] = set()
        self.finished: set[str] = set()
        self.kept: tuple[Path, dict[str, Any]] | None = None

    def starts(self) -> None:
        self.ledgers = [self.store.ledger({"scribe": SAID}) for _ in range(PROCESSES)]
        self.inboxes = [Inbox(x.db, TEAM, self.store.clock.seconds) for x in self.ledgers]

    @property
    def now(self) -> float:
        return self.store.clock.seconds()

    def teardown(self) -> None:
        self.does(self.store.close())
        self.closing.close()

    @rule(process=PROCESS, key=KEY)
    def somebody_writes(self, process: int, key: str) -> None:
        """A key is used once, whoever uses it."""
        said = Said(user="U0DEV", ts=f"{self.head}.1", text=key)
        recorded = self.does(
            self.ledgers[process].record(self.bug, lambda _bug: said, by=person("U0DEV"), key=f"key:{key}")
        )
        assert recorded.again == (key in self.used)
        if not self.used:  # its first entry makes the cursor, which has nothing to do with what came before
            self.done = self.head
        self.head += not recorded.again
        self.used.add(key)

    @rule(seconds=st.sampled_from([1.0, 5.0, 7.0, 13.0]))
    def time_passes(self, seconds: float) -> None:
        self.store.clock.advance(seconds)

    @rule(process=PROCESS)
    def somebody_takes(self, process: int) -> None:
        """Nobody gets what another one holds; what was cut off comes in doubt, half a lease after it was taken away."""
        found = self.does(leases.take(self.ledgers[process], {"scribe": 1}, {}, SECONDS)).leases
        for lease in found:
            assert self.owner is None or self.until <= self.now, "somebody still holds it"
            assert self.now >= self.may_look, "its last call may still be on its way"
            assert lease.doubt == (self.may_look > 0)
            self.held[process], self.owner, self.until = lease, process, self.now + SECONDS
        if not found and self.owner is not None and self.until <= self.now:
            self.owner, self.may_look = None, self.now + SECONDS / 2

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def somebody_renews(self, data: Any) -> None:
        """Whoever stood still for too long is told so."""
        process = data.draw(st.sampled_from(sorted(self.held)))
        mine = self.does(leases.renew(self.ledgers[process], self.held[process], SECONDS))
        assert mine == (self.owner == process)
        if mine:
            self.until = self.now + SECONDS
        else:
            del self.held[process]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), fails=st.booleans())
    def somebody_ends(self, data: Any, *, fails: bool) -> None:
        """Only the owner's word moves the cursor or keeps its failure."""
        process = data.draw(st.sampled_from(sorted(self.held)))
        lease, ledger = self.held.pop(process), self.ledgers[process]
        if fails:
            self.does(leases.later(ledger, lease, 0.0, failed=True, doubt=True))
        else:
            self.does(leases.rest(ledger, lease, done=self.head))
        if self.owner == process:
            self.owner = None
            self.done = self.done if fails else self.head
            self.may_look = self.now if fails else 0.0

    @rule(process=PROCESS, key=KEY)
    def something_arrives(self, process: int, key: str) -> None:
        """A delivery is new once, in whichever process it arrives."""
        new = self.does(self.inboxes[process].store(Item(key=key, source="hook", body="{}")))
        assert new == (key not in self.stored)
        self.stored.add(key)

    @rule(process=PROCESS, key=KEY)
    def something_is_done(self, process: int, key: str) -> None:
        self.does(self.inboxes[process].finish(key))
        self.finished |= {key} & self.stored

    @rule(process=PROCESS)
    def somebody_sweeps(self, process: int) -> None:
        """What is done never comes again."""
        taken = {item.key for item in self.does(self.inboxes[process].take(["hook"]))}
        assert taken <= self.stored - self.finished

    @rule()
    def somebody_makes_a_backup(self) -> None:
        kept = self.folder / "kept.db"
        kept.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.folder / "makegood.db")) as live:
            live.execute("VACUUM INTO ?", [str(kept)])
        model = {name: getattr(self, name) for name in MODEL}
        self.kept = kept, {name: set(now) if isinstance(now, set) else now for name, now in model.items()}

    @precondition(lambda self: self.kept)
    @rule(twice=st.booleans())
    def the_backup_comes_back(self, *, twice: bool) -> None:
        """All processes are gone, what came later is gone; the trail says so once, and nobody's lease is believed any more."""
        kept, model = self.kept or (Path(), {})
        self.does(self.store.close())
        for suffix in ("-wal", "-shm"):
            (self.folder / f"makegood.db{suffix}").unlink(missing_ok=True)
        shutil.copy(kept, self.folder / "makegood.db")
        self.store = Store(self.store.url, self.store.clock)
        self.starts()
        self.held = {}
        for name, then in model.items():
            setattr(self, name, set(then) if isinstance(then, set) else then)
        for _ in range(1 + twice):
            assert self.does(hold(self.ledgers[0], person("U0DEV"))) == []
        if self.back < self.head:
            self.head += 1
            self.back = self.head

    @invariant()
    def the_trail_is_whole(self) -> None:
        ledger = self.ledgers[0]
        assert [entry.seq for entry in self.does(trail(ledger, self.bug))] == list(range(1, self.head + 1))
        assert self.does(verify(ledger)) == 1
        if self.used:
            assert self.does(cursor(ledger, self.bug, "scribe"))["done"] == self.done


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
