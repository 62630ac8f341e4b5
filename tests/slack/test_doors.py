"""The bot's own doors: who brings what nobody can read, or what Slack never signed, is told so; the next one is served."""

import aiohttp
import pytest

from bot.ledger.db.engine import Database
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


async def test_a_hook_that_cannot_be_kept_is_asked_to_come_again(house: House) -> None:
    there, nowhere = house.bot.inbox.db, Database("postgresql+asyncpg://nobody@127.0.0.1:9/none")
    house.bot.inbox.db = nowhere
    assert await house.hook("bugsnag", bugsnag(error="e1")) == 503
    house.bot.inbox.db = there
    await nowhere.close()
    await house.alarm()
