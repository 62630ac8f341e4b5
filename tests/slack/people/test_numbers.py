"""One ledger, asked in all places: card, retro, month, page, CSV and Home say the same numbers."""

import csv
import io
import re

from bot.bug.money import Credit, Days, Money
from bot.bug.retro.span import month_of, week_of
from bot.bug.retro.story import fold
from bot.ledger import home, summaries
from bot.slack.views.retro import view
from bot.text import length
from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat


async def told_with_everything(house: House, chat: Chat) -> None:
    """Mia waits, gets €5 and 3 days, and knows after some minutes."""
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    await chat.says("I got an error on this page, what can I do?")
    await card.button("Claim").click(by=dana)
    await house.quiet()
    house.clock.advance(minutes=4)
    await dana.types("/bug works BUG-1 the row is gone", in_=house.errors)
    await house.quiet()
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.field("They get").pick("Other…")
    await form.expect_text("Credit in EUR")
    form.field("Credit in EUR").type("5")
    form.field("Days more").type("3")
    await form.submit()
    await card.thread.expect("reached Mia")
    await house.quiet()


async def test_card_retro_month_csv_and_home_agree(house: House, chat: Chat) -> None:
    await told_with_everything(house, chat)
    ledger, now = house.bot.ledger, house.clock()
    story = fold(await house.trail())
    of_month, of_week = [await summaries.read(ledger, of) for of in (month_of(now), week_of(now))]
    card = "\n".join((await house.errors.expect_message("BUG-1")).texts)

    assert story.times.tell is not None
    assert of_month.times == of_week.times == story.times
    assert f"told after {length(story.times.tell)}" in view.headline(story)
    assert f"told after {length(story.times.wait or 0)}" in card

    given = [gift.grant for gift in story.gifts]
    assert {type(grant) for grant in given} == {Credit, Days}
    rows = list(csv.DictReader(io.StringIO(view.csv(of_month, str))))
    in_books = sum(int(row["amount_minor"]) for row in rows if row["amount_minor"])
    assert of_month.cost == of_week.cost == (Money(amount=in_books, currency="EUR"),)
    assert f"{of_month.cost[0]} credit" in view.headline(story)
    assert len(rows) == sum(total.count for total in of_month.given) == len(given)

    week = (await home.read(ledger, "U0DEV", home.FIRST, now)).week
    assert week == of_week.shares
    assert (sum(one.bugs for one in week), sum(one.told for one in week)) == (of_week.bugs, of_week.told) == (1, 1)
    assert of_month.owed == of_week.owed == (await home.read(ledger, "U0DEV", home.FIRST, now)).owed == 1
    assert re.search(r"Counts bugs that began \w{3} \d\d \w{3} \d{4}", await said_in_slack(house))


async def said_in_slack(house: House) -> str:
    dana = house.person("Dana")
    await dana.types("/retro month", in_=house.errors)
    return "\n".join((await dana.expect_ephemeral("1 customer told")).texts)
