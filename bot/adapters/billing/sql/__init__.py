"""Billing in the team's own database: one row per customer, changed from its old values or not at all, receipts beside it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import sqlalchemy as sa
from pydantic import Field, SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.adapters.billing.sql.connection import CustomerDatabase
from bot.adapters.billing.sql.values import Value, keyed, moment, restored, stored, text
from bot.adapters.ports import Biller, BillerAdapter, Connects
from bot.bug.errors import Doubtful, Misconfigured, Rejected, Unavailable
from bot.bug.money import Account, Credit, Days, Grant, Receipt, Terms, Upgrade
from bot.bug.values import CustomerHint, Frozen
from bot.outgoing.address import usable

Column = sa.Column[Any]


class Columns(Frozen):
    """Where a customer's account stands; an empty name says that the database has no such thing."""

    table: str
    key: str = "id"
    email: str = "email"
    plan: str = ""
    until: str = ""
    """End of the paid period: a timestamp, a date, or seconds since 1970."""
    credit: str = ""
    """Whole minor units in the customer's favour."""
    currency: str = ""


class Settings(Frozen):
    """`[billing]` with kind = "sql"."""

    target: SecretStr
    """Address of the database: postgresql://…, mysql://…, sqlite:///…"""
    account: Columns
    plans: tuple[str, ...] = ()
    prices: Mapping[str, int] = Field(default_factory=dict)
    """What each plan costs in a month, in minor units: what lost days are worth, as people see it in Slack."""
    currency: str = "EUR"
    receipts: str = ""
    """A table with the columns `key` (primary) and `receipt` (text). Without it a doubtful credit is put before a person."""


