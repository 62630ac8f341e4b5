"""Anchors the trail once a day: the heads of all trails and one hash over them, chained to the day before."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import TrailBroken
from bot.ledger import chain
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import anchors, bugs, workspaces
from bot.ledger.ledger import Ledger
from bot.ledger.rows import WORKSPACE

Place = tuple[int, int]
"""Bug and seq."""


class Head(NamedTuple):
    """The last entry of a trail."""

    number: int
    seq: int
    hash: str


async def anchor(ledger: Ledger) -> None:
    """Today's anchor, unless it is there; it names the trails that went on since the one before."""
    day = ledger.clock().date().isoformat()
    async with ledger.db.write() as conn:
        before = await _all(conn, ledger.team)
        if before and before[-1]["day"] >= day:
            return
        row = _next(before, day, await heads(conn, ledger.team))
        await conn.execute(upsert(conn, anchors).values(team=ledger.team, **row).on_conflict_do_nothing())


async def heads(conn: AsyncConnection, team: str) -> list[Head]:
    """How far the workspace's and every bug's trail have come."""
    known = select(bugs.c.number, bugs.c.seq, bugs.c.head).where(bugs.c.team == team).order_by(bugs.c.number)
    own = select(workspaces.c.seq, workspaces.c.head).where(workspaces.c.team == team)
    found = [Head(WORKSPACE, row.seq, row.head) for row in await conn.execute(own)]
    return found + [Head(*row) for row in await conn.execute(known)]


def _next(before: Sequence[Mapping[str, Any]], day: str, now: Sequence[Head]) -> dict[str, Any]:
    known = {number: seq for row in before for number, seq in json.loads(row["seqs"])}
    moved = [head for head in now if known.get(head.number) != head.seq]
    seqs = json.dumps([(head.number, head.seq) for head in moved], separators=(",", ":"))
    count = sum(head.number != WORKSPACE for head in now)
    row = {"day": day, "bugs": count, "seqs": seqs, "prev": before[-1]["heads"] if before else chain.START}
    return row | {"heads": _heads(row, {(head.number, head.seq): head.hash for head in moved})}


def _heads(row: Mapping[str, Any], hashes: Mapping[Place, str]) -> str:
    moved = ((number, hashes.get((number, seq), "")) for number, seq in json.loads(row["seqs"]))
    return chain.anchored(row["prev"], row["day"], row["bugs"], row["seqs"], chain.heads(moved))


async def _all(conn: AsyncConnection, team: str) -> list[dict[str, Any]]:
    found = await conn.execute(select(anchors).where(anchors.c.team == team).order_by(anchors.c.day))
    return [dict(row) for row in found.mappings()]


class Anchored:
    """What the anchors say; `see` is told the hash of each entry they name, `check` compares."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows
        self._wanted = {(number, seq) for row in rows for number, seq in json.loads(row["seqs"])}
        self._seen: dict[Place, str] = {}

    @classmethod
    async def read(cls, conn: AsyncConnection, team: str) -> "Anchored":
        return cls(await _all(conn, team))

    def see(self, number: int, seq: int, hash_: str) -> None:
        if (number, seq) in self._wanted:
            self._seen[number, seq] = hash_

    def check(self, bugs_now: int) -> None:
        """Raises TrailBroken at the first anchor that does not hold."""
        prev = chain.START
        for row in self._rows:
            if row["bugs"] > bugs_now:
                raise TrailBroken(
                    f"The anchor of {row['day']} counts {row['bugs']} bugs, there are {bugs_now}: some are gone."
                )
            if row["prev"] != prev or row["heads"] != _heads(row, self._seen):
                raise TrailBroken(
                    f"The anchor of {row['day']} does not fit the trails: one of them was cut or changed since, or it was."
                )
            prev = row["heads"]
