"""No way of a press reads a whole table: the plans of both databases say so, whatever is asked."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.bug.bug import LIVE, Status
from bot.bug.course.conversation import Said
from bot.bug.retro.tally import COUNTED
from bot.ledger import entries, home
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.index import search
from bot.ledger.ledger import Ledger
from bot.ledger.refreshing import freshen
from bot.ledger.relay import lease
from bot.ledger.relay.held import held
from bot.ledger.relay.subscription import Subscription
from tests.support.statements import heard, long_ways, plan, reads_all
from tests.support.stores import MONDAY, Store, open_bug, said

SINK = {"thread": Subscription(kinds=frozenset({Said})), "card": Subscription(kinds=frozenset({Said}), jumps=True)}
Way = Callable[[Ledger], Awaitable[object]]


async def _all(ledger: Ledger) -> list[object]:
    within = entries.trails_within(ledger, MONDAY - timedelta(days=1), MONDAY + timedelta(days=1), COUNTED)
    return [x async for x in within]


async def _held(ledger: Ledger) -> object:
    async with ledger.db.read() as conn:
        return await held(conn, ledger.team)


async def _stored(ledger: Ledger) -> None:
    inbox = Inbox(ledger.db, ledger.team, ledger.seconds)
    await inbox.store(Item(key="k", source="s", body=""))
    await inbox.waiting(["s"])
    await inbox.finish("k")


async def _found(ledger: Ledger) -> None:
    await search.follow(ledger)
    assert await search.search(ledger, "there", most=20)
    assert await search.search(ledger, "nowhere", most=20) == []


WAYS: dict[str, Way] = {
    "a claim": lambda ledger: said(ledger, 1, "mine"),
    "the inbox": _stored,
    "the list": lambda ledger: entries.list_bugs(ledger, limit=30),
    "Home's ended": lambda ledger: entries.list_bugs(ledger, (Status.CLOSED, Status.DISMISSED), limit=5),
    "Home's person": lambda ledger: home.read(ledger, "U0DEV", home.FIRST, MONDAY),
    "what nobody else has seen": entries.unseen,
    "Home's count": lambda ledger: entries.count(ledger, LIVE),
    "whose customers wait": lambda ledger: entries.some_of(ledger, "waiting", "U0DEV", 20),
    "one person's bugs": lambda ledger: entries.some_of(ledger, "mine", "U0DEV", 20),
    "what is owed": lambda ledger: entries.some_of(ledger, "owed", "U0DEV", 20),
    "what is searched": search.follow,
    "a search": _found,
    "what people told of": entries.told_of,
    "a trail": lambda ledger: entries.trail(ledger, 1),
    "a card's thread": lambda ledger: entries.bug_of_thread(ledger, "C0", "1.1"),
    "what a sink is behind": lambda ledger: entries.behind(ledger, 1, ["card"]),
    "what waits for a system": _held,
    "a month": _all,
    "what an older version left": freshen,
    "what is due": lambda ledger: lease.take(ledger, {"thread": 4, "card": 4}, {}, 12),
    "what is due while Slack is scarce": lambda ledger: lease.take(ledger, {"thread": 4, "card": 4}, {"thread": 1}, 12),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


async def test_nothing_reads_a_whole_table(store: Store, way: Way) -> None:
    ledger = store.ledger(SINK)
    await open_bug(ledger)
    await said(ledger, 1, "it is there")
    with heard(ledger.db) as found:
        await way(ledger)
    asked = [x for x in found.statements if x.text.startswith(("SELECT", "UPDATE", "DELETE")) and "pg_" not in x.text]
    assert asked
    for statement in asked:
        lines = await plan(ledger.db, statement)
        assert not any(map(reads_all, lines)), (statement.head, lines)


async def test_a_plan_that_walks_a_table_is_seen(store: Store) -> None:
    """The test above can fail."""
    ledger = store.ledger(SINK)
    with heard(ledger.db) as found:
        async with ledger.db.read() as conn:
            await conn.exec_driver_sql("SELECT state FROM bugs WHERE state LIKE '%x%'")
    lines = await plan(ledger.db, found.statements[-1])
    assert any(map(reads_all, lines))


async def test_a_second_time_no_statement_is_compiled_anew(store: Store, way: Way) -> None:
    ledger = store.ledger(SINK)
    await open_bug(ledger)
    await said(ledger, 1, "it is there")
    with heard(ledger.db) as found:
        await way(ledger)
        found.clear()
        await way(ledger)
    assert found.anew == []


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
async def test_a_third_time_every_statement_goes_the_short_way(store: Store, way: Way) -> None:
    ledger = store.ledger(SINK)
    await open_bug(ledger)
    await said(ledger, 1, "it is there")
    for _ in range(2):
        await way(ledger)
    with long_ways() as long:
        await way(ledger)
    assert long == []
