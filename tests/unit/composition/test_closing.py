"""What was opened is closed in the end: the newest part first, whatever one of them meets."""

import asyncio
import logging

import pytest

from bot.process.closing import Closing
from bot.process.tasks import cancelled


async def test_the_newest_part_is_closed_first() -> None:
    closed: list[str] = []

    async def database() -> None:
        closed.append("database")

    async with Closing() as closing:
        closing.at_end(lambda: closed.append("lock"))
        closing.at_end(database)
        closing.at_end(lambda: closed.append("sockets"))
        assert closed == []
    assert closed == ["sockets", "database", "lock"]


async def test_one_that_fails_is_logged_and_keeps_no_other_from_closing(caplog: pytest.LogCaptureFixture) -> None:
    closed: list[str] = []

    async def broken() -> None:
        raise OSError("the network is gone")

    with caplog.at_level(logging.ERROR):
        async with Closing() as closing:
            closing.at_end(lambda: closed.append("first"))
            closing.at_end(broken)
            closing.at_end(lambda: closed.append("last"))
    assert closed == ["last", "first"]
    assert [record.getMessage() for record in caplog.records] == ["A part did not stop cleanly"]


async def test_a_start_that_fails_closes_what_was_open_and_says_why() -> None:
    closed: list[str] = []

    async def start() -> None:
        async with Closing() as closing:
            closing.at_end(lambda: closed.append("database"))
            raise ValueError("the port is taken")

    with pytest.raises(ValueError, match="the port is taken"):
        await start()
    assert closed == ["database"]


async def test_a_task_has_ended_when_it_was_cancelled() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            ended.set()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await cancelled(task)
    assert ended.is_set()
