"""The ways to apply a makegood at Stripe, each with its look and its undo. `before["way"]` of a receipt names its way."""

import time
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import stripe

from bot.adapters.billing.stripe.calls import mark, marked, once, reading, unmark, writing
from bot.adapters.billing.stripe.units import from_stripe, to_stripe
from bot.bug.errors import Rejected
from bot.bug.money import Account, Credit, Days, Grant, Receipt, Terms, Upgrade
from bot.text import plural

PAGE = 100
DAY = 86_400
T = TypeVar("T", bound=stripe.StripeObject)


class Way(Protocol):
    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt: ...
    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None: ...
    async def undo(self, receipt: Receipt, key: str) -> None: ...


async def everything(listed: "Awaitable[stripe.ListObject[T]]") -> list[T]:
    """Every page of a list."""

    async def walk() -> list[T]:
        return [one async for one in (await listed).auto_paging_iter()]

    return await reading(walk())


def receipt(key: str, grant: Grant, account: str, external: str, before: Mapping[str, str]) -> Receipt:
    return Receipt(key=key, grant=grant, account=account, external_ids=(external,), before=before)


class Balance:
    """Credit on the customer's balance, which the next invoice uses up. Stripe's minus is the customer's plus."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        amount, text = await self._amount(account, grant)
        before = {"way": "balance", "amount": str(amount), "currency": account.currency}

        async def write(idempotency_key: str) -> Receipt:
            made = await self._move(account.id, -amount, account.currency, text, mark(key, before), idempotency_key)
            return receipt(key, grant, account.id, made.id, before)

        return await once(key, write, lambda: self.find(account, grant, key))

    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None:
        for one in await everything(
            self._client.v1.customers.balance_transactions.list_async(account.id, {"limit": PAGE})
        ):
            if (before := marked(one.metadata, key)) is not None:
                return receipt(key, grant, account.id, one.id, before)
        return None

    async def undo(self, receipt: Receipt, key: str) -> None:
        owner = Account(id=receipt.account, email="")
        if await self.find(owner, receipt.grant, key) is not None:
            return
        amount, currency = int(receipt.before["amount"]), receipt.before["currency"]

        async def write(idempotency_key: str) -> Receipt:
            made = await self._move(
                receipt.account, amount, currency, "Makegood taken back", mark(key, {}), idempotency_key
            )
            return replace(receipt, external_ids=(made.id,))

        await once(key, write, lambda: self.find(owner, receipt.grant, key))

    async def _move(
        self, customer: str, amount: int, currency: str, text: str, metadata: dict[str, str], key: str
    ) -> Any:
        service = self._client.v1.customers.balance_transactions
        params: Any = {
            "amount": to_stripe(amount, currency),
            "currency": currency.lower(),
            "description": text,
            "metadata": metadata,
        }
        return await writing(service.create_async(customer, params, {"idempotency_key": key}))

    async def _amount(self, account: Account, grant: Grant) -> tuple[int, str]:
        if isinstance(grant, Credit | Days) and grant.money and grant.money.currency != account.currency:
            raise Rejected(
                f"{account.email} is billed in {account.currency}, so a credit in {grant.money.currency} is of no use."
            )
        if isinstance(grant, Credit):
            return grant.money.amount, f"Makegood: {grant.money}"
        if isinstance(grant, Days):
            return await self._share(account, grant), f"Makegood: {plural(grant.days, 'day')}"
        raise Rejected("A plan is not given as a credit.")

    async def _share(self, account: Account, grant: Days) -> int:
        """What was promised; else what the days cost by the customer's own price."""
        if grant.money:
            return grant.money.amount
        found = await reading(self._client.v1.subscriptions.retrieve_async(account.subscription))
        share = terms(found, moved=False).worth(grant.days)
        if share == 0:
            raise Rejected(
                f"{account.email} pays nothing for {account.plan or 'the plan'}, so its days are worth nothing: give a credit."
            )
        return share


def terms(found: stripe.Subscription, *, moved: bool) -> Terms:
    """The period stands at the items since Stripe's API of March 2025. `moved`: days give it a later end."""
    item = found["items"].data[0]
    return Terms(
        days="period" if moved or found.status == "trialing" else "credit",
        ends=datetime.fromtimestamp(item.current_period_end, UTC),
        price=from_stripe((item.price.unit_amount or 0) * (item.quantity or 1), item.price.currency),
        length=max(1, round((item.current_period_end - item.current_period_start) / DAY)),
    )


