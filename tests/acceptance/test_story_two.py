"""Story two: of three e-mails one matters; a servers page that fails, a release that repairs it, 67 minutes from first contact."""

import pytest

from bot.bug.bug import Status
from bot.demo.world.tables import BEN, OTTO
from tests.acceptance.company import Company, Json, asks_for
from tests.support.dsl.message import Message

OURS = "It was our fault, not yours: adding servers works again. The lost days are given back, with a better plan for a month."


@pytest.fixture
def story() -> str:
    return "two"


async def test_after_67_minutes_the_customer_has_the_answer_the_days_and_the_better_plan(acme: Company) -> None:
    card = await of_several_mails_one_matters(acme)
    await it_is_reproduced(acme, card)
    await estimated_and_rolled_out(acme, card)
    await it_is_checked_again(acme, card)
    await the_customer_is_answered(acme, card)
    await what_is_left_is_the_question_how_we_did(acme, card)


async def of_several_mails_one_matters(acme: Company) -> Message:
    dana = acme.person("Dana")
    await acme.mails_arrive()
    wish = await acme.errors.expect_message("dark mode")
    mail = await acme.errors.expect_message("can't add a server")
    assert not acme.errors.messages("Ten ways to save"), "a newsletter is no work for anybody"
    await wish.button("Not a bug").click(by=dana)
    await wish.expect_text("is not a bug")
    await mail.button("New bug").click(by=dana)
    card = await acme.errors.expect_message("nobody has it")
    await card.button("Claim").click(by=dana)
    return card


async def it_is_reproduced(acme: Company, card: Message) -> None:
    """As the customer, and on development. The tracker's error joins the bug of which the customer told."""
    assert await acme.press("/servers", name="server-6") == 500
    await card.expect_text("IndexError")
    alert = await acme.errors.expect_message("IndexError", by="Bugsnag")
    await alert.thread.expect("BUG-1")
    assert await acme.status("/servers/new", visitor=BEN) == 500
    assert await acme.status("/servers/new", visitor=OTTO) == 200
    assert await acme.status("/servers/new", stage="shop-dev", visitor=BEN) == 200, "mended there, not rolled out yet"


async def estimated_and_rolled_out(acme: Company, card: Message) -> None:
    """Under ten minutes, so: fix first, then answer. Nothing happens before somebody else agrees."""
    dana, lee = acme.person("Dana"), acme.person("Lee")
    acme.clock.advance(minutes=40)
    await dana.says("@makegood estimate 10m", thread=card)
    await card.expect_text("about 10 min")
    await asks_for(card, dana, "roll-out", "1.4.2 mends it", field="Release", values={"Release": "1.4.2"})
    preview = await dana.expect_modal("deploy.yml")
    await preview.submit("Ask for approval")
    await card.expect_text("waits for <@U0LEAD>")
    assert await acme.status("/servers/new", visitor=BEN) == 500
    request = await lee.expect_dm("wants to run roll-out")
    await request.button("Approve").click()


async def it_is_checked_again(acme: Company, card: Message) -> None:
    """By the probe, by hand, and for other accounts."""
    await card.expect_text("*works* · was 500, is 200", within=30)
    assert await acme.press("/servers", name="server-6") == 200
    assert await acme.status("/servers/new", visitor=OTTO) == 200
    assert {"servers-otto", "generate-otto", "development"} <= {p.name for p in (await acme.bug()).probes if p.ok}


async def the_customer_is_answered(acme: Company, card: Message) -> None:
    """Our fault, it is fixed; the period moved by the time it was unusable *and* a slightly better plan."""
    dana, before = acme.person("Dana"), await acme.account()
    acme.clock.advance(minutes=24)
    await card.button("Tell").click(by=dana)
    tell = await dana.expect_modal("Tell BUG-1")
    tell.field("What they read").type(OURS)
    await tell.field("They get").pick("Other…")
    await tell.expect_text("Upgrade to")
    tell.field("Days more").type("2")
    tell.field("Upgrade to").choose("pro")
    await tell.submit("Tell")
    answer = await acme.expect_mail("It was our fault, not yours")
    assert answer["subject"].startswith("Re: Can't add servers any more"), "in their own thread"
    after = await acme.account()
    assert after["plan"] == "pro"
    assert_two_days_are_given(before, after)


async def what_is_left_is_the_question_how_we_did(acme: Company, card: Message) -> None:
    """No debt: what was rolled out is the proper fix."""
    await card.expect_text("⚪")
    await acme.expect_on_board("Done", "BUG-1")
    assert (await acme.bug()).status is Status.CLOSED
    assert (await acme.bug()).debt is None
    dana, lee = acme.person("Dana"), acme.person("Lee")
    await dana.types("/retro BUG-1", in_=acme.errors)
    form = await dana.expect_modal("Retro of BUG-1")
    form.field("How did it get into production?").choose("The review missed it, or there was none")
    form.field("In your words").type("1.4.1 was rolled out with its last test switched off")
    await form.submit("Save")
    await lee.types("/retro BUG-1", in_=acme.errors)
    form = await lee.expect_modal("Retro of BUG-1")
    form.field("How did we do?").type("67 minutes are long for a paying customer")
    await form.submit("Save")
    await card.thread.expect("on how we did: “67 minutes are long for a paying customer”")
    await lee.types("/retro BUG-1", in_=acme.errors)
    form = await lee.expect_modal("Retro of BUG-1")
    await form.button("Post-mortem").click()
    await the_post_mortem_says_how_it_got_there(acme)
    retro = await acme.retro()
    assert retro.times.tell is not None
    assert 67 <= retro.times.tell / 60 < 68
    assert retro.estimate is not None
    assert retro.estimate.minutes == 10
    assert [run.approved_by for run in retro.fixes] == [("U0LEAD",)]
    assert await acme.verified() == 1


def assert_two_days_are_given(before: Json, after: Json) -> None:
    """As this till books them: their worth as a credit, a fifteenth of the month's price; the period stays where it is."""
    assert 180 <= after["credit"] - before["credit"] <= 200
    assert after["period_end"] == before["period_end"]


async def the_post_mortem_says_how_it_got_there(acme: Company) -> None:
    """By two people, beside everything that nobody had to write."""
    page = await acme.post_mortem()
    for said in (
        "How did it get into production? The review missed it, or there was none",
        "1.4.1 was rolled out with its last test switched off Dana",
        "How did we do? 67 minutes are long for a paying customer Lee",
        "roll-out 1.4.2",
        "approved by Lee",
        "Told 1 h 7 min",
        "estimated 10 min",
        "It was our fault, not yours",
    ):
        assert said in page, said
