"""What must run all the time never ends without a word."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.bug.errors import Unavailable
from bot.jobs.timers import Job, Timers
from bot.process.tasks import Lasting, surviving
from bot.web.front import Readiness

UNFORESEEN = [TypeError("nobody foresaw this"), asyncio.CancelledError(), KeyError(1)]


async def moments(number: int = 5) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("error", UNFORESEEN)
async def test_the_next_round_comes_whatever_one_raises(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    rounds = 0
    for _ in range(2):
        with surviving("The round failed"):
            rounds += 1
            raise error
    assert rounds == 2
    assert [bool(r.exc_info) for r in caplog.records] == [True, True]


async def test_what_is_foreseen_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with surviving("The round failed"):
        raise Unavailable("Slack is away.")
    assert [(r.getMessage(), bool(r.exc_info)) for r in caplog.records] == [("The round failed: Slack is away.", False)]


async def test_who_cancels_a_task_ends_it() -> None:
    async def rounds() -> None:
        while True:
            with surviving("The round failed"):
                await asyncio.sleep(60)

    lasting = Lasting()
    task = lasting.start("rounds", rounds())
    await moments()
    await lasting.stop(task)
    assert task.cancelled()
    assert not lasting.ended


@pytest.mark.parametrize("error", UNFORESEEN)
async def test_what_ends_unasked_is_logged_and_makes_the_process_unready(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks() -> None:
        raise error

    async def stays() -> None:
        await asyncio.sleep(60)

    lasting = Lasting()
    going, quiet = lasting.start("renewing of leases", breaks()), lasting.start("relay", stays())
    await asyncio.wait([going])
    await moments()
    (record,) = [r for r in caplog.records if r.levelno == logging.CRITICAL]
    assert record.getMessage() == "The renewing of leases has ended and goes on only after a restart of Makegood."
    ready = Readiness(cast("Any", Works()), cast("Any", Works()), lasting)
    assert await ready() == {"database": True, "slack": True, "running": False}
    assert ready.why() == "Has ended, restart Makegood (its log says why): renewing of leases"
    await lasting.stop(quiet)


class Works:
    trouble = ""

    async def alive(self) -> bool:
        return True


async def test_a_job_that_met_what_nobody_foresaw_comes_again() -> None:
    runs = 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        raise TypeError

    timers = Timers(jobs=[Job(name="job", every=0.01, run=run)], clock=lambda: datetime.now(UTC))
    timers.start()
    async with asyncio.timeout(5):
        while runs < 3:
            await asyncio.sleep(0.01)
    await timers.stop()
    assert not timers.lasting.ended
