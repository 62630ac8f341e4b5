"""What customers say after they were told, where nobody can answer for us, and who was hit."""

from bot.bug.customers.customers import CustomerFelt, CustomerWrote
from bot.ledger.index.names import Names
from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat, Fakes
from tests.slack.people.giving import fixed, told


def tawk(event: str, text: str = "") -> dict[str, object]:
    """A delivery of tawk.to."""
    said = {"message": {"text": text, "type": "msg", "sender": {"type": "visitor"}}} if text else {}
    who = {"visitor": {"name": "Mia", "email": MIA}, "property": {"id": "p1", "name": "Shop"}}
    return {"event": event, "chatId": "t1", "time": "2025-11-24T14:00:00.000Z", **who, **said}


async def test_the_lock_screen_says_who_waits_and_what_they_asked(house: House, chat: Chat) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I can't pay <!channel>, what can I do?")
    await card.expect_lock_screen("· “I can't pay &lt;!channel&gt;, what can I do?”")
    assert card.lock_screen.startswith("Mia waiting")


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
    await card.thread.expect("Dana answers Mia")
    house.clock.advance(minutes=16)
    await dana.expect_dm("the time it promises is over", within=30)
    assert fakes.chat.messages == {}


async def test_all_that_was_said_while_it_waited_for_a_choice_is_in_the_bug(house: House, chat: Chat) -> None:
    await chat.says("I got an error on this page")
    line = await house.errors.expect_message("I got an error on this page")
    house.clock.advance(minutes=3)
    for text in ("It says 500", "Are you there?"):
        await chat.says(text)
    await line.expect_text("“Are you there?” (3 messages)")
    house.clock.advance(minutes=4)
    await line.button("New bug").click(by=house.person("Dana"))
    card = await house.errors.expect_message("nobody has it")
    await card.expect_text("Mia (starter) 7 min: “Are you there?”")
    await house.quiet()
    said = [x.event.text for x in await house.trail() if isinstance(x.event, CustomerWrote)]
    assert said == ["I got an error on this page", "It says 500", "Are you there?"]


async def test_whoever_told_of_no_bug_is_answered_from_slack_and_it_is_put_away(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    await chat.says("Your site is down, I think")
    line, dana = await house.errors.expect_message("Your site is down"), house.person("Dana")
    await line.button("Not a bug, answer…").click(by=dana)
    form = await dana.expect_modal("Not a bug")
    form.field("What they read").type("No, it isn't one: your own network was away.")
    await form.submit("Send")
    await line.expect_text("is BUG-1")
    await (await house.errors.expect_message("BUG-1")).thread.expect("reached Mia")
    (message,) = fakes.chat.messages.values()
    assert message["text"] == "No, it isn't one: your own network was away."
    bug = await house.bug()
    assert (bug.status.value, bug.closed_why) == ("dismissed", "not a bug: answered")


async def test_who_left_while_a_choice_was_awaited_is_not_shown_as_online(house: House, chat: Chat) -> None:
    await chat.says("I got an error on this page")
    line = await house.errors.expect_message("I got an error on this page")
    await chat.leaves()
    await house.quiet()
    await line.button("New bug").click(by=house.person("Dana"))
    await house.errors.expect_message("nobody has it")
    await house.quiet()
    assert not (await house.bug()).customers[0].online


async def test_somebody_who_is_known_from_the_tracker_is_not_said_to_be_hit_again_when_they_write(
    house: House, chat: Chat
) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error on this page")
    await card.thread.expect("I got an error on this page")
    await house.quiet()
    assert [line for line in card.thread.lines if "was hit" in line] == [
        ":bust_in_silhouette: Mia was hit (known from Bugsnag)"
    ]


async def test_who_was_told_too_early_waits_again_and_is_told_again(house: House, chat: Chat, fakes: Fakes) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await told(house, card)
    await card.thread.expect("reached Mia")
    house.clock.advance(hours=3)
    await chat.says("Thanks, but it still does not work")
    await dana.types("/bug reopen BUG-1 still 500", in_=house.errors)
    await card.expect_text("<@U0DEV>")
    house.clock.advance(minutes=5)
    await dana.types("/bug works BUG-1 now it does", in_=house.errors)
    await card.expect_lock_screen("Mia does not know yet")
    waiting = (await house.bug()).untold[0]
    assert 4 <= (house.clock() - waiting.since).total_seconds() / 60 <= 6
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit()
    await card.expect_text("owed")
    assert len(fakes.chat.messages) == 2


async def test_who_did_or_said_something_is_known_by_name_without_slack(house: House) -> None:
    card = await house.alarm()
    await card.button("Claim").click(by=house.person("Dana"))
    await house.person("Sam").says("I saw that yesterday, too", thread=card)
    await card.thread.expect("Dana has it")
    await house.quiet()
    assert await Names(house.bot.flags).known() == {"U0DEV": "Dana", "U0SUP": "Sam"}


async def test_whether_something_is_known_is_said_of_what_is_over_and_of_what_waits_for_a_choice(
    house: House, chat: Chat
) -> None:
    dana = house.person("Dana")
    card = await house.alarm(email=MIA, name="Mia")
    await dana.types("/bug known mia@studio.example", in_=house.errors)
    await dana.expect_ephemeral("BUG-1 ErrorException: Undefined index: crud · open · was hit, has not written")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await told(house, card, "5")
    await card.expect_text("owed")
    await dana.types("/bug paid BUG-1 PR 212", in_=house.errors)
    await card.expect_text("closed")
    await chat.says("Now the list is empty")
    await house.errors.expect_message("Now the list is empty")
    await dana.types("/bug known MIA@studio.example", in_=house.errors)
    answer = await dana.expect_ephemeral("closed · told")
    assert "waits for somebody's choice in the channel: “Now the list is empty”" in answer.texts[0]
    await dana.types("/bug customers BUG-1", in_=house.errors)
    await dana.expect_ephemeral("· €5 credit")
    await dana.types("/bug known nobody@studio.example", in_=house.errors)
    await dana.expect_ephemeral("Nothing is known of nobody@studio.example")
