"""Billing in the team's own database, where it has no receipts, other kinds of dates, or the wrong names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.billing import sql
from bot.bug.errors import Doubtful, Misconfigured, Rejected, Unavailable
from bot.bug.money import Account, Credit, Days, Money, Terms, Upgrade
from bot.bug.values import CustomerHint
from tests.parts.billing.stands import MIA, NEXT_MONTH, PETE, Stand, sql_settings, sql_stand

FIVE_EUROS = Credit(money=Money(amount=500, currency="EUR"))
PRO = Upgrade(plan="pro", until=NEXT_MONTH + timedelta(days=30))
THREE_DAYS = Days(days=3, until=NEXT_MONTH + timedelta(days=3))


async def account(stand: Stand, email: str = MIA) -> Account:
    found = await stand.biller.account(CustomerHint(email=email))
    assert found is not None
    return found


async def test_days_move_the_end_of_the_period_and_back(tmp_path: Path) -> None:
    async with sql_stand(tmp_path) as stand:
        receipt = await stand.biller.apply(await account(stand), THREE_DAYS, "bug-1")
        assert (await account(stand)).terms.ends == THREE_DAYS.until
        await stand.biller.undo(receipt, "bug-1-undo")
        assert (await account(stand)).terms.ends == NEXT_MONTH


async def test_days_never_shorten_what_is_paid(tmp_path: Path) -> None:
    async with sql_stand(tmp_path) as stand:
        with pytest.raises(Rejected, match="longer"):
            await stand.biller.apply(await account(stand), Days(days=1, until=NEXT_MONTH), "bug-1")


async def test_who_never_paid_gets_a_first_period(tmp_path: Path) -> None:
    async with sql_stand(tmp_path) as stand:
        await stand.biller.apply(await account(stand, PETE), THREE_DAYS, "bug-1")
        assert (await account(stand, PETE)).terms.ends == THREE_DAYS.until


async def test_without_receipts_a_lost_credit_is_put_before_a_person(tmp_path: Path) -> None:
    async with sql_stand(tmp_path, receipts="") as stand:
        mia = await account(stand)
        await stand.biller.apply(mia, FIVE_EUROS, "bug-1")
        with pytest.raises(Doubtful, match="look yourself"):
            await stand.biller.find(mia, FIVE_EUROS, "bug-1")


async def test_without_receipts_a_plan_that_is_reached_counts_as_given(tmp_path: Path) -> None:
    async with sql_stand(tmp_path, receipts="") as stand:
        mia = await account(stand)
        assert await stand.biller.find(mia, PRO, "bug-1") is None
        receipt = await stand.biller.apply(mia, PRO, "bug-1")
        found = await stand.biller.find(mia, PRO, "bug-1")
        assert found is not None
        with pytest.raises(Rejected, match="by hand"):
            await stand.biller.undo(found, "bug-1-end")
        await stand.biller.undo(receipt, "bug-1-end")
        await stand.biller.undo(receipt, "bug-1-end")
        assert await stand.see(MIA) == (0, "starter")


async def test_without_receipts_a_credit_is_taken_back_only_while_untouched(tmp_path: Path) -> None:
    async with sql_stand(tmp_path, receipts="") as stand:
        mia = await account(stand)
        first = await stand.biller.apply(mia, FIVE_EUROS, "bug-1")
        await stand.biller.apply(mia, FIVE_EUROS, "bug-2")
        with pytest.raises(Rejected, match="somebody else"):
            await stand.biller.undo(first, "bug-1-undo")
        assert await stand.see(MIA) == (1000, "starter")


async def test_a_column_that_is_not_named_can_not_be_given(tmp_path: Path) -> None:
    async with sql_stand(tmp_path, account={"table": "accounts", "plan": "plan"}) as stand:
        with pytest.raises(Rejected, match="credit"):
            await stand.biller.apply(await account(stand), FIVE_EUROS, "bug-1")


async def test_a_column_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    async with sql_stand(tmp_path, account={"table": "accounts", "plan": "tariff"}) as stand:
        with pytest.raises(Misconfigured, match="tariff"):
            await stand.biller.apply(Account(id="1", email=MIA), PRO, "bug-1")


async def test_a_table_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    async with sql_stand(tmp_path, account={"table": "customers"}) as stand:
        with pytest.raises(Misconfigured, match="customers"):
            await account(stand)


async def test_an_account_that_was_deleted_is_said_so(tmp_path: Path) -> None:
    async with sql_stand(tmp_path) as stand:
        with pytest.raises(Rejected, match="any more"):
            await stand.biller.apply(Account(id="99", email=MIA), PRO, "bug-1")


async def test_an_id_that_can_not_be_one_is_nobody(tmp_path: Path) -> None:
    async with sql_stand(tmp_path) as stand:
        assert await stand.biller.account(CustomerHint(id="mia")) is None


async def test_a_database_that_can_not_be_reached_changed_nothing(tmp_path: Path, unused_tcp_port: int) -> None:
    biller = sql.connect(sql_settings(tmp_path, target=f"postgresql://makegood@127.0.0.1:{unused_tcp_port}/shop"))
    with pytest.raises(Unavailable, match="can't be reached"):
        await biller.account(CustomerHint(email=MIA))
    await biller.close()


def test_an_address_that_is_none_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"billing\.target"):
        sql.connect(sql_settings(tmp_path, target="the shop's database"))


@pytest.mark.parametrize("kind", [sa.DateTime(timezone=True), sa.DateTime(), sa.Date(), sa.Integer(), sa.String()])
async def test_the_end_of_a_period_may_be_of_any_kind(tmp_path: Path, kind: sa.types.TypeEngine[object]) -> None:
    """A day, a timestamp, seconds or text; what was there before comes back exactly."""
    until = datetime(2031, 5, 1, tzinfo=UTC)
    columns: list[sa.Column[Any]] = [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String),
        sa.Column("ends", kind),
    ]
    table = sa.Table("people", sa.MetaData(), *columns)
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    async with engine.begin() as connection:
        await connection.run_sync(table.create)
        await connection.execute(sa.insert(table).values(id=1, email=MIA, ends=None))
    biller = sql.connect(sql_settings(tmp_path, account={"table": "people", "until": "ends"}, receipts=""))
    mia = await biller.account(CustomerHint(email=MIA))
    assert mia is not None
    assert mia.terms.ends is None
    first = await biller.apply(mia, Days(days=9, until=until), "bug-1")
    later = await biller.apply(mia, Days(days=9, until=until + timedelta(days=9)), "bug-2")
    await biller.undo(later, "bug-2-undo")
    assert (await biller.account(CustomerHint(id="1"))) == mia.model_copy(update={"terms": Terms(ends=until)})
    await biller.undo(first, "bug-1-undo")
    assert (await biller.account(CustomerHint(id="1"))) == mia
    await biller.close()
    await engine.dispose()


async def test_what_a_plan_costs_stands_in_the_settings(tmp_path: Path) -> None:
    async with sql_stand(tmp_path, prices={"starter": 900}) as stand:
        mia = await account(stand)
        assert (mia.monthly, mia.terms.days, mia.terms.ends, mia.terms.worth(3)) == (900, "period", NEXT_MONTH, 90)
        assert (await account(stand, PETE)).terms.worth(3) == 0
