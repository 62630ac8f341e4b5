"""What a service says twice, and what merely happens again; who wrote, however they did."""

import json
from typing import Any

import aiohttp
import pytest

from tests.slack import alerts
from tests.slack.house import HOOK, House

EVERY_HOOK = {
    "hooks": {
        name: {"token": HOOK}
        for name in ("bugsnag", "chatwoot", "crisp", "customer-generic", "generic", "glitchtip", "tawk")
    }
}
pytestmark = pytest.mark.parametrize("given", [EVERY_HOOK])
BACKUP = {"title": "backup failed"}


async def test_a_backup_that_fails_again_an_hour_later_has_failed_twice(house: House) -> None:
    await house.hook("generic", BACKUP)
    card = await house.errors.expect_message("backup failed")
    for _ in range(3):  # the service got no answer, and tells it again
        house.clock.advance(seconds=90)
        assert await house.hook("generic", BACKUP) == 200
    await house.quiet()
    assert (await house.bug()).occurrences == 1
    house.clock.advance(hours=1)
    await house.hook("generic", BACKUP)
    await card.expect_text("2×")
    house.clock.advance(hours=23)
    await house.hook("generic", BACKUP)
    await card.expect_text("3×")


async def test_an_occurrence_with_an_id_is_the_same_however_much_later_it_is_told_again(house: House) -> None:
    said = alerts.bugsnag(error="6b10000000000000000000f1")
    await house.hook("bugsnag", said)
    await house.errors.expect_message("BUG-1")
    house.clock.advance(hours=5)
    await house.hook("bugsnag", {**said, "account": {"id": "told again, written anew"}})
    await house.quiet()
    assert (await house.bug()).occurrences == 1


async def test_the_same_words_an_hour_later_are_said_anew(house: House) -> None:
    await house.alarm(email="mia@studio.example", name="Mia")
    said = {"conversation": "wa-7", "customer": {"email": "mia@studio.example"}, "text": "Hello? Is anybody there?"}
    for _ in range(2):
        await house.hook("customer-generic", said)
    await house.quiet()
    assert (await house.kinds()).count("customer_wrote") == 1
    house.clock.advance(hours=1)
    await house.hook("customer-generic", said)
    await house.quiet()
    assert (await house.kinds()).count("customer_wrote") == 2


async def test_two_events_whose_long_names_begin_alike_are_two(house: House) -> None:
    await house.alarm(email="mia@studio.example", name="Mia")
    for end in ("a", "b"):
        said = {"conversation": "wa-7", "event": "x" * 190 + end, "text": f"words {end}"}
        await house.hook("customer-generic", said | {"customer": {"email": "mia@studio.example"}})
    await house.quiet()
    assert (await house.kinds()).count("customer_wrote") == 2


def _tawk(event: str, **more: Any) -> dict[str, Any]:
    visitor = {"name": "Mia", "email": "mia@studio.example"}
    return {"event": event, "time": "2026-11-22T14:03:04.646Z", "visitor": visitor, "property": {"id": "58aa"}, **more}


async def test_a_transcript_that_comes_after_the_end_makes_nobody_online(house: House) -> None:
    await house.alarm(email="mia@studio.example", name="Mia")
    message = {"text": "I got an error", "type": "msg", "sender": {"type": "visitor"}}
    await house.hook("tawk", _tawk("chat:start", chatId="c1", message=message))
    await house.quiet()
    assert (await house.bug()).customers[0].online is True
    await house.hook("tawk", _tawk("chat:end", chatId="c1"))
    said = [{"sender": {"t": "v"}, "type": "msg", "msg": text, "time": ""} for text in ("I got an error", "bye then")]
    chat = {"id": "c1", "visitor": {"name": "Mia", "email": "mia@studio.example"}, "messages": said}
    await house.hook("tawk", _tawk("chat:transcript_created", chat=chat))
    await house.quiet()
    assert (await house.kinds()).count("customer_wrote") == 2
    assert (await house.bug()).customers[0].online is False


def _crisp(event: str, **data: Any) -> dict[str, Any]:
    return {"website_id": "8c5b", "event": event, "data": {"session_id": "session_1", **data}, "timestamp": 1}


def _said(text: str, number: int) -> dict[str, Any]:
    user = {"nickname": "visitor204", "user_id": "session_1"}
    return _crisp("message:send", type="text", content=text, fingerprint=number, user=user, **{"from": "user"})


async def test_a_visitor_who_names_an_address_while_nobody_has_chosen_is_the_customer_whom_the_error_hit(
    house: House,
) -> None:
    await house.alarm(email="mia@studio.example", name="Mia")
    await house.hook("crisp", _said("It is broken", 1))
    await house.errors.expect_message("It is broken")
    await house.hook("crisp", _crisp("session:set_email", email="mia@studio.example"))
    await house.quiet()
    (mia,) = (await house.bug()).customers
    assert (mia.hint.email, mia.conversation) == ("mia@studio.example", "session_1")
    assert (await house.kinds()).count("customer_wrote") == 1


async def test_an_address_named_between_two_messages_is_not_forgotten(house: House) -> None:
    await house.hook("crisp", _said("It is broken", 1))
    line = await house.errors.expect_message("It is broken")
    await house.hook("crisp", _crisp("session:set_email", email="mia@studio.example"))
    await house.hook("crisp", _said("Still there?", 2))
    await line.expect_text("2 messages")
    await line.button("New bug").click(by=house.person("Dana"))
    await house.errors.expect_message("BUG-1")
    await house.quiet()
    (mia,) = (await house.bug()).customers
    assert mia.hint.email == "mia@studio.example"


async def test_the_answer_says_in_words_why_a_delivery_was_refused(house: House) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{house.url}/hooks/glitchtip/{HOOK}", data=json.dumps({})) as answer,
    ):
        assert answer.status == 400
        assert "no GlitchTip webhook" in await answer.text()
