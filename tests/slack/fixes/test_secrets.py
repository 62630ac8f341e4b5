"""A secret parameter is nowhere once its run is over: not in the database's file or its log, nor in what is logged, counted or said."""

import asyncio
import logging
from pathlib import Path

import aiohttp
import pytest

from bot.bug.fixes.fix import RunState
from bot.ledger.expiry import expire
from tests.slack.fixes.team import Team

TOKEN = "tok-5f9c1e7a-of-the-shop"
ASK = f"new-token token={TOKEN} -- it leaked"


def on_disk(team: Team) -> list[str]:
    """The database's files that hold it, byte by byte."""
    path = Path(team.house.runtime.database_url.partition("///")[2])
    files = [file for file in path.parent.glob(f"{path.name}*") if file.is_file()]
    assert files
    return [file.name for file in files if TOKEN.encode() in file.read_bytes()]


async def gone(team: Team) -> None:
    """Soon after the outcome: whoever reads just then is waited for."""
    async with asyncio.timeout(15):
        while on_disk(team):
            await asyncio.sleep(0.1)


@pytest.fixture
def store() -> str:
    return "sqlite"


@pytest.mark.parametrize("end", ["run", "cancel", "refusal"])
async def test_it_is_gone_from_the_file_after_the_outcome(
    team: Team, caplog: pytest.LogCaptureFixture, end: str
) -> None:
    caplog.set_level(logging.DEBUG)
    preview = await team.preview(ASK)
    assert on_disk(team), "the check sees it while it is needed"
    if end == "run":
        await preview.button("Run it").click()
        await team.until(RunState.SUCCEEDED)
    elif end == "cancel":
        await team.dana.types("/fix cancel BUG-1 1", in_=team.house.errors)
        await team.until(RunState.CANCELLED)
    else:
        team.house.clock.advance(days=2)
        await expire(team.house.bot.ledger)
        await team.until(RunState.LAPSED)
    await gone(team)
    await team.house.quiet()
    assert TOKEN not in caplog.text
    assert TOKEN not in await metrics(team)
    assert not any(TOKEN in line for line in team.card.thread.lines)


async def metrics(team: Team) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{team.house.url}/metrics") as answer:
        return await answer.text()


async def test_an_error_of_the_database_does_not_say_it(team: Team, caplog: pytest.LogCaptureFixture) -> None:
    async with team.house.bot.ledger.db.write() as conn:
        await conn.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON private BEGIN SELECT RAISE(ABORT, 'disk I/O'); END"
        )
    await team.dana.types(f"/fix BUG-1 {ASK}", in_=team.house.errors)
    await team.dana.expect_ephemeral("Something went wrong")
    assert "disk I/O" in caplog.text
    assert TOKEN not in caplog.text
    async with team.house.bot.ledger.db.write() as conn:
        await conn.exec_driver_sql("DROP TRIGGER broken")
