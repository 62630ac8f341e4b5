"""The proper fixes that are owed, as people ask for them: the list, another owner, another day, what paid them."""

from datetime import timedelta

from tests.slack.house import House
from tests.support.dsl.message import Message


async def owed(house: House, error: str = "") -> Message:
    card = await house.alarm(**({"error": error} if error else {}))
    await house.person("Dana").types(f"/bug works BUG-{house._said}", in_=house.errors)
    await card.expect_text("owed: proper fix")
    return card


async def test_what_is_owed_is_listed_the_oldest_first(house: House) -> None:
    dana = house.person("Dana")
    await dana.types("/bug debts", in_=house.errors)
    await dana.expect_ephemeral("No proper fix is owed")
    for _ in range(2):
        await owed(house)
    house.clock.advance(days=30)
    await dana.types("/bug debts", in_=house.errors)
    said = "\n".join((await dana.expect_ephemeral("*overdue for")).texts)
    assert said.index("BUG-1") < said.index("BUG-2")
    assert "<@U0DEV>" in said
    assert "|Bugsnag>" in said


async def test_pages_go_on(house: House) -> None:
    dana = house.person("Dana")
    for _ in range(11):
        await house.alarm()
        await dana.types(f"/bug works BUG-{house._said}", in_=house.errors)
    await house.quiet()
    await dana.types("/bug debts", in_=house.errors)
    await dana.expect_ephemeral("_1 to 10 of 11_ · `/bug debts 2` goes on")
    await dana.types("/bug debts 2", in_=house.errors)
    await dana.expect_ephemeral("_11 to 11 of 11_")
    await dana.types("/bug debts 9", in_=house.errors)
    await dana.expect_ephemeral("There is no such page")


async def test_owner_and_day_are_agreed_anew_by_words(house: House) -> None:
    card, dana = await owed(house), house.person("Dana")
    day = house.clock() + timedelta(days=14)
    await dana.types("/bug debt BUG-1 <@U0SUP> 2w", in_=house.errors)
    await card.thread.expect("Dana agreed: <@U0SUP> owes the proper fix by")
    await card.expect_text("owed: proper fix · <@U0SUP>")
    bug = await house.bug()
    assert bug.debt
    assert (bug.debt.due.date(), bug.debt.due.hour) == (day.date(), 17)
    await dana.types("/bug debt BUG-1 soon", in_=house.errors)
    await dana.expect_ephemeral("is no day. Write it as `friday`, `2w` or `2026-12-01`")
    await dana.types("/bug debt BUG-1 <@U0GUEST>", in_=house.errors)
    await card.expect_text("<@U0GUEST>")


async def test_owner_and_day_are_agreed_anew_by_the_form(house: House) -> None:
    card, dana = await owed(house), house.person("Dana")
    await card.choose("Who owes it, until when…", by=dana)
    form = await dana.expect_modal("Debt of BUG-1")
    day = (house.clock() + timedelta(days=30)).date()
    form.field("Until when?").type(f"{day}")
    await form.submit()
    await form.expect_closed()
    await card.thread.expect("Dana agreed: Dana owes the proper fix by")
    bug = await house.bug()
    assert bug.debt
    assert bug.debt.due.date() == day
    await card.choose("Who owes it, until when…", by=dana)
    form = await dana.expect_modal("Debt of BUG-1")
    form.field("Until when?").type("2020-01-01")
    await form.submit()
    await form.expect_error("Until when?", "from today on")


async def test_a_guest_changes_no_debt(house: House) -> None:
    await owed(house)
    gil = house.person("Gil")
    for said in ("/bug debt BUG-1 2w", "/bug paid BUG-1 done in PR 3"):
        await gil.types(said, in_=house.errors)
        await gil.expect_ephemeral("Guests can't")
    assert "paid" not in await house.kinds()


async def test_what_pays_it_is_kept_with_its_link(house: House) -> None:
    card, dana = await owed(house), house.person("Dana")
    await dana.types("/bug paid BUG-1 released https://github.com/acme/shop/pull/212", in_=house.errors)
    await card.thread.expect("Dana paid the proper fix: released (<https://github.com/acme/shop/pull/212|see>)")
    bug = await house.bug()
    assert bug.debt
    assert (bug.debt.how, bug.debt.url) == ("released", "https://github.com/acme/shop/pull/212")
