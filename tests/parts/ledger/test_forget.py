"""A customer who asks to be forgotten is: whatever names them goes, everything else stays and stays provable."""

import json
from dataclasses import replace

import pytest

from bot.bug.course.news import Opened
from bot.bug.course.ownership import Claimed
from bot.bug.customers import one_person
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.gifts.gifts import Granted
from bot.bug.money import Credit, Money, Receipt
from bot.bug.telling.messages import Answered, Told
from bot.bug.values import Actor, ActorKind, Alert, CustomerHint, Inbound
from bot.bug.words import plain
from bot.bug.workspace import CustomerErased
from bot.intake.alerts import body
from bot.ledger import workspace
from bot.ledger.anchors import anchor
from bot.ledger.codec import GONE
from bot.ledger.entries import load, trail
from bot.ledger.forget import forget, unnamed
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from bot.ledger.relay.subscription import Subscription
from bot.ledger.verify import verify
from tests.support.folding import refold
from tests.support.stores import MONDAY, TEAM, Store, cursor, of_kind, open_bug, person, rows, said, sql

ADA = CustomerHint(name="Ada", email="ada@example.com")
BEN = CustomerHint(name="Ben", email="ben@example.com")
CREDIT = Credit(money=Money(amount=500, currency="EUR"))


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return store.ledger({"card": Subscription(kinds=frozenset({Opened, Claimed}), jumps=True)})


@pytest.fixture
async def bug(ledger: Ledger) -> int:
    """Hit Ada and Ben; Ada wrote, was told and got something."""
    receipt = Receipt(key="k", grant=CREDIT, account="cus_ada", external_ids=("x",))
    return await open_bug(
        ledger,
        "Menu page fails",
        CustomerJoined(customer="c1", hint=ADA, via="bugsnag"),
        CustomerJoined(customer="c2", hint=BEN, via="bugsnag"),
        CustomerWrote(customer="c1", text="my shop is down", at=MONDAY),
        CustomerWrote(customer="c2", text="mine too", at=MONDAY),
        Answered(customers=("c1", "c2"), text="We see it."),
        Told(customers=("c1",), text="Your shop in Oslo works again", grants=(CREDIT,)),
        Granted(tell=7, customer="c1", grant=CREDIT, receipt=receipt),
    )


async def private(ledger: Ledger) -> str:
    return json.dumps(await rows(ledger.db, "SELECT body FROM private")) + json.dumps(
        await rows(ledger.db, "SELECT state FROM bugs")
    )


async def test_whatever_names_them_goes_and_the_others_stay(ledger: Ledger, bug: int) -> None:
    await said(ledger, bug, "Ada is happy", "Adamant")
    assert await forget(ledger, "ADA@example.com") == 5
    left = await private(ledger)
    assert not any(text in left for text in ("ada@", '"Ada"', "Ada is", "my shop", "Oslo", "cus_ada"))
    assert all(text in left for text in ("ben@example.com", "mine too", "We see it.", "Menu page fails", "Adamant"))
    assert await forget(ledger, "ada@example.com") == 0


async def test_the_trail_stays_whole_and_the_bug_is_what_its_entries_tell(ledger: Ledger, bug: int) -> None:
    await anchor(ledger)
    await forget(ledger, "ada@example.com")
    assert await verify(ledger) == 1
    present = await load(ledger, bug)
    assert present == refold(present.ref, await trail(ledger, bug))
    (wrote, _) = [x.event for x in await of_kind(ledger, bug, CustomerWrote)]
    assert isinstance(wrote, CustomerWrote)
    assert wrote.text == GONE
    assert [c.hint for c in present.customers] == [CustomerHint(), BEN]
    await ledger.record(bug, lambda _b: Claimed(owner="U1"), by=person("U1"))
    assert await verify(ledger) == 1


async def test_the_card_is_shown_anew_without_them(ledger: Ledger, bug: int) -> None:
    shown = json.dumps({"shown": {"text": "Ada waits"}, "kept": 1})
    await sql(ledger.db, f"UPDATE cursors SET due = NULL, external = '{shown}'")
    await forget(ledger, "ada@example.com")
    found = await cursor(ledger, bug, "card")
    assert (json.loads(found["external"]), found["due"] is not None) == ({"kept": 1}, True)


