"""Fills a database with as many bugs as years of use leave: whole, chained trails, multiplied from a few that the ledger wrote.

`python -m tests.bench.crowd URL BUGS OPEN` does it by hand.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, select, update

from bot.bug.course.conversation import Said
from bot.bug.course.course import Fixed
from bot.bug.course.news import CardPosted, Opened, Repeated
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerJoined
from bot.bug.event import Event
from bot.bug.values import Actor, ActorKind, CustomerHint, Severity
from bot.ledger import chain
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from bot.ledger.db.tables import bugs, counters, cursors, entries, private
from bot.ledger.index import search
from bot.ledger.ledger import Ledger
from bot.sinks.card import CardSink
from bot.sinks.clock import ClockSink
from bot.sinks.thread import ThreadSink

ENTRIES = 20
"""Of each bug."""
AT_ONCE = 500
"""Bugs whose rows go in with one statement."""
APART = timedelta(minutes=20)
"""Between the beginnings of two bugs: 50,000 of them are almost two years."""
SINKS = {sink.name: sink.interest for sink in (CardSink, ThreadSink, ClockSink)}
COMMON = "menu"
_OTHERS = (
    "valueerror page fails division by zero in get menus shop production error bugsnag mia acc 13 still looking at it try "
    + " ".join(f"e{nth}" for nth in range(ENTRIES))
)
"""The words of every bug: what the trails below say."""
TRACKER = Actor(kind=ActorKind.SOURCE, id="bugsnag")
DEV = Actor(kind=ActorKind.PERSON, id="U0B001")
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """The rows of one bug, as the ledger wrote them."""

    bug: Row
    trail: tuple[Row, ...]
    hidden: tuple[Row, ...]
    cursors: tuple[Row, ...]


def rare(number: int) -> str:
    """The word of one bug."""
    return f"crowd{number}x"


async def fill(url: str, count: int, still_open: int, team: str = "T0LOCAL") -> None:
    """`count` bugs, the newest `still_open` of them the open ones; their cursors have nothing to do."""
    now = datetime.now(UTC)
    live, ended = await _lives(team, now)
    db = Database(url)
    try:
        await migrate(db)
        for first in range(1, count + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, count + 1))
            made = [_multiplied(live if n > count - still_open else ended, n, (count - n) * APART) for n in numbers]
            await _store(db, made)
        async with db.write() as conn:
            await conn.execute(insert(counters).values(team=team, name="bug", value=count))
            await search.keep(conn, team, ((n, f"{COMMON} {rare(n)} {_OTHERS}") for n in range(1, count + 1)))
            await conn.execute(update(bugs).values(searched=bugs.c.seq))
    finally:
        await db.close()


async def _lives(team: str, now: datetime) -> tuple[Life, Life]:
    """One that nobody has yet, and one that is closed."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite+aiosqlite:///{folder}/lives.db")
        try:
            await migrate(db)
            ledger = Ledger(db, team, SINKS, lambda: now)
            return await _life(ledger), await _life(ledger, Fixed(how="word", said="rolled out", proper=True))
        finally:
            await db.close()


async def _life(ledger: Ledger, *ends: Event) -> Life:
    """A fix that is the proper one closes the bug, which is an entry more."""
    async with ledger.db.write() as conn:
        number = (await ledger.open(conn, [_first()], by=TRACKER)).bug.ref.number
    middle = [CardPosted(channel="C0ERRORS", ts=f"{number}.000100"), *([Claimed(owner=DEV.id)] if ends else [])]
    events = [*middle, *_talk(ENTRIES - 1 - len(middle) - 2 * len(ends)), *ends]
    for event in events:
        await ledger.record(number, lambda _bug, event=event: event, by=DEV)  # type: ignore[misc] # bound now
    async with ledger.db.read() as conn:
        return Life(
            bug=(await _of(conn, bugs, number, "number"))[0],
            trail=await _of(conn, entries, number),
            hidden=await _of(conn, private, number),
            cursors=tuple(row | {"due": None} for row in await _of(conn, cursors, number)),
        )


async def _of(conn: Any, table: Table, number: int, column: str = "bug") -> tuple[Row, ...]:
    query = select(table).where(table.c[column] == number).order_by(*table.primary_key)
    return tuple(dict(row) for row in (await conn.execute(query)).mappings())


def _first() -> Opened:
    return Opened(
        source="bugsnag",
        group="crowd0",
        event="e0",
        title="ValueError: menu page fails",
        message="division by zero in menu 13",
        context="GET /menus/13",
        project="Shop",
        stage="production",
        severity=Severity.ERROR,
        url="https://app.bugsnag.com/acme/shop/errors/crowd0",
        page="https://shop.example/menus/13",
        frames=("menus.py:13 show",),
        admitted="error in production",
    )


def _talk(count: int) -> Iterator[Event]:
    """What fills a trail: the error again, somebody who was hit, people who write about it."""
    yield CustomerJoined(customer="c1", hint=CustomerHint(name="Mia", id="acc-13"), via="bugsnag")
    for nth in range(1, count):
        yield (
            Repeated(deliveries=1, occurrences=nth + 1, events=(f"e{nth}",))
            if nth % 2
            else Said(user=DEV.id, ts=f"1.{nth}", text=f"still looking at it, try {nth}")
        )


def _multiplied(life: Life, number: int, ago: timedelta) -> Life:
    """The same life under another number, so long before."""
    trail, head = [], chain.START
    for row in life.trail:
        at = (datetime.fromisoformat(row["at"]) - ago).isoformat(timespec="milliseconds")
        body = row["body"].replace("crowd0", f"crowd{number}")
        copy = {**row, "bug": number, "at": at, "body": body, "key": f"crowd:{number}:{row['seq']}", "prev": head}
        head = copy["hash"] = chain.link(head, copy)
        trail.append(copy)
    return Life(
        bug=_bug(life.bug, number, ago) | {"head": head},
        trail=tuple(trail),
        hidden=tuple({**row, "bug": number} for row in life.hidden),
        cursors=tuple({**row, "bug": number} for row in life.cursors),
    )


def _bug(row: Row, number: int, ago: timedelta) -> Row:
    state = json.loads(row["state"].replace("crowd0", f"crowd{number}"))
    state["ref"]["number"] = number
    state["card"]["ts"] = f"{number}.000100"
    for name in ("opened_at", "last_at", "claimed_at", "fixed_at", "closed_at"):
        if state.get(name):
            state[name] = (datetime.fromisoformat(state[name]) - ago).isoformat()
    times = {name: row[name] - ago.total_seconds() for name in ("touched", "began") if row.get(name)}
    return {**row, **times, "number": number, "state": json.dumps(state, ensure_ascii=False, separators=(",", ":"))}


async def _store(db: Database, lives: Sequence[Life]) -> None:
    async with db.write() as conn:
        await _insert(conn, bugs, [life.bug for life in lives])
        await _insert(conn, entries, [row for life in lives for row in life.trail])
        await _insert(conn, private, [row for life in lives for row in life.hidden])
        await _insert(conn, cursors, [row for life in lives for row in life.cursors])


async def _insert(conn: Any, table: Table, rows: Sequence[Row]) -> None:
    """PostgreSQL by its COPY: an INSERT of a million rows takes minutes there."""
    if conn.dialect.name == "sqlite":
        await conn.execute(insert(table), rows)
        return
    driver = (await conn.get_raw_connection()).driver_connection
    names = list(rows[0])
    await driver.copy_records_to_table(table.name, records=[tuple(row.values()) for row in rows], columns=names)


if __name__ == "__main__":
    asyncio.run(fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
