"""How far the trails have come, and one hash over that: what anchors (once a day) and seals (all the time) are made of."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import TrailBroken
from bot.ledger import chain
from bot.ledger.db.tables import bugs, workspaces
from bot.ledger.rows import WORKSPACE

Place = tuple[int, int]
"""Bug and seq."""


class Head(NamedTuple):
    """The last entry of a trail."""

    number: int
    seq: int
    hash: str


class Statement(NamedTuple):
    """How far some trails had come at one moment, chained to the statement before."""

    label: str
    """When, as it is hashed."""
    said: str
    """As people name it, where a sentence begins."""
    bugs: int
    """How many there were."""
    seqs: str
    """[[bug, seq], …] of those that went on since the statement before."""
    prev: str
    heads: str
    """The running hash."""

    @classmethod
    def of(cls, label: str, prev: str, count: int, moved: Sequence[Head]) -> Self:
        seqs = json.dumps([(head.number, head.seq) for head in moved], separators=(",", ":"))
        blank = cls(label, "", count, seqs, prev, "")
        return blank._replace(heads=blank.hashed({(head.number, head.seq): head.hash for head in moved}))

    @property
    def places(self) -> list[Place]:
        return [(number, seq) for number, seq in json.loads(self.seqs)]

    def hashed(self, hashes: Mapping[Place, str]) -> str:
        moved = ((number, hashes.get((number, seq), "")) for number, seq in self.places)
        return chain.anchored(self.prev, self.label, self.bugs, self.seqs, chain.heads(moved))


async def heads(conn: AsyncConnection, team: str) -> list[Head]:
    """How far the workspace's and every bug's trail have come."""
    known = select(bugs.c.number, bugs.c.seq, bugs.c.head).where(bugs.c.team == team).order_by(bugs.c.number)
    own = select(workspaces.c.seq, workspaces.c.head).where(workspaces.c.team == team)
    found = [Head(WORKSPACE, row.seq, row.head) for row in await conn.execute(own)]
    return found + [Head(*row) for row in await conn.execute(known)]


class Stated:
    """What a chain of statements says; `see` is told the hash of each entry, `check` compares."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = list(statements)
        # a long trail has many entries of which few are stated: only those hashes are kept in memory
        self._wanted = {place for each in self.statements for place in each.places}
        self._seen: dict[Place, str] = {}

    def see(self, number: int, seq: int, hash_: str) -> None:
        if (number, seq) in self._wanted:
            self._seen[number, seq] = hash_

    def check(self, bugs_now: int) -> None:
        """Raises TrailBroken at the first statement that does not hold."""
        prev = chain.START
        for each in self.statements:
            if each.bugs > bugs_now:
                raise TrailBroken(f"{each.said} counts {each.bugs} bugs, there are {bugs_now}: some are gone.")
            if each.prev != prev or each.heads != each.hashed(self._seen):
                raise TrailBroken(
                    f"{each.said} does not fit the trails: one of them was cut or changed since, or it was."
                )
            prev = each.heads
