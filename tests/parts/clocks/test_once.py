"""Once, whatever happens meanwhile: a reminder of several processes, a credit of a process that died, a cap of many tells."""

import asyncio
from typing import Any

import pytest

from bot.adapters.billing import stripe
from bot.bug.clocks.clocks import Rules
from bot.bug.clocks.reminders import Reminded
from bot.bug.customers.customers import CustomerJoined, CustomerPresence, CustomerWrote
from bot.bug.errors import Refused, Rejected
from bot.bug.gifts.caps import Caps, OverCap, claims
from bot.bug.gifts.gifts import Granted, GrantKept, GrantUndoAsked
from bot.bug.money import Account, Credit, Grant, Money, Receipt
from bot.bug.telling.messages import Told
from bot.bug.values import CustomerHint
from bot.demo.trello.faults import Faults
from bot.ledger.entries import load
from bot.ledger.index import caps
from bot.ledger.ledger import Ledger
from bot.ledger.relay.relay import Relay
from bot.sinks.billing import BillingSink
from bot.sinks.clock import ClockSink
from tests.parts.billing.stands import KEY, MIA, new_till, seen, served
from tests.parts.ledger.sinks import paused, until
from tests.parts.trackers_out.conftest import Stage
from tests.support.stores import MONDAY, TEAM, Store, of_kind, open_bug, person

BOTH = pytest.mark.parametrize("where", ["sqlite", "postgresql"], scope="module")
FIVE = Credit(money=Money(amount=500, currency="EUR"))


async def no_receipts(_bug: int, _seq: int) -> Granted:
    raise Refused("Nothing was given.")


async def waiting(ledger: Ledger, title: str = "Menu page fails") -> int:
    """Mia waits, is online, and nobody has it."""
    hint = CustomerHint(name="Mia", email=MIA)
    joined = CustomerJoined(customer="c1", hint=hint, via="chat", source="chatwoot", conversation="31")
    wrote = CustomerWrote(customer="c1", text="What can I do?", at=ledger.clock())
    return await open_bug(ledger, title, joined, wrote)


@pytest.mark.parametrize("where", ["postgresql"], scope="module")
async def test_of_several_processes_one_speaks(store: Store) -> None:
    ledgers = [store.ledger({"clock": ClockSink.interest}) for _ in range(3)]
    sinks = [ClockSink(ledger, Rules(), no_receipts) for ledger in ledgers]
    relays = [Relay(ledger, {"clock": sink}) for ledger, sink in zip(ledgers, sinks, strict=True)]
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    bugs = [await waiting(ledgers[0], f"bug {n}") for n in range(10)]
    for bug in bugs:
        online = CustomerPresence(customer="c1", online=True)
        await ledgers[0].record(bug, lambda _b, online=online: online, by=person("U1"))  # type: ignore[misc] # bound now
    for bug in bugs:
        await until(paused(ledgers[0], bug, "clock"), 60)
    store.clock.advance(121)
    for _ in range(200):
        for relay in relays:
            relay.wake()
        await asyncio.sleep(0.02)
        said = [await of_kind(ledgers[0], bug, Reminded) for bug in bugs]
        if all(said):
            break
    for relay, task in zip(relays, tasks, strict=True):
        await relay.stop(2)
        await asyncio.gather(task, return_exceptions=True)
    assert [len(await of_kind(ledgers[0], bug, Reminded)) for bug in bugs] == [1] * 10


@BOTH
async def test_many_tells_at_once_never_pass_one_cap(ledger: Ledger, where: str) -> None:
    rules = Caps(per_day={"EUR": 2000})
    bugs = [await waiting(ledger, f"bug {n}") for n in range(12)]

    async def tell(bug: int) -> bool:
        told = Told(customers=("c1",), text="It works.", grants=(FIVE,))

        async def also(conn: Any, _bug: Any, _entries: Any) -> None:
            await caps.take(conn, TEAM, claims(told.grants, 1, "U1", MONDAY, rules))

        try:
            await ledger.record(bug, lambda _b: told, by=person("U1"), also=also)
        except OverCap:
            return False
        return True

    done = await asyncio.gather(*map(tell, bugs))
    assert sum(done) == 4
    assert sum([len(await of_kind(ledger, bug, Told)) for bug in bugs]) == 4


