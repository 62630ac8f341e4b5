"""Story two: of three e-mails one matters; a servers page that fails, a release that repairs it, 67 minutes from first contact."""

from datetime import datetime, timedelta

import pytest

from bot.domain.bug import Status
from bot.sandbox.world.tables import BEN, OTTO
from tests.acceptance.company import Company, asks_for

OURS = "It was our fault, not yours: adding servers works again. Your days are given back, and you have the better plan for a month."


@pytest.fixture
def story() -> str:
    return "two"


async def test_after_67_minutes_the_customer_has_the_answer_the_days_and_the_better_plan(acme: Company) -> None:
    dana, lee = acme.person("Dana"), acme.person("Lee")
    ends_before = datetime.fromisoformat((await acme.account())["period_end"])

    # Of several e-mails in the morning one matters.
    await acme.mails_arrive()
    wish = await acme.errors.expect_message("dark mode")
    mail = await acme.errors.expect_message("can't add a server")
    assert not acme.errors.messages("Ten ways to save"), "a newsletter is no work for anybody"
    await wish.button("Not a bug").click(by=dana)
    await wish.expect_text("is not a bug")
    await mail.button("New bug").click(by=dana)
    card = await acme.errors.expect_message("nobody has it")
    await card.expect_text("Ben Okafor")
    await card.button("Claim").click(by=dana)

    # Reproduce it as the customer, and on development. The tracker's error is this bug's, not a second one.
    assert await acme.press("/servers", name="server-4") == 500
    await card.expect_text("IndexError")
    alert = await acme.errors.expect_message("IndexError", by="Bugsnag")
    await alert.thread.expect("BUG-1")
    assert await acme.status("/servers/new", visitor=BEN) == 500
    assert await acme.status("/servers/new", visitor=OTTO) == 200
    assert await acme.status("/servers/new", stage="shop-dev", visitor=BEN) == 200, "mended there, not rolled out yet"

    # Estimate it: under ten minutes, so fix first, then answer.
    acme.clock.advance(minutes=40)
    await dana.says("@makegood estimate 10m", thread=card)
    await card.expect_text("about 10 min")

    # Roll out; somebody else agrees.
    await asks_for(card, dana, "roll-out", "1.4.2 mends it", field="Release", values={"Release": "1.4.2"})
    preview = await dana.expect_modal("deploy.yml")
    await preview.submit("Ask for approval")
    await card.expect_text("waits for <@U0LEAD>")
    assert await acme.status("/servers/new", visitor=BEN) == 500, "nothing happens before"
    request = await lee.expect_dm("wants to run roll-out")
    await request.button("Approve").click()

    # Check again, other accounts too.
    await card.expect_text("*works* · was 500, is 200", within=30)
    assert await acme.press("/servers", name="server-4") == 200
    assert await acme.status("/servers/new", visitor=OTTO) == 200

    # Answer: our fault, it is fixed, the period moved by the time it was unusable and a slightly better plan.
    acme.clock.advance(minutes=24)
    await card.button("Tell").click(by=dana)
    tell = await dana.expect_modal("Tell BUG-1")
    tell.field("What they read").type(OURS)
    tell.field("Credit in EUR").clear()
    tell.field("Days more").type("2")
    tell.field("Upgrade to").choose("pro")
    await tell.submit("Tell")
    answer = await acme.expect_mail("It was our fault, not yours")
    assert answer["subject"].startswith("Re: Can't add servers any more"), "in their own thread"
    account = await acme.account()
    assert account["plan"] == "pro"
    assert_days_given(account, ends_before)

    # No debt: what was rolled out is the proper fix; what is left is the retro's question.
    await card.expect_text("⚪")
    await acme.expect_on_board("Done", "BUG-1")
    bug = await acme.bug()
    assert bug.status is Status.CLOSED
    assert bug.debt is None
    await dana.types("/retro BUG-1", in_=acme.errors)
    await card.thread.expect("How did it get into production?")
    retro = await acme.retro()
    assert retro.times.tell is not None
    assert 67 <= retro.times.tell / 60 < 68
    assert retro.estimate is not None
    assert retro.estimate.minutes == 10
    assert [run.approved_by for run in retro.fixes] == [("U0LEAD",)]
    assert await acme.verified() == 1


def assert_days_given(account: dict[str, object], before: datetime) -> None:
    """As the till books them: the period's end moved, or their worth as a credit."""
    moved = datetime.fromisoformat(str(account["period_end"])) - before
    assert moved >= timedelta(days=1, hours=23) or account["credit"]