class Subscription:
    """Changes of the customer's own subscription: another price, or a later end of the period. Our mark rides in its metadata."""

    def __init__(self, client: stripe.StripeClient, prices: "Prices") -> None:
        self._client, self._prices = client, prices

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        async def write(idempotency_key: str) -> Receipt:
            present = await self._present(account.subscription)
            if (before := marked(present.metadata, key)) is not None:
                return receipt(key, grant, account.id, present.id, before)
            before, change = await self._change(present, grant)
            await self._write(present.id, change, mark(key, before), idempotency_key)
            return receipt(key, grant, account.id, present.id, before)

        return await once(key, write, lambda: self.find(account, grant, key))

    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None:
        present = await self._present(account.subscription)
        before = marked(present.metadata, key)
        return None if before is None else receipt(key, grant, account.id, present.id, before)

    async def undo(self, receipt: Receipt, key: str) -> None:
        """Back to what was before, unless somebody has changed it since."""

        async def write(idempotency_key: str) -> Receipt:
            present = await self._present(receipt.external_ids[0])
            if marked(present.metadata, receipt.key) is not None:
                await self._write(present.id, self._back(present, receipt.before), unmark(receipt.key), idempotency_key)
            return receipt

        async def look() -> Receipt | None:
            present = await self._present(receipt.external_ids[0])
            return receipt if marked(present.metadata, receipt.key) is None else None

        await once(key, write, look)

    async def _present(self, subscription: str) -> stripe.Subscription:
        return await reading(self._client.v1.subscriptions.retrieve_async(subscription))

    async def _write(self, subscription: str, change: Mapping[str, Any], metadata: Mapping[str, str], key: str) -> None:
        params: Any = {**change, "proration_behavior": "none", "metadata": dict(metadata)}
        await writing(self._client.v1.subscriptions.update_async(subscription, params, {"idempotency_key": key}))

    async def _change(self, present: stripe.Subscription, grant: Grant) -> tuple[dict[str, str], dict[str, Any]]:
        item = present["items"].data[0]
        if isinstance(grant, Upgrade):
            price = await self._prices.named(grant.plan)
            before = {"way": "plan", "item": str(item.id), "price": str(item.price.id), "now": price}
            return before, {"items": [{"id": item.id, "price": price}]}
        until = int(_until(grant).timestamp())
        if until <= item.current_period_end:
            raise Rejected("The paid period already lasts longer than that; nothing was changed.")
        return {"way": "period", "until": str(item.current_period_end), "now": str(until)}, {"trial_end": until}

    def _back(self, present: stripe.Subscription, before: Mapping[str, str]) -> dict[str, Any]:
        item = present["items"].data[0]
        is_now = str(item.price.id) if before["way"] == "plan" else str(item.current_period_end)
        if is_now != before["now"]:
            raise Rejected(
                "The subscription was changed again since, by somebody else: look at it in Stripe and decide there."
            )
        if before["way"] == "plan":
            return {"items": [{"id": before["item"], "price": before["price"]}]}
        # what was paid for is over: the trial ends now, and Stripe bills the next period. Ended before that, it would bill
        # again what is paid for already.
        over = int(before["until"]) <= time.time()
        return {"trial_end": "now" if over else int(before["until"])}


class Prices:
    """Plans by the name that people use: the price's lookup key, else its nickname."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    async def all(self) -> Mapping[str, str]:
        """Ids by name, the cheapest first."""
        found = await everything(
            self._client.v1.prices.list_async({"active": True, "type": "recurring", "limit": PAGE})
        )
        return {name(price): price.id for price in sorted(found, key=lambda price: price.unit_amount or 0)}

    async def named(self, plan: str) -> str:
        prices = await self.all()
        if plan not in prices:
            raise Rejected(f'Stripe has no plan "{plan}"; there are {", ".join(prices) or "none"}.')
        return prices[plan]


def name(price: stripe.Price) -> str:
    return price.lookup_key or price.nickname or price.id


def _until(grant: Grant) -> datetime:
    if isinstance(grant, Days):
        return grant.until
    raise Rejected("A credit does not change a subscription.")