async def test_what_has_not_become_an_entry_goes_too(store: Store, ledger: Ledger) -> None:
    inbox = Inbox(ledger.db, TEAM, store.clock.seconds)
    alert = Alert(source="bugsnag", group="g", title="x", customer=ADA)
    mail = Inbound(source="mail", conversation="m1", event="m1", customer=ADA, text="help")
    await inbox.store(Item(key="k1", source="hook", body=body([alert])))
    await inbox.store(Item(key="k2", source="hook", body=body([replace(alert, customer=BEN)])))
    kept = alert.to_json()
    await sql(
        ledger.db,
        f"INSERT INTO groups VALUES ('{TEAM}', 'bugsnag', 'g', NULL, 1, '{kept}')",
        "INSERT INTO conversations (team, source, conversation, bug, state, body, at) VALUES "
        f"('{TEAM}', 'mail', 'm1', NULL, 'asked', '{mail.to_json()}', 1)",
    )
    assert await forget(ledger, "ada@example.com") == 3
    assert await rows(ledger.db, "SELECT alert FROM groups") == [("",)]
    assert await rows(ledger.db, "SELECT body FROM conversations") == []
    assert [(k, bool(b)) for k, b in await rows(ledger.db, "SELECT key, body FROM inbox ORDER BY key")] == [
        ("k1", False),
        ("k2", True),
    ]


@pytest.mark.parametrize("email", ["", "  ", "nobody@example.com", "%@example.com"])
async def test_an_address_that_nobody_has_takes_nothing(ledger: Ledger, bug: int, email: str) -> None:
    assert await forget(ledger, email) == 0
    assert await verify(ledger) == 1


async def test_who_was_taken_for_somebody_else_is_forgotten_too(ledger: Ledger) -> None:
    bug = await open_bug(
        ledger,
        "Menu page fails",
        CustomerJoined(customer="c1", hint=ADA, via="mail"),
        CustomerJoined(customer="c2", hint=BEN, via="mail"),
        CustomerWrote(customer="c1", text="my shop is down", at=MONDAY),
        CustomerWrote(customer="c2", text="mine too", at=MONDAY),
    )
    await ledger.record(bug, lambda b: one_person.same(b, "c1", "c2"), by=person("U0DEV"))
    assert await forget(ledger, "ben@example.com")
    left = await private(ledger)
    assert not any(text in left for text in ("mine too", "ben@"))
    assert "my shop is down" in left


async def test_erasing_is_an_entry_itself_that_names_nobody(ledger: Ledger) -> None:
    anna = Actor(kind=ActorKind.CLI, id="anna")
    joined = CustomerJoined(customer="c1", hint=CustomerHint(name="Ada", email="ada@example.com"), via="chat")
    await open_bug(ledger, "Menu page fails", joined)
    await forget(ledger, "ada@example.com", by=anna, why="ADA@example.com asked for it by mail")
    assert await forget(ledger, "ada@example.com", by=anna, why="again") == 0
    (entry,) = await workspace.trail(ledger)
    assert (entry.by, entry.event) == (anna, CustomerErased(texts=1, bugs=1, why="the customer asked for it by mail"))
    assert plain(entry.event.line(str(entry.by)).parts) == (
        "cli:anna erased a customer: 1 text of 1 bug: the customer asked for it by mail"
    )


async def test_the_reason_names_nobody_who_is_forgotten(ledger: Ledger, bug: int) -> None:
    await forget(ledger, "ada@example.com", why="Ada Lovelace of Oslo asked by phone, ada@example.com too")
    assert "Ada" not in await private(ledger)
    (entry,) = await workspace.trail(ledger)
    assert isinstance(entry.event, CustomerErased)
    assert entry.event.why == "the customer of Oslo asked by phone, the customer too"


@pytest.mark.parametrize(
    ("why", "email", "names", "said"),
    [
        ("Mrs Lovelace rang", "x@y.example", {"Ada Lovelace"}, "Mrs the customer rang"),
        ("ada lovelace rang", "x@y.example", {"ada lovelace"}, "the customer rang"),
        ("Lovelace rang", "ada.lovelace@y.example", set(), "the customer rang"),
        ("asked for info by mail", "info@y.example", set(), "asked for info by mail"),
        ("he wrote to Bob", "x@y.example", {"Bo"}, "he wrote to Bob"),
        ("Bo wrote, the law asks", "x@y.example", {"Bo"}, "the customer wrote, the law asks"),
        ("", "x@y.example", set(), ""),
    ],
)
def test_a_reason_loses_names_and_keeps_the_rest(why: str, email: str, names: set[str], said: str) -> None:
    assert unnamed(why, email, names) == said