@BOTH
async def test_a_single_gift_above_the_cap_is_refused_and_an_approved_one_counts(ledger: Ledger, where: str) -> None:
    rules = Caps(per_month={"EUR": 400})
    taken = claims((FIVE,), 1, "U1", MONDAY, rules)
    async with ledger.db.write() as conn:
        await caps.take(conn, TEAM, taken, anyway=True)
    with pytest.raises(OverCap, match="€4 a month"):
        async with ledger.db.write() as conn:
            await caps.take(conn, TEAM, taken)


class Dying:
    """A biller of a process that dies after Stripe has said yes, and before that is written down."""

    def __init__(self, real: Any) -> None:
        self._real, self.applied = real, asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        await self._real.apply(account, grant, key)
        self.applied.set()
        await asyncio.Event().wait()
        raise AssertionError("it is dead")


def told() -> Told:
    return Told(customers=("c1",), text="It works.", grants=(FIVE,))


async def test_a_process_that_dies_between_stripes_yes_and_ours_leaves_one_credit(stage: Stage) -> None:
    till = new_till()
    async with served(till) as address:
        biller = stripe.connect(stripe.Settings.model_validate({"key": KEY, "base_url": address}))
        dying = Dying(biller)
        stage.follow(BillingSink(dying, no_receipts))
        bug = await waiting(stage.ledger)
        await stage.ledger.record(bug, lambda _b: told(), by=person("U1"))
        await asyncio.wait_for(dying.applied.wait(), 5)
        relay, task = stage.relays.pop()  # its process dies here
        task.cancel()
        await relay.stop(0)
        await asyncio.gather(task, return_exceptions=True)
        assert seen(till, MIA)[0] == 500
        stage.store.clock.advance(60)
        stage.follow(BillingSink(biller, no_receipts))
        for _ in range(200):
            if await of_kind(stage.ledger, bug, Granted):
                break
            await stage.outage(1)
        await biller.close()
    assert len(await of_kind(stage.ledger, bug, Granted)) == 1
    assert seen(till, MIA)[0] == 500


async def test_an_hour_without_stripe_gives_what_was_promised_once_it_is_back(stage: Stage) -> None:
    till = new_till()
    till.faults.add("500", times=10_000)
    async with served(till) as address:
        biller = stripe.connect(stripe.Settings.model_validate({"key": KEY, "base_url": address}))
        stage.follow(BillingSink(biller, no_receipts))
        bug = await waiting(stage.ledger)
        await stage.ledger.record(bug, lambda _b: told(), by=person("U1"))
        await stage.outage(60)
        assert (await load(stage.ledger, bug)).delayed == ("billing",)
        till.faults = Faults()
        for _ in range(100):
            if await of_kind(stage.ledger, bug, Granted):
                break
            await stage.outage(1)
        await biller.close()
    assert seen(till, MIA)[0] == 500
    present = await load(stage.ledger, bug)
    assert (present.delayed, present.gave_up) == ((), ())


async def test_a_gift_that_somebody_changed_since_is_kept_and_a_person_is_told(stage: Stage) -> None:
    class Changed:
        async def account(self, _customer: CustomerHint) -> Account | None:
            return None

        async def undo(self, _receipt: Receipt, _key: str) -> None:
            raise Rejected("somebody changed the plan since")

    async def receipts(_bug: int, _seq: int) -> Granted:
        receipt = Receipt(key="k", grant=FIVE, account="a", external_ids=("x",))
        return Granted(tell=4, customer="c1", grant=FIVE, receipt=receipt)

    stage.follow(BillingSink(Changed(), receipts))  # type: ignore[arg-type] # all that an undo needs
    bug = await waiting(stage.ledger)
    await stage.ledger.record(bug, lambda _b: GrantUndoAsked(granted=4, why="wrong"), by=person("U1"))
    for _ in range(50):
        if await of_kind(stage.ledger, bug, GrantKept):
            break
        await stage.outage(1)
    (kept,) = await of_kind(stage.ledger, bug, GrantKept)
    assert kept.event == GrantKept(granted=4, why="somebody changed the plan since")
