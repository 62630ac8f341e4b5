"""Slack is far away, and behind TLS: a call costs one round trip, because its connection is kept."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from bot.outgoing.sessions import pooled
from bot.slack.outgoing.client import KEPT, web_client
from tests.bench import stage
from tests.support.certificates import self_signed

THERE_AND_BACK = 0.02
"""Seconds."""
CALLS = 20


@dataclass(eq=False)
class FarAway:
    """Hands bytes on, half of `THERE_AND_BACK` later each way, and counts how often a client waited for an answer."""

    connections: int = 0
    trips: int = 0
    _asking: set[int] = field(default_factory=set)

    def begins(self, _link: int) -> None:
        self.connections += 1

    async def passes(self, link: int, *, asks: bool) -> None:
        await asyncio.sleep(THERE_AND_BACK / 2)
        if asks and link not in self._asking:
            self.trips += 1
            self._asking.add(link)
        elif not asks:
            self._asking.discard(link)


@asynccontextmanager
async def leading_to(port: int, far: FarAway | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A port that leads there; with `tls` this is where TLS ends."""

    async def hand_on(reader: asyncio.StreamReader, to: asyncio.StreamWriter, link: int, *, asks: bool) -> None:
        while data := await reader.read(65536):
            if far:
                await far.passes(link, asks=asks)
            to.write(data)
        to.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        if far:
            far.begins(id(back))
        with suppress(ConnectionError):
            await asyncio.gather(
                hand_on(reader, back, id(back), asks=True), hand_on(there, writer, id(back), asks=False)
            )

    async with await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def far() -> FarAway:
    return FarAway()


@pytest.fixture
async def address(far: FarAway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The local Slack's, behind a TLS whose certificate this process trusts."""
    served = self_signed(tmp_path)
    trusted = ssl.create_default_context(cafile=tmp_path / "server.pem")
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusted)
    async with stage.slack() as slack:
        port = URL(slack.api_url).port or 0
        async with leading_to(port, tls=served) as secret, leading_to(secret, far) as outside:
            yield f"https://127.0.0.1:{outside}/api/"


async def _say(http: aiohttp.ClientSession, address: str) -> None:
    await web_client("xoxb-bench", address, http).chat_postMessage(channel=stage.CHANNEL, text="hello")


async def test_a_call_is_one_round_trip(far: FarAway, address: str) -> None:
    async with pooled(kept=KEPT) as http:
        await _say(http, address)  # which connects: TCP, TLS, then the call
        first = far.trips
        for _ in range(CALLS):
            await _say(http, address)
    assert (far.connections, far.trips - first) == (1, CALLS)


async def test_without_a_kept_session_it_would_be_several(far: FarAway, address: str) -> None:
    for _ in range(3):
        async with pooled(kept=KEPT) as http:
            await _say(http, address)
    assert far.connections == 3
    assert far.trips >= 6
