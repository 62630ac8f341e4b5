"""What unpaid debts have cost since: how often the same quick fix was needed again, and what customers got because of that."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bot.bug.bug import Bug
from bot.bug.customers.customer import STANDING
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.money import Credit, Days, Grant, Money, Upgrade
from bot.ledger import states
from bot.ledger.db.tables import bugs, helped
from bot.ledger.index.remedies import kind
from bot.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class Interest:
    """`runs` of the same action against the same kind of bug from this one's first on; `others`: the other bugs of these."""

    runs: int = 0
    others: tuple[int, ...] = ()
    credit: tuple[Money, ...] = ()
    """A sum for each currency."""
    days: int = 0
    upgrades: int = 0


async def interest(ledger: Ledger, owed: Sequence[Bug]) -> dict[int, Interest]:
    """By the bug's number."""
    quick = {bug.ref.number: first for bug in owed if (first := _first(bug))}
    runs = await _runs(ledger, [bug for bug in owed if bug.ref.number in quick])
    alike = {bug.ref.number: _alike(bug, quick[bug.ref.number], runs) for bug in owed if bug.ref.number in quick}
    others = await _states(ledger, {number for found in alike.values() for number, _ in found})
    return {bug.ref.number: _summed(bug, alike.get(bug.ref.number, []), others) for bug in owed}


def _first(bug: Bug) -> Fix | None:
    """The quick fix that made the debt: the first that worked and stands."""
    done = (
        f for f in bug.fixes if f.state is RunState.SUCCEEDED and not f.undo_of and not f.undone_by and not f.proper
    )
    return next(done, None)


Run = tuple[int, str, str, float]
"""Bug, kind, action, when it was recorded (Unix seconds)."""


async def _runs(ledger: Ledger, owed: Sequence[Bug]) -> list[Run]:
    kinds = sorted({kind(bug) for bug in owed})
    mine = (helped.c.team == ledger.team, helped.c.kind.in_(kinds))
    query = select(helped.c.bug, helped.c.kind, helped.c.action, helped.c.at).where(*mine).order_by(helped.c.at)
    async with ledger.db.read() as conn:
        return [(row.bug, row.kind, row.action, row.at) for row in (await conn.execute(query)).all()] if kinds else []


def _alike(bug: Bug, first: Fix, runs: Sequence[Run]) -> list[tuple[int, float]]:
    """Bug and time of each such run, from the one on that made the debt."""
    mine = [at for number, _, action, at in runs if (number, action) == (bug.ref.number, first.action[:80])]
    begun, its = min(mine, default=0.0), kind(bug)
    return [
        (number, at) for number, of, action, at in runs if of == its and action == first.action[:80] and at >= begun
    ]


async def _states(ledger: Ledger, numbers: set[int]) -> dict[int, Bug]:
    query = select(*states.STATE).where(bugs.c.team == ledger.team, bugs.c.number.in_(sorted(numbers)))
    async with ledger.db.read() as conn:
        found = await states.shown(conn, ledger.team, await conn.execute(query))
        return {bug.ref.number: bug for bug in found}


def _summed(bug: Bug, runs: Sequence[tuple[int, float]], states: dict[int, Bug]) -> Interest:
    numbers = sorted({number for number, _ in runs} | {bug.ref.number})
    grants = [g for number in numbers for g in _given(states.get(number, bug))]
    credit: dict[str, int] = defaultdict(int)
    for grant in grants:
        if isinstance(grant, Credit):
            credit[grant.money.currency] += grant.money.amount
    return Interest(
        runs=len(runs),
        others=tuple(number for number in numbers if number != bug.ref.number),
        credit=tuple(Money(amount=amount, currency=currency) for currency, amount in sorted(credit.items())),
        days=sum(grant.days for grant in grants if isinstance(grant, Days)),
        upgrades=sum(isinstance(grant, Upgrade) for grant in grants),
    )


def _given(bug: Bug) -> list[Grant]:
    return [given.grant for c in bug.customers for given in c.given_here if given.state in STANDING]
