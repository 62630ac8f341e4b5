"""Why nobody was reached is said in words for people, whatever a library calls it."""

import asyncio
import socket

import aiohttp
import pytest

from bot.outgoing.client import reason


async def _met(address: str) -> Exception:
    """What aiohttp raises of a call to this address."""
    async with aiohttp.ClientSession() as session:
        try:
            await session.get(address, timeout=aiohttp.ClientTimeout(total=2))
        except (aiohttp.ClientError, OSError) as error:
            return error
    pytest.fail("somebody answered")


async def _hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_nobody_listens_at_an_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert reason(await _met(f"http://127.0.0.1:{port}")) == "nobody answers at its address"


async def test_somebody_takes_the_call_and_hangs_up() -> None:
    async with await asyncio.start_server(_hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert reason(await _met(f"http://127.0.0.1:{port}")) == "the connection was lost"


async def test_a_name_that_leads_nowhere_and_an_address_that_is_none() -> None:
    assert reason(await _met("http://nowhere.invalid")) == "its name leads nowhere"
    assert reason(await _met("http://")) == "its address is none"
    assert reason(TimeoutError()) == "no answer in time"
