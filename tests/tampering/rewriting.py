"""An attacker who knows how it is made: changes a row, then computes every hash after it anew, as far as they mean to go."""

import json
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import chain
from bot.ledger.db.engine import Database
from bot.ledger.db.guards import FOREVER
from bot.ledger.db.tables import anchors, bugs, entries, private, seals, workspaces
from bot.ledger.rows import WORKSPACE


async def open_guards(db: Database) -> None:
    async with db.write() as conn:
        for statement in without_guards(sqlite=db.sqlite):
            await conn.exec_driver_sql(statement)


def without_guards(*, sqlite: bool) -> list[str]:
    if not sqlite:
        return [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in FOREVER]
    return [f"DROP TRIGGER {table}_{end}" for table in FOREVER for end in ("no_update", "no_delete", "no_replace")]


async def rewrite(db: Database, bug: int, seq: int, **change: Any) -> None:
    """The entry says something else, and each entry after it is chained to the new one; the bug agrees."""
    async with db.write() as conn:
        await conn.execute(update(entries).where(entries.c.bug == bug, entries.c.seq == seq).values(change))
        await _chain_again(conn, bug)


async def cut(db: Database, bug: int, seq: int) -> None:
    """This entry and all after it never were; the bug agrees. From 1 on: the whole bug."""
    async with db.write() as conn:
        for table in (private, entries):
            await conn.execute(table.delete().where(table.c.bug == bug, table.c.seq >= seq))
        if seq == 1:
            await conn.execute(bugs.delete().where(bugs.c.number == bug))
        await _chain_again(conn, bug)


async def _chain_again(conn: AsyncConnection, bug: int) -> None:
    prev, last = chain.START, 0
    found = await conn.execute(select(entries).where(entries.c.bug == bug).order_by(entries.c.seq))
    for row in [dict(each) for each in found.mappings()]:
        hash_ = chain.link(prev, row)
        where = and_(entries.c.team == row["team"], entries.c.bug == bug, entries.c.seq == row["seq"])
        await conn.execute(update(entries).where(where).values(prev=prev, hash=hash_))
        prev, last = hash_, row["seq"]
    end = {"seq": last, "head": prev}
    own = update(workspaces) if bug == WORKSPACE else update(bugs).where(bugs.c.number == bug)
    await conn.execute(own.values(end))


async def seal_again(db: Database) -> None:
    """All anchors and seals are computed anew over what is there now."""
    async with db.write() as conn:
        hashes = {
            (r.bug, r.seq): r.hash for r in await conn.execute(select(entries.c.bug, entries.c.seq, entries.c.hash))
        }
        count = len((await conn.execute(select(bugs.c.number))).all())
        for table, key in ((anchors, anchors.c.day), (seals, seals.c.number)):
            prev = chain.START
            for row in (await conn.execute(select(table).order_by(key))).all():
                there = [(n, s) for n, s in json.loads(row.seqs) if (n, s) in hashes]
                seqs, of = json.dumps(there, separators=(",", ":")), min(row.bugs, count)
                label = row.day if table is anchors else f"{row.number} {row.at}"
                made = chain.anchored(prev, label, of, seqs, chain.heads((n, hashes[n, s]) for n, s in there))
                where = key == (row.day if table is anchors else row.number)
                await conn.execute(update(table).where(where).values(seqs=seqs, bugs=of, prev=prev, heads=made))
                prev = made
