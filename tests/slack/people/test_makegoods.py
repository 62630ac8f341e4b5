"""What customers get for their trouble: within the caps, above them by an approver's word, and back again."""

from datetime import timedelta
from typing import Any

import pytest

from bot.bug.errors import Misconfigured
from tests.slack.house import House
from tests.slack.people.conftest import Chat, Fakes
from tests.slack.people.giving import CAPPED, fixed, read, told


async def test_mia_gets_five_euros_and_then_reads_that_it_works(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    await card.thread.expect("reached Mia")
    assert fakes.credit() == 500
    assert len(fakes.chat.messages) == 1


async def test_what_mia_gets_stands_below_the_words_in_a_sentence_of_its_own(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card = await fixed(house, chat)
    await told(house, card, "7.50")
    text = await read(card, fakes)
    assert text.startswith("The problem is solved")
    assert text.endswith("\n\nWe have put €7.50 on your account: your next invoice is lower by that.")


async def test_nothing_that_costs_is_filled_in_by_itself(house: House, chat: Chat, fakes: Fakes) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("They read your words and get nothing.")
    assert form.field("They get").value == "Nothing"
    assert form.field("They get").choices == [
        "Nothing",
        "€5 credit",
        "Lost time back: 1 day",
        "Lost time back and a slight upgrade for a month: 1 day, pro",
        "Other…",
    ]
    await form.submit()
    assert "account" not in await read(card, fakes)


async def test_one_choice_gives_the_lost_time_back_and_a_better_plan(house: House, chat: Chat, fakes: Fakes) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.field("They get").pick("Lost time back and a slight upgrade for a month: 1 day, pro")
    await form.expect_text("You have the plan pro until")
    await form.submit()
    await card.thread.expect("reached Mia")
    assert fakes.plan() == "pro"
    assert fakes.credit() > 0, "the day, as a credit"


TEAM = {"presets": [{"name": "Coffee", "credit": 300}, {"name": "Better", "upgrade": "pro"}], "preset": "Coffee"}


@pytest.mark.parametrize("more", [{"tell": TEAM}])
async def test_a_preset_of_the_settings_may_fill_the_form_in(house: House, chat: Chat, fakes: Fakes) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("We have put €3 on your account")
    assert form.field("They get").choices == ["Nothing", "Coffee: €3", "Better: pro", "Other…"]
    await form.submit()
    await card.thread.expect("Booked: €3 credit")


async def test_only_plans_above_that_of_the_customer_are_an_upgrade(house: House, chat: Chat, fakes: Fakes) -> None:
    fakes.till.seed(plans={"team": 9900}, customers=[{"email": "ben@shop.example", "name": "Ben", "plan": "pro"}])
    await house.bot.outside.read_plans()
    card, dana = await fixed(house, chat), house.person("Dana")
    await house.quiet()
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.field("They get").pick("Other…")
    await form.expect_text("Upgrade to")
    assert form.field("Upgrade to").choices == ["pro", "team"], "not the starter that Mia has"
    await form.close()
    await house.reported(error="error-1", email="ben@shop.example", name="Ben")
    await card.expect_text("Ben")
    await house.quiet()
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.field("They get").pick("Other…")
    await form.expect_text("Upgrade to")
    assert form.field("Upgrade to").choices == ["team"], "an upgrade for each of them"


async def test_the_form_shows_what_each_of_them_will_read_before_it_is_sent(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await dana.types("/bug customer BUG-1 ben@shop.example", in_=house.errors)
    await house.quiet()
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    form.field("What they read").type("It works again.")
    await form.field("They get").pick("Other…")
    await form.expect_text("Days more")
    form.field("Days more").type("2")
    await form.button("Show what each of them reads").click()
    await form.expect_text("*Mia* · your own system\n>It works again.\n>\n>We give you 2 days free")
    await form.expect_text(
        "*ben@shop.example* · e-mail\n>Hello,\n>\n>It works again.\n>\n>Your subscription runs 2 days longer"
    )
    form.field("Days more").type("two")
    await form.button("Show what each of them reads").click()
    await form.expect_text("A whole number of days")
    assert not fakes.chat.messages
    form.field("Days more").type("")
    await form.submit()
    await card.thread.expect("Dana tells 2 customers: “It works again.”")


async def test_who_has_no_account_is_told_all_the_same_and_the_form_says_so_before(house: House, fakes: Fakes) -> None:
    card, dana = await house.alarm(email="ben@shop.example", name="Ben"), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await house.quiet()
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("The billing system has no account of Ben. The message goes")
    await form.field("They get").pick("€5 credit")
    await form.submit()
    await dana.expect_dm("Ben should get €5 credit")
    await card.thread.expect("on its way by mail")
    assert [("account" in mail.text, mail.subject) for mail in fakes.mails.messages] == [(False, "The problem you had")]
    fakes.till.seed(plans={}, customers=[{"email": "ben@shop.example", "name": "Ben", "plan": "starter"}])
    await dana.types("/tell BUG-1 And here is something for your trouble.", in_=house.errors)
    form = await dana.expect_modal("Tell BUG-1")
    await form.field("They get").pick("€5 credit")
    await form.submit()
    await card.thread.expect("Booked: €5 credit for Ben")
    await house.quiet()
    assert len(fakes.mails.messages) == 2, "and now they read of it"


async def test_days_are_shown_as_the_credit_that_they_are(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await house.quiet()
    await told(house, card, "", Days_more="2")
    await card.thread.expect("Booked: 2 days (€")
    text = await read(card, fakes)
    worth = fakes.credit()
    assert worth in {58, 60, 64}, "a month of €9 has 28, 30 or 31 days"
    assert text.endswith(f"We give you 2 days free: your next invoice is €0.{worth} lower.")


async def test_where_the_period_moves_days_follow_upon_those_that_are_paid(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    await house.restart(billing={**fakes.settings["billing"], "days": "trial_end"})
    card = await fixed(house, chat)
    await house.quiet()
    paid = (await house.bug()).customers[0].terms.ends
    assert paid
    await told(house, card, "", Days_more="2")
    await card.thread.expect("Booked: 2 days (until")
    await house.quiet()
    assert fakes.period_end() == paid + timedelta(days=2)
    assert f"2 days longer, until {(paid + timedelta(days=2)).day} " in await read(card, fakes)


@CAPPED
async def test_above_the_cap_an_approver_is_asked_and_mia_is_told_after_their_word(
    house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]
) -> None:
    card = await fixed(house, chat)
    await told(house, card, "9")
    request = await house.person("Lee").expect_dm("passes €8 a day and person")
    await house.quiet()
    assert (fakes.credit(), fakes.chat.messages) == (0, {})
    await request.button("Let it pass").click(by=house.person("Lee"))
    await card.thread.expect("Booked: €9 credit")
    await request.expect_text("let pass by")
    await house.quiet()
    assert (fakes.credit(), len(fakes.chat.messages)) == (900, 1)


@CAPPED
async def test_an_approver_says_no_and_why(house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]) -> None:
    card = await fixed(house, chat)
    await told(house, card, "9")
    lee = house.person("Lee")
    request = await lee.expect_dm("passes €8")
    await request.button("No…").click(by=lee)
    form = await lee.expect_modal("Why not?")
    form.field("Why not?").type("It was a typo")
    await form.submit()
    await card.thread.expect("It was a typo")
    await house.quiet()
    assert (fakes.credit(), (await house.bug()).tell_requests) == (0, ())


@pytest.mark.parametrize(
    "more", [{"makegood": {"per_day": {"EUR": 800}}, "policy": {"approvers": ["U0LEAD", "U0DEV"]}}]
)
async def test_nobody_lets_their_own_makegood_pass(
    house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]
) -> None:
    card = await fixed(house, chat)
    await told(house, card, "9")
    request = await house.person("Lee").expect_dm("passes €8")
    await house.quiet()
    await (
        (await house.forged("approve_tell", request.button("Let it pass").value))
        .button("approve_tell")
        .click(by=house.person("Dana"))
    )
    await house.person("Dana").expect_ephemeral("somebody else has to let it pass")
    assert fakes.credit() == 0


@CAPPED
async def test_two_bugs_together_never_pass_one_cap(house: House, chat: Chat, more: dict[str, Any]) -> None:
    card = await fixed(house, chat)
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    other = await house.alarm(email="ben@shop.example", name="Ben")
    await house.person("Dana").types("/bug works BUG-2", in_=house.errors)
    await other.button("Tell").click(by=house.person("Dana"))
    form = await house.person("Dana").expect_modal("Tell BUG-2")
    await form.field("They get").pick("Other…")
    await form.expect_text("Credit in EUR")
    form.field("Credit in EUR").type("4")
    await form.submit()
    await house.person("Lee").expect_dm("passes €8 a day and person")


async def test_when_an_upgrade_is_over_the_plan_is_what_it_was(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await told(house, card, "", Upgrade_to="pro")
    await card.thread.expect("Booked: pro until")
    await house.quiet()
    assert fakes.plan() == "pro"
    house.clock.advance(days=31)
    await card.thread.expect("The upgrade is over")
    await house.quiet()
    assert fakes.plan() == "starter"
    assert (await house.kinds()).count("grant_undo_asked") == 1


async def test_a_preset_of_a_plan_that_is_not_there_stops_the_start(house: House) -> None:
    with pytest.raises(Misconfigured, match=r'"Better" names the plan "gold".* Write one of: next, starter, pro\.'):
        await house.restart(tell={"presets": [{"name": "Better", "upgrade": "gold"}]})


@pytest.mark.parametrize("more", [{"makegood": {"per_day": {"EUR": 800}}, "policy": {"team": "solo"}}])
async def test_who_is_alone_lets_it_pass_by_typing_how_many_get_it(
    house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]
) -> None:
    card = await fixed(house, chat)
    await told(house, card, "9")
    dana = house.person("Dana")
    form = await dana.expect_modal("Type how many customers get it")
    assert fakes.credit() == 0
    form.field("Type how many customers get it").type("1")
    await form.submit()
    await card.thread.expect("lets the makegood pass alone and typed `1`")
    await house.quiet()
    broadcast = [m["text"] for m in house.slack.messages(house.errors.id) if m.get("subtype") == "thread_broadcast"]
    assert [text for text in broadcast if "lets the makegood pass alone" in text]
    await card.thread.expect("Booked: €9 credit")
    assert fakes.credit() == 900


async def test_whoever_was_told_and_credited_is_neither_again_after_two_bugs_became_one(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card = await fixed(house, chat)
    await told(house, card, "5")
    await card.thread.expect("reached Mia")
    other = await house.alarm(error="error-of-the-other")
    dana = house.person("Dana")
    await dana.types("/bug merge BUG-1 BUG-2", in_=house.errors)
    await other.expect_text("Mia")
    await dana.types("/bug works BUG-2 the row is gone", in_=house.errors)
    await other.expect_text("owed")  # nobody is left to tell
    await dana.types("/tell BUG-2", in_=house.errors)
    await dana.expect_ephemeral("Everybody")
    await house.quiet()
    assert fakes.credit() == 500
    assert len(fakes.chat.messages) == 1


async def test_an_upgrade_that_ends_in_the_past_or_in_more_than_a_year_is_refused_at_its_field(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.field("They get").pick("Other…")
    await form.expect_text("Upgrade until")
    form.field("Upgrade to").choose("pro")
    for days, said in ((-1, "That day is over"), (0, "That day is over"), (400, "more than a year away")):
        form.field("Upgrade until").put(f"{house.clock() + timedelta(days=days):%Y-%m-%d}")
        await form.submit()
        await form.expect_error("Upgrade until", said)
    form.field("Upgrade until").put(f"{house.clock() + timedelta(days=30):%Y-%m-%d}")
    await form.submit()
    await card.thread.expect("Booked: pro until")
    assert fakes.plan() == "pro"
