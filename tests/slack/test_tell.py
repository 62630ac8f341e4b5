"""Customers hear that we look, and that it works; whoever has time tells them."""

from typing import Any

import pytest

from bot.demo.channels.smtp import MailServer
from tests.slack import alerts
from tests.slack.house import HOOK, House

MIA = {"email": "mia@studio.example", "name": "Mia"}


@pytest.fixture
def given(mail: MailServer) -> dict[str, Any]:
    return {"mail": {"smtp": mail.url, "sender": "Shop <support@shop.example>"}}


def mail_of(text: str) -> dict[str, Any]:
    """From Mia, as Postmark posts it."""
    sender = {"Email": MIA["email"], "Name": MIA["name"]}
    return {"FromFull": sender, "Subject": "Help", "MessageID": "m1", "TextBody": text, "Headers": []}


async def test_the_form_is_filled_in_so_that_one_press_is_enough(house: House, mail: MailServer) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    assert form.field("Who is told").value == ["Mia · e-mail"]
    assert form.field("What they read").value.startswith("The problem is solved, you can go on.")
    await form.submit("Tell")
    await form.expect_closed()
    await card.thread.expect("Dana tells Mia")
    await card.thread.expect("is on its way by mail")
    assert [m.recipients for m in mail.messages] == [("mia@studio.example",)]
    assert "The problem is solved" in mail.messages[0].text


async def test_several_customers_are_told_at_once_and_who_is_left_out_is_not(house: House, mail: MailServer) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    for address in ("ben@fleet.example", "otto@smoke.example"):
        await dana.types(f"/bug customer BUG-1 {address}", in_=house.errors)
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    form.checkbox("otto@smoke.example · e-mail").untick()
    await form.submit("Tell")
    await card.thread.expect("Dana tells 2 customers")
    await house.quiet()
    assert sorted(m.recipients[0] for m in mail.messages) == ["ben@fleet.example", "mia@studio.example"]
    await card.expect_lock_screen("otto@smoke.example does not know yet")


