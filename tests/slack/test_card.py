"""The card in its five states: the line on the lock screen, four lines, and only the buttons that now apply."""

import json
import re
from typing import Any

import pytest

from bot.demo.channels.smtp import MailServer
from bot.demo.slack.records import Person
from tests.slack.house import House
from tests.slack.shop import Shop
from tests.support.dsl.message import Message

MIA = {"email": "mia@studio.example", "name": "Mia"}


@pytest.fixture
def given(shop: Shop, mail: MailServer) -> dict[str, Any]:
    return shop.settings(mail={"smtp": mail.url, "sender": "Shop <support@shop.example>"})


def lines(card: Message) -> list[str]:
    """What stands above the buttons."""
    return str(card.json["blocks"][0]["text"]["text"]).split("\n")


async def test_an_open_card_says_who_waits_and_offers_to_claim(house: House) -> None:
    card = await house.alarm(**MIA, occurrences=12)
    await card.expect_lock_screen("Mia waiting")
    await card.expect_lock_screen("· BUG-1 ErrorException: Undefined index: crud")
    first, second, third = lines(card)
    assert first == "🔴 *BUG-1 ErrorException: Undefined index: crud* · nobody has it"
    assert re.fullmatch(r"Mia hit \d+ s ago", second)
    assert third.startswith("12× · 1 person · <https://app.bugsnag.com/")
    assert card.buttons == ["Claim", "Answer: looking", "Fix", "I fixed it…"]
    assert {"Look at production", "Not a bug…", "Mute repeats for a day"} <= set(card.choices)


async def test_an_open_card_without_anybody_waiting_says_that_nobody_has_it(house: House) -> None:
    card = await house.alarm()
    assert card.lock_screen == "BUG-1 ErrorException: Undefined index: crud · nobody has it"
    assert "Answer: looking" not in card.buttons


async def test_a_claimed_card_says_who_has_it_and_offers_the_work(house: House) -> None:
    card = await house.alarm(**MIA)
    await card.button("Claim").click(by=house.person("Dana"))
    await card.expect_lock_screen("<@U0DEV> has BUG-1 · Mia waiting")
    assert lines(card)[0] == "🟠 *BUG-1 ErrorException: Undefined index: crud* · <@U0DEV>"
    assert card.buttons == ["Fix", "I fixed it…", "Tell", "Answer: looking"]
    assert {"Take over", "Release"} <= set(card.choices)


async def test_an_answered_customer_is_not_offered_another_first_answer(house: House, mail: MailServer) -> None:
    card = await house.alarm(**MIA)
    sam = house.person("Sam")
    await card.button("Answer: looking").click(by=sam)
    await (await sam.expect_modal("Answer BUG-1")).submit("Write to 1")
    await card.expect_text("answered")
    await card.expect_no_button("Answer: looking")
    await house.quiet()
    assert (
        "You met an error of ours, and we saw it. We are looking into it now; you hear from us within 15 minutes."
        in mail.messages[0].text
    )
    assert "for telling us" not in mail.messages[0].text


async def test_a_fixed_card_says_who_does_not_know_yet(house: House) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await dana.types("/bug works BUG-1 was 500, is 200", in_=house.errors)
    await card.expect_lock_screen("Fixed. Mia does not know yet · BUG-1")
    assert lines(card)[0] == "🟢 *BUG-1 ErrorException: Undefined index: crud* *works* · was 500, is 200 · <@U0DEV>"
    assert lines(card)[1].endswith("ago · NOT TOLD")
    assert card.buttons == ["Tell", "Nobody to tell"]
    assert "Claim" not in card.buttons


async def test_an_owed_card_says_who_owes_what_until_when(house: House) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit("Tell")
    await card.expect_lock_screen("· <@U0DEV> owes the fix · BUG-1")
    assert lines(card)[0].startswith("🔵 *BUG-1 ErrorException: Undefined index: crud* · Mia told after")
    assert any(line.startswith("owed: proper fix · <@U0DEV> · <!date^") for line in lines(card))
    assert card.buttons == ["Fix merged", "Waive the fix…"]


