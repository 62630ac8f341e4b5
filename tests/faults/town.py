"""Everything around the bot that counts what reached it: Slack, chat, mail, till, board, and the shop's production database."""

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import delete, func, select, true

from bot.bug.bug import Bug
from bot.bug.errors import NotFound
from bot.bug.values import CustomerHint
from bot.demo.server import free_port
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.demo.world.world import World
from bot.ledger.db.migrate import migrate
from bot.ledger.db.tables import budgets, cursors, inbox
from bot.ledger.entries import load, trail
from bot.ledger.ledger import Entry, utcnow
from bot.sinks.billing import BillingSink
from bot.sinks.board import BoardSink
from bot.sinks.card import CardSink
from bot.sinks.customer import CustomerSink
from bot.sinks.letters import LetterSink
from bot.sinks.production.sink import ProductionSink
from bot.sinks.thread import ThreadSink
from bot.slack.views.thread_lines import line
from tests.faults.process import ROOT, Makegood
from tests.slack.alerts import bugsnag
from tests.support.stores import Store

Json = dict[str, Any]
DANA = Person(id="U0DEV", name="Dana", email="dana@quickadmin.example")
SINKS = (BillingSink, BoardSink, CardSink, CustomerSink, LetterSink, ProductionSink, ThreadSink)
ENTRY = "makegood_entry"
FIRST_ROW = 900


