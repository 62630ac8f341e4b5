"""The connection to production is cut in the middle: what is said afterwards is what is so."""

from pathlib import Path

import pytest

from bot.domain.errors import MakegoodError
from bot.fixes.model import Outcome
from tests.parts.fixes_sql.shop import MENU_13, Follower, Shop, run_ref
from tests.parts.fixes_sql.wire import Wire, wire_to

DRIVERS = {"asyncpg": "?ssl=disable", "psycopg": "?sslmode=disable"}


def _over(wire: Wire, driver: str, postgres_shop: Shop) -> Shop:
    return Shop(f"postgresql+{driver}://postgres@127.0.0.1:{wire.port}/story{DRIVERS[driver]}", postgres_shop._direct)


def _menu_is_there(shop: Shop) -> bool:
    return bool(shop.rows("SELECT 1 FROM menus WHERE id = 13"))


async def _run(shop: Shop, wire: Wire, follower: Follower, *, cut_at: int = 0) -> Outcome:
    engine = shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    wire.messages, wire.cut_at = 0, cut_at
    try:
        return await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    finally:
        await engine.close()


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_commit_that_arrived_is_found_to_have_taken_effect(
    driver: str, postgres_shop: Shop, postgres_socket: Path
) -> None:
    async with wire_to(postgres_socket) as wire:
        wire.cut_after = b"COMMIT"
        follower = Follower()
        outcome = await _run(_over(wire, driver, postgres_shop), wire, follower)
    assert outcome.state == "succeeded", outcome
    assert "looked at production: it took effect" in outcome.summary
    assert outcome.image == follower.kept[0]
    assert follower.told == ["The connection was lost at COMMIT. Looking at production …"]
    assert not _menu_is_there(postgres_shop)


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_commit_that_never_arrived_is_found_to_have_taken_none(
    driver: str, postgres_shop: Shop, postgres_socket: Path
) -> None:
    async with wire_to(postgres_socket) as wire:
        wire.cut_before = b"COMMIT"
        outcome = await _run(_over(wire, driver, postgres_shop), wire, Follower())
    assert outcome.state == "failed", outcome
    assert "it took no effect" in outcome.summary
    assert _menu_is_there(postgres_shop)


@pytest.mark.parametrize("driver", DRIVERS)
async def test_wherever_the_wire_is_cut_the_outcome_is_true(
    driver: str, postgres_shop: Shop, postgres_socket: Path
) -> None:
    async with wire_to(postgres_socket) as wire:
        shop = _over(wire, driver, postgres_shop)
        cuts = 0
        while _menu_is_there(postgres_shop):
            cuts += 1
            outcome = await _run(shop, wire, Follower(), cut_at=cuts)
            assert (outcome.state == "succeeded") is not _menu_is_there(postgres_shop), (cuts, outcome)
            assert outcome.state in {"succeeded", "failed"}, (cuts, outcome)
    assert cuts > 10


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
    assert _menu_is_there(shop)

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
