"""The connection to production is cut in the middle: what is said afterwards is what is so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.bug.errors import MakegoodError, Refused
from bot.production.action import RunOutcome
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref
from tests.parts.production_sql.wire import Wire, wire_to

DRIVERS = {"asyncpg": {"ssl": "disable"}, "psycopg": {"sslmode": "disable"}, "aiomysql": {}}
"""In plain text, so that the wire can read along."""
AS_BEFORE = (
    "INSERT INTO menus VALUES (13, 1, 'Breakfast', 5.50, 3)",
    "INSERT INTO menu_items VALUES (1, 13, 'Eggs'), (2, 13, NULL)",
    "INSERT INTO item_photos VALUES (1, 1), (2, 1)",
    "UPDATE notes SET menu_id = 13",
)


class Wired(Shop):
    """The shop at the end of a wire."""

    def __init__(self, wire: Wire, there: Shop, driver: str) -> None:
        plain = there.by(driver)
        where = sa.make_url(plain.url).set(host="127.0.0.1", port=wire.port, query=DRIVERS[driver])
        super().__init__(where.render_as_string(hide_password=False), plain._direct)
        self.wire = wire

    def menu_is_there(self) -> bool:
        return bool(self.rows("SELECT 1 FROM menus WHERE id = 13"))


@pytest.fixture(params=DRIVERS)
async def wired(request: pytest.FixtureRequest) -> AsyncIterator[Wired]:
    if request.param == "aiomysql":
        there, place = request.getfixturevalue("mariadb_shop"), request.getfixturevalue("mariadb_server")
    else:
        there = request.getfixturevalue("postgres_shop")
        place = request.getfixturevalue("postgres_server") / ".s.PGSQL.5432"
    async with wire_to(place) as wire:
        yield Wired(wire, there, request.param)


class Cuts(Follower):
    """Cuts the wire at the COMMIT, which comes right after the image is kept."""

    def __init__(self, wire: Wire, **cut: bytes) -> None:
        super().__init__()
        self.wire, self.cut = wire, cut

    async def keep(self, image: bytes) -> None:
        await super().keep(image)
        vars(self.wire).update(self.cut)


async def _run(shop: Shop, follower: Follower) -> RunOutcome:
    engine = shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    try:
        return await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    finally:
        await engine.close()


async def test_a_commit_that_arrived_is_found_to_have_taken_effect(wired: Wired) -> None:
    follower = Cuts(wired.wire, cut_after=b"COMMIT")
    outcome = await _run(wired, follower)
    assert outcome.state == "succeeded", outcome
    assert "looked at production: it took effect" in outcome.summary
    assert outcome.image == follower.kept[0]
    assert follower.told == ["The connection was lost at COMMIT. Looking at production …"]
    assert not wired.menu_is_there()


async def test_a_commit_that_never_arrived_is_found_to_have_taken_none(wired: Wired) -> None:
    outcome = await _run(wired, Cuts(wired.wire, cut_before=b"COMMIT"))
    assert outcome.state == "failed", outcome
    assert "it took no effect" in outcome.summary
    assert wired.menu_is_there()


async def test_wherever_the_wire_is_cut_the_outcome_is_true(wired: Wired) -> None:
    """From the first message of a new connection to the last of the run; a run that nothing cut ends it."""
    engine, wire = wired.engine(), wired.wire
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    failed = 0
    for cut in count(1):
        await engine._runtimes["shop"]._db.close()  # type: ignore[attr-defined] # the SQL runtime's: the next run connects anew
        wire.messages, wire.cut_at = 0, cut
        outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
        reached, wire.cut_at = wire.messages >= cut, 0
        assert outcome.state in {"succeeded", "failed"}, (cut, outcome)
        assert (outcome.state == "succeeded") is not wired.menu_is_there(), (cut, outcome)
        failed += outcome.state == "failed"
        if not reached:
            break
        if outcome.state == "succeeded":
            wired.meanwhile(*AS_BEFORE)
    await engine.close()
    assert failed > 7


async def test_a_run_that_died_before_its_commit_is_said_to_have_done_nothing(shop: Shop) -> None:
    engine = shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.investigate("delete-row", MENU_13, preview, None, run_ref(), Follower())
    await engine.close()
    assert outcome.state == "failed"
    assert "nothing was changed" in outcome.summary


async def test_a_process_that_died_after_keeping_the_image_learns_what_happened(shop: Shop) -> None:
    class Dies(Follower):
        async def keep(self, image: bytes) -> None:
            await super().keep(image)
            raise MakegoodError("The process ends here.")

    engine, follower = shop.engine(), Dies()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    found = await engine.investigate("delete-row", MENU_13, preview, follower.kept[0], run_ref(), Follower())
    assert found.state == "failed"
    assert shop.rows("SELECT 1 FROM menus WHERE id = 13")

    done = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    found = await engine.investigate("delete-row", MENU_13, preview, done.image, run_ref(), Follower())
    assert found.state == "succeeded"

    shop.meanwhile("UPDATE notes SET said = 'moved on' WHERE id = 1")
    found = await engine.investigate("delete-row", MENU_13, preview, done.image, run_ref(), Follower())
    await engine.close()
    assert found.state == "unknown"
    assert "notes (id 1)" in found.summary
    assert "Somebody has to look" in found.summary


async def test_a_database_that_cannot_be_reached_leaves_nothing_changed_and_says_so(tmp_path: Path) -> None:
    shop = Shop(f"postgresql+asyncpg://shop@/shop?host={tmp_path}", "")
    engine = shop.engine()
    with pytest.raises(MakegoodError, match=r"shop can't be reached.*Nothing was changed"):
        await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()


class Settled(Follower):
    """Stood still with its rows changed, and a person has said meanwhile how it ended."""

    async def begin(self, image: bytes) -> None:
        raise Refused("It had stood still.")


async def test_what_was_settled_meanwhile_never_commits_neither_a_run_nor_an_undo(shop: Shop) -> None:
    outcome = await _run(shop, Settled())
    assert outcome.state == "lapsed"
    assert outcome.summary == "nothing was changed. It had stood still. Preview it again."
    assert shop.rows("SELECT 1 FROM menus WHERE id = 13")
    done = await _run(shop, Follower())
    engine = shop.engine()
    back = await engine.undo_preview("delete-row", MENU_13, done.image, run_ref(4))
    undone = await engine.undo("delete-row", MENU_13, done.image, back, run_ref(4), Settled())
    await engine.close()
    assert undone.state == "lapsed"
    assert not shop.rows("SELECT 1 FROM menus WHERE id = 13")


class Slow(Follower):
    """Stands still before its COMMIT for longer than the server waits."""

    async def begin(self, image: bytes) -> None:
        await super().begin(image)
        await asyncio.sleep(2.5)


@pytest.mark.parametrize("there", ["postgres_shop", "mariadb_shop"])
async def test_a_process_that_stands_still_before_its_commit_comes_too_late_with_it(
    there: str, request: pytest.FixtureRequest
) -> None:
    shop: Shop = request.getfixturevalue(there)
    engine = shop.engine(statement_timeout=1)
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Slow())
    await engine.close()
    assert outcome.state == "failed", outcome
    assert shop.rows("SELECT 1 FROM menus WHERE id = 13")


class Held(Follower):
    """Stands still between the rows and its COMMIT until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.there, self.go = asyncio.Event(), asyncio.Event()

    async def keep(self, image: bytes) -> None:
        await super().keep(image)
        self.there.set()
        await self.go.wait()


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1)], ids=["forward", "back"])
async def test_a_clock_that_jumps_makes_no_failure_of_what_is_under_way(shop: Shop, jump: timedelta) -> None:
    engine, held = shop.engine(lock_timeout=1), Held()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    running = asyncio.create_task(engine.run("delete-row", MENU_13, preview, run_ref(), held))
    await held.there.wait()
    jumped = run_ref(deadline=datetime.now(UTC) + jump)
    looks = [
        await engine.investigate("delete-row", MENU_13, preview, image, jumped, Follower())
        for image in (None, held.kept[0])
    ]
    held.go.set()
    assert [look.state for look in looks] == ["unknown", "unknown"]
    assert (await running).state == "succeeded"
    await engine.close()
