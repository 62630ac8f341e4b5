"""What every biller owes us: once under one key, found again, taken back, and never over somebody else's change."""

from datetime import timedelta

import pytest

from bot.adapters.billing import revert_due
from bot.bug.errors import Rejected
from bot.bug.money import Account, Credit, Money, Receipt, Upgrade
from bot.bug.values import CustomerHint
from tests.parts.billing.stands import MIA, NEXT_MONTH, PETE, Stand

FIVE_EUROS = Credit(money=Money(amount=500, currency="EUR"))
PRO = Upgrade(plan="pro", until=NEXT_MONTH + timedelta(days=30))


async def account(stand: Stand, email: str = MIA) -> Account:
    found = await stand.biller.account(CustomerHint(email=email))
    assert found is not None
    return found


async def test_a_customer_is_known_by_e_mail(stand: Stand) -> None:
    found = await account(stand)
    assert (found.email, found.plan, found.currency, found.balance, found.terms.ends) == (
        MIA,
        "starter",
        "EUR",
        0,
        NEXT_MONTH,
    )


async def test_somebody_unknown_is_none(stand: Stand) -> None:
    assert await stand.biller.account(CustomerHint(email="nobody@nowhere.example")) is None
    assert await stand.biller.account(CustomerHint(name="Mia")) is None


async def test_the_plans_have_the_names_people_use(stand: Stand) -> None:
    assert await stand.biller.plans() == ("starter", "pro")


async def test_a_credit_is_in_the_customers_favour(stand: Stand) -> None:
    await stand.biller.apply(await account(stand), FIVE_EUROS, "bug-1-credit")
    assert await stand.see(MIA) == (500, "starter")
    assert (await account(stand)).balance == 500


async def test_one_key_gives_one_credit_however_often_it_is_asked(stand: Stand) -> None:
    mia = await account(stand)
    first = await stand.biller.apply(mia, FIVE_EUROS, "bug-1-credit")
    assert await stand.biller.apply(mia, FIVE_EUROS, "bug-1-credit") == first
    assert await stand.see(MIA) == (500, "starter")


async def test_two_bugs_give_two_credits(stand: Stand) -> None:
    mia = await account(stand)
    await stand.biller.apply(mia, FIVE_EUROS, "bug-1-credit")
    await stand.biller.apply(mia, FIVE_EUROS, "bug-2-credit")
    assert await stand.see(MIA) == (1000, "starter")


async def test_a_crash_after_the_commit_is_found_by_its_key(stand: Stand) -> None:
    mia = await account(stand)
    lost = await stand.biller.apply(mia, FIVE_EUROS, "bug-1-credit")
    assert await stand.biller.find(mia, FIVE_EUROS, "bug-1-credit") == lost
    assert await stand.biller.find(mia, FIVE_EUROS, "bug-2-credit") is None


async def test_a_credit_is_taken_back_once(stand: Stand) -> None:
    receipt = await stand.biller.apply(await account(stand), FIVE_EUROS, "bug-1-credit")
    await stand.biller.undo(receipt, "bug-1-undo")
    await stand.biller.undo(receipt, "bug-1-undo")
    assert await stand.see(MIA) == (0, "starter")


async def test_taking_one_credit_back_leaves_the_other(stand: Stand) -> None:
    mia = await account(stand)
    first = await stand.biller.apply(mia, FIVE_EUROS, "bug-1-credit")
    await stand.biller.apply(mia, FIVE_EUROS, "bug-2-credit")
    await stand.biller.undo(first, "bug-1-undo")
    assert await stand.see(MIA) == (500, "starter")


async def test_an_upgrade_ends_with_the_plan_from_before(stand: Stand) -> None:
    mia = await account(stand)
    receipt = await stand.biller.apply(mia, PRO, "bug-1-upgrade")
    assert await stand.see(MIA) == (0, "pro")
    found = await stand.biller.find(mia, PRO, "bug-1-upgrade")
    assert found == receipt
    await stand.biller.undo(found, "bug-1-end")
    await stand.biller.undo(found, "bug-1-end")
    assert await stand.see(MIA) == (0, "starter")


async def test_an_upgrade_is_due_to_end_and_a_credit_is_not(stand: Stand) -> None:
    mia = await account(stand)
    upgrade = await stand.biller.apply(mia, PRO, "bug-1-upgrade")
    credit = await stand.biller.apply(mia, FIVE_EUROS, "bug-1-credit")
    assert (revert_due(upgrade), revert_due(credit)) == (PRO.until, None)


async def test_what_the_customer_changed_meanwhile_is_not_overwritten(stand: Stand) -> None:
    receipt = await stand.biller.apply(await account(stand), Upgrade(plan="starter", until=PRO.until), "bug-1-upgrade")
    await stand.change_plan(MIA, "pro")
    with pytest.raises(Rejected, match="somebody else"):
        await stand.biller.undo(receipt, "bug-1-end")
    assert await stand.see(MIA) == (0, "pro")


async def test_a_plan_that_is_not_there_is_refused_with_those_that_are(stand: Stand) -> None:
    with pytest.raises(Rejected, match="starter, pro"):
        await stand.biller.apply(await account(stand), Upgrade(plan="gold", until=PRO.until), "bug-1-upgrade")


async def test_a_credit_in_a_foreign_currency_is_refused(stand: Stand) -> None:
    with pytest.raises(Rejected, match="billed in EUR"):
        await stand.biller.apply(await account(stand), Credit(money=Money(amount=500, currency="USD")), "bug-1-credit")
    assert await stand.see(MIA) == (0, "starter")


async def test_a_prospect_gets_a_credit_too(stand: Stand) -> None:
    receipt = await stand.biller.apply(await account(stand, PETE), FIVE_EUROS, "bug-1-credit")
    assert (await stand.see(PETE))[0] == 500
    assert Receipt.from_json(receipt.to_json()) == receipt
