"""This version and a made-up next one serve one PostgreSQL: hooks and presses meet either of them, both are stopped, frozen and killed.

What the fakes counted and what lies in the database is the judge, never what one of the two versions makes of it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import text

from bot.demo.slack.records import ActError
from bot.ledger.relay.leased import LEASE
from bot.ledger.verify import verify
from tests.faults.hasten import BY
from tests.faults.process import Makegood
from tests.faults.town import Town, until
from tests.support.dsl.message import Message
from tests.support.dsl.workspace import Workspace

BUGS = 8
BEFORE = 2
"""Of them from before the next version starts."""
LEFT_ALONE = "only a newer Makegood can read"


class Crew:
    """Dana, who presses again where she is told to."""

    def __init__(self, town: Town) -> None:
        self.town, ws = town, Workspace(town.slack)
        self.dana, self.errors = ws.person("Dana"), ws.channel("errors")

    async def reported(self, number: int) -> None:
        await self.town.report(number, 1, self.town.customer(number).email)
        await until(lambda: self.has(number, "card_posted"), f"a card of BUG-{number}")

    async def has(self, bug: int, kind: str) -> bool:
        return bool(await count(self.town, f"SELECT count(*) FROM entries WHERE bug = {bug} AND kind = '{kind}'"))

    async def until_there(self, bug: int, kind: str, act: Callable[[], Awaitable[object]]) -> None:
        """Does it again every second or so until an entry says that it was done; whoever is slow is waited for first."""
        async with asyncio.timeout(60):
            while not await self.has(bug, kind):
                with suppress(ActError, AssertionError, LookupError, TimeoutError):
                    await act()
                for _ in range(15):
                    if await self.has(bug, kind):
                        return
                    await asyncio.sleep(0.1)

    async def goes_through(self, bug: int) -> None:
        await self.until_there(bug, "claimed", lambda: self._types(f"/bug claim BUG-{bug}"))
        await self.until_there(bug, "fixed", lambda: self._types(f"/bug works BUG-{bug}"))
        await self.until_there(bug, "told", lambda: self._tells(bug))

    async def _types(self, line: str) -> None:
        await self.dana.types(line, in_=self.errors, answered=False)

    async def _tells(self, bug: int) -> None:
        await self._card(bug).button("Tell").click(by=self.dana, answered=False, within=3)
        form = await self.dana.expect_modal(f"BUG-{bug}", within=3)
        form.field("What they read").type(f"It works again ({bug}).")
        await form.submit(answered=False)

    def _card(self, bug: int) -> Message:
        found = [m["ts"] for m in self.town.slack.messages("C0ERRORS") if _shown(m) == f"BUG-{bug}"]
        return Message(self.town.slack, "C0ERRORS", found[0])


def _shown(message: dict[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str(metadata["event_payload"]["bug"]) if metadata.get("event_type") == "makegood_card" else ""


async def count(town: Town, query: str) -> int:
    async with town.ledger.db.read() as conn:
        return int((await conn.execute(text(query))).scalar_one())


async def rolled(town: Town, old: Makegood, new: Makegood) -> list[str]:
    """Both serve; the newer is frozen past its leases, then killed; the older is killed; the newer goes on alone."""
    crew, ports = Crew(town), [int(bot.environment["MAKEGOOD_PORT"]) for bot in (old, new)]
    town.port = ports[0]
    await old.start()
    async with town.unhurried():
        for bug in range(1, BEFORE + 1):
            await crew.reported(bug)
        await crew.until_there(1, "claimed", lambda: crew._types("/bug claim BUG-1"))
        await new.start()
        for bug in range(1, BUGS + 1):
            town.port = ports[bug % 2]
            if bug > BEFORE:
                await crew.reported(bug)
            if bug == BUGS // 2:
                await _frozen(new)
            if bug == BUGS - 2:
                await new.kill()
                await new.start()
            await crew.goes_through(bug)
            town.port = ports[(bug + 1) % 2]
            await town.report(bug, 2, "")
        alone = f"BUG-{BUGS}"
        await old.kill()
        town.port = ports[1]
        for bug in range(1, BUGS + 1):
            await town.report(bug, 3, "")
        await town.settled()
        await until(lambda: _all_folded(town), "every bug folded by the newer one")
    await new.terminate()
    return [*await broken(town), *said(old, new), *([] if alone in town.cards() else [f"no card of {alone}"])]


async def _frozen(bot: Makegood) -> None:
    bot.freeze()
    await asyncio.sleep(1.5 * LEASE / BY)
    bot.thaw()


async def _all_folded(town: Town) -> bool:
    """By one version, with its column as its entries say."""
    weighed = "(SELECT count(*) FROM entries e WHERE e.bug = b.number AND e.kind = 'weighed')"
    return (
        not await count(town, f"SELECT count(*) FROM bugs b WHERE b.weighed <> {weighed}")
        and await count(town, "SELECT count(DISTINCT shape) FROM bugs") == 1
    )


async def broken(town: Town) -> list[str]:
    """By what the fakes counted, and by what lies in the database."""
    mails = Counter(recipient for mail in town.world.parts.mail.messages for recipient in mail.recipients)
    counted = {"cards": town.cards(), "cards on the board": town.board_cards(), "letters": mails}
    found = [
        f"{whose} has {number} {what}"
        for what, each in counted.items()
        for whose, number in each.items()
        if number != 1
    ]
    found += [f"{len(each)} {what}, not {BUGS}" for what, each in counted.items() if len(each) != BUGS]
    for kind in ("opened", "claimed", "told", "weighed"):
        per = await _per_bug(town, kind)
        found += [
            f"BUG-{bug} has {per.get(bug, 0)} entries {kind!r}" for bug in range(1, BUGS + 1) if per.get(bug) != 1
        ]
    found += await _unsaid(town)
    repeats = await count(town, "SELECT count(*) FROM inbox WHERE state NOT IN ('done', 'refused')")
    found += [f"{repeats} deliveries are not worked off"] if repeats else []
    found += [line for bug in range(1, BUGS + 1) for line in await _thread(town, bug)]
    await verify(town.ledger)
    return found


async def _unsaid(town: Town) -> list[str]:
    """Each letter went out, and the trail says so; where its process was killed after DATA, a person is asked."""
    said = "kind = 'delivered' OR (kind = 'not_delivered' AND body LIKE '%doubtful%')"
    query = f"SELECT bug, count(*) AS number FROM entries WHERE {said} GROUP BY bug"
    async with town.ledger.db.read() as conn:
        ends = {row.bug: row.number for row in await conn.execute(text(query))}
    return [f"BUG-{bug}: {ends.get(bug, 0)} ends of its letter" for bug in range(1, BUGS + 1) if ends.get(bug) != 1]


async def _per_bug(town: Town, kind: str) -> dict[int, int]:
    async with town.ledger.db.read() as conn:
        query = f"SELECT bug, count(*) AS number FROM entries WHERE kind = '{kind}' GROUP BY bug"
        return {row.bug: row.number for row in await conn.execute(text(query))}


async def _thread(town: Town, bug: int) -> list[str]:
    """Each line once and in order; the claim, the tell and the next version's own among them."""
    cards = [m for m in town.slack.messages("C0ERRORS") if _shown(m) == f"BUG-{bug}"]
    said = [m["metadata"] for m in town.slack.thread("C0ERRORS", cards[0]["ts"]) if m.get("metadata")] if cards else []
    lines = [m["event_payload"]["seq"] for m in said if m["event_type"] == "makegood_entry"]
    async with town.ledger.db.read() as conn:
        query = f"SELECT seq FROM entries WHERE bug = {bug} AND kind IN ('claimed', 'fixed', 'told', 'weighed')"
        wanted = set((await conn.execute(text(query))).scalars())
    return [
        *([] if lines == sorted(set(lines)) else [f"BUG-{bug}: its thread says {lines}"]),
        *([] if wanted <= set(lines) else [f"BUG-{bug}: its thread says {lines}, and not all of {sorted(wanted)}"]),
    ]


def said(old: Makegood, new: Makegood) -> list[str]:
    """Neither met what it did not foresee; the older one really met what it can't read, or nothing was tried."""
    bad = [line for bot in (old, new) for line in bot.log.splitlines() if "Traceback" in line or " ERROR " in line]
    return [*bad, *([] if LEFT_ALONE in old.log else ["the older version met nothing that it can't read"])]
