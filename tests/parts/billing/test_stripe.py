"""Stripe on a bad day, and what only Stripe can do: lost answers, stored failures, days by credit or by date, prospects."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.billing import revert_due, stripe
from bot.adapters.ports import Biller
from bot.bug.errors import Doubtful, Rejected, Unavailable
from bot.bug.money import Account, Credit, Days, Money, Terms, Upgrade
from bot.bug.values import CustomerHint
from bot.demo.till.fake import StripeFake
from tests.parts.billing.stands import KEY, MIA, NEXT_MONTH, PETE, new_till, seen, served

CREDIT_CALL = "POST /v1/customers/{id}/balance_transactions"
CHANGE_CALL = "POST /v1/subscriptions/{id}"
FIVE_EUROS = Credit(money=Money(amount=500, currency="EUR"))
PRO = Upgrade(plan="pro", until=NEXT_MONTH + timedelta(days=30))
THREE_DAYS = Days(days=3, until=NEXT_MONTH + timedelta(days=3))


@pytest.fixture
def till() -> StripeFake:
    return new_till()


@pytest.fixture
async def address(till: StripeFake) -> AsyncIterator[str]:
    async with served(till) as address:
        yield address


@pytest.fixture
async def biller(address: str) -> AsyncIterator[Biller]:
    biller = stripe.connect(settings(address))
    yield biller
    await biller.close()


def settings(address: str, **more: object) -> stripe.Settings:
    return stripe.Settings.model_validate({"key": KEY, "base_url": address, "timeout": 0.5} | more)


async def account(biller: Biller, email: str = MIA) -> Account:
    found = await biller.account(CustomerHint(email=email))
    assert found is not None
    return found


async def test_a_crash_between_stripes_commit_and_ours_gives_one_credit(till: StripeFake, biller: Biller) -> None:
    mia = await account(biller)
    till.faults.add("after_500", CREDIT_CALL)
    with pytest.raises(Doubtful):
        await biller.apply(mia, FIVE_EUROS, "bug-1")
    found = await biller.find(mia, FIVE_EUROS, "bug-1")
    assert found is not None
    assert await biller.apply(mia, FIVE_EUROS, "bug-1") == found
    assert seen(till, MIA) == (500, "starter")


async def test_a_stored_500_is_not_believed(till: StripeFake, biller: Biller) -> None:
    """Stripe failed before it did anything, and would repeat that failure for a day."""
    mia = await account(biller)
    till.faults.add("500", CREDIT_CALL)
    with pytest.raises(Doubtful):
        await biller.apply(mia, FIVE_EUROS, "bug-1")
    assert await biller.find(mia, FIVE_EUROS, "bug-1") is None
    await biller.apply(mia, FIVE_EUROS, "bug-1")
    assert seen(till, MIA) == (500, "starter")


async def test_a_second_stored_500_is_not_believed_either(till: StripeFake, biller: Biller) -> None:
    mia = await account(biller)
    till.faults.add("500", CREDIT_CALL, times=2)
    for _ in range(2):
        with pytest.raises(Doubtful):
            await biller.apply(mia, FIVE_EUROS, "bug-1")
    await biller.apply(mia, FIVE_EUROS, "bug-1")
    assert seen(till, MIA) == (500, "starter")


@pytest.mark.parametrize("fault", ["after_hang", "drop_after"])
async def test_an_answer_that_never_comes_is_doubtful_and_gives_one_credit(
    till: StripeFake, biller: Biller, fault: str
) -> None:
    mia = await account(biller)
    till.faults.add(fault, CREDIT_CALL)
    with pytest.raises(Doubtful, match="may have done it"):
        await biller.apply(mia, FIVE_EUROS, "bug-1")
    await biller.apply(mia, FIVE_EUROS, "bug-1")
    assert seen(till, MIA) == (500, "starter")


async def test_a_lost_upgrade_is_found_with_the_plan_from_before(till: StripeFake, biller: Biller) -> None:
    mia = await account(biller)
    till.faults.add("drop_after", CHANGE_CALL)
    with pytest.raises(Doubtful):
        await biller.apply(mia, PRO, "bug-1")
    found = await biller.find(mia, PRO, "bug-1")
    assert found is not None
    await biller.undo(found, "bug-1-end")
    assert seen(till, MIA) == (0, "starter")


async def test_a_lost_end_of_an_upgrade_is_done_once(till: StripeFake, biller: Biller) -> None:
    receipt = await biller.apply(await account(biller), PRO, "bug-1")
    till.faults.add("after_500", CHANGE_CALL)
    with pytest.raises(Doubtful):
        await biller.undo(receipt, "bug-1-end")
    await biller.undo(receipt, "bug-1-end")
    assert seen(till, MIA) == (0, "starter")


async def test_a_lost_undo_of_a_credit_takes_it_back_once(till: StripeFake, biller: Biller) -> None:
    receipt = await biller.apply(await account(biller), FIVE_EUROS, "bug-1")
    till.faults.add("after_500", CREDIT_CALL)
    with pytest.raises(Doubtful):
        await biller.undo(receipt, "bug-1-undo")
    await biller.undo(receipt, "bug-1-undo")
    assert seen(till, MIA) == (0, "starter")


async def test_too_many_calls_say_when_to_come_back(till: StripeFake, biller: Biller) -> None:
    mia = await account(biller)
    till.faults.add("429", CREDIT_CALL)
    with pytest.raises(Unavailable) as told:
        await biller.apply(mia, FIVE_EUROS, "bug-1")
    assert told.value.retry_after == 1
    assert seen(till, MIA) == (0, "starter")


async def test_nothing_happened_when_reading_failed(till: StripeFake, biller: Biller) -> None:
    till.faults.add("500", "GET /v1/customers")
    with pytest.raises(Unavailable):
        await account(biller)


async def test_nothing_happened_when_nobody_answers_the_door(till: StripeFake) -> None:
    async with served(till) as address:
        mia_biller = stripe.connect(settings(address))
        mia = await account(mia_biller)
        await mia_biller.close()
    late = stripe.connect(settings(address))
    with pytest.raises(Unavailable):
        await late.apply(mia, FIVE_EUROS, "bug-1")
    await late.close()


async def test_a_wrong_key_names_the_setting(address: str) -> None:
    biller = stripe.connect(settings(address, key="sk_test_of_somebody_else"))
    with pytest.raises(Rejected, match=r"billing\.key"):
        await biller.plans()
    await biller.close()


async def test_a_credit_is_found_behind_a_hundred_others(till: StripeFake, biller: Biller) -> None:
    mia = await account(biller)
    first = await biller.apply(mia, FIVE_EUROS, "bug-1")
    customer = till.store.get("customer", mia.id)
    for _ in range(120):
        till.store.move_balance(customer, -1, "eur", "a penny from somebody", {})
    assert await biller.find(mia, FIVE_EUROS, "bug-1") == first


async def test_three_days_of_thirty_are_a_tenth_of_the_price(till: StripeFake, biller: Biller) -> None:
    receipt = await biller.apply(await account(biller), THREE_DAYS, "bug-1")
    assert seen(till, MIA) == (90, "starter")
    await biller.undo(receipt, "bug-1-undo")
    assert seen(till, MIA) == (0, "starter")


async def test_what_was_promised_for_the_days_is_what_is_credited(till: StripeFake, biller: Biller) -> None:
    """Also when the price is another one by then."""
    promised = THREE_DAYS.model_copy(update={"money": Money(amount=77, currency="EUR")})
    await biller.apply(await account(biller), promised, "bug-1")
    assert seen(till, MIA) == (77, "starter")


async def test_an_account_says_how_days_are_given_to_it_and_what_they_are_worth(
    till: StripeFake, address: str, biller: Biller
) -> None:
    mia = (await account(biller)).terms
    assert (mia.days, mia.ends, mia.price, mia.worth(3)) == ("credit", NEXT_MONTH, 900, 90)
    assert (await account(biller, PETE)).terms == Terms(days="trial")
    till.add_customer("tina@trial.example", plan="pro", status="trialing", period_end=NEXT_MONTH)
    assert (await account(biller, "tina@trial.example")).terms.days == "period"
    moving = stripe.connect(settings(address, days="trial_end"))
    assert (await account(moving)).terms.days == "period"
    await moving.close()


async def test_days_may_move_the_end_of_the_period_instead(till: StripeFake, address: str) -> None:
    biller = stripe.connect(settings(address, days="trial_end"))
    receipt = await biller.apply(await account(biller), THREE_DAYS, "bug-1")
    assert (await account(biller)).terms.ends == THREE_DAYS.until
    assert (await biller.find(await account(biller), THREE_DAYS, "bug-1")) == receipt
    await biller.undo(receipt, "bug-1-undo")
    assert (await account(biller)).terms.ends == NEXT_MONTH
    await biller.close()


async def test_a_period_that_is_moved_back_ends_when_it_was_paid_for_and_bills_nothing_before(
    till: StripeFake, address: str
) -> None:
    biller = stripe.connect(settings(address, days="trial_end"))
    receipt = await biller.apply(await account(biller), THREE_DAYS, "bug-1")
    await biller.undo(receipt, "bug-1-undo")
    email = (await account(biller)).email
    (one,) = (x for x in till.snapshot()["customers"] if x["email"] == email)
    assert "invoice" not in [note["what"] for note in one["history"]]
    assert one["status"] == "trialing", "Stripe has no other way to keep the end: it is over when the paid period is"
    await biller.close()


async def test_whose_paid_period_is_over_by_the_undo_is_on_trial_no_longer(till: StripeFake, address: str) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    till.add_customer("otto@over.example", plan="pro", period_end=yesterday)
    biller = stripe.connect(settings(address, days="trial_end"))
    receipt = await biller.apply(await account(biller, "otto@over.example"), THREE_DAYS, "bug-1")
    await biller.undo(receipt, "bug-1-undo")
    await biller.undo(receipt, "bug-1-undo")
    (one,) = (x for x in till.snapshot()["customers"] if x["email"] == "otto@over.example")
    assert (one["status"], [n["what"] for n in one["history"]].count("invoice")) == ("active", 1)
    await biller.close()


async def test_days_never_shorten_what_is_paid(address: str) -> None:
    biller = stripe.connect(settings(address, days="trial_end"))
    with pytest.raises(Rejected, match="longer"):
        await biller.apply(await account(biller), Days(days=1, until=NEXT_MONTH - timedelta(days=1)), "bug-1")
    await biller.close()


async def test_who_is_on_trial_gets_a_longer_trial(till: StripeFake, biller: Biller) -> None:
    till.add_customer("tina@trial.example", plan="pro", status="trialing", period_end=NEXT_MONTH)
    await biller.apply(await account(biller, "tina@trial.example"), THREE_DAYS, "bug-1")
    assert (await account(biller, "tina@trial.example")).terms.ends == THREE_DAYS.until


@pytest.mark.parametrize(("days", "said"), [(1, "Makegood: 1 day"), (3, "Makegood: 3 days")])
async def test_an_invoice_says_in_words_what_was_credited(
    till: StripeFake, biller: Biller, days: int, said: str
) -> None:
    given = Days(days=days, until=NEXT_MONTH + timedelta(days=days))
    await biller.apply(await account(biller), given, "bug-1")
    (mia,) = (x for x in till.snapshot()["customers"] if x["email"] == MIA)
    assert [note["text"] for note in mia["history"]][-1].endswith(said)


async def test_days_of_a_free_plan_are_refused(till: StripeFake, biller: Biller) -> None:
    till.add_plan("free", 0)
    till.add_customer("fay@free.example", plan="free")
    with pytest.raises(Rejected, match="give a credit"):
        await biller.apply(await account(biller, "fay@free.example"), THREE_DAYS, "bug-1")


async def test_a_prospect_without_settings_is_told_what_would_help(biller: Biller) -> None:
    pete = await account(biller, PETE)
    with pytest.raises(Rejected, match=r"billing\.trial_plan"):
        await biller.apply(pete, THREE_DAYS, "bug-1")
    with pytest.raises(Rejected, match=r"billing\.coupon"):
        await biller.apply(pete, PRO, "bug-1")


async def test_a_prospects_days_are_a_trial(till: StripeFake, address: str) -> None:
    biller = stripe.connect(settings(address, trial_plan="pro"))
    pete = await account(biller, PETE)
    receipt = await biller.apply(pete, THREE_DAYS, "bug-1")
    assert (await account(biller, PETE)).terms.ends == THREE_DAYS.until
    assert await biller.find(pete, THREE_DAYS, "bug-1") == receipt
    await biller.undo(receipt, "bug-1-undo")
    await biller.undo(receipt, "bug-1-undo")
    assert (await account(biller, PETE)).subscription == ""
    await biller.close()


async def test_a_prospects_upgrade_is_a_code(till: StripeFake, address: str) -> None:
    biller = stripe.connect(settings(address, coupon=till.add_coupon("sorry")))
    pete = await account(biller, PETE)
    receipt = await biller.apply(pete, PRO, "bug-1")
    code = till.store.all("promotion_code")[0]
    assert (code["code"], code["customer"], code["max_redemptions"]) == (receipt.before["code"], pete.id, 1)
    assert await biller.find(pete, PRO, "bug-1") == receipt
    assert revert_due(receipt) is None
    await biller.undo(receipt, "bug-1-undo")
    assert code["active"] is False
    await biller.close()


async def test_of_two_with_one_e_mail_the_subscriber_is_meant(till: StripeFake, biller: Biller) -> None:
    till.add_customer(MIA)
    assert (await account(biller)).plan == "starter"


async def test_a_customer_who_was_deleted_is_nobody(till: StripeFake, biller: Biller) -> None:
    gone = till.store.put("customer", "cus", {"deleted": True})
    assert await biller.account(CustomerHint(id=gone["id"])) is None


async def test_stripes_own_id_is_enough(biller: Biller) -> None:
    mia = await account(biller)
    assert await biller.account(CustomerHint(id=mia.id)) == mia
