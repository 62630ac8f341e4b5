"""The bot's own doors: who brings what nobody can read, or what Slack never signed, is told so; the next one is served."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from sqlalchemy.engine import make_url

from bot.web import door
from tests.slack.alerts import bugsnag
from tests.slack.house import HOOK, House

pytestmark = pytest.mark.parametrize("connection", ["http"])
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FALSE_GZIP = {**JSON, "Content-Encoding": "gzip"}
UNREADABLE: dict[str, tuple[bytes, dict[str, str]]] = {
    "torn": (b"{nope", JSON),
    "a list": (b"[1]", JSON),
    "deep": (b"[" * 50_000, JSON),
    "no text": (b"\xff\xfe\x00", JSON),
    "an unknown charset": (b"{}", {"Content-Type": "application/json; charset=bogus"}),
    "a torn payload": (b"payload=%7Bnope", FORM),
    "a list as payload": (b"payload=[1]", FORM),
    "no gzip": (b"{}", FALSE_GZIP),
}
UNSIGNED = [("", ""), ("1", "v0=old"), ("soon", "v0=x"), ("nan", ""), ("9" * 400, "v0=x"), ("1", "v0=ü")]


async def _answer(house: House, path: str, body: bytes, headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as http, http.post(house.url + path, data=body, headers=headers) as response:
        return response.status


async def _long(house: House, source: str, body: dict[str, Any]) -> int:
    sent = BytesIO(json.dumps(body).encode())
    async with aiohttp.ClientSession() as http, http.post(f"{house.url}/hooks/{source}/{HOOK}", data=sent) as response:
        return response.status


async def test_what_slack_never_sends_is_unreadable(house: House) -> None:
    answers = {name: await _answer(house, "/slack/events", *said) for name, said in UNREADABLE.items()}
    assert answers == dict.fromkeys(UNREADABLE, 400)


async def test_what_slack_did_not_sign_is_turned_away(house: House) -> None:
    for at, signature in UNSIGNED:
        headers = {**JSON, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}
        assert await _answer(house, "/slack/events", b"{}", headers) == 401, (at, signature)


async def test_a_hook_that_is_not_encoded_as_it_says_is_unreadable_and_the_next_one_is_served(house: House) -> None:
    assert await _answer(house, f"/hooks/bugsnag/{HOOK}", b"{}", FALSE_GZIP) == 400
    await house.alarm()


async def test_a_mail_with_a_large_picture_is_read_and_what_is_too_long_for_its_source_is_not(house: House) -> None:
    picture = {"Name": "shot.png", "ContentType": "image/png", "Content": "A" * (3 * door.MIB)}
    mail = {"FromFull": {"Email": "mia@example.com", "Name": "Mia"}, "TextBody": "It fails.", "Attachments": [picture]}
    assert await _long(house, "email-postmark", mail) == 200
    await house.errors.expect_message("Mia (e-mail): “It fails.”")
    assert await _long(house, "bugsnag", {**bugsnag(error="e1"), "metaData": picture}) == 413
    await house.alarm()


async def test_a_hook_that_cannot_be_kept_is_asked_to_come_again(house: House) -> None:
    file = make_url(house.runtime.database_url).database or ""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("ALTER TABLE inbox RENAME TO away")
        assert await house.hook("bugsnag", bugsnag(error="e1")) == 503
        other.execute("ALTER TABLE away RENAME TO inbox")
    await house.alarm()


class Slow:
    """Senders that send so much and then nothing more."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.readers: list[asyncio.StreamReader] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def send(self, sent: bytes) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        self.readers.append(reader)
        self._writers.append(writer)
        return reader

    async def more(self, sent: bytes) -> None:
        """The last of them goes on."""
        self._writers[-1].write(sent)

    async def ended(self, within: float) -> list[bytes]:
        """What those heard who were sent away by then."""
        listening = [asyncio.create_task(reader.read(200)) for reader in self.readers]
        done, waiting = await asyncio.wait(listening, timeout=within)
        for task in waiting:
            task.cancel()
        return [task.result() for task in listening if task in done]

    async def close(self) -> None:
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)


