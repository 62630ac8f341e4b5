"""Presses, approvals, cancels, undos, restarts and cuts, drawn from a seed, for each runtime.

The witness is what production counts itself: the rows of the database, the lines on the host, the calls that the service carried out.
Never twice, never other than approved, never called done when nobody knows.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.bug.fixes.fix import ENGAGED, Fix, RunState
from tests.slack.fixes.team import Team

SEEDS = range(4)
STEPS = 14
KNOWN = {
    "sql": "retitle id=13 title=Brunch -- seeded",
    "ssh": "count word=x -- seeded",
    "http": "call word=x -- seeded",
}
SSH = '''
"""Counts on the host."""

from typing import ClassVar

from bot.production.action import Risk, SshAction


class Count(SshAction):
    """One line for each time."""

    risk = Risk.LOW
    command = "echo {word} >> done"
    undo: ClassVar[str | None] = "echo {word} >> undone"
    word: str
'''
HTTP = '''
"""Counts at the service."""

from bot.production.action import HttpAction, Request, Risk


class Call(HttpAction):
    """One call for each time."""

    risk = Risk.LOW
    target = "app"
    word: str

    def request(self) -> Request:
        return Request(path="/done")

    def undo_request(self) -> Request:
        return Request(path="/undone")

    def check_request(self) -> Request:
        return Request(method="GET", path="/check")
'''


@dataclass
class Counter:
    """A service that carries out what it is asked, and cuts the connection before or after where the story says so."""

    counts: dict[str, int] = field(default_factory=dict)
    cut: str = ""
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(status=200)
        cut, self.cut = self.cut, ""
        if cut != "before":
            self.counts[request.path] = self.counts.get(request.path, 0) + 1
        if cut and request.transport:
            request.transport.abort()
        return web.Response()


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    counter, app = Counter(), web.Application()
    app.router.add_route("*", "/{tail:.*}", counter.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    counter.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield counter
    await runner.cleanup()


@pytest.fixture
def given(plant: Any, counter: Counter) -> dict[str, Any]:
    (plant.own / "count.py").write_text(SSH)
    (plant.own / "call.py").write_text(HTTP)
    targets = plant.settings["targets"]
    return {**plant.settings, "targets": {**targets, "app": {**targets["app"], "base_url": counter.url}}}


@dataclass
class Drawn:
    team: Team
    counter: Counter
    kind: str
    draw: random.Random
    told: list[str] = field(default_factory=list)

    async def step(self) -> None:
        fixes = (await self.team.house.bug()).fixes
        choices = ["ask", "undo", "restart", "cancel"] + ["run"] * 4 + ["cut"] * 2 + ["settle"] * 2
        what = self.draw.choice(choices)
        self.told.append(what)
        await getattr(self, f"_{what}")(fixes)
        await self._calm()

    async def _calm(self) -> None:
        await self.team.house.quiet()
        async with asyncio.timeout(20):
            while any(
                f.state in {RunState.ASKED, RunState.APPROVED, RunState.STARTED}
                for f in (await self.team.house.bug()).fixes
            ):
                await asyncio.sleep(0.02)

    async def _ask(self, _fixes: tuple[Fix, ...]) -> None:
        await self.team.dana.types(f"/fix BUG-1 {KNOWN[self.kind]}", in_=self.team.house.errors)

    async def _undo(self, _fixes: tuple[Fix, ...]) -> None:
        await self.team.dana.types("/fix undo BUG-1 seeded", in_=self.team.house.errors)

    async def _run(self, fixes: tuple[Fix, ...]) -> None:
        """Old previews are pressed as well, and twice at once."""
        seen = [fix for fix in fixes if fix.digest]
        if seen:
            fix = self.draw.choice(seen)
            presses = [
                self.team.presses(self.team.dana, "run", run=fix.run, digest=fix.digest)
                for _ in range(self.draw.choice([1, 2]))
            ]
            await asyncio.gather(*presses)

    async def _cancel(self, fixes: tuple[Fix, ...]) -> None:
        run = self.draw.randint(1, len(fixes) + 1)
        await self.team.dana.types(f"/fix cancel BUG-1 {run}", in_=self.team.house.errors)

    async def _cut(self, fixes: tuple[Fix, ...]) -> None:
        """The next call is cut, at the service or on the way to the host."""
        self.counter.cut = self.draw.choice(["before", "after"])
        if self.kind == "ssh":
            self.team.plant.host.faults.add(kind="drop", at=self.draw.choice(["input_lost", "input"]))
        await self._run(fixes)
        self.counter.cut = ""
        await self._calm()
        self.team.plant.host.faults.clear()

    async def _settle(self, fixes: tuple[Fix, ...]) -> None:
        """A person looks first, then says what production itself counts; so the settled state is the true one."""
        for fix in fixes:
            if fix.state is RunState.UNKNOWN:
                await self.team.presses(self.team.dana, "investigate", run=fix.run)
                await self._calm()
                assert (await self.team.fix(fix.run)).seen != "succeeded", (
                    "the check passes always, and so proves nothing"
                )
                form_state = "succeeded" if self._effects(undo=bool(fix.undo_of)) > await self._said(fix) else "failed"
                await self._say(fix, form_state)

    async def _say(self, fix: Fix, state: str) -> None:
        await self.team.presses(self.team.dana, "settle", run=fix.run)
        form = await self.team.dana.expect_modal("was cut off")
        form.field("On production").choose("It happened" if state == "succeeded" else "It did not happen")
        form.field("What you saw").type("counted")
        await form.submit()

    async def _restart(self, _fixes: tuple[Fix, ...]) -> None:
        await self.team.house.restart()

    def _effects(self, *, undo: bool) -> int:
        name = "undone" if undo else "done"
        return self.team.plant.lines(name) if self.kind == "ssh" else self.counter.counts.get(f"/{name}", 0)

    async def _said(self, about: Fix) -> int:
        """How many runs of its kind are said to have worked."""
        done = (f for f in (await self.team.house.bug()).fixes if f.state is RunState.SUCCEEDED)
        return sum(bool(f.undo_of) == bool(about.undo_of) for f in done)

    async def check(self) -> None:
        fixes = (await self.team.house.bug()).fixes
        started = [entry.event.run for entry in await self.team.house.trail() if entry.event.KIND == "fix_started"]  # type: ignore[attr-defined]
        assert len(started) == len(set(started)), "a run is started once"
        assert sum(f.state in ENGAGED for f in fixes) <= 1
        undone = [f.undo_of for f in fixes if f.undo_of and f.state is RunState.SUCCEEDED]
        assert len(undone) == len(set(undone)), "an undo runs once"
        if self.kind == "sql":
            title = self.team.plant.rows("SELECT title FROM menus WHERE id = 13")[0][0]
            last = [f for f in fixes if f.state is RunState.SUCCEEDED][-1:]
            expected = "Brunch" if last and not last[0].undo_of else "Breakfast"
            assert title == expected
            return
        for undo in (False, True):
            mine = [f for f in fixes if bool(f.undo_of) == undo]
            sure = sum(f.state is RunState.SUCCEEDED for f in mine)
            perhaps = sum(f.state is RunState.UNKNOWN for f in mine)
            assert sure <= self._effects(undo=undo) <= sure + perhaps, (undo, mine)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KNOWN)
async def test_never_twice_never_other_than_approved_never_done_when_unknown(
    team: Team, counter: Counter, kind: str, seed: int
) -> None:
    await team.house.allow("retitle", "count", "call")
    drawn = Drawn(team=team, counter=counter, kind=kind, draw=random.Random(f"{kind}-{seed}"))  # noqa: S311 - a story, no secret
    await drawn._ask(())
    await drawn._calm()
    for _ in range(STEPS):
        await drawn.step()
        await drawn.check()
