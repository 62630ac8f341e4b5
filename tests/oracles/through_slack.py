"""People fix drawn schemas through the local Slack and a `makegood run` of its own; the dump of each database says what became of them."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import delete

from bot.bug.fixes.fix import UNDER_WAY, Fix, RunState
from bot.demo.server import free_port
from bot.demo.slack.dump import texts_of
from bot.demo.slack.local import LocalSlack
from bot.ledger.db.migrate import migrate
from bot.ledger.db.tables import budgets
from bot.ledger.entries import load
from bot.ledger.ledger import Ledger, utcnow
from tests.faults.process import Makegood
from tests.oracles.judge import NOT_FOR_PEOPLE, SAID_SO, Place, Trial, without
from tests.slack.alerts import bugsnag
from tests.slack.house import HOOK, local_slack
from tests.support.dsl.message import Message
from tests.support.dsl.workspace import PersonPage, Workspace
from tests.support.dump import Dump, values
from tests.support.stores import Store

LONGEST = 60
_ASKED = frozenset({RunState.ASKED})
_PRESSED = frozenset({RunState.ASKED, RunState.PREVIEWED})


@dataclass(kw_only=True)
class Office:
    """Dana asks, Lee and Max approve. The targets are t1, t2, …, one for each case."""

    slack: LocalSlack
    ledger: Ledger
    url: str
    ends: Counter[str] = field(default_factory=Counter)
    pressed: set[str] = field(default_factory=set)
    """Previews that somebody has pressed."""

    def person(self, name: str) -> PersonPage:
        return Workspace(self.slack).person(name)

    async def plays(self, number: int, place: Place, trial: Trial) -> str:
        """How it ended: "refused", "stopped", "irrevocable" or "undone". Raises AssertionError where something is not as it was said."""
        await self._reported(number)
        first = place.dump()
        asked = await self._asks(number, f"/fix BUG-{number} {typed(trial, number)} -- one bad row", 1)
        if asked.state is not RunState.PREVIEWED:
            assert place.dump() == first, f"refused, and yet it changed something: {asked}"
            return self._ended("refused", asked)
        shown = await self._confirms(number, 1)
        run = await self._over(number, 1)
        second = place.dump()
        if run.state is not RunState.SUCCEEDED:
            assert second == first, f"{run.state}, and yet it changed something"
            return self._ended("stopped", run)
        _is_told(shown, run, first, second)
        if not run.undoable:
            return self._ended("irrevocable", run)
        await self._asks(number, f"/fix undo BUG-{number} wrong one", 2)
        await self._confirms(number, 2)
        undone = await self._over(number, 2)
        assert undone.state is RunState.SUCCEEDED, (
            f"“{run.undo_note}”, and then {undone.state}: {undone.summary} {undone.text}"
        )
        assert without(place.dump(), trial.volatile) == without(first, trial.volatile), "undone, and yet not as it was"
        return self._ended("undone", undone)

    def _ended(self, end: str, fix: Fix) -> str:
        said = f"{fix.summary} {fix.undo_note}"
        assert not NOT_FOR_PEOPLE.search(said), f"not a sentence for people: {said}"
        self.ends[end] += 1
        return end

    async def _reported(self, number: int) -> None:
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.url}/hooks/bugsnag/{HOOK}", json=bugsnag(error=f"error-{number}")) as answer,
        ):
            assert answer.status == 200
        await Workspace(self.slack).channel("errors").expect_message(f"BUG-{number}", within=LONGEST)

    async def _asks(self, number: int, line: str, run: int) -> Fix:
        """Types it, and waits for what comes of it."""
        dana = self.person("Dana")
        await dana.types(line, in_=Workspace(self.slack).channel("errors"))
        return await self._until(number, run, lambda fix: fix.state not in _ASKED)

    async def _confirms(self, number: int, run: int) -> str:
        """Presses what the preview offers; whoever is asked says yes. Returns what the preview showed."""
        preview = await self._offered(number)
        fix = await self._until(number, run, lambda fix: bool(fix.digest))
        await preview.button("Ask for approval" if fix.approvals else "Run it").click()
        fix = await self._until(number, run, lambda fix: fix.state not in _PRESSED)
        for name in ("Lee", "Max")[: fix.approvals if fix.state is RunState.WAITING else 0]:
            request = await self.person(name).expect_dm(f"for BUG-{number}", within=LONGEST)
            await request.button("Approve").click()
        return "\n".join(preview.texts)

    async def _offered(self, number: int) -> Message:
        """The preview that nobody has pressed yet."""
        dana, ends = self.person("Dana"), time.monotonic() + LONGEST
        while time.monotonic() < ends:
            for said in self.slack.ephemerals(dana.id)[::-1]:
                text = "\n".join(texts_of(said))
                if said["ts"] not in self.pressed and "Risk: " in text and f"BUG-{number}" in text:
                    self.pressed.add(said["ts"])
                    return Message(self.slack, said["channel"], said["ts"], seen_by=dana.id)
            await asyncio.sleep(0.03)
        raise AssertionError(
            f"no preview of BUG-{number}; Dana sees {dana.ephemerals[-3:]}, {self.slack.messages(self.slack.dm(dana.id))[-3:]}"
        )

    async def _over(self, number: int, run: int) -> Fix:
        return await self._until(number, run, lambda fix: fix.state not in UNDER_WAY)

    async def _until(self, number: int, run: int, so: Any) -> Fix:
        async with asyncio.timeout(LONGEST):
            while True:
                fix = (await load(self.ledger, number)).fix(run)
                if fix is not None and so(fix):
                    return fix
                await asyncio.sleep(0.03)


def _is_told(shown: str, run: Fix, first: Dump, second: Dump) -> None:
    """As many rows as were shown changed, and each that went or changed is written in the preview."""
    gone, come = first - second, second - first
    if SAID_SO not in run.undo_note:  # else what a trigger does beside it was announced as unseen
        assert max(gone.total(), come.total()) <= run.count, f"{run.summary}: {gone} {come}"
    if run.count <= 5:  # more of them are in a file beside the message
        for row in gone:
            assert any(text.strip("'") in shown for text in values(row).values() if text), f"{row} is not in {shown}"


def typed(trial: Trial, number: int) -> str:
    """As somebody writes it."""
    words = [f"{name}={_quoted(text)}" for name, text in {**trial.values, "target": f"s{number}"}.items()]
    return " ".join((trial.action, *words))


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def settings(cases: Sequence[tuple[Place, Trial]]) -> str:
    said = [
        'mode = "run"',
        '[slack]\nerror_channels = ["C0ERRORS"]\ncards_per_minute = 1000',
        f'[hooks.bugsnag]\ntoken = "{HOOK}"',
        '[policy]\napprovers = ["U0LEAD", "U0LEAD2"]',
    ]
    for number, (place, trial) in enumerate(cases, 1):
        tables = ", ".join(f"{json.dumps(name)} = {json.dumps(list(key))}" for name, key in trial.tables.items())
        said.append(
            f'[targets.s{number}]\nurl = "{place.url}"\ntables = {{ {tables} }}\nvolatile = {json.dumps(list(trial.volatile))}'
        )
    return "\n\n".join(said) + "\n"


@asynccontextmanager
async def office(folder: Path, cases: Sequence[tuple[Place, Trial]]) -> AsyncIterator[Office]:
    port, url = free_port(), f"sqlite+aiosqlite:///{folder / 'makegood.db'}"
    config = folder / "makegood.toml"
    config.write_text(settings(cases), encoding="utf-8")
    slack, store = local_slack(port, http=False), Store(url)
    await slack.start()
    ledger = store.ledger(clock=utcnow)
    await migrate(ledger.db)
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-local", "SLACK_APP_TOKEN": "xapp-local", "SLACK_API_URL": slack.api_url,
        "MAKEGOOD_DATABASE_URL": url, "MAKEGOOD_PORT": str(port),
    }  # fmt: skip
    bot = Makegood(config, environment)
    hurrying = asyncio.create_task(_unhurried(ledger))
    try:
        await bot.start()
        yield Office(slack=slack, ledger=ledger, url=bot.url)
    finally:
        hurrying.cancel()
        await bot.kill()
        await store.close()
        await slack.stop()


async def _unhurried(ledger: Ledger) -> None:
    """This Slack has no limits, so nobody waits for the bot's own pace either."""
    while True:
        async with ledger.db.write() as conn:
            await conn.execute(delete(budgets))
        await asyncio.sleep(0.3)