@pytest.fixture
async def slow(house: House) -> AsyncIterator[Slow]:
    senders = Slow(house.runtime.port)
    yield senders
    await senders.close()


HALF_HEAD = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-A: "
HALF_BODY = f"POST /hooks/bugsnag/{HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{{".encode()
HALF_EVENT = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{"


@pytest.mark.parametrize("sent", [HALF_HEAD, HALF_BODY, HALF_EVENT], ids=["heads", "bodies", "events"])
async def test_300_half_sent_requests_hold_up_nobody(house: House, slow: Slow, sent: bytes) -> None:
    for _ in range(300):
        await slow.send(sent)
    async with asyncio.timeout(5):
        await house.alarm()


@pytest.mark.parametrize(
    ("sent", "said"),
    [(b"", b""), (HALF_HEAD, b""), (HALF_BODY, b"408"), (HALF_EVENT, b"408")],
    ids=["nothing", "head", "body", "event"],
)
async def test_whoever_sends_too_slowly_is_sent_away(
    slow: Slow, monkeypatch: pytest.MonkeyPatch, sent: bytes, said: bytes
) -> None:
    monkeypatch.setattr(door, "HEAD", 0.4)
    monkeypatch.setattr(door, "BODY", 0.4)
    reader = await slow.send(sent)
    async with asyncio.timeout(5):
        assert said in await reader.read()


async def test_a_second_request_that_stays_half_sent_ends_its_connection(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "HEAD", 0.4)
    reader = await slow.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(5):
        await reader.readuntil(b"}")
        await slow.more(b"GET /he")
        assert await reader.read() == b""


@pytest.mark.parametrize(("sent", "gone"), [(HALF_BODY, 1), (HALF_EVENT, 0)], ids=["hook", "slack"])
async def test_one_peer_with_too_many_half_sent_bodies_loses_the_oldest_and_slack_never_does(
    slow: Slow, monkeypatch: pytest.MonkeyPatch, sent: bytes, gone: int
) -> None:
    monkeypatch.setattr(door, "GRACE", 0.0)
    for _ in range(door.HALF_SENT + 1):
        await slow.send(sent)
        await asyncio.sleep(0.01)
    heard = await slow.ended(0.5)
    assert [b"408" in one for one in heard] == [True] * gone


@pytest.mark.parametrize("given", [{"web": {"trusted_proxies": ["127.0.0.0/8"]}}])
async def test_a_trusted_proxy_says_who_is_slow_so_that_one_costs_no_other(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "GRACE", 0.0)
    for number in range(door.HALF_SENT + 5):
        named = b"X-Forwarded-For: 203.0.113.9, 198.51.100.%d\r\nHost" % number
        await slow.send(HALF_BODY.replace(b"Host", named))
        await asyncio.sleep(0.01)
    assert await slow.ended(0.5) == []


async def test_nobody_names_another_peer_but_a_trusted_proxy(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "GRACE", 0.0)
    for number in range(door.HALF_SENT + 5):
        await slow.send(HALF_BODY.replace(b"Host", b"X-Forwarded-For: 198.51.100.%d\r\nHost" % number))
        await asyncio.sleep(0.01)
    assert len(await slow.ended(0.5)) == 5


async def test_ready_is_said_only_where_a_write_works(house: House) -> None:
    async with aiohttp.ClientSession() as http:
        assert (await http.get(f"{house.url}/ready")).status == 200
        async with house.bot.ledger.db.write() as conn:
            await conn.exec_driver_sql(
                "CREATE TRIGGER full BEFORE UPDATE ON budgets BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
            )
        await asyncio.sleep(1.1)
        answer = await http.get(f"{house.url}/ready")
        assert (answer.status, (await answer.json())["database"]) == (503, False)
