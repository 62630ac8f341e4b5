"""Billing at Stripe. Amounts are minor units, targets absolute; every write carries our key twice, in the header and in metadata."""

from collections.abc import Mapping
from typing import Literal

import aiohttp
import stripe
from pydantic import SecretStr

from bot.adapters.billing.stripe.calls import reading
from bot.adapters.billing.stripe.prospects import PromotionCode, Trial
from bot.adapters.billing.stripe.units import from_stripe
from bot.adapters.billing.stripe.ways import PAGE, Balance, Prices, Subscription, Way, everything, name, terms
from bot.adapters.ports import Biller, BillerAdapter, Connects
from bot.bug.money import Account, Credit, Days, Grant, Receipt, Terms
from bot.bug.values import CustomerHint, Frozen

RUNNING = ("active", "trialing", "past_due")

stripe.enable_telemetry = False  # the library would write an id into the home directory and report our timings


class Settings(Frozen):
    """`[billing]` with kind = "stripe"."""

    key: SecretStr
    days: Literal["credit", "trial_end"] = "credit"
    """How paid days are given: as a credit of their price, or by moving the period's end, which makes Stripe call it a trial."""
    trial_plan: str = ""
    """The plan that a prospect's days are a trial of; empty: a prospect gets no days."""
    coupon: str = ""
    """The coupon behind a prospect's code; empty: a prospect gets no upgrade."""
    currency: str = "EUR"
    """Of customers who have never been billed."""
    timeout: float = 20.0
    base_url: str = "https://api.stripe.com"


class StripeBiller:
    def __init__(self, client: stripe.StripeClient, http: stripe.AIOHTTPClient, settings: Settings) -> None:
        self._client, self._http, self._settings = client, http, settings
        self._prices = Prices(client)
        changed = Subscription(client, self._prices)
        self._ways: Mapping[str, Way] = {
            "balance": Balance(client),
            "plan": changed,
            "period": changed,
            "trial": Trial(client, self._prices, settings.trial_plan),
            "code": PromotionCode(client, settings.coupon),
        }

    async def account(self, customer: CustomerHint) -> Account | None:
        """By Stripe's own id, else by e-mail; of several with that e-mail, one who has a subscription."""
        found = await self._customers(customer)
        accounts = [await self._account(one) for one in found if "deleted" not in one]
        return next((one for one in accounts if one.subscription), accounts[0] if accounts else None)

    async def plans(self) -> tuple[str, ...]:
        return tuple(await self._prices.all())

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        return await self._way(account, grant).apply(account, grant, key)

    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None:
        return await self._way(account, grant).find(account, grant, key)

    async def undo(self, receipt: Receipt, key: str) -> None:
        await self._ways[receipt.before["way"]].undo(receipt, key)

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the library's own gap

    async def _customers(self, hint: CustomerHint) -> list[stripe.Customer]:
        if hint.id.startswith("cus_"):
            return [await reading(self._client.v1.customers.retrieve_async(hint.id))]
        if not hint.email:
            return []
        return await everything(self._client.v1.customers.list_async({"email": hint.email, "limit": PAGE}))

    async def _account(self, customer: stripe.Customer) -> Account:
        held = await everything(
            self._client.v1.subscriptions.list_async({"customer": customer.id, "status": "all", "limit": PAGE})
        )
        running = next((one for one in held if one.status in RUNNING), None)
        item = running["items"].data[0] if running else None
        currency = customer.currency or (item.price.currency if item else self._settings.currency)
        return Account(
            id=customer.id,
            email=customer.email or "",
            plan=name(item.price) if item else "",
            monthly=_monthly(item) if item else 0,
            currency=currency.upper(),
            subscription=running.id if running else "",
            terms=terms(running, moved=self._settings.days == "trial_end") if running else Terms(days="trial"),
            balance=-from_stripe(customer.balance or 0, currency),
        )

    def _way(self, account: Account, grant: Grant) -> Way:
        if isinstance(grant, Credit):
            return self._ways["balance"]
        if not account.subscription:
            return self._ways["trial" if isinstance(grant, Days) else "code"]
        if not isinstance(grant, Days):
            return self._ways["plan"]
        return self._ways["period" if account.terms.days == "period" else "balance"]


def _monthly(item: stripe.SubscriptionItem) -> int:
    """What the customer pays in a month; 0 where the price says nothing that could be told in months."""
    each = item.price.recurring
    months = {"month": 1, "year": 12}.get(each.interval if each else "", 0) * (each.interval_count if each else 0)
    paid = from_stripe((item.price.unit_amount or 0) * (item.quantity or 1), item.price.currency)
    return paid // months if months else 0


def connect(settings: Settings, session: aiohttp.ClientSession | None = None) -> Biller:
    """Retries of the library are off: it is the relay that knows when to ask again."""
    http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=settings.timeout), session=session)
    client = stripe.StripeClient(
        settings.key.get_secret_value(),
        base_addresses={"api": settings.base_url.rstrip("/")},
        http_client=http,
        max_network_retries=0,
    )
    return StripeBiller(client, http, settings)


def _with_own_session(settings: Settings, _http: aiohttp.ClientSession) -> Biller:
    """The library closes the session that it was given."""
    return connect(settings)


CONNECTOR = Connects(Settings, _with_own_session)
ADAPTER = BillerAdapter(name="stripe", connector=CONNECTOR)
