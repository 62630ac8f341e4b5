"""Verifies the stored trail: every chain, commitment, head, anchor and seal, of every bug and of the workspace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import and_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Newer, TrailBroken
from bot.bug.workspace import rules
from bot.ledger import anchors, chain, seals, workspace
from bot.ledger.db.tables import entries, private
from bot.ledger.heads import Stated, heads
from bot.ledger.ledger import Ledger
from bot.ledger.rows import WORKSPACE, trail_name

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, SQLAlchemyError)
"""What reading meets where somebody wrote something of another shape: text that is no JSON, a number in place of a text."""


def _unwatched(done: int, total: int) -> None:
    """Where nobody wants to know how far it has come."""


async def verify(ledger: Ledger, watched: Callable[[int, int], None] = _unwatched) -> int:
    """How many bugs there are; `watched` is told how many of how many trails are done.

    Raises TrailBroken with the first thing that does not hold.
    """
    # one moment for all: a bot that writes meanwhile would look like somebody who tampers
    async with ledger.db.snapshot() as conn:
        with _readable("The anchors, the seals, or the heads of the trails"):
            chains = [Stated(await each.stated(conn, ledger.team)) for each in (anchors, seals)]
            found = await heads(conn, ledger.team)
        for done, (number, seq, head) in enumerate(found, 1):
            watched(done, len(found))
            with _readable(f"{trail_name(number)}: its trail"):
                await _verify_trail(conn, ledger.team, number, (seq, head), chains)
        with _readable("Workspace: its present state"):
            await _verify_workspace(conn, ledger.team)
        count = sum(number != WORKSPACE for number, _, _ in found)
        # whoever deletes a bug's row hides its whole trail from the loop above
        await _no_strays(conn, ledger.team, {number for number, _, _ in found})
    with _readable("The anchors, or the seals"):
        for each in chains:
            each.check(count)
    return count


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise TrailBroken(f"{what} can't be read: somebody changed what is stored.") from error


async def _verify_trail(
    conn: AsyncConnection, team: str, number: int, end: tuple[int, str], chains: list[Stated]
) -> None:
    where = and_(entries.c.team == team, entries.c.bug == number)
    rows = [dict(r) for r in (await conn.execute(select(entries).where(where).order_by(entries.c.seq))).mappings()]
    broken = chain.broken_at(rows)
    if broken is not None or (len(rows), rows[-1]["hash"] if rows else chain.START) != end:
        raise TrailBroken(f"{trail_name(number)}: entry {broken or len(rows) + 1} is not what was written.")
    for row in rows:
        for each in chains:
            each.see(number, row["seq"], row["hash"])
    commitments = {r["seq"]: r["commitment"] for r in rows}
    secrets = await conn.execute(select(private).where(and_(private.c.team == team, private.c.bug == number)))
    for secret in secrets:
        if chain.commit(secret.salt, secret.body) != commitments.get(secret.seq):
            raise TrailBroken(f"{trail_name(number)}: the private part of entry {secret.seq} is not what was written.")


async def _verify_workspace(conn: AsyncConnection, team: str) -> None:
    """What may run hangs on the state itself, so it must be what the entries tell, as far as this version knows them all."""
    try:
        state = await workspace.load_in(conn, team)
    except Newer:  # what this version folds is not all then, and proves nothing
        return
    trail = await workspace.trail_in(conn, team)
    # fewer entries than it counts, or more: the trail itself was changed, which is said elsewhere
    if state.seq == len(trail) and rules(state) != rules(workspace.refold(team, trail)):
        raise TrailBroken("Workspace: its present state is not what its trail tells.")


async def _no_strays(conn: AsyncConnection, team: str, known: set[int]) -> None:
    found = await conn.execute(select(entries.c.bug).where(entries.c.team == team).distinct())
    stray = next((number for number in sorted(found.scalars(), key=str) if number not in known), None)
    if stray is not None:
        raise TrailBroken(f"{trail_name(stray)} has a trail, but what it leads to is gone.")