class SqlBiller:
    def __init__(self, database: CustomerDatabase, settings: Settings) -> None:
        self._database, self._settings, self._columns = database, settings, settings.account

    async def account(self, customer: CustomerHint) -> Account | None:
        name, value = (self._columns.email, customer.email) if customer.email else (self._columns.key, customer.id)
        if not value:
            return None
        column = await self._named(name)
        query = sa.select(column.table).where(column == keyed(column, value)).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        return self._shown(dict(row)) if row else None

    async def plans(self) -> tuple[str, ...]:
        return self._settings.plans

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        column = await self._column(grant)
        async with self._database.writing() as connection:
            present = await self._kept(connection, key)
            if present is not None:
                return present
            old = await self._value(connection, account.id, column)
            new = self._target(account, grant, column, old)
            await self._set(connection, account.id, column, old, new)
            before = {"column": column.name, "old": text(old), "new": text(new)}
            made = Receipt(key=key, grant=grant, account=account.id, external_ids=(account.id,), before=before)
            await self._keep(connection, made)
        return made

    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None:
        """Without a receipts table only a plan or a date can be recognised, and what was before them is not known."""
        column = await self._column(grant)
        async with self._database.reading() as connection:
            if self._settings.receipts:
                return await self._kept(connection, key)
            now = await self._value(connection, account.id, column)
        if isinstance(grant, Credit):
            raise Doubtful(
                f"Whether {account.email} got {grant.money} can't be looked up without billing.receipts: look yourself."
            )
        reached = text(now) == text(self._target(account, grant, column, None))
        return Receipt(key=key, grant=grant, account=account.id, external_ids=(account.id,)) if reached else None

    async def undo(self, receipt: Receipt, key: str) -> None:
        if not receipt.before:
            raise Rejected("What was there before is not known; put it back by hand.")
        column = await self._column(receipt.grant)
        async with self._database.writing() as connection:
            if await self._kept(connection, key) is not None:
                return
            now = await self._value(connection, receipt.account, column)
            await self._set(connection, receipt.account, column, now, self._former(receipt, column, now))
            await self._keep(connection, replace(receipt, key=key))

    async def close(self) -> None:
        await self._database.close()

    def _former(self, receipt: Receipt, column: Column, now: Value) -> Value:
        """With receipts a credit is taken off whatever there is by now; all else must still be as we left it."""
        if isinstance(receipt.grant, Credit) and self._settings.receipts:
            return now - receipt.grant.money.amount
        if text(now) == receipt.before["old"]:
            return now
        if text(now) != receipt.before["new"]:
            raise Rejected("It was changed again since, by somebody else: look at the account and decide there.")
        return restored(column, receipt.before["old"])

    def _target(self, account: Account, grant: Grant, column: Column, old: Value) -> Value:
        match grant:
            case Credit():
                if grant.money.currency != account.currency:
                    raise Rejected(
                        f"{account.email} is billed in {account.currency}, so a credit in {grant.money.currency} is of no use."
                    )
                return (old or 0) + grant.money.amount
            case Days():
                if old is not None and moment(old) >= grant.until:
                    raise Rejected("The paid period already lasts longer than that; nothing was changed.")
                return stored(column, grant.until)
            case Upgrade():
                if grant.plan not in self._settings.plans:
                    raise Rejected(
                        f'There is no plan "{grant.plan}"; there are {", ".join(self._settings.plans) or "none"}.'
                    )
                return grant.plan

    async def _column(self, grant: Grant) -> Column:
        name = {"credit": self._columns.credit, "days": self._columns.until, "upgrade": self._columns.plan}[grant.kind]
        if not name:
            raise Rejected(f"billing.account names no column for {grant.kind}; it can't be given here.")
        return await self._named(name)

    async def _named(self, name: str) -> Column:
        table = await self._database.table(self._columns.table)
        if name not in table.c:
            raise Misconfigured(f'billing.account names the column "{name}", which {table.name} does not have.')
        return table.c[name]

    async def _value(self, connection: AsyncConnection, account: str, column: Column) -> Value:
        query = sa.select(column).where(await self._is(account)).with_for_update()
        row = (await connection.execute(query)).first()
        if row is None:
            raise Rejected(f"The account {account} is not in {self._columns.table} any more.")
        return row[0]

    async def _set(self, connection: AsyncConnection, account: str, column: Column, old: Value, new: Value) -> None:
        unchanged = column.is_not_distinct_from(old)
        changed = sa.update(column.table).where(await self._is(account), unchanged).values({column.name: new})
        if (await connection.execute(changed)).rowcount != 1:
            raise Unavailable("The account was changed at the same moment by somebody else; it is tried again.")

    async def _is(self, account: str) -> sa.ColumnElement[bool]:
        column = await self._named(self._columns.key)
        is_it: sa.ColumnElement[bool] = column == keyed(column, account)
        return is_it

    async def _kept(self, connection: AsyncConnection, key: str) -> Receipt | None:
        if not self._settings.receipts:
            return None
        table = await self._database.table(self._settings.receipts)
        held = (await connection.execute(sa.select(table.c.receipt).where(table.c.key == key))).scalar_one_or_none()
        return Receipt.from_json(held) if held else None

    async def _keep(self, connection: AsyncConnection, receipt: Receipt) -> None:
        if self._settings.receipts:
            table = await self._database.table(self._settings.receipts)
            await connection.execute(sa.insert(table).values(key=receipt.key, receipt=receipt.to_json()))

    def _shown(self, row: Mapping[str, Any]) -> Account:
        columns = self._columns
        until = row[columns.until] if columns.until else None
        plan = (row[columns.plan] or "") if columns.plan else ""
        monthly = self._settings.prices.get(plan, 0)
        return Account(
            id=str(row[columns.key]),
            email=row[columns.email],
            plan=plan,
            monthly=monthly,
            currency=row[columns.currency].upper() if columns.currency else self._settings.currency,
            subscription=str(row[columns.key]),
            terms=Terms(ends=None if until is None else moment(until), price=monthly),
            balance=(row[columns.credit] or 0) if columns.credit else 0,
        )


def connect(settings: Settings, _http: aiohttp.ClientSession | None = None) -> Biller:
    try:
        engine = create_async_engine(usable(settings.target.get_secret_value()))
    except ValueError as error:
        raise Misconfigured(f"billing.target: {error}.") from None
    return SqlBiller(CustomerDatabase(engine), settings)


CONNECTOR = Connects(Settings, connect)
ADAPTER = BillerAdapter(name="sql", connector=CONNECTOR)
