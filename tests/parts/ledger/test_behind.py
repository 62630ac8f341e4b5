"""What of the trail a sink has still to serve: the card says of each tell whether it is out."""

from bot.bug.course.ownership import Claimed, Released
from bot.ledger.entries import behind
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease as leases
from bot.ledger.relay.subscription import Subscription
from tests.parts.ledger.sinks import SAID
from tests.support.stores import Store, open_bug, person, said

CLAIMS = Subscription(kinds=frozenset({Claimed, Released}))


async def trail(ledger: Ledger) -> int:
    """1 opened, 2 said, 3 claimed, 4 said; nothing is served yet."""
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    await ledger.record(bug, lambda _b: Claimed(owner="U1"), by=person("U1"))
    await said(ledger, bug, "b")
    return bug


async def test_each_sink_is_behind_with_what_it_follows(store: Store) -> None:
    ledger = store.ledger({"thread": SAID, "board": CLAIMS})
    bug = await trail(ledger)
    assert await behind(ledger, bug, ["thread", "board"]) == {"thread": {2, 4}, "board": {3}}
    assert await behind(ledger, bug, ["board"]) == {"board": {3}}
    assert await behind(ledger, bug, []) == {}


async def test_what_was_served_is_not_behind_any_more(store: Store) -> None:
    ledger = store.ledger({"thread": SAID})
    bug = await trail(ledger)
    await open_bug(ledger, "another error")
    (lease,) = (await leases.take(ledger, {"thread": 1}, {}, 12)).leases
    async with ledger.db.write() as conn:
        lease = await leases.move(conn, ledger, lease, 2, None, None, 12)
    assert await behind(ledger, bug, ["thread"]) == {"thread": {4}}
    await leases.rest(ledger, lease, done=4)
    assert await behind(ledger, bug, ["thread"]) == {}


async def test_a_sink_that_this_process_does_not_know_is_behind_with_nothing(store: Store) -> None:
    bug = await trail(store.ledger({"board": CLAIMS}))
    assert await behind(store.ledger({"thread": SAID}), bug, ["board"]) == {"board": frozenset()}