async def test_a_closed_card_keeps_its_story_and_offers_the_retro(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Fix merged").click(by=dana)
    await card.expect_lock_screen("BUG-1 ErrorException: Undefined index: crud is closed")
    assert lines(card)[0].startswith("⚪ *BUG-1 ErrorException: Undefined index: crud* · closed")
    assert card.buttons == ["Retro"]
    assert card.choices == ["Post-mortem", "Reopen…", "Catch up"]


async def test_a_fix_that_waits_for_approval_stands_on_the_card(house: House) -> None:
    await house.allow("drop-menu")
    card, dana = await house.alarm(), house.person("Dana")
    await dana.types("/fix BUG-1 drop-menu id=13 -- it can't be saved", in_=house.errors)
    await (await dana.expect_ephemeral("Preview")).button("Ask for approval").click(by=dana)
    await card.expect_text("drop-menu 13 · waits for <@U0LEAD>, <@U0LEAD2>")
    await card.expect_button("Cancel: drop-menu")
    await card.expect_no_button("Fix")


HOSTILE = [
    "<!channel> <!here> <!everyone>",
    "<@U0LEAD> <#C0TEAM> <!subteam^S0LEADS>",
    "<http://evil.example|your bank>",
    "```</code> *bold* _it_ ~no~ `x`",
    "\u202eknab ruoy\u202c \u2066x\u2069 \u200f",
    "👩‍👩‍👧‍👦" * 200,
    "e\u0301" * 3000,
    "&lt;!channel&gt; &amp; & < >",
    "x" * 50_000,
    "🏳️‍🌈\n\n\n> quote\n* list\x00\x07\ud800",
    "<" * 5000,
    "``` odd",
    "`one` ``two`` ```three``` ````four`",
    "``",
    "a `b",
]


def harmless(text: str) -> bool:
    """No mention, no link and no special token but our own: dates, owners, and links to trackers and cards."""
    left = text
    for ours in ("<!date^", "<@U0DEV>", "<https://app.bugsnag.com/acme/", "<https://acme.slack.com/archives/"):
        left = left.replace(ours, "")
    return "<" not in left


def closed(text: str) -> bool:
    """Every code block that is opened is closed."""
    return text.count("```") % 2 == 0 and "````" not in text


def _said(house: House) -> list[str]:
    """Every text in mrkdwn that went to Slack."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") == "mrkdwn":
                found.append(str(value["text"]))
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for call in house.slack.calls:
        found.append(str(call.args.get("text", "")))
        walk({key: json.loads(x) if isinstance(x, str) and x[:1] in "[{" else x for key, x in call.args.items()})
    return found + house.person("Dana").ephemerals


REFUSED = (
    "/bug {0} BUG-1",
    "/bug claim {0}",
    "/fix BUG-1 {0} x",
    "/bug hand BUG-1 {0}",
    "/bug estimate BUG-1 {0}",
    "/fix show {0}",
)


@pytest.mark.parametrize("text", ["```", "`a``b", "```x", "<!channel>"])
async def test_what_a_refusal_quotes_opens_nothing(house: House, text: str) -> None:
    await house.alarm()
    dana = house.person("Dana")
    for line in REFUSED:
        await dana.types(line.format(text), in_=house.errors)
    await house.quiet()
    assert len(dana.ephemerals) >= len(REFUSED) - 1
    assert not [one for one in dana.ephemerals if one.count("```") % 2 or not harmless(one)]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_text_from_outside_never_becomes_a_mention_or_a_link_and_always_fits(
    house: House, mail: MailServer, text: str
) -> None:
    """As an error's title, a customer's name, a reason, a workaround and chat; through every state of the card."""
    card = await house.alarm(title=text, email="mia@studio.example", name=text[:5000])
    dana = house.person("Dana")
    short = text.replace("\n", " ").replace("\x00", "")[:400] or "-"
    await card.button("Claim").click(by=dana)
    await card.expect_button("Fix")
    await dana.types(f"/bug answer BUG-1 {short}", in_=house.errors)
    await (await dana.expect_modal("Answer BUG-1")).submit("Write to 1")
    await card.thread.expect("Dana answers")
    await card.choose("Look at production", by=dana)
    await (await dana.expect_modal("Look BUG-1")).close()
    await dana.types(f"/bug works BUG-1 {short}", in_=house.errors)
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit("Tell")
    await card.button("Fix merged").click(by=dana)
    await dana.types(f"/bug reopen BUG-1 {short}", in_=house.errors)
    await card.thread.expect("reopened it")
    for line in ("/bug list", "/bug show BUG-1", "/retro story BUG-1"):
        await dana.types(line, in_=house.errors)
    await card.thread.expect("Retro of BUG-1")
    await house.quiet()
    shown = [*card.texts, *(t for m in card.thread.messages for t in m.texts), *dana.ephemerals]
    assert all(harmless(one) for one in shown if f"<@{house.slack.app.user_id}>" not in one)
    assert not any("\u202e" in one or "\x00" in one for one in shown)
    assert (await house.bug()).gave_up == ()
    assert not [one for one in _said(house) if not closed(one)]
    assert not [call for call in house.slack.calls if call.answer.get("error")]


async def test_names_of_people_are_harmless_too(house: House) -> None:
    house.slack.change_person(Person(id="U0EVIL", name="<!channel> *Eve* \u202e", email="eve@acme.example"))
    house.slack.join("U0EVIL", "C0ERRORS")
    card = await house.alarm()
    await card.button("Claim").click(by=house.person("U0EVIL"))
    line = await card.thread.expect("has it")
    assert "<!channel>" not in line.lock_screen
    assert "&lt;!channel&gt;" in line.lock_screen
