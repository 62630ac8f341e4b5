"""What was promised of each cap: rows that several bugs share, changed conditionally in the transaction that promises."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.makegood import Claim, OverCap
from bot.ledger.numbers import upsert
from bot.ledger.tables import spent


async def take(conn: AsyncConnection, team: str, claims: Iterable[Claim], *, anyway: bool = False) -> None:
    """Raises OverCap where one would be passed, and the transaction with it; `anyway`: an approver let it pass, it counts."""
    for claim in sorted(claims, key=lambda c: c.cap):  # everybody takes the rows in this order
        if not anyway and claim.amount > claim.limit:
            raise OverCap(claim.words)
        statement = upsert(conn, spent).values(team=team, cap=claim.cap, amount=claim.amount)
        fits = None if anyway else spent.c.amount + claim.amount <= claim.limit
        added = statement.on_conflict_do_update(
            index_elements=["team", "cap"], set_={"amount": spent.c.amount + claim.amount}, where=fits
        )
        if (await conn.execute(added.returning(spent.c.amount))).first() is None:
            raise OverCap(claim.words)
