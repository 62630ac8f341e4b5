"""What a service sent that nobody foresaw is counted by its kind, bounded, and forgotten when it is old."""

from bot.ledger import strange
from bot.ledger.strange import KEPT, MANY, MOST, Strange
from tests.support.stores import TEAM, Store


async def listed(store: Store, **asked: float) -> list[Strange]:
    async with store.database().read() as conn:
        return await strange.listed(conn, TEAM, **asked)


async def keep(store: Store, kind: str, body: str = "{}") -> None:
    await strange.keep(store.database(), TEAM, store.clock.seconds(), source="sentry", kind=kind, body=body)


async def test_each_kind_is_one_row_with_its_count_first_and_last_time(store: Store) -> None:
    first = store.clock.seconds()
    await keep(store, "metric_alert\x00", "\ud800")
    store.clock.advance(60)
    await keep(store, "metric_alert\x00")
    await keep(store, "seer")
    async with store.database().read() as conn:
        assert len(await strange.listed(conn)) == 2
    (one,) = [x for x in await listed(store) if x.count == 2]
    assert (one.source, one.kind, one.first, one.last) == ("sentry", "metric_alert�", first, first + 60)
    assert await listed(store, since=first + 60) == []


async def test_a_text_that_differs_each_time_is_no_kind(store: Store) -> None:
    for number in range(MOST + 3):
        await keep(store, f"kind {number}")
    await keep(store, "kind 0")
    found = {x.kind: x.count for x in await listed(store)}
    assert (len(found), found[MANY], found["kind 0"]) == (MOST + 1, 3, 2)


async def test_what_came_no_more_for_a_month_is_gone(store: Store) -> None:
    await keep(store, "old")
    store.clock.advance(KEPT)
    await keep(store, "new")
    await strange.tidy(store.database(), TEAM, store.clock.seconds() + 1)
    assert [x.kind for x in await listed(store)] == ["new"]