@dataclass
class Town:
    """`start` opens it; `bot()` is a process that works in it. What people decide is written as any process of ours would."""

    folder: Path
    database_url: str
    reported: list[Json] = field(default_factory=list)
    """Alerts that were answered 200."""

    async def start(self) -> None:
        self.slack = LocalSlack(
            people=[DANA],
            channels={"C0ERRORS": "errors"},
            manifest=AppManifest.load(ROOT / "app_manifest.yml"),
            rate_limits=False,
        )
        await self.slack.start()
        self.port, serving = free_port(), free_port()
        self.world = World(
            data_dir=self.folder / "world",
            base_url=f"http://127.0.0.1:{serving}",
            bot_url=f"http://127.0.0.1:{self.port}",
            pauses=(0.2,) * 300,
        )
        app = web.Application()
        app.add_routes(self.world.routes())
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", serving).start()
        await self.world.start()
        self.http = aiohttp.ClientSession()
        self.store = Store(self.database_url)
        self.ledger = self.store.ledger({sink.name: sink.interest for sink in SINKS}, clock=utcnow)

    async def stop(self) -> None:
        await self.http.close()
        await self.store.close()
        await self.world.stop()
        await self.runner.cleanup()
        await self.slack.stop()

    def bot(self, name: str = "makegood", *arguments: str) -> Makegood:
        """Each with its settings, log and port; all on the one database."""
        config = self.folder / f"{name}.toml"
        settings = self.world.settings_toml(approvers=("U0DEV",), wait=0)
        # the town reports its own errors, so the world's tracker would know none of them
        settings = re.sub(r"\[trackers\.bugsnag\]\n(.+\n)+", "", settings)
        config.write_text(settings.replace("[slack]", "[slack]\ncards_per_minute = 1000"))
        environment = {
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_APP_TOKEN": "xapp-local",
            "SLACK_API_URL": self.slack.api_url,
            "MAKEGOOD_DATABASE_URL": self.database_url,
            "MAKEGOOD_PORT": str(self.port),
        }
        return Makegood(config, environment, arguments, hasty=True)

    # -- what happens

    def unmet(self) -> bool:
        """Whether a fault that was asked for has not struck yet."""
        return any(faults._pending for faults in self._faults)

    def heal(self) -> None:
        """Everything around works from now on."""
        for faults in self._faults:
            faults._pending.clear()

    @asynccontextmanager
    async def unhurried(self) -> AsyncIterator[None]:
        """This Slack has no limits, so nobody waits for the bot's own pace of a message a second either."""

        async def forget() -> None:
            while True:
                async with self.ledger.db.write() as conn:
                    await conn.execute(delete(budgets))
                await asyncio.sleep(0.3)

        await migrate(self.ledger.db)
        forgetting = asyncio.create_task(forget())
        try:
            yield
        finally:
            forgetting.cancel()
            await asyncio.gather(forgetting, return_exceptions=True)

    @property
    def _faults(self) -> tuple[Any, ...]:
        parts = self.world.parts
        return (self.slack.faults, *(part.faults for part in (parts.board, parts.chat, parts.till, parts.mail)))

    def customer(self, number: int) -> CustomerHint:
        """Known to the till and to production, with a bad row of their own."""
        hint = CustomerHint(name=f"Ada {number}", email=f"ada{number}@studio.example")
        self.world.parts.till.add_customer(hint.email, name=hint.name, plan="starter")
        with closing(sqlite3.connect(self.world.parts.shop.database.file)) as conn, conn:
            columns = "account_id, project_id, name, crud_id"
            copied = f"INSERT INTO menus SELECT ?, {columns} FROM menus LIMIT 1"
            conn.execute(copied, [FIRST_ROW + number])
        return hint

    def row_is_there(self, number: int) -> bool:
        with closing(sqlite3.connect(self.world.parts.shop.database.file)) as conn:
            return bool(conn.execute("SELECT 1 FROM menus WHERE id = ?", [FIRST_ROW + number]).fetchone())

    async def report(self, number: int, occurrence: int, email: str = "") -> None:
        """Bugsnag tells of an error, again and again until it is answered 200."""
        body = bugsnag(error=f"error-{number}", event=f"event-{number}-{occurrence}", email=email)
        url = f"http://127.0.0.1:{self.port}/hooks/bugsnag/{self.world.keys.bugsnag_hook}"
        while True:
            try:
                async with self.http.post(url, json=body) as answer:
                    assert answer.status == 200, await answer.text()
                    self.reported.append(body)
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)

    async def bug_of(self, number: int) -> Bug:
        """The bug of this error, once it is there."""

        async def find() -> Bug | None:
            for candidate in range(1, 60):
                try:
                    bug = await load(self.ledger, candidate)
                except NotFound:
                    return None
                if any(group.endswith(f"error-{number}") for group in bug.groups):
                    return bug
            return None

        found: Bug = await until(find, f"a bug of error {number}")
        return found

    # -- what came of it

    async def settled(self, within: float = 90) -> None:
        """Everything that arrived is folded, everything that was decided is delivered."""

        async def folded() -> bool:
            async with self.ledger.db.read() as conn:
                return not await conn.scalar(select(func.count()).select_from(inbox).where(inbox.c.state == "new"))

        await until(folded, "everything folded", within)
        await self.delivered(within=within)

    async def delivered(self, *sinks: str, within: float = 90) -> None:
        """These sinks (or all) have come to the end of every trail; a card may be shown anew later."""

        async def quiet() -> bool:
            busy = (cursors.c.due.is_not(None) | (cursors.c.lease > 0)) & cursors.c.gave_up.is_(None)
            refreshed = (cursors.c.sink == "card") & (cursors.c.due > utcnow().timestamp() + 5)
            these = cursors.c.sink.in_(sinks) if sinks else true()
            async with self.ledger.db.read() as conn:
                query = select(func.count()).select_from(cursors).where(busy, these, ~refreshed)
                return not await conn.scalar(query)

        await until(quiet, "everything delivered", within)

    async def entries(self, bug: int) -> list[Entry]:
        return await trail(self.ledger, bug)

    def cards(self) -> Counter[str]:
        return Counter(
            m["metadata"]["event_payload"]["bug"]
            for m in self.slack.messages("C0ERRORS")
            if (m.get("metadata") or {}).get("event_type") == "makegood_card"
        )

    def lines(self, bug: Bug) -> list[int]:
        """The numbers of the entries that stand in the bug's thread, as they stand there."""
        return [line["seq"] for line in self.own_lines(bug)]

    def own_lines(self, bug: Bug) -> list[Json]:
        """What the lines in the bug's thread say of their entries."""
        assert bug.card
        found = self.slack.thread(bug.card.channel, bug.card.ts)
        of_trail = (m["metadata"] for m in found if (m.get("metadata") or {}).get("event_type") == ENTRY)
        return [m["event_payload"] for m in of_trail]

    async def worth_a_line(self, bug: int) -> list[int]:
        return [entry.seq for entry in await self.spoken(bug)]

    async def spoken(self, bug: int) -> list[Entry]:
        """The entries that are worth a line."""
        entries = await self.entries(bug)
        state = await load(self.ledger, bug)
        return [x for x in entries if line(x, state, str(x.by))]

    def bubbles(self) -> Counter[str]:
        """What each customer read in the chat."""
        chat = self.world.parts.chat
        return Counter(
            f"{c.email}: {m.content}" for c in chat.conversations for m in chat.messages(c.id) if m.type == "outgoing"
        )

    def mails(self) -> Counter[str]:
        return Counter(f"{', '.join(m.recipients)}: {m.text.strip()}" for m in self.world.parts.mail.messages)

    def credits(self) -> Counter[str]:
        customers = self.world.parts.till.snapshot()["customers"]
        return Counter({c["email"]: len(c["history"]) for c in customers if c["history"]})

    def board_markers(self) -> Counter[str]:
        """What names each bug's card on the board: a bug of a lost trail may have had the same number."""
        lists = self.world.parts.board.snapshot()["lists"]
        return Counter(m for one in lists for card in one["cards"] for m in re.findall(r"makegood:\S+", card["desc"]))

    def board_cards(self) -> Counter[str]:
        lists = self.world.parts.board.snapshot()["lists"]
        return Counter(card["name"].split()[0] for one in lists for card in one["cards"])


async def until(holds: Callable[[], Awaitable[Any]], why: str, within: float = 90) -> Any:
    """What it gives at last."""
    try:
        async with asyncio.timeout(within):
            while not (found := await holds()):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {within:.0f} s: {why}") from None
    return found
