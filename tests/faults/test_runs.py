"""A fix runs on a host or over HTTP, and its process is gone at each of its steps: never twice, never lost, never silently."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.bug.bug import Bug
from bot.bug.fixes import approval, asking, doubt, rules
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.run import FixEnded, FixLapsed
from bot.bug.workspace import allow
from bot.ledger import workspace
from bot.ledger.entries import load
from bot.ledger.ledger import Decide, utcnow
from bot.ledger.verify import verify
from bot.production.catalogue.catalogue import Catalogue
from bot.slack.views.thread_lines import line
from tests.faults.conftest import alive
from tests.faults.process import Makegood
from tests.faults.slow import Slow, slow_service
from tests.faults.town import FIRST_ROW, Town, until
from tests.support.stores import person

ACTIONS = Path(__file__).with_name("own_actions")
DANA = "U0DEV"
OVER = {RunState.SUCCEEDED, RunState.FAILED, RunState.UNKNOWN}


@dataclass
class Runs:
    """Fixes in a town, each named by a word: its bug, the file on the host or the job it leaves behind."""

    town: Town
    slow: Slow

    def __post_init__(self) -> None:
        self.bugs: dict[str, int] = {}

    def bot(self, name: str, *arguments: str) -> Makegood:
        """Knows the actions of these stories."""
        bot = self.town.bot(name, *arguments)
        settings = re.sub(r'(?m)^paths = \[".*"\]', f'paths = ["{ACTIONS}"]', bot.config.read_text())
        own = f'[targets.slow]\nbase_url = "{self.slow.base_url}"\ntimeout = 60\n'
        bot.config.write_text(f"{settings}\n{own}")
        return bot

    async def allow(self) -> None:
        """An approver has read the actions and turns them on."""
        for entry in Catalogue.trusting([ACTIONS]).entries.values():
            turned_on = partial(allow, action=entry.name, sha=entry.sha)
            await workspace.record(self.town.ledger, turned_on, by=person(DANA))

    async def preview(self, word: str, action: str, given: Mapping[str, str] | None = None) -> None:
        number = len(self.bugs) + 1
        await self.town.report(number, 1)
        self.bugs[word] = (await self.town.bug_of(number)).ref.number
        await self.record(word, lambda bug: asking.ask(bug, DANA, action, given or {"word": word}, "it hangs"))
        await until(partial(self.is_in, word, {RunState.PREVIEWED}), f"a preview of {word}")

    async def approve(self, word: str) -> None:
        """Low risk: the word of who asked is enough."""
        digest = (await self.fix(word)).digest
        await self.record(word, lambda bug: approval.confirm(bug, DANA, 1, digest, now=utcnow()))

    async def record(self, word: str, decide: Decide) -> None:
        await self.town.ledger.record(self.bugs[word], decide, by=person(DANA))

    async def bug(self, word: str) -> Bug:
        return await load(self.town.ledger, self.bugs[word])

    async def fix(self, word: str) -> Fix:
        return rules.find(await self.bug(word), 1)

    async def is_in(self, word: str, states: set[RunState]) -> bool:
        return (await self.fix(word)).state in states

    async def over(self, word: str) -> Fix:
        """Its outcome, as the thread tells it."""
        await until(partial(self.is_in, word, OVER), f"an outcome of {word}")
        return await self.fix(word)

    async def begun(self, word: str) -> int:
        """How often it was begun on the host or in the service."""
        return self.slow.starts[word] + self._lines(f"begun-{word}")

    async def looked(self, word: str) -> bool:
        """Whether its check is under way, before anything else of it is."""
        return self.slow.looks[word] + self._lines(f"looked-{word}") > 0

    async def done(self, word: str) -> bool:
        return word in self.slow.done or self._lines(f"done-{word}") > 0

    def _lines(self, name: str) -> int:
        file = self.town.world.parts.host.directory / name
        return len(file.read_text().splitlines()) if file.exists() else 0

    def let_go(self, word: str) -> None:
        (self.town.world.parts.host.directory / f"go-{word}").touch()
        self.slow.finish(word)

    async def asks_a_person(self, word: str) -> bool:
        """By the button on its card."""
        card = (await self.bug(word)).card
        shown = [m for m in self.town.slack.messages("C0ERRORS") if card and m["ts"] == card.ts]
        return any("Look at production" in str(message["blocks"]) for message in shown)

    async def lines(self, word: str) -> str:
        """What its thread says, sooner or later: Slack takes a line a second."""
        entries = await self.town.entries(self.bugs[word])
        bug = await load(self.town.ledger, self.bugs[word])
        return "\n".join(line(entry, bug, str(entry.by)) or "" for entry in entries)


@pytest.fixture
async def runs(town: Town) -> AsyncIterator[Runs]:
    async with slow_service() as slow:
        runs = Runs(town, slow)
        yield runs
        for word in runs.bugs:
            runs.let_go(word)


async def until_begun(runs: Runs, word: str) -> None:
    await until(partial(runs.begun, word), f"{word} has begun")


async def struck(runs: Runs) -> bool:
    return not runs.town.world.parts.host.faults.pending


async def looked(runs: Runs, word: str) -> bool:
    return bool(runs.slow.looks[word])


async def reach_every_step(runs: Runs) -> None:
    """Six runs at six steps: each by a host or a service that holds it there. The one with the shortest patience comes last."""
    for word, action in STEPS.items():
        await runs.preview(word, action)
    faults = runs.town.world.parts.host.faults
    await runs.approve("running")
    await until_begun(runs, "running")
    runs.let_go("ended")
    faults.add(kind="hang", at="exit", spared=LOOK)
    await runs.approve("ended")
    await until(partial(struck, runs), "a status that is not sent")
    await runs.approve("asked")
    await until_begun(runs, "asked")
    runs.slow.work["answered"].set()
    await runs.approve("answered")
    await until(partial(runs.done, "answered"), "a job that is done")
    await runs.approve("followed")
    await until(partial(looked, runs, "followed"), "a look at the run")
    faults.add(kind="hang", at="connect", spared=LOOK)
    await runs.approve("connecting")
    await until(partial(struck, runs), "a host that does not answer")


STEPS = {
    "running": "held-command",
    "ended": "held-command",
    "connecting": "held-command",
    "approved": "held-command",
    "asked": "held-call",
    "answered": "held-call",
    "approved-call": "held-call",
    "followed": "held-run",
}


async def test_a_process_that_is_killed_at_each_step_repeats_nothing_and_puts_doubt_before_a_person(runs: Runs) -> None:
    bot = runs.bot("makegood")
    async with alive(bot):
        await bot.start()
        await runs.allow()
        await reach_every_step(runs)
        await bot.kill()
        for word in ("approved", "approved-call"):
            await runs.approve(word)
            runs.let_go(word)
        await bot.start()
        runs.let_go("followed")
        seen = {word: (await runs.over(word)).state for word in STEPS}
        assert seen == {
            "running": RunState.UNKNOWN,
            "ended": RunState.SUCCEEDED,
            "connecting": RunState.FAILED,
            "approved": RunState.SUCCEEDED,
            "asked": RunState.UNKNOWN,
            "answered": RunState.SUCCEEDED,
            "approved-call": RunState.SUCCEEDED,
            "followed": RunState.SUCCEEDED,
        }
        await expect_a_person_is_asked(runs)
        assert {word: await runs.begun(word) for word in STEPS} == dict.fromkeys(STEPS, 1) | {"connecting": 0}
        assert await verify(runs.town.ledger) == len(STEPS)
        assert await bot.terminate() == 0


async def expect_a_person_is_asked(runs: Runs) -> None:
    """Of what may still be going on; a look later tells, and the person settles it."""
    assert "still running on" in await runs.lines("running")
    assert "may still be at work" in await runs.lines("asked")
    for word in ("running", "asked"):
        assert "*Look at production*, then settle it on the card" in await runs.lines(word)
        await until(partial(runs.asks_a_person, word), f"the card of {word}")
        runs.let_go(word)
    for word in ("running", "asked"):
        await until(partial(runs.done, word), f"the end of {word}")
        await runs.record(word, lambda bug: doubt.investigate(bug, 1))
        await until(partial(seen_to_work, runs, word), f"a look at {word}")
        await runs.record(word, lambda bug: doubt.settle(bug, DANA, 1, "succeeded", "I looked"))
        assert await runs.is_in(word, {RunState.SUCCEEDED})


async def seen_to_work(runs: Runs, word: str) -> bool:
    return (await runs.fix(word)).seen == "succeeded"


LOOK = 1
"""What the look before a run takes: one connection, one exit."""
FROZEN = {"running": "held-command", "asked": "held-call", "approved": "held-command", "connecting": "held-command"}


@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_process_that_was_frozen_past_its_lease_finishes_its_own_runs_and_nobody_repeats_them(
    runs: Runs,
) -> None:
    one, two = runs.bot("makegood"), runs.bot("second", "--sinks", "production")
    async with alive(one, two):
        await one.start()
        await runs.allow()
        for word, action in FROZEN.items():
            await runs.preview(word, action)
        for word in ("running", "asked"):
            await runs.approve(word)
            await until_begun(runs, word)
        runs.town.world.parts.host.faults.add(kind="hang", at="connect", spared=LOOK)
        await runs.approve("connecting")
        await until(partial(struck, runs), "a host that does not answer")
        one.freeze()
        await runs.approve("approved")
        runs.let_go("approved")
        await two.start(ready=False)
        assert [(await runs.over(word)).state for word in FROZEN] == [RunState.UNKNOWN] * 2 + [
            RunState.SUCCEEDED,
            RunState.UNKNOWN,
        ]
        assert "Whoever ran it may still go on, until" in await runs.lines("connecting")
        for word in ("running", "asked"):
            runs.let_go(word)
        one.thaw()
        for word in ("running", "asked"):
            await until(partial(runs.is_in, word, {RunState.SUCCEEDED}), f"the word of who ran {word}")
        await until(partial(runs.is_in, "connecting", {RunState.FAILED}), "the word of who never reached the host")
        assert {word: await runs.begun(word) for word in FROZEN} == dict.fromkeys(FROZEN, 1) | {"connecting": 0}
        assert await verify(runs.town.ledger) == len(FROZEN)


@contextmanager
def production_locked(town: Town) -> Iterator[None]:
    """Somebody else writes in the shop's database, and everybody has to wait."""
    with closing(sqlite3.connect(town.world.parts.shop.database.file, isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        yield


async def ended_after_all(runs: Runs, word: str) -> bool:
    """Who stood still has its say after the person's."""
    events = [type(entry.event) for entry in await runs.town.entries(runs.bugs[word])]
    return not {FixEnded, FixLapsed}.isdisjoint(events[events.index(doubt.FixSettled) :])


STOOD_STILL = {"command": "checked-command", "call": "checked-call", "row": "delete-row"}
ROW = 1


@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_process_that_stood_still_until_a_person_said_that_nothing_happened_does_nothing_any_more(
    runs: Runs,
) -> None:
    one, two = runs.bot("makegood"), runs.bot("second", "--sinks", "production")
    runs.town.customer(ROW)
    async with alive(one, two):
        await one.start()
        await runs.allow()
        for word, action in STOOD_STILL.items():
            row = {"table": "menus", "id": str(FIRST_ROW + ROW)} if word == "row" else None
            await runs.preview(word, action, row)
        with production_locked(runs.town):
            for word in STOOD_STILL:
                await runs.approve(word)
                there = partial(runs.is_in, word, {RunState.STARTED}) if word == "row" else partial(runs.looked, word)
                await until(there, f"{word} has started")
            one.freeze()
            await two.start(ready=False)
            for word in STOOD_STILL:
                assert (await runs.over(word)).state is RunState.UNKNOWN
                await runs.record(word, lambda bug: doubt.settle(bug, DANA, 1, "failed", "I looked, it is not there"))
        for word in STOOD_STILL:
            runs.let_go(word)
        one.thaw()
        for word in STOOD_STILL:
            await until(partial(ended_after_all, runs, word), f"the word of who stood still at {word}")
        for word in ("command", "call"):
            assert "settled as failed meanwhile" in await runs.lines(word)
        assert {word: await runs.begun(word) for word in ("command", "call")} == {"command": 0, "call": 0}
        assert runs.town.row_is_there(ROW)
        assert await verify(runs.town.ledger) == len(STOOD_STILL)
