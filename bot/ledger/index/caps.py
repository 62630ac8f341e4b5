"""Counts promises against the caps that several bugs share, in the transaction that promises."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.customers.customer import Given
from bot.bug.event import EntryLike, Event
from bot.bug.gifts.caps import Caps, Claim, OverCap, claims
from bot.bug.gifts.gifts import GrantUndone, NotGranted
from bot.bug.telling.letters import LettersTakenBack, takes_back
from bot.bug.telling.messages import Told
from bot.ledger import codec
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import entries, spent


async def take(conn: AsyncConnection, team: str, claims: Iterable[Claim], *, anyway: bool = False) -> None:
    """Raises OverCap where one would be passed, and the transaction with it; `anyway`: an approver let it pass, it counts."""
    for claim in sorted(claims, key=lambda c: c.cap):  # everybody takes the rows in this order
        bounded = claim.limit is not None and not anyway
        if bounded and claim.amount > (claim.limit or 0):
            raise OverCap(claim.words)
        statement = upsert(conn, spent).values(team=team, cap=claim.cap, amount=claim.amount)
        fits = spent.c.amount + claim.amount <= claim.limit if bounded else None
        # the condition stands in the statement itself: two processes that promise at once can't both stay below the cap
        added = statement.on_conflict_do_update(
            index_elements=["team", "cap"], set_={"amount": spent.c.amount + claim.amount}, where=fits
        )
        if (await conn.execute(added.returning(spent.c.amount))).first() is None:
            raise OverCap(claim.words)


async def take_told(
    conn: AsyncConnection, team: str, written: Sequence[EntryLike], limits: Caps, *, anyway: bool = False
) -> None:
    """What the tells among these entries promise, in the transaction that writes them. Raises OverCap."""
    told = [(entry, entry.event) for entry in written if isinstance(entry.event, Told)]
    if told:
        whole = [grant for _, event in told for _ in event.customers for grant in event.grants]
        await take(conn, team, claims(whole, 1, str(told[0][0].by), told[0][0].at, limits), anyway=anyway)


async def follow(conn: AsyncConnection, before: Bug, events: Sequence[Event]) -> None:
    """In the transaction of the entries."""
    for event in events:
        await _give_back(conn, before, event)


async def _give_back(conn: AsyncConnection, bug: Bug, event: Event) -> None:
    """What the biller has taken back, or surely never gave, may be given again by whoever promised it. `bug`: before it."""
    for given in [g for c in bug.customers for g in c.given if _returned(event, c.id, g)]:
        await _one_back(conn, bug, given)


async def _one_back(conn: AsyncConnection, bug: Bug, given: Given) -> None:
    told = and_(entries.c.team == bug.ref.team, entries.c.bug == bug.ref.number, entries.c.seq == given.tell)
    row = (await conn.execute(select(entries.c.at, entries.c.by).where(told))).one()
    taken = claims([given.grant], 1, str(codec.load_actor(row.by)), datetime.fromisoformat(row.at))
    # in the order in which `take` locks them, so that the two can't wait for each other
    for claim in sorted(taken, key=lambda c: c.cap):
        mine = and_(spent.c.team == bug.ref.team, spent.c.cap == claim.cap)
        left = case((spent.c.amount > claim.amount, spent.c.amount - claim.amount), else_=0)
        await conn.execute(update(spent).where(mine).values(amount=left))


def _returned(event: Event, customer: str, given: Given) -> bool:
    match event:
        case GrantUndone(granted=seq, ended=False):
            return given.seq == seq and given.state == "granted"
        case LettersTakenBack():
            return takes_back(event, customer, given)
        case NotGranted(doubtful=False):
            same = (event.customer, event.tell, event.grant) == (customer, given.tell, given.grant)
            return same and given.state in {"promised", "doubtful"}
        case _:
            return False
