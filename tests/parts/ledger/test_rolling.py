"""Two versions serve one database side by side: neither trusts what the other folded, and the older one leaves alone what it can't read."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.bug.bug import LIVE, Status
from bot.bug.course import ownership
from bot.bug.course.course import Dismissed, Fixed
from bot.bug.course.ownership import Claimed
from bot.bug.debt.board import BoardCardMade
from bot.bug.errors import Doubtful, MakegoodError, Newer
from bot.bug.event import Event
from bot.bug.retro.tally import COUNTED
from bot.bug.workspace import ProductionFrozen, allow, thaw
from bot.ledger import entries, home, states, workspace
from bot.ledger.entries import list_bugs, load, roughly, trail
from bot.ledger.forget import forget
from bot.ledger.index import search
from bot.ledger.ledger import Ledger
from bot.ledger.refreshing import freshen, keep_fresh
from bot.ledger.relay.sink import Served, Work
from bot.ledger.shape import UNFOLDED, shape
from bot.ledger.verify import verify
from bot.ledger.versions import ALIVE, leads
from tests.parts.ledger.sinks import CARD, SAID, Scribe, follows, later, paused, relaying, until
from tests.support.newer import ClaimedAloud, Relocated, Renamed, Weighed, next_version
from tests.support.stores import MONDAY, Store, cursor, open_bug, person, rows, said, sql

DANA = person("U0DEV")
FOREIGN = [Weighed(), ClaimedAloud(owner="U0DEV", aloud=True)]
"""A kind, and a field, that the present version does not know."""


@pytest.fixture(params=FOREIGN, ids=["a kind", "a field"])
def foreign(request: pytest.FixtureRequest) -> Event:
    event: Event = request.param
    return event


async def written_by_the_next(ledger: Ledger, bug: int, *events: Event) -> None:
    with next_version():
        await ledger.record(bug, lambda _bug: events, by=DANA)


async def stored(ledger: Ledger, bug: int) -> tuple[str, str, int]:
    """State, shape and seq as they lie there."""
    (found,) = await rows(ledger.db, f"SELECT state, shape, seq FROM bugs WHERE number = {bug}")
    return found[0], found[1], found[2]


# ---- states


async def test_a_state_that_was_folded_by_other_rules_is_never_trusted(ledger: Ledger) -> None:
    bug = await open_bug(ledger, "Menu page fails")
    await ledger.record(bug, lambda now: ownership.claim(now, "U0DEV"), by=DANA)
    was = await load(ledger, bug)
    await sql(ledger.db, "UPDATE bugs SET shape = 'of another', state = '{\"unheard\": 1}'")
    assert await load(ledger, bug) == was
    assert await list_bugs(ledger) == [was]
    assert (await entries.some_of(ledger, "mine", "U0DEV", 9))[0] == [was]
    assert (await home.read(ledger, "U0DEV", home.FIRST, MONDAY)).mine.shown == (was,)
    within = entries.trails_within(ledger, MONDAY - timedelta(days=1), MONDAY + timedelta(days=1), COUNTED)
    assert [found async for found, _ in within] == [was]
    await search.follow(ledger)
    assert await search.search(ledger, "menu", most=9) == [was]


async def test_a_long_trail_is_folded_to_its_end(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    await said(ledger, bug, *(f"line {nth}" for nth in range(states.BREATH + 1)))
    was = await load(ledger, bug)
    await sql(ledger.db, "UPDATE bugs SET shape = 'of another'")
    assert await load(ledger, bug) == was


async def test_who_writes_to_such_a_bug_goes_on_from_its_entries(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    await sql(ledger.db, "UPDATE bugs SET shape = 'of another', state = '{\"unheard\": 1}'")
    recorded = await ledger.record(bug, lambda now: ownership.claim(now, "U0DEV"), by=DANA)
    assert recorded.bug.owner == "U0DEV"
    assert (await stored(ledger, bug))[1] == shape()
    assert await verify(ledger) == 1


async def test_what_lists_find_bugs_by_is_filled_anew(ledger: Ledger) -> None:
    numbers = [await open_bug(ledger, f"error {nth}") for nth in range(45)]
    ended = numbers[0]
    await ledger.record(ended, lambda _bug: Dismissed(reason="a typo"), by=DANA)
    await sql(
        ledger.db, "UPDATE bugs SET shape = CASE WHEN number % 2 = 0 THEN '0' ELSE 'z' END, began = NULL, told = 1"
    )
    await sql(ledger.db, "UPDATE bugs SET shape = shape || number")
    assert await freshen(ledger, LIVE) == len(numbers) - 1
    assert await freshen(ledger) == 1
    assert await freshen(ledger) == 0
    assert await entries.told_of(ledger) == []
    assert await rows(ledger.db, "SELECT count(*) FROM bugs WHERE began IS NULL") == [(0,)]
    assert [bug.status for bug in await list_bugs(ledger, [Status.DISMISSED])] == [Status.DISMISSED]


async def test_what_was_written_meanwhile_is_left_for_the_next_time(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug = await open_bug(ledger)
    await sql(ledger.db, "UPDATE bugs SET shape = 'of another'")
    all_anew = states.all_anew

    async def late(*asked: object) -> AsyncIterator[states.Folded]:
        monkeypatch.undo()
        await sql(ledger.db, "UPDATE bugs SET shape = 'of another'")
        await said(ledger, bug, "meanwhile")
        async for folded in all_anew(*asked):  # type: ignore[arg-type] # as it was asked
            yield folded

    monkeypatch.setattr(states, "all_anew", late)
    assert await freshen(ledger) == 0
    assert (await load(ledger, bug)).seq == 2


# ---- what only a newer version can read


async def test_nobody_acts_here_on_what_a_newer_version_wrote(ledger: Ledger, foreign: Event) -> None:
    bug = await open_bug(ledger)
    await written_by_the_next(ledger, bug, foreign)
    before = await stored(ledger, bug)
    said_ = f"BUG-{bug} holds something that only a newer Makegood can read"
    with pytest.raises(Newer, match=said_):
        await load(ledger, bug)
    with pytest.raises(Newer, match=said_):
        await ledger.record(bug, lambda _bug: Dismissed(reason="a typo"), by=DANA)
    with pytest.raises(Newer, match=said_):
        await trail(ledger, bug)
    with pytest.raises(Newer, match=said_):
        async with ledger.db.write() as conn:
            await ledger.lock(conn, bug)
    assert await freshen(ledger) == 0
    assert await stored(ledger, bug) == before
    assert await verify(ledger) == 1


async def test_who_reads_on_comes_as_far_as_it_is_understood(ledger: Ledger, foreign: Event) -> None:
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    await written_by_the_next(ledger, bug, foreign)
    assert [entry.seq for entry in await entries.entries_after(ledger, bug, 0)] == [1, 2]


async def test_lists_show_it_as_far_as_it_is_understood(ledger: Ledger) -> None:
    bug, other = await open_bug(ledger, "Menu page fails"), await open_bug(ledger, "another")
    await written_by_the_next(ledger, bug, Renamed(title="Menu"), Claimed(owner="U0DEV"))
    assert [(b.ref.number, b.title, b.owner, b.seq) for b in await list_bugs(ledger)] == [
        (other, "another", None, 1),
        (bug, "Menu page fails", "U0DEV", 3),
    ]
    assert (await roughly(ledger, bug)).owner == "U0DEV"


async def test_a_newer_process_reads_on_in_what_the_older_one_wrote(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    with next_version():
        await ledger.record(bug, lambda _bug: Renamed(title="Menu"), by=DANA)
        assert (await load(ledger, bug)).title == "Menu"
    other = await open_bug(ledger, "another")
    with next_version():
        assert (await load(ledger, other)).title == "another"
        assert await keep_fresh(ledger) == 1


async def test_what_has_happened_is_written_all_the_same_and_folded_by_the_newer_one(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    await written_by_the_next(ledger, bug, Renamed(title="Menu"))
    state, _, seq = await stored(ledger, bug)
    made = BoardCardMade(id="c1", url="https://board.example/c1")
    both = (made, Dismissed(reason="no fact"))
    recorded = await ledger.record(bug, lambda _bug: both, by=DANA, facts=True)
    assert [entry.event for entry in recorded.entries] == [made]
    assert await stored(ledger, bug) == (state, UNFOLDED, seq + 1)
    assert await verify(ledger) == 1
    with next_version():
        now = await load(ledger, bug)
        assert (now.title, now.board and now.board.id, now.seq) == ("Menu", "c1", seq + 1)
        assert await freshen(ledger) == 1
        assert await stored(ledger, bug) == (states.columns(now)["state"], shape(), seq + 1)


async def test_what_follows_by_itself_follows_once_the_newer_one_folds_it(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    await ledger.record(bug, lambda _bug: Fixed(how="word"), by=DANA)
    await sql(ledger.db, "UPDATE bugs SET shape = 'of another'")
    await written_by_the_next(ledger, bug, Weighed())
    with next_version():
        await freshen(ledger)
        kinds = [entry.event.KIND for entry in await trail(ledger, bug)]
    await ledger.record(bug, lambda _bug: Weighed(), by=DANA, facts=True)
    with next_version():
        await freshen(ledger)
        assert [entry.event.KIND for entry in await trail(ledger, bug)] == [*kinds, Weighed.KIND]


async def test_a_search_is_left_to_the_newer_one_and_holds_up_no_other_bug(ledger: Ledger) -> None:
    numbers = [await open_bug(ledger, f"menu {nth}") for nth in range(search.AT_ONCE + 3)]
    for bug in numbers[: search.AT_ONCE]:
        await written_by_the_next(ledger, bug, Renamed(title="kitchen"))
    assert await search.follow(ledger) == 3
    assert [b.ref.number for b in await search.search(ledger, "menu", most=99)] == numbers[:-4:-1]
    with next_version():
        assert await search.follow(ledger) == search.AT_ONCE
        assert len(await search.search(ledger, "kitchen", most=99)) == search.AT_ONCE


async def test_nobody_is_forgotten_by_half(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    await said(ledger, bug, "mia@studio.example wrote")
    await written_by_the_next(ledger, bug, Weighed())
    with pytest.raises(Newer):
        await forget(ledger, "mia@studio.example")
    with next_version():
        assert await forget(ledger, "mia@studio.example") == 1


# ---- sinks


@pytest.mark.parametrize("interest", [SAID, CARD], ids=["follows", "jumps"])
async def test_a_sink_is_not_asked_about_what_a_newer_version_wrote(
    store: Store, interest: object, foreign: Event
) -> None:
    scribe = Scribe(interest)  # type: ignore[arg-type]
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    await written_by_the_next(ledger, bug, foreign)
    async with relaying(ledger, scribe):
        await until(paused(ledger, bug))
    found = await cursor(ledger, bug, "scribe")
    # not in doubt: nothing was called, so nobody has to be asked whether it was
    assert (scribe.served, found["attempts"], found["doubt"]) == ([], 0, 0)


async def test_that_a_bug_is_left_to_a_newer_version_is_said_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    scribe = Scribe(SAID)
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    await written_by_the_next(ledger, bug, Weighed())
    async with relaying(ledger, scribe) as relay:
        await until(paused(ledger, bug))
        before = store.clock().timestamp() + 30
        later(store, relay, 60)
        await until(lambda: _due_after(ledger, bug, before))
    assert caplog.text.count("The newer one goes on") == 1


async def _due_after(ledger: Ledger, bug: int, moment: float) -> bool:
    return float((await cursor(ledger, bug, "scribe"))["due"] or 0) > moment


class Overtaken(Scribe):
    """While it calls out, a newer version writes."""

    ledger: Ledger
    meets: Exception | None = None

    async def serve(self, work: Work) -> Served:
        if not self.served:
            await written_by_the_next(self.ledger, work.bug.ref.number, Weighed())
        if self.meets:
            self.served.append(work)
            raise self.meets
        return await super().serve(work)


@pytest.fixture
def overtaken(store: Store) -> tuple[Ledger, Overtaken]:
    made = BoardCardMade(id="c1", url="https://board.example/c1")
    scribe = Overtaken(SAID, answers=[Served(outcomes=(made,))])
    scribe.ledger = follows(store, scribe)
    return scribe.ledger, scribe


async def test_what_a_sink_did_is_an_entry_although_a_newer_version_wrote_meanwhile(
    overtaken: tuple[Ledger, Overtaken],
) -> None:
    ledger, scribe = overtaken
    bug = await open_bug(ledger)
    await said(ledger, bug, "a", "b")
    async with relaying(ledger, scribe):
        await until(paused(ledger, bug))
    assert scribe.read == ["a"]
    with next_version():
        kinds = [entry.event.KIND for entry in await trail(ledger, bug)]
    assert kinds == ["opened", "said", "said", Weighed.KIND, "board_card_made"]
    assert (await cursor(ledger, bug, "scribe"))["done"] == 2


@pytest.mark.parametrize(
    ("meets", "ends"),
    [(MakegoodError("no"), "gave_up"), (Doubtful("cut off"), ""), (Newer("later"), "")],
    ids=["given up", "in doubt", "left"],
)
async def test_what_a_sink_met_is_written_too(overtaken: tuple[Ledger, Overtaken], meets: Exception, ends: str) -> None:
    ledger, scribe = overtaken
    scribe.meets = meets
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe):
        await until(lambda: scribe.served)
    with next_version():
        assert (ends or Weighed.KIND) == (await trail(ledger, bug))[-1].event.KIND
    found = await cursor(ledger, bug, "scribe")
    assert (found["done"], found["doubt"], bool(found["gave_up"])) == (1, int(not ends), bool(ends))


# ---- the workspace


async def test_what_may_run_is_not_guessed(ledger: Ledger) -> None:
    await workspace.record(ledger, lambda now: allow(now, "a", "1"), by=DANA)
    with next_version():
        await workspace.record(ledger, lambda _now: Relocated(), by=DANA)
    with pytest.raises(Newer, match="This workspace's trail holds something"):
        await workspace.load(ledger)
    with pytest.raises(Newer):
        await workspace.record(ledger, thaw, by=DANA)
    with pytest.raises(Newer):
        await forget(ledger, "") or await workspace.record(ledger, lambda _now: None, by=DANA)


async def test_production_can_be_frozen_by_every_version_at_any_time(ledger: Ledger) -> None:
    await workspace.record(ledger, lambda now: allow(now, "a", "1"), by=DANA)
    with next_version():
        await workspace.record(ledger, lambda _now: Relocated(), by=DANA)
    await workspace.record(ledger, lambda _now: ProductionFrozen(why="stop"), by=DANA)
    with next_version():
        now = await workspace.load(ledger)
        assert (now.freeze and now.freeze.why, now.allowed, now.seq) == ("stop", {}, 3)
        await workspace.record(ledger, thaw, by=DANA)
        assert (await workspace.load(ledger)).freeze is None
        assert await verify(ledger) == 0


async def test_a_workspace_that_was_folded_by_other_rules_is_folded_anew(ledger: Ledger) -> None:
    await workspace.record(ledger, lambda now: allow(now, "a", "1"), by=DANA)
    await sql(ledger.db, "UPDATE workspaces SET shape = 'of another', state = '{\"unheard\": 1}'")
    assert (await workspace.load(ledger)).allowed == {"a": "1"}
    assert await verify(ledger) == 0


# ---- who is the newer one


@pytest.mark.parametrize("where", ["postgresql"])
async def test_the_version_that_came_last_folds_what_the_others_stored(store: Store) -> None:
    ledger = store.ledger()
    bug = await open_bug(ledger)
    assert await leads(ledger)
    store.clock.advance(60)
    with next_version():
        assert await leads(ledger)
        assert await keep_fresh(ledger) == 1
    store.clock.advance(10)
    assert not await leads(ledger)
    assert await keep_fresh(ledger) == 0
    with next_version():
        assert await leads(ledger)
        assert (await stored(ledger, bug))[1] == shape()
    # the newer one is stopped: somebody went back
    store.clock.advance(ALIVE + 1)
    assert await leads(ledger)
    assert await keep_fresh(ledger) == 1
    # and forward again
    with next_version():
        assert await leads(ledger)
    assert not await leads(ledger)
    store.clock.advance(31 * 86400)
    assert await leads(ledger)
    assert await rows(ledger.db, "SELECT count(*) FROM flags WHERE name LIKE 'version:%'") == [(1,)]


@pytest.mark.parametrize("where", ["sqlite"])
async def test_a_file_has_one_process_and_so_one_version(ledger: Ledger) -> None:
    assert await leads(ledger)
    assert await rows(ledger.db, "SELECT count(*) FROM flags") == [(0,)]