async def test_more_customers_than_one_group_of_boxes_holds_are_all_offered(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    for number in range(23):
        await dana.types(f"/bug customer BUG-1 c{number}@fleet.example", in_=house.errors)
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.submit("Tell")
    await form.expect_text("*This goes to 23 customers*: c0@fleet.example")
    assert not [c for c in (await house.bug()).customers if c.told]
    await form.submit("Send as it is")
    await card.thread.expect("Dana tells 23 customers")


async def test_without_billing_the_form_says_that_there_is_no_credit_from_here(house: House) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.expect_text("No `[billing]` is set up")
    assert "Credit in EUR" not in form.fields


async def test_anybody_may_tell_whoever_owns_the_bug(house: House, mail: MailServer) -> None:
    card, dana, sam = await house.alarm(**MIA), house.person("Dana"), house.person("Sam")
    await card.button("Claim").click(by=dana)
    await card.choose("It works", by=dana)
    await sam.types("/tell BUG-1 Dear Mia, it works again & <b>for good</b>.", in_=house.errors)
    form = await sam.expect_modal("Tell BUG-1")
    assert form.field("What they read").value == "Dear Mia, it works again & <b>for good</b>."
    await form.submit("Tell")
    await card.thread.expect("Sam tells Mia")
    await house.quiet()
    assert "it works again & <b>for good</b>." in mail.messages[0].text
    assert (await house.bug()).owner == "U0DEV"


async def test_what_is_not_fixed_is_told_only_by_whoever_insists(house: House, mail: MailServer) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.submit("Tell")
    await (await dana.expect_modal("BUG-1 is not fixed yet")).close()
    assert mail.messages == ()
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    form.checkbox("Tell them all the same").tick()
    await form.submit("Tell")
    await card.thread.expect("Dana tells Mia")


async def test_what_is_wrong_in_the_form_is_said_at_its_field(house: House, mail: MailServer) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    form.field("What they read").type("   ")
    await form.submit("Tell")
    await form.expect_error("What they read", "Write what the customer will read.")
    assert mail.messages == ()


async def test_two_who_tell_at_once_send_one_mail(house: House, mail: MailServer) -> None:
    card, dana, sam = await house.alarm(**MIA), house.person("Dana"), house.person("Sam")
    await dana.types("/bug works BUG-1", in_=house.errors)
    forms = []
    for who in (dana, sam):
        await card.button("Tell").click(by=who)
        forms.append(await who.expect_modal("Tell BUG-1"))
    for form in forms:
        await form.submit("Tell")
    await sam.expect_modal("Mia knows already, or the message is on its way")
    await house.quiet()
    assert len(mail.messages) == 1


async def test_when_everybody_knows_there_is_nobody_left_to_tell(house: House) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit("Tell")
    await card.expect_text("owed: proper fix")
    await dana.types("/tell BUG-1", in_=house.errors)
    await dana.expect_ephemeral("Everybody knows already")
    assert not dana.has_modal


async def test_a_first_answer_promises_minutes_to_the_customer_and_the_card_keeps_the_hour(
    house: House, mail: MailServer
) -> None:
    card, sam = await house.alarm(**MIA), house.person("Sam")
    await card.button("Answer: looking").click(by=sam)
    form = await sam.expect_modal("Answer BUG-1")
    assert "*1 customer* was hit and has not written to us: Mia." in "\n".join(form.texts)
    await form.submit("Write to 1")
    await card.thread.expect("Sam answers Mia, back by <!date^")
    await card.expect_text("nobody has it, news promised by <!date^")
    await house.quiet()
    assert (
        "You met an error of ours, and we saw it. We are looking into it now; you hear from us within 15 minutes."
        in mail.messages[0].text
    )
    assert "for telling us" not in mail.messages[0].text


async def test_a_workaround_goes_out_in_ones_own_words(house: House, mail: MailServer) -> None:
    card = await house.alarm(**MIA)
    await house.person("Sam").types("/bug answer BUG-1 Please use https://shop.example/old & wait", in_=house.errors)
    await (await house.person("Sam").expect_modal("Answer BUG-1")).submit("Write to 1")
    await card.thread.expect("Sam answers Mia")
    await house.quiet()
    assert "Please use https://shop.example/old & wait" in mail.messages[0].text


async def test_a_second_first_answer_is_refused(house: House) -> None:
    await house.alarm(**MIA)
    sam = house.person("Sam")
    await sam.types("/bug answer BUG-1", in_=house.errors)
    await (await sam.expect_modal("Answer BUG-1")).submit("Write to 1")
    await sam.types("/bug answer BUG-1", in_=house.errors)
    await sam.expect_ephemeral("Nobody waits for a first answer here.")


async def test_a_mail_that_is_refused_is_said_on_the_card_and_told_by_hand(house: House, mail: MailServer) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    mail.faults.add(kind="5xx")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit("Tell")
    await card.thread.expect("The message did not go out")
    await card.expect_text("the message did not go out")
    await card.button("I told Mia").click(by=dana)
    await card.thread.expect("was passed on by Dana by hand")
    await card.expect_text("owed: proper fix")


async def test_who_was_only_hit_need_not_be_told(house: House) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Nobody to tell").click(by=dana)
    await card.expect_text("owed: proper fix")
    await card.thread.expect("Mia need not be told")


async def test_who_wrote_to_us_is_never_left_without_a_word(house: House) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    value = (await card.expect_button("Claim")).value
    await house.hook("chatwoot", alerts.chat("I got an error", email="mia@studio.example"))
    await card.expect_text("I got an error")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.expect_no_button("Nobody to tell")
    await (await house.forged("skip_tell", value)).button("skip_tell").click(by=dana)
    await dana.expect_ephemeral("Mia wrote to us and waits for a word: tell them.")


OWN = [
    ("The row in crud_fields was broken, it works again.", "crud_fields"),
    ("BUG-1 is fixed, you can go on.", "BUG-1"),
    ("We fixed app/Crud.php:34, it works again.", "app/Crud.php:34"),
    ("It was https://app.bugsnag.com/acme/shop/errors/1, it works again.", "https://app.bugsnag.com/acme"),
    ("ben@fleet.example had the same, it works again.", "ben@fleet.example"),
]


@pytest.mark.parametrize(("text", "piece"), OWN, ids=[piece for _, piece in OWN])
async def test_what_a_customer_need_not_know_is_marked_before_it_goes(
    house: House, mail: MailServer, text: str, piece: str
) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    form.field("What they read").type(text)
    await form.submit("Tell")
    await form.expect_text("Customers need not know this")
    await form.expect_text(f"`{piece}")
    assert not mail.messages
    form.field("What they read").type(text + " Really.")
    await form.submit("Send as it is")
    await form.expect_text("Really.")
    assert not mail.messages, "what is confirmed is what was shown"
    await form.submit("Send as it is")
    await card.thread.expect("on its way by mail")
    assert [text in message.text for message in mail.messages] == [True]


async def test_a_secret_of_ours_is_shown_as_dots_before_it_goes(house: House, mail: MailServer) -> None:
    await house.alarm(**MIA)
    dana = house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await dana.types(f"/tell BUG-1 It was our {HOOK}.", in_=house.errors)
    form = await dana.expect_modal("Tell BUG-1")
    await form.submit("Tell")
    await form.expect_text("This holds a secret of ours")
    await form.expect_text("It was our ••••.")
    assert not mail.messages


async def test_what_the_customer_wrote_first_is_no_internal(house: House, mail: MailServer) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await house.hook("email-postmark", mail_of("my_first_menu is gone, says mia@studio.example"))
    await card.thread.expect("my_first_menu is gone")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await dana.types("/tell BUG-1 my_first_menu is back, dear mia@studio.example.", in_=house.errors)
    form = await dana.expect_modal("Tell BUG-1")
    await form.submit("Tell")
    await card.thread.expect("on its way by mail")


async def test_words_of_ones_own_in_a_first_answer_are_looked_over_too(house: House, mail: MailServer) -> None:
    card, dana = await house.alarm(**MIA), house.person("Dana")
    await house.hook("email-postmark", mail_of("It fails."))
    await card.thread.expect("It fails.")
    await dana.types("/bug answer BUG-1 Leave crud_id empty for now.", in_=house.errors)
    form = await dana.expect_modal("Customers need not know this")
    await dana.says("@makegood answer Leave crud_id empty for now.", thread=card)
    await dana.expect_ephemeral("words in it that customers need not know")
    assert not mail.messages
    await form.submit("Send as it is")
    await card.thread.expect("Dana answers")
