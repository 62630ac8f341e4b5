"""Home's lists, page by page, against every bug read and sorted by hand: drawn bugs in each state, on both databases."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import pytest
from sqlalchemy import insert

from bot.bug.bug import Bug, Debt, DoneAlone, Status
from bot.bug.customers.customer import Customer, Message
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.retro.span import week_of
from bot.bug.values import BugRef, CustomerHint
from bot.ledger import codec, home
from bot.ledger.db.tables import bugs
from bot.ledger.home import FIRST, Lists, Page, Pages
from bot.ledger.index.facets import facets
from bot.ledger.ledger import Ledger
from tests.support.stores import MONDAY, TEAM, Store

ME, PEOPLE = "U0ME", ("U0ME", "U0DEV", "U0SUP")
COUNT = 160
T = TypeVar("T")
IN_HAND = (Status.OPEN, Status.CLAIMED, Status.FIXED)
LIVE = (*IN_HAND, Status.OWED)


def _drawn(draw: Random, number: int) -> Bug:
    """Some of it could not come about in a life; a list must be right for whatever is stored."""
    began, status = MONDAY - timedelta(hours=draw.randrange(400)), draw.choice(list(Status))
    promised = MONDAY + timedelta(minutes=draw.randrange(-90, 90)) if draw.random() < 0.3 else None
    return Bug(
        ref=BugRef(team=TEAM, number=number),
        seq=7,
        status=status,
        title=f"bug {number}",
        opened_at=began,
        owner=None if status is Status.OPEN else draw.choice(PEOPLE),
        back_by=promised,
        customers=tuple(_customer(draw, f"c{n}", promised) for n in range(1, draw.randrange(1, 4))),
        fixes=tuple(_fix(draw, run) for run in range(1, draw.randrange(1, 3))),
        debt=_debt(draw) if status in {Status.OWED, Status.CLOSED} else None,
        done_alone=tuple(_alone(draw, seq) for seq in range(1, draw.randrange(1, 5))) if draw.random() < 0.4 else (),
    )


def _customer(draw: Random, id_: str, promised: datetime | None) -> Customer:
    since = MONDAY - timedelta(minutes=draw.randrange(40_000))
    told = Message(seq=4, kind="told", text="it works", at=MONDAY, by="U0DEV", state="delivered")
    by = promised if draw.random() < 0.7 else None
    sent = Message(seq=3, kind="answered", text="looking", at=since, by="U0DEV", state="delivered", promised=by)
    return Customer(
        id=id_,
        hint=CustomerHint(email=f"{id_}@example.com"),
        via="bugsnag",
        since=since,
        said_at=since if draw.random() < 0.6 else None,
        messages=((sent,) if draw.random() < 0.6 else ()) + ((told,) if draw.random() < 0.4 else ()),
    )


def _fix(draw: Random, run: int) -> Fix:
    state = draw.choice([RunState.WAITING, RunState.SUCCEEDED, RunState.PREVIEWED])
    asked = tuple(draw.sample(PEOPLE, 2))
    return Fix(run=run, action="delete-row", params={}, reason="", by="U0DEV", at=MONDAY, state=state, asked=asked)


def _debt(draw: Random) -> Debt:
    paid = MONDAY if draw.random() < 0.3 else None
    return Debt(owner=draw.choice(PEOPLE), due=MONDAY, paid_at=paid)


def _alone(draw: Random, seq: int) -> DoneAlone:
    return DoneAlone(seq=seq, by="U0DEV", at=MONDAY, what=f"run {seq}", seen_by="U0SUP" if draw.random() < 0.4 else "")


async def _store(ledger: Ledger, some: Sequence[Bug]) -> None:
    rows = [
        {
            "team": TEAM,
            "number": bug.ref.number,
            "seq": bug.seq,
            "head": "",
            "state": codec.dump_bug(bug),
            "touched": 0.0,
            **facets(bug),
        }
        for bug in some
    ]
    async with ledger.db.write() as conn:
        await conn.execute(insert(bugs), rows)


async def _walked(ledger: Ledger, name: str, of: Callable[[Lists], Page[T]]) -> list[T]:
    """Each page in turn, by the word that the page says of itself."""
    found: list[T] = []
    page = of(await home.read(ledger, ME, FIRST, MONDAY))
    for nth in range(page.last + 1):
        pages = Pages.read(str(FIRST.turned(name, nth)))
        shown = of(await home.read(ledger, ME, pages, MONDAY))
        assert (shown.page, shown.all, len(shown.shown) <= shown.size) == (nth, page.all, True)
        found += shown.shown
    assert len(found) == page.all
    return found


def _numbers(found: Sequence[Bug]) -> list[int]:
    return [bug.ref.number for bug in found]


def _wait(bug: Bug) -> float:
    """Minutes since the first who wrote and knows nothing yet, counted down; nobody: behind everybody."""
    waits = [c.since.timestamp() for c in bug.customers if c.said_at and not c.told_at]
    return min(waits, default=float("inf"))


def _by_wait(some: Sequence[Bug]) -> list[int]:
    return [bug.ref.number for bug in sorted(some, key=lambda bug: (_wait(bug), bug.ref.number))]


def _stands(bug: Bug) -> bool:
    """Whether somebody who knows nothing yet was promised news by that hour."""
    untold = [c for c in bug.customers if not c.told_at]
    return bug.back_by is not None and any(m.promised == bug.back_by for c in untold for m in c.messages)


@pytest.fixture
async def told(store: Store) -> tuple[Ledger, list[Bug]]:
    draw, ledger = Random(14), store.ledger()  # noqa: S311 - the same bugs each time
    every = [_drawn(draw, number) for number in range(1, COUNT + 1)]
    await _store(ledger, every)
    return ledger, every


async def test_open_are_those_in_hand_who_waits_longest_first_then_the_oldest(told: tuple[Ledger, list[Bug]]) -> None:
    ledger, every = told
    found = await _walked(ledger, "open", lambda lists: lists.open)
    assert _numbers(found) == _by_wait([bug for bug in every if bug.status in IN_HAND])
    assert len(found) > 2 * home.SIZES.open


async def test_mine_are_those_that_i_have_in_hand(told: tuple[Ledger, list[Bug]]) -> None:
    ledger, every = told
    found = await _walked(ledger, "mine", lambda lists: lists.mine)
    assert _numbers(found) == _by_wait([b for b in every if b.status in IN_HAND and b.owner == ME]) != []


async def test_my_word_is_waited_for_by_approvals_then_by_those_whom_i_must_tell(
    told: tuple[Ledger, list[Bug]],
) -> None:
    ledger, every = told
    asks = [
        b for b in every if b.status in LIVE and any(f.state is RunState.WAITING and ME in f.asked for f in b.fixes)
    ]
    tells = [b for b in every if b.status is Status.FIXED and b.owner == ME and any(not c.told_at for c in b.customers)]
    found = await _walked(ledger, "waits", lambda lists: lists.waits)
    assert _numbers(found) == [*_numbers(asks), *_by_wait(tells)]
    assert asks
    assert tells


async def test_promises_stand_while_somebody_waits_for_their_news_the_soonest_first(
    told: tuple[Ledger, list[Bug]],
) -> None:
    ledger, every = told
    stand = [b for b in every if b.status in IN_HAND and _stands(b)]
    found = await _walked(ledger, "promises", lambda lists: lists.promises)
    assert _numbers(found) == [b.ref.number for b in sorted(stand, key=lambda b: (b.back_by, b.ref.number))] != []


async def test_debts_are_mine_and_of_the_others_their_number(told: tuple[Ledger, list[Bug]]) -> None:
    ledger, every = told
    owed = [b for b in every if b.status in LIVE and b.debt and not b.debt.paid_at]
    found = await _walked(ledger, "debts", lambda lists: lists.debts)
    assert _numbers(found) == [b.ref.number for b in owed if b.debt and b.debt.owner == ME] != []
    assert (await home.read(ledger, ME, FIRST, MONDAY)).owed == len(owed)


async def test_unseen_are_single_things_the_newest_bug_first(told: tuple[Ledger, list[Bug]]) -> None:
    ledger, every = told
    wanted = [
        (bug.ref.number, one.seq)
        for bug in reversed(every)
        for one in sorted(bug.done_alone, key=lambda one: -one.seq)
        if not one.seen_by
    ]
    found = await _walked(ledger, "unseen", lambda lists: lists.unseen)
    assert [(bug.ref.number, one.seq) for bug, one in found] == wanted
    assert len(wanted) > 2 * home.SIZES.unseen


async def test_the_week_counts_each_day_s_beginnings_and_who_knows(told: tuple[Ledger, list[Bug]]) -> None:
    ledger, every = told
    lists = await home.read(ledger, ME, FIRST, MONDAY)
    for share, day in zip(lists.week, week_of(MONDAY).parts, strict=True):
        began = [b for b in every if day.has(min([b.opened_at or MONDAY, *(c.since for c in b.customers)]))]
        assert (share.name, share.bugs) == (day.name, len(began))
        assert share.told == sum(c.told_at is not None for b in began for c in b.customers)
    assert any(share.bugs for share in lists.week)


async def test_a_page_that_is_gone_is_the_last_that_there_is(told: tuple[Ledger, list[Bug]]) -> None:
    ledger, _ = told
    lists = await home.read(ledger, ME, Pages(open=999, unseen=999, mine=999), MONDAY)
    assert lists.open.page == lists.open.last
    assert lists.open.shown
    assert lists.unseen.shown
    assert lists.mine.shown


async def test_nothing_anywhere_is_empty_lists(store: Store) -> None:
    lists = await home.read(store.ledger(), ME, Pages(open=3), MONDAY)
    assert [page.all for page in (lists.waits, lists.unseen, lists.mine, lists.promises, lists.open, lists.debts)] == [
        0
    ] * 6


def test_pages_that_nobody_wrote_are_the_first() -> None:
    assert Pages.read("open:x,nothing:3,,:,mine:-1") == FIRST
    assert Pages.read(str(replace(FIRST, open=3, unseen=12))) == Pages(open=3, unseen=12)
