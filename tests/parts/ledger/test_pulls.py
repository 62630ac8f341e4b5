"""Pull requests and checks as forges tell of them: twice, late, in any order; the bug comes to the same, and is paid once."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import select

from bot.bug.bug import Bug, Status
from bot.bug.course.course import Fixed
from bot.bug.debt.pull import Check, Checks, ChecksChange, CheckState, Pull, PullChange
from bot.bug.debt.pulls import PullChecked
from bot.intake.pulls import MOST, Pulls
from bot.intake.sources import CHECKS, PULL
from bot.ledger import merging
from bot.ledger.db.tables import inbox as table
from bot.ledger.entries import load, trail
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.index import pulls as index
from bot.ledger.ledger import Ledger
from tests.support.stores import BUGSNAG, MONDAY, TEAM, Store, kinds, open_bug


class Stage(NamedTuple):
    """Where deliveries arrive."""

    ledger: Ledger
    store: Store


@pytest.fixture
def stage(ledger: Ledger, store: Store) -> Stage:
    return Stage(ledger, store)


MENDS = Pull(
    forge="github",
    repo="1",
    repository="acme/shop",
    number=212,
    url="https://github.com/acme/shop/pull/212",
    title="Keep the index whole",
    author="ada",
    base="main",
    head="c1",
    at=MONDAY,
    by="ada",
)


def at(minutes: int, pull: Pull = MENDS, **changed: object) -> Pull:
    when = MONDAY + timedelta(minutes=minutes)
    merged = {"merged_at": when} if changed.get("state") == "merged" else {}
    return replace(pull, at=when, **merged, **changed)  # type: ignore[arg-type] # passes on


def change(event: str, pull: Pull, fixes: tuple[int, ...] = (1,), mentions: tuple[int, ...] = ()) -> Item:
    said = PullChange(event=event, pull=pull, fixes=fixes, mentions=mentions)
    return Item(key=f"code:{event}", source=PULL, body=said.model_dump_json())


def checked(event: str, minute: int, name: str, state: CheckState, head: str = "c2") -> Item:
    check = Check(name=name, shown=name.partition(":")[2] or name, state=state, at=MONDAY + timedelta(minutes=minute))
    said = ChecksChange(event=event, forge="github", head=head, checks=(check,))
    return Item(key=f"code:{event}", source=CHECKS, body=said.model_dump_json())


async def deliver(stage: Stage, *items: Item) -> None:
    """Each on its own, as it comes in; a repeat is no new item, and whatever came of it is told by the inbox's key."""
    inbox = Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds)
    pulls = Pulls(stage.ledger, inbox)
    for item in items:
        if await inbox.store(item):
            await (pulls.fold if item.source == PULL else pulls.fold_checks)([item])


async def owed(stage: Stage) -> int:
    bug = await open_bug(stage.ledger, "Menu page fails")
    await stage.ledger.record(bug, lambda _b: Fixed(how="word"), by=BUGSNAG)
    assert (await load(stage.ledger, bug)).status is Status.OWED
    return bug


def pull_of(bug: Bug, number: int = 212) -> Pull:
    found = bug.pull(f"github:1#{number}")
    assert found
    return found


HISTORY = (
    change("p1", at(0)),
    change("p2", at(5, head="c2", title="Keep the whole index")),
    checked("k1", 6, "1:tests", "running"),
    checked("k2", 6, "1:lint", "running"),
    checked("k3", 8, "1:lint", "failed"),
    checked("k4", 9, "1:lint", "running"),
    checked("k5", 10, "1:lint", "passed"),
    checked("k6", 11, "1:tests", "failed"),
    checked("k7", 11, "1:", "failed"),
)
MERGE = change("p3", at(20, head="c2", title="Keep the whole index", state="merged", by="ben"))


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_and_however_often_it_comes_it_comes_to_the_same(stage: Stage, seed: int) -> None:
    chance, bug = random.Random(seed), await owed(stage)  # noqa: S311 - an order, no secret
    told = [*HISTORY, *chance.choices(HISTORY, k=6)]
    chance.shuffle(told)
    await deliver(stage, *told)
    after = pull_of(await load(stage.ledger, bug))
    assert (after.title, after.standing) == ("Keep the whole index", "1 of 2 checks failed")


@pytest.mark.parametrize("seed", range(6))
async def test_a_merge_pays_once_wherever_it_comes_among_the_others(stage: Stage, seed: int) -> None:
    chance, bug = random.Random(seed), await owed(stage)  # noqa: S311 - an order, no secret
    told = [*HISTORY, MERGE, MERGE]
    chance.shuffle(told)
    await deliver(stage, *told)
    after = await load(stage.ledger, bug)
    assert (after.status, (await kinds(stage.ledger, bug)).count("paid")) == (Status.CLOSED, 1)
    assert pull_of(after).state == "merged"


async def test_a_delivery_that_was_cut_off_half_way_is_done_again_once(stage: Stage) -> None:
    bug = await owed(stage)
    pulls = Pulls(stage.ledger, Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds))
    for item in (change("p1", at(0, head="c2")), checked("k", 1, "1:tests", "failed"), MERGE):
        for _ in range(2):
            await (pulls.fold if item.source == PULL else pulls.fold_checks)([item])
    told = await kinds(stage.ledger, bug)
    assert [told.count(kind) for kind in ("pull_seen", "pull_checked", "paid")] == [2, 1, 1]


