"""What customers say after they were told, where nobody can answer for us, and who was hit."""

from bot.domain.events import CustomerFelt
from tests.slack.house import House
from tests.slack_people.conftest import MIA, Chat, Fakes
from tests.slack_people.test_makegoods import fixed, told


def tawk(event: str, text: str = "") -> dict[str, object]:
    """A delivery of tawk.to."""
    said = {"message": {"text": text, "type": "msg", "sender": {"type": "visitor"}}} if text else {}
    who = {"visitor": {"name": "Mia", "email": MIA}, "property": {"id": "p1", "name": "Shop"}}
    return {"event": event, "chatId": "t1", "time": "2025-11-24T14:00:00.000Z", **who, **said}


async def test_still_broken_offers_to_reopen(house: House, chat: Chat) -> None:
    card = await fixed(house, chat)
    await told(house, card)
    await card.expect_text("told")
    await chat.says("Thanks, but it still does not work")
    line = await card.thread.expect("says it does not")
    await line.button("Reopen…").click(by=house.person("Dana"))
    form = await house.person("Dana").expect_modal("What is wrong again?")
    form.field("What is wrong again?").type("still 500")
    await form.submit()
    await card.expect_text("<@U0DEV>")
    assert "reopened" in await house.kinds()


async def test_thanks_are_kept_for_the_retro(house: House, chat: Chat) -> None:
    card = await fixed(house, chat)
    await told(house, card)
    await card.expect_text("told")
    await chat.says("Wow, thank you!")
    await card.thread.expect("Wow, thank you!")
    await house.quiet()
    assert "customer_felt" in await house.kinds()


async def test_who_writes_to_a_closed_bug_is_not_left_alone(house: House, chat: Chat) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await told(house, card)
    await card.expect_text("owed")
    await dana.types("/bug paid BUG-1 PR 212", in_=house.errors)
    await card.expect_text("closed")
    await chat.says("Hello again, the menu looks odd")
    line = await card.thread.expect("writes again")
    assert line.buttons == ["Reopen…"]


async def test_what_bought_says_is_read_from_the_plan(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await house.quiet()
    await told(house, card)
    await card.expect_text("told")
    customer = fakes.till.store.all("customer", email=MIA)[0]["id"]
    bought = fakes.till.store.all("subscription", customer=customer)[0]
    pro = fakes.till.store.all("price", lookup_key="pro")[0]["id"]
    fakes.till.store.set_price(bought, bought["items"]["data"][0]["id"], pro)
    await chat.says("All fine now")
    await house.quiet()
    felt = [x.event.what for x in await house.trail() if isinstance(x.event, CustomerFelt)]
    assert "bought" in felt


async def test_in_a_tawk_chat_the_teller_gets_the_words_to_paste_and_says_that_they_did(
    house: House, fakes: Fakes
) -> None:
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    assert await house.hook("tawk", tawk("chat:start", "What can I do?")) == 200
    await card.expect_text("What can I do?")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await told(house, card)
    paste = await dana.expect_dm("Please tell Mia yourself")
    assert "The problem is solved" in paste.texts[0]
    await paste.button("I told them").click(by=dana)
    await card.expect_text("told")
    assert fakes.mails.messages == ()


async def test_who_left_the_tawk_chat_before_it_was_pasted_gets_a_mail(house: House, fakes: Fakes) -> None:
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    await house.hook("tawk", tawk("chat:start", "What can I do?"))
    await card.expect_text("What can I do?")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await told(house, card)
    await dana.expect_dm("Please tell Mia yourself")
    await house.hook("tawk", tawk("chat:end"))
    await card.thread.expect("on its way by mail")
    assert [mail.recipients for mail in fakes.mails.messages] == [(MIA,)]


async def test_everybody_who_was_hit_is_a_list(house: House, chat: Chat) -> None:
    await house.alarm(email=MIA, name="Mia")
    await house.reported(error="error-1", email="ben@shop.example", name="Ben", event="e2", occurrences=2)
    await chat.says("I got an error")
    await house.quiet()
    await house.person("Sam").types("/bug customers BUG-1", in_=house.errors)
    answer = await house.person("Sam").expect_ephemeral("2 customers known")
    assert "wrote, waiting" in answer.texts[0]
    assert "Ben ben@shop.example" in answer.texts[0]


async def test_what_is_resolved_in_the_tracker_is_asked_about_and_confirmed_with_one_press(house: House) -> None:
    card = await house.alarm()
    changed = {
        "trigger": {"type": "errorStateManualChange", "stateChange": "fixed", "message": "Error marked as fixed"}
    }
    about = {"account": {"id": "a1"}, "project": {"id": "p1", "name": "Shop"}}
    error = {"id": "e9", "errorId": "error-1", "exceptionClass": "ErrorException", "message": "x", "status": "fixed"}
    await house.hook("bugsnag", {**about, **changed, "error": error})
    line = await card.thread.expect("Does it work again?")
    await line.button("It works").click(by=house.person("Dana"))
    await card.expect_text("owed")


async def test_what_is_snoozed_in_the_tracker_is_muted_here(house: House) -> None:
    card = await house.alarm()
    changed = {"trigger": {"type": "errorStateManualChange", "stateChange": "snoozed", "message": "Error snoozed"}}
    about = {"account": {"id": "a1"}, "project": {"id": "p1", "name": "Shop"}}
    error = {"id": "e9", "errorId": "error-1", "exceptionClass": "ErrorException", "message": "x", "status": "snoozed"}
    await house.hook("bugsnag", {**about, **changed, "error": error})
    await card.expect_text("muted")


async def test_an_answer_that_waited_past_its_own_promise_is_not_sent_but_put_before_its_author(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    await chat.says("I got an error, what can I do?")
    await card.expect_text("what can I do?")
    fakes.chat.faults.add("503", method="POST", times=3)
    fakes.chat.faults.add("503", method="GET", times=3)
    await card.button("Answer: looking").click(by=dana)
    await card.thread.expect("Dana answers 1 customer")
    house.clock.advance(minutes=16)
    await dana.expect_dm("the time it promises is over", within=30)
    assert fakes.chat.messages == {}
