"""What is kept only for a time is deleted when it is over, and the trail says so and stays whole."""

from dataclasses import replace

import pytest

from bot.bug.event import Retention
from bot.bug.fixes.asking import FixAsked, FixPreviewed, FixSecrets
from bot.bug.fixes.fix import Stored
from bot.bug.fixes.run import FixEnded, FixProgressed, ImageExpired
from bot.ledger.entries import load
from bot.ledger.expiry import BATCH, expire
from bot.ledger.ledger import SYSTEM, Ledger
from bot.ledger.verify import verify
from tests.support.stores import Store, kinds, of_kind, open_bug, person, rows

A_DAY, A_MONTH = 86_400.0, 30 * 86_400.0
ROW = {"key": "13", "name": "Margherita"}
PREVIEW = FixPreviewed(
    run=1,
    digest="d1",
    target="shop",
    lock_key="menus",
    summary="1 row of menus",
    text="delete from menus where key = 13",
    rows=(ROW,),
    stored=Stored(salt="s", preview="what would run"),
    undoable=True,
)
ENDED = FixEnded(run=1, state="succeeded", summary="1 row deleted", image="sealed rows")


@pytest.fixture
async def bug(ledger: Ledger) -> int:
    """A fix with a secret parameter ran."""
    number = await open_bug(ledger)
    asked = FixAsked(run=1, action="delete-row", params={"key": "13"}, reason="bad row")
    hidden = FixSecrets(run=1, values={"token": "s3cret"})
    await ledger.record(number, lambda _b: (asked, hidden), by=person("U1"))
    await ledger.record(number, lambda _b: PREVIEW, by=SYSTEM)
    return number


async def kept(ledger: Ledger) -> str:
    return str(await rows(ledger.db, "SELECT body FROM private ORDER BY bug, seq"))


async def test_rows_of_production_are_gone_after_a_month_and_the_run_can_not_be_undone_any_more(
    store: Store, ledger: Ledger, bug: int
) -> None:
    await ledger.record(bug, lambda _b: ENDED, by=SYSTEM)
    store.clock.advance(A_MONTH)
    assert await expire(ledger) == 0, "a month is a month"
    assert "Margherita" in await kept(ledger)
    store.clock.advance(1)
    assert await expire(ledger) == 2
    left = await kept(ledger)
    assert not any(word in left for word in ("Margherita", "what would run", "sealed rows"))
    assert "bad row" in left, "why it was done stays"
    run = (await load(ledger, bug)).fixes[0]
    assert (run.undoable, run.undo_note, run.rows, run.stored) == (
        False,
        "The stored image has expired.",
        (),
        Stored(),
    )
    assert run.summary == "1 row deleted"
    assert await verify(ledger) == 1


async def test_it_is_said_once(store: Store, ledger: Ledger, bug: int) -> None:
    store.clock.advance(A_MONTH + 1)
    await expire(ledger)
    assert await expire(ledger) == 0
    (said,) = await of_kind(ledger, bug, ImageExpired)
    assert (said.event, said.by) == (ImageExpired(run=1), SYSTEM)


async def test_the_secrets_of_a_preview_that_nobody_went_on_with_are_gone_after_a_day(
    store: Store, ledger: Ledger, bug: int
) -> None:
    before = await kinds(ledger, bug)
    store.clock.advance(A_DAY + 1)
    assert await expire(ledger) == 1
    assert "s3cret" not in await kept(ledger)
    assert "Margherita" in await kept(ledger), "the preview stays"
    assert await kinds(ledger, bug) == [*before, "fix_lapsed"], "nobody can go on with it without its secrets"
    assert await verify(ledger) == 1


async def test_the_settings_say_how_long_each_is_kept(store: Store, ledger: Ledger) -> None:
    ledger = replace(ledger, keep=Retention(rows_days=2, secrets_hours=1))
    bug = await open_bug(ledger)
    asked = FixAsked(run=1, action="delete-row", params={"key": "13"}, reason="bad row")
    hidden = FixSecrets(run=1, values={"token": "s3cret"})
    await ledger.record(bug, lambda _b: (asked, hidden), by=person("U1"))
    await ledger.record(bug, lambda _b: PREVIEW, by=SYSTEM)
    gone = []
    for _hour in range(50):
        store.clock.advance(3600)
        await expire(ledger)
        left = await kept(ledger)
        gone.append(("s3cret" not in left, "Margherita" not in left))
    assert (gone.index((True, False)), gone.index((True, True))) == (1, 48), "at the first look after its time"


def test_what_is_kept_how_long_is_said_in_words() -> None:
    said = "rows of production are deleted after 7 days, secrets of previews after 1 hour"
    assert Retention(rows_days=7, secrets_hours=1).said == said


async def test_each_bug_loses_its_own(store: Store, ledger: Ledger, bug: int) -> None:
    store.clock.advance(A_MONTH - A_DAY)
    young = await open_bug(ledger, "another error")
    asked = FixAsked(run=1, action="delete-row", params={}, reason="bad row too")
    await ledger.record(young, lambda _b: (asked, PREVIEW), by=person("U1"))
    store.clock.advance(A_DAY + 1)
    assert await expire(ledger) == 2
    assert [len(await of_kind(ledger, number, ImageExpired)) for number in (bug, young)] == [1, 0]
    assert (await load(ledger, young)).fixes[0].undoable


async def test_what_is_too_much_for_one_turn_goes_with_the_next(store: Store, ledger: Ledger, bug: int) -> None:
    lines = [FixProgressed(run=1, text=f"line {n}") for n in range(BATCH)]
    await ledger.record(bug, lambda _b: lines, by=SYSTEM)
    store.clock.advance(A_MONTH + 1)
    assert [await expire(ledger), await expire(ledger), await expire(ledger)] == [BATCH, 2, 0]
    assert len(await of_kind(ledger, bug, ImageExpired)) == 1
    assert await verify(ledger) == 1


async def test_what_a_run_of_nothing_left_behind_is_deleted_without_a_word(store: Store, ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    await ledger.record(bug, lambda _b: FixProgressed(run=7, text="?"), by=SYSTEM)
    store.clock.advance(A_MONTH + 1)
    assert await expire(ledger) == 1
    assert await kinds(ledger, bug) == ["opened", "fix_progressed"]