async def test_one_pull_request_pays_each_bug_that_it_fixes(stage: Stage) -> None:
    first, second, third = [await owed(stage) for _ in range(3)]
    await deliver(stage, change("p", at(1, state="merged"), (first, second), (third,)))
    stands = [(await load(stage.ledger, n)).status for n in (first, second, third)]
    assert stands == [Status.CLOSED, Status.CLOSED, Status.OWED]


async def test_a_revert_reaches_the_bug_that_it_does_not_name(stage: Stage) -> None:
    bug = await owed(stage)
    revert = at(30, number=220, title='Revert "Keep the index whole"', state="merged", reverts=212)
    again = at(40, number=221, title="Reapply", state="merged", reverts=220)
    states = []
    for item in (MERGE, change("r", revert, ()), change("a", again, ())):
        await deliver(stage, item)
        states.append((await load(stage.ledger, bug)).status)
    assert states == [Status.CLOSED, Status.OWED, Status.CLOSED]


async def test_a_revert_of_a_mere_mention_is_one_too(stage: Stage) -> None:
    bug = await owed(stage)
    await deliver(stage, change("m", at(1, role="mentions", state="merged"), (), (bug,)))
    await deliver(stage, change("r", at(3, number=220, state="merged", reverts=212), ()))
    after = await load(stage.ledger, bug)
    assert (after.status, pull_of(after, 220).role) == (Status.OWED, "mentions")


async def test_a_bug_that_goes_on_as_another_is_reached_under_both_numbers(stage: Stage) -> None:
    gone, stays = await open_bug(stage.ledger, "Menu"), await owed(stage)
    both = await open_bug(stage.ledger, "Menus")
    await deliver(stage, change("p1", at(0), (gone, both)))
    for ending, into in ((both, gone), (gone, stays)):
        await merging.merge(stage.ledger, ending, into, by=BUGSNAG, key=f"m{ending}")
    assert await index.bugs_of(stage.ledger.db, TEAM, [MENDS.key]) == {stays}
    await deliver(stage, change("p2", at(9, state="merged"), (both,)))
    assert (await load(stage.ledger, stays)).status is Status.CLOSED


async def test_a_bug_that_is_not_here_is_noted(stage: Stage) -> None:
    await deliver(stage, change("p", at(0), (77,), (78,)), change("q", at(0, number=5), ()))
    async with stage.ledger.db.read() as conn:
        notes = [row.note for row in await conn.execute(table.select().order_by(table.c.key))]
    assert notes == ["names BUG-77, BUG-78, which is not here", ""]


async def test_many_failed_checks_are_some_names_and_a_number(stage: Stage) -> None:
    bug = await owed(stage)
    await deliver(stage, change("p", at(0)), *(checked(f"k{n}", 1, f"1:job {n}", "failed", "c1") for n in range(5)))
    (*_, last) = [x.event for x in (await trail(stage.ledger, bug)) if x.event.KIND == "pull_checked"]
    assert isinstance(last, PullChecked)
    assert last.failing == "job 0, job 1, job 2 and 2 more"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_sum_of_an_app_counts_only_where_its_runs_are_not_told(stage: Stage, order: Sequence[int]) -> None:
    told = [checked("a", 1, "1:", "failed"), checked("b", 2, "1:tests", "passed"), checked("c", 3, "2:", "passed")]
    await deliver(stage, *(told[n] for n in order))
    assert await index.stand(stage.ledger.db, TEAM, "github", "c2") == (Checks(passed=2), ())


async def test_old_checks_are_forgotten(stage: Stage) -> None:
    await deliver(stage, checked("a", 1, "1:tests", "passed"))
    later = stage.ledger.clock() + index.KEPT + timedelta(days=1)
    await index.tidy(stage.ledger.db, TEAM, later)
    assert (await index.stand(stage.ledger.db, TEAM, "github", "c2"))[0] == Checks()


async def test_a_pull_request_that_names_thousands_of_bugs_reaches_few_and_the_inbox_says_so(stage: Stage) -> None:
    bugs = [await open_bug(stage.ledger, f"Page {number} fails") for number in range(MOST + 2)]
    await deliver(stage, change("p1", at(0), tuple(range(1, 9000))))
    assert await index.bugs_of(stage.ledger.db, TEAM, [MENDS.key]) == set(bugs[:MOST])
    async with stage.ledger.db.read() as conn:
        (note,) = (await conn.execute(select(table.c.note))).scalars()
    assert note == f"names {8999 - MOST} bugs beyond {MOST}, which were left out"


async def test_a_revert_that_is_told_of_before_the_merge_leaves_nothing_paid(stage: Stage) -> None:
    bug, back = await owed(stage), at(30, replace(MENDS, number=220), state="merged", reverts=212)
    await deliver(stage, change("r1", back, ()), MERGE)
    after = await load(stage.ledger, bug)
    assert (after.status, pull_of(after).standing) == (Status.OWED, "merged, then taken back")


async def test_a_revert_that_was_reverted_before_the_merge_is_told_of_takes_nothing_back(stage: Stage) -> None:
    bug, back = await owed(stage), at(30, replace(MENDS, number=220), state="merged", reverts=212)
    again = at(40, replace(MENDS, number=221), state="merged", reverts=220)
    await deliver(stage, change("r1", back, ()), change("r2", again, ()), MERGE)
    assert (await load(stage.ledger, bug)).status is Status.CLOSED
