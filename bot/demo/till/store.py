"""The till's state, as Stripe's objects: customers, their balance, subscriptions, prices, coupons and codes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bot.demo.till.params import StripeRefusal

Json = dict[str, Any]
DAY = 86_400
MONTH = 30 * DAY
LONGEST_TRIAL = 731 * DAY


class Store:
    """Every object by its id, oldest first."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._numbers = count(1)
        self.objects: dict[str, Json] = {}
        self.history: list[Json] = []

    def put(self, kind: str, prefix: str, fields: Mapping[str, Any], object_id: str = "") -> Json:
        made = {
            "id": object_id or f"{prefix}_{next(self._numbers):06d}",
            "object": kind,
            "created": int(self.now()),
            "livemode": False,
            **fields,
        }
        self.objects[made["id"]] = made
        return made

    def get(self, kind: str, object_id: str) -> Json:
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise StripeRefusal(404, f"No such {kind}: '{object_id}'", code="resource_missing", param="id")
        return found

    def all(self, kind: str, **same: object) -> list[Json]:
        """Newest first, as Stripe lists."""
        found = [one for one in self.objects.values() if one["object"] == kind]
        return [one for one in reversed(found) if all(one[name] == value for name, value in same.items())]

    def note(self, customer: str, what: str, text: str) -> None:
        at = datetime.fromtimestamp(self.now(), UTC).isoformat()
        self.history.append({"customer": customer, "at": at, "what": what, "text": text})

    def move_balance(
        self, customer: Json, amount: int, currency: str, description: str, metadata: Mapping[str, str]
    ) -> Json:
        if customer["currency"] not in (None, currency):
            told = f"The currency ({currency}) does not match the customer's currency ({customer['currency']})."
            raise StripeRefusal(400, told, param="currency")
        customer["currency"] = currency
        customer["balance"] += amount
        self.note(
            customer["id"],
            "credit" if amount < 0 else "debit",
            f"{-amount / 100:+.2f} {currency.upper()} {description}".strip(),
        )
        fields = {
            "amount": amount,
            "currency": currency,
            "customer": customer["id"],
            "description": description or None,
            "ending_balance": customer["balance"],
            "metadata": dict(metadata),
            "type": "adjustment",
        }
        return self.put("customer_balance_transaction", "cbtxn", fields)

    def subscribe(
        self, customer: str, price: str, *, status: str, period_end: float, metadata: Mapping[str, str]
    ) -> Json:
        made = self.put(
            "subscription",
            "sub",
            {"customer": customer, "status": status, "metadata": dict(metadata), "trial_end": None},
        )
        item = {
            "id": f"si_{made['id']}",
            "object": "subscription_item",
            "subscription": made["id"],
            "quantity": 1,
            "metadata": {},
        }
        item |= {"price": self.get("price", price), "current_period_start": int(min(self.now(), period_end - MONTH))}
        made["items"] = {"object": "list", "has_more": False, "url": "/v1/subscription_items", "data": [item]}
        made["canceled_at"] = None
        self.end_period(made, int(period_end), trial=status == "trialing")
        return made

    def end_period(self, subscription: Json, moment: int, *, trial: bool) -> None:
        subscription["trial_end"] = moment if trial else None
        for item in subscription["items"]["data"]:
            item["current_period_end"] = moment

    def set_trial_end(self, subscription: Json, moment: int) -> None:
        if not self.now() < moment <= self.now() + LONGEST_TRIAL:
            raise StripeRefusal(400, "trial_end must be in the future and at most two years ahead", param="trial_end")
        subscription["status"] = "trialing"
        self.end_period(subscription, moment, trial=True)
        ends = datetime.fromtimestamp(moment, UTC).date()
        self.note(subscription["customer"], "period", f"period ends {ends}")

    def end_trial(self, subscription: Json) -> None:
        """As Stripe does it: a new billing cycle begins at once, with an invoice that uses up the balance first."""
        now = int(self.now())
        subscription["status"] = "active"
        self.end_period(subscription, now + MONTH, trial=False)
        subscription["trial_end"] = now
        owner = self.get("customer", subscription["customer"])
        for item in subscription["items"]["data"]:
            item["current_period_start"] = now
            due = int(item["price"]["unit_amount"] or 0)
            owner["balance"] = min(owner["balance"] + due, 0)
            self.note(owner["id"], "invoice", f"invoice of {due / 100:.2f} {item['price']['currency'].upper()}")

    def set_price(self, subscription: Json, item_id: str, price_id: str) -> None:
        price = self.get("price", price_id)
        item = next((one for one in subscription["items"]["data"] if one["id"] == item_id), None)
        if item is None:
            raise StripeRefusal(
                400, f"No such subscription item: '{item_id}'", code="resource_missing", param="items[0][id]"
            )
        if price["currency"] != item["price"]["currency"]:
            raise StripeRefusal(
                400, "All prices on a subscription must have the same currency.", param="items[0][price]"
            )
        if item["price"] != price:
            item["price"] = price
            self.note(subscription["customer"], "plan", f"plan is {price['lookup_key'] or price['id']}")

    def set_metadata(self, one: Json, changes: Mapping[str, str]) -> None:
        """An empty value takes a key away."""
        merged = {**one["metadata"], **changes}
        one["metadata"] = {name: value for name, value in merged.items() if value}


def page(found: list[Json], url: str, *, limit: int, after: str) -> Json:
    ids = [one["id"] for one in found]
    start = ids.index(after) + 1 if after in ids else 0
    rest = found[start:]
    return {"object": "list", "url": url, "has_more": len(rest) > limit, "data": rest[:limit]}
