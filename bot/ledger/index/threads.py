"""Maps a message's thread to its bug, following the entries in their transaction."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course.course import Merged
from bot.bug.course.news import AlertPosted, CardPosted
from bot.bug.debt.board import BoardCardMade
from bot.bug.event import Event
from bot.bug.keys import fit
from bot.bug.retro.tasks import TaskCardMade
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import conversations, groups, threads

BOARD = "board"
"""In place of a channel: the board's card of a bug."""
TASK = "task"
"""The same for a task of its retro. It stays its bug's own when that one is merged: its entries know the task."""


async def follow(conn: AsyncConnection, before: Bug, events: Sequence[Event]) -> None:
    """What these entries mean for whatever arrives later."""
    team, bug = before.ref.team, before.ref.number
    for event in events:
        match event:
            case AlertPosted(channel=channel, ts=ts) | CardPosted(channel=channel, ts=ts):
                await _is_of(conn, team, bug, channel, ts)
            case BoardCardMade(id=id_):
                await _is_of(conn, team, bug, BOARD, fit(id_, 32))
            case TaskCardMade(id=id_):
                await _is_of(conn, team, bug, TASK, fit(id_, 32))
            case Merged(into=into):
                await _merge(conn, team, bug, into)


async def _is_of(conn: AsyncConnection, team: str, bug: int, channel: str, ts: str) -> None:
    row = {"team": team, "channel": channel, "ts": ts, "bug": bug}
    await conn.execute(upsert(conn, threads).values(row).on_conflict_do_nothing())


async def _merge(conn: AsyncConnection, team: str, bug: int, into: int) -> None:
    """What arrives for the one goes on to the other."""
    # an old card's thread too: people go on writing where they began
    for table in (groups, conversations):
        await conn.execute(update(table).where(table.c.team == team, table.c.bug == bug).values(bug=into))
    mine = (threads.c.team == team, threads.c.bug == bug, threads.c.channel != TASK)
    await conn.execute(update(threads).where(*mine).values(bug=into))
