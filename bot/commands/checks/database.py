"""Checks the trail's database: its revision and guards, what nobody understood, and what gave up."""

import os
import shutil
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.course.delivery import system
from bot.commands.checks.finding import Finding, note, ok, wrong
from bot.commands.common import is_missing, is_trail, revision, shown
from bot.intake.sources import PEOPLE
from bot.ledger import strange
from bot.ledger.db.damage import damage, unreadable
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import guards_missing
from bot.ledger.db.tables import bugs, cursors, inbox
from bot.ledger.relay.held import held
from bot.ledger.shape import shape
from bot.ledger.states import all_anew
from bot.text import length, plural

NAME = "database"
MIB = 1024 * 1024
ROOM = 50 * MIB
"""Bytes on the disk below which somebody should make room now."""
SHOWN = 10


async def database(url: str) -> list[Finding]:
    if is_missing(url):
        return [note(NAME, f"there is none yet at {shown(url)}; the first `makegood run` makes it")]
    if broken := damage(url):
        return [wrong(NAME, broken)]
    if not is_trail(url):
        return [
            wrong(
                NAME,
                f"{shown(url)} holds nothing of Makegood's. Is MAKEGOOD_DATABASE_URL right? If it is: `makegood migrate`",
            )
        ]
    if closed := _closed(url):
        return [wrong(NAME, closed)]
    db = Database(url)
    try:
        present, wanted = await revision(db)
        if present != wanted:
            return [
                wrong(NAME, f"is at revision {present or 'none'}, this Makegood needs {wanted}: `makegood migrate`")
            ]
        return await _asked(db, url, wanted)
    finally:
        await db.close()


async def _asked(db: Database, url: str, revision: str | None) -> list[Finding]:
    try:
        async with db.read() as conn:
            asked = (_dead, _strange, _left_out, _gave_up, _waiting, _newer)
            return [await _guards(conn, url, revision), *[found for ask in asked for found in await ask(conn)]]
    except SQLAlchemyError:
        if broken := await unreadable(db):
            return [wrong(NAME, broken)]
        raise


def _closed(url: str) -> str:
    """Why a SQLite file could not be written by whoever asks; empty where it could."""
    if not url.startswith("sqlite"):
        return ""
    file = Path(shown(url)).resolve()
    for place in (file, file.parent):  # SQLite writes its log beside the file
        if not os.access(place, os.W_OK):
            return f"{place} can't be written by this user: Makegood needs to write the file and its folder"
    free = shutil.disk_usage(file.parent).free
    return f"the disk of {file} is full ({free // MIB} MiB left): make room" if free < ROOM else ""


async def _guards(conn: AsyncConnection, url: str, at: str | None) -> Finding:
    missing = await conn.run_sync(guards_missing)
    if missing:
        names = ", ".join(missing)
        return wrong(NAME, f"{names} could be changed: triggers are gone. Restore a backup that has them.")
    count = (await conn.execute(select(func.count()).select_from(bugs))).scalar_one()
    return ok(NAME, f"{shown(url)}, revision {at}, guards stand, {plural(count, 'bug')}")


async def _dead(conn: AsyncConnection) -> list[Finding]:
    """Deliveries that were stored and then could not be worked on, however often it was tried."""
    where = inbox.c.state == "dead"
    counted = select(inbox.c.source, func.count(), func.max(inbox.c.note)).where(where).group_by(inbox.c.source)
    return [
        wrong(
            "inbox",
            f"gave up on {number} of {source}: {why.rstrip('.')}. "
            "They are kept; docs/operations.md says how to try again.",
        )
        for source, number, why in await conn.execute(counted)
    ]


async def _strange(conn: AsyncConnection) -> list[Finding]:
    """What services sent that nobody foresaw."""
    return [
        note(
            f"hook {found.source}",
            f"{plural(found.count, 'delivery')} of “{found.kind}” not understood, the last {_ago(found.last)} ago. "
            "Nothing was opened for them; docs/trackers.md and docs/customers.md say what is read.",
        )
        for found in await strange.listed(conn)
    ]


def _ago(at: float) -> str:
    return length(datetime.now(UTC).timestamp() - at)


async def _left_out(conn: AsyncConnection) -> list[Finding]:
    """Mails of the last two days that no person wrote: a person reads here whether that is true."""
    where = (inbox.c.source == PEOPLE) & (inbox.c.state == "done") & (inbox.c.note != "")
    counted = select(inbox.c.note, func.count()).where(where).group_by(inbox.c.note).order_by(inbox.c.note)
    kinds = [f"{number} × {what}" for what, number in await conn.execute(counted)]
    said = "of the last two days no person wrote, so nobody was asked about them. They are in your mailbox."
    return [note("letters", f"{', '.join(kinds)}: {said}")] if kinds else []


async def _waiting(conn: AsyncConnection) -> list[Finding]:
    """What is tried again by itself, since the other side does not take it."""
    return [
        note(
            f"sink {one.sink}",
            f"{system(one.sink)} does not answer or refuses: {plural(len(one.bugs), 'bug')} behind"
            f" ({', '.join(f'BUG-{number}' for number in one.bugs[:SHOWN])}), tried again by itself",
        )
        for one in await held(conn)
        if not one.gave_up
    ]


async def _newer(conn: AsyncConnection) -> list[Finding]:
    """What only a newer version can read: while one runs it does the work, and after going back to this one nobody does."""
    others = select(bugs.c.team, bugs.c.number).where(bugs.c.shape != shape()).order_by(bugs.c.team, bugs.c.number)
    by_team: Mapping[str, list[int]] = defaultdict(list)
    for team, number in (await conn.execute(others)).all():
        by_team[team].append(number)
    left = [
        str(bug.ref)
        for team, numbers in by_team.items()
        async for bug, whole in all_anew(conn, team, numbers)
        if not whole
    ]
    said = "only a newer Makegood can read: nothing is done for them until that version runs (again)"
    more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
    return [note("version", f"{', '.join(left[:SHOWN])}{more} hold something that {said}")] if left else []


async def _gave_up(conn: AsyncConnection) -> list[Finding]:
    """By sink and reason: an outage makes a sink give up on many bugs for one cause."""
    query = select(cursors.c.sink, cursors.c.gave_up, cursors.c.bug).where(cursors.c.gave_up.is_not(None))
    stopped: Mapping[tuple[str, str], list[int]] = defaultdict(list)
    for sink, why, bug in await conn.execute(query.order_by(cursors.c.sink, cursors.c.bug)):
        stopped[sink, why].append(bug)
    return [
        wrong(
            f"sink {sink}",
            f"gave up on {', '.join(f'BUG-{n}' for n in numbers)}: {why.rstrip('.')}. "
            f"When that is mended, press *Try again* on the card, or type `/bug retry BUG-{numbers[0]}`.",
        )
        for (sink, why), numbers in stopped.items()
    ]
