"""Gifts at Stripe for somebody without a subscription: a trial until a day, or a code for later."""

import stripe

from bot.adapters.billing.stripe.calls import mark, marked, once, reading, writing
from bot.adapters.billing.stripe.ways import PAGE, Prices, everything, receipt
from bot.bug.errors import Rejected
from bot.bug.money import Account, Days, Grant, Receipt, Upgrade


class Trial:
    """Days become a trial of the configured plan, which ends by itself when no payment method is there."""

    def __init__(self, client: stripe.StripeClient, prices: Prices, plan: str) -> None:
        self._client, self._prices, self._plan = client, prices, plan

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        if not self._plan or not isinstance(grant, Days):
            raise Rejected(
                f"{account.email} has no subscription to extend. Give a credit, or set billing.trial_plan for trials."
            )
        price, until, before = await self._prices.named(self._plan), int(grant.until.timestamp()), {"way": "trial"}

        async def write(idempotency_key: str) -> Receipt:
            made = await writing(
                self._client.v1.subscriptions.create_async(
                    {
                        "customer": account.id,
                        "items": [{"price": price}],
                        "trial_end": until,
                        "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
                        "metadata": mark(key, before),
                    },
                    {"idempotency_key": idempotency_key},
                )
            )
            return receipt(key, grant, account.id, made.id, before)

        return await once(key, write, lambda: self.find(account, grant, key))

    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None:
        for one in await everything(
            self._client.v1.subscriptions.list_async({"customer": account.id, "status": "all", "limit": PAGE})
        ):
            if (before := marked(one.metadata, key)) is not None:
                return receipt(key, grant, account.id, one.id, before)
        return None

    async def undo(self, receipt: Receipt, key: str) -> None:
        trial = receipt.external_ids[0]
        present = await reading(self._client.v1.subscriptions.retrieve_async(trial))
        if present.status != "canceled":
            await writing(self._client.v1.subscriptions.cancel_async(trial, None, {"idempotency_key": key}))


class PromotionCode:
    """An upgrade becomes a promotion code, for this customer and for once; `before["code"]` is what to tell them."""

    def __init__(self, client: stripe.StripeClient, coupon: str) -> None:
        self._client, self._coupon = client, coupon

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        if not self._coupon or not isinstance(grant, Upgrade):
            raise Rejected(
                f"{account.email} has no subscription to upgrade. Give a credit, or set billing.coupon for codes."
            )
        until = int(grant.until.timestamp())

        async def write(idempotency_key: str) -> Receipt:
            made = await writing(
                self._client.v1.promotion_codes.create_async(
                    {
                        "promotion": {"type": "coupon", "coupon": self._coupon},
                        "customer": account.id,
                        "max_redemptions": 1,
                        "expires_at": until,
                        "metadata": mark(key, {"way": "code"}),
                    },
                    {"idempotency_key": idempotency_key},
                )
            )
            return receipt(key, grant, account.id, made.id, {"way": "code", "code": made.code})

        return await once(key, write, lambda: self.find(account, grant, key))

    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None:
        for one in await everything(
            self._client.v1.promotion_codes.list_async({"customer": account.id, "limit": PAGE})
        ):
            if (before := marked(one.metadata, key)) is not None:
                return receipt(key, grant, account.id, one.id, {**before, "code": one.code})
        return None

    async def undo(self, receipt: Receipt, key: str) -> None:
        """Switching off what is off already changes nothing."""
        code = receipt.external_ids[0]
        await writing(self._client.v1.promotion_codes.update_async(code, {"active": False}, {"idempotency_key": key}))
