"""The REST calls of the till, each a plain function of its state and what was asked; `TABLE` says which path is which."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.till import params
from bot.demo.till.params import StripeRefusal, read
from bot.demo.till.store import Json, Store, page


@dataclass(frozen=True, kw_only=True)
class Call:
    """`at` holds the parts of the path, `given` the decoded form or query."""

    path: str
    at: Mapping[str, str]
    given: Mapping[str, Any]


Handler = Callable[[Store, Call], Json]


def _page(call: Call, found: list[Json], asked: params.Listed) -> Json:
    return page(found, call.path, limit=asked.limit, after=asked.starting_after)


def customers(store: Store, call: Call) -> Json:
    asked = read(params.CustomerList, call.given)
    found = store.all("customer", email=asked.email) if asked.email else store.all("customer")
    return _page(call, found, asked)


def add_customer(store: Store, call: Call) -> Json:
    asked = read(params.CustomerNew, call.given)
    return store.put("customer", "cus", {**asked.model_dump(), "balance": 0, "currency": None})


def customer(store: Store, call: Call) -> Json:
    read(params.Nothing, call.given)
    return store.get("customer", call.at["id"])


def balance(store: Store, call: Call) -> Json:
    asked = read(params.Listed, call.given)
    owner = store.get("customer", call.at["id"])
    return _page(call, store.all("customer_balance_transaction", customer=owner["id"]), asked)


def add_balance(store: Store, call: Call) -> Json:
    asked = read(params.BalanceNew, call.given)
    return store.move_balance(
        store.get("customer", call.at["id"]), asked.amount, asked.currency, asked.description, asked.metadata
    )


def subscriptions(store: Store, call: Call) -> Json:
    asked = read(params.SubscriptionList, call.given)
    found = store.all("subscription", customer=asked.customer) if asked.customer else store.all("subscription")
    return _page(call, [one for one in found if _has_status(one["status"], asked.status)], asked)


def _has_status(status: str, wanted: str) -> bool:
    return wanted in ("all", status) or (not wanted and status != "canceled")


def add_subscription(store: Store, call: Call) -> Json:
    asked = read(params.SubscriptionNew, call.given)
    owner = store.get("customer", asked.customer)
    if asked.trial_end is None:
        raise StripeRefusal(402, "This customer has no attached payment source.", code="resource_missing")
    ends = float(asked.trial_end)
    made = store.subscribe(
        owner["id"], asked.items[0].price, status="trialing", period_end=ends, metadata=asked.metadata
    )
    store.set_trial_end(made, asked.trial_end)
    return made


def subscription(store: Store, call: Call) -> Json:
    read(params.Nothing, call.given)
    return store.get("subscription", call.at["id"])


def change_subscription(store: Store, call: Call) -> Json:
    asked = read(params.SubscriptionChange, call.given)
    one = store.get("subscription", call.at["id"])
    if one["status"] == "canceled":
        raise StripeRefusal(400, "A canceled subscription can only update its cancellation_details and metadata.")
    for item in asked.items:
        store.set_price(one, item.id, item.price)
    if asked.trial_end == "now":
        store.end_trial(one)
    elif asked.trial_end is not None:
        store.set_trial_end(one, asked.trial_end)
    store.set_metadata(one, asked.metadata)
    return one


def cancel_subscription(store: Store, call: Call) -> Json:
    one = store.get("subscription", call.at["id"])
    one["status"], one["canceled_at"] = "canceled", int(store.now())
    store.note(one["customer"], "plan", "subscription canceled")
    return one


def prices(store: Store, call: Call) -> Json:
    asked = read(params.PriceList, call.given)
    found = [one for one in store.all("price") if asked.active is None or one["active"] == asked.active]
    found = [one for one in found if not asked.lookup_keys or one["lookup_key"] in asked.lookup_keys]
    return _page(call, found, asked)


def price(store: Store, call: Call) -> Json:
    read(params.Nothing, call.given)
    return store.get("price", call.at["id"])


def products(store: Store, call: Call) -> Json:
    return _page(call, store.all("product"), read(params.Listed, call.given))


def add_coupon(store: Store, call: Call) -> Json:
    asked = read(params.CouponNew, call.given)
    return store.put("coupon", "coupon", {**asked.model_dump(exclude={"id"}), "valid": True}, asked.id)


def coupon(store: Store, call: Call) -> Json:
    read(params.Nothing, call.given)
    return store.get("coupon", call.at["id"])


def codes(store: Store, call: Call) -> Json:
    asked = read(params.PromotionList, call.given)
    found = store.all("promotion_code", customer=asked.customer) if asked.customer else store.all("promotion_code")
    return _page(call, [one for one in found if asked.active is None or one["active"] == asked.active], asked)


def add_code(store: Store, call: Call) -> Json:
    asked = read(params.PromotionNew, call.given)
    store.get("coupon", asked.promotion.coupon)
    made = store.put("promotion_code", "promo", {**asked.model_dump(), "active": True, "times_redeemed": 0})
    made["code"] = asked.code or f"CODE{made['id'][-6:]}"
    store.note(asked.customer, "code", f"code {made['code']}")
    return made


def change_code(store: Store, call: Call) -> Json:
    asked = read(params.PromotionChange, call.given)
    one = store.get("promotion_code", call.at["id"])
    if asked.active is not None:
        one["active"] = asked.active
    store.set_metadata(one, asked.metadata)
    return one


TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/v1/customers", customers),
    ("POST", "/v1/customers", add_customer),
    ("GET", "/v1/customers/{id}", customer),
    ("GET", "/v1/customers/{id}/balance_transactions", balance),
    ("POST", "/v1/customers/{id}/balance_transactions", add_balance),
    ("GET", "/v1/subscriptions", subscriptions),
    ("POST", "/v1/subscriptions", add_subscription),
    ("GET", "/v1/subscriptions/{id}", subscription),
    ("POST", "/v1/subscriptions/{id}", change_subscription),
    ("DELETE", "/v1/subscriptions/{id}", cancel_subscription),
    ("GET", "/v1/prices", prices),
    ("GET", "/v1/prices/{id}", price),
    ("GET", "/v1/products", products),
    ("POST", "/v1/coupons", add_coupon),
    ("GET", "/v1/coupons/{id}", coupon),
    ("GET", "/v1/promotion_codes", codes),
    ("POST", "/v1/promotion_codes", add_code),
    ("POST", "/v1/promotion_codes/{id}", change_code),
)
