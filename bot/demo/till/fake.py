"""The till as a whole: routes for the bot, seeds for the demo and the tests, a snapshot for the page."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.demo.channels.limits import Window
from bot.demo.till.calls import TABLE, Call, Handler
from bot.demo.till.form import nested
from bot.demo.till.idempotency import Memory
from bot.demo.till.params import StripeRefusal
from bot.demo.till.store import MONTH, Json, Store
from bot.demo.trello.faults import Fault, Faults, strike

BROKEN = StripeRefusal(500, "An unknown error occurred", kind="api_error")
PER_SECOND = 100
"""In live mode, all calls of an account together."""
TOO_MANY = StripeRefusal(429, "Too many requests in a period of time.", code="rate_limit")


class StripeFake:
    """Faults go by "METHOD /v1/path" as in calls.TABLE, or "*"."""

    def __init__(self, *, api_key: str, now: Callable[[], float] = time.time) -> None:
        self._key = api_key
        self.faults = Faults()
        self.window = Window(PER_SECOND, 1)
        self.store = Store(now)
        self._memory = Memory()
        self._watchers: list[Callable[[], None]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.route(method, path, self._served(f"{method} {path}", work)) for method, path, work in TABLE]

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """`callback()` after every call that may have changed something; what comes back ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def add_plan(self, name: str, amount: int, *, currency: str = "eur", interval: str = "month") -> str:
        """A price with `name` as its lookup key; `amount` in minor units. Returns the price's id."""
        product = self.store.put("product", "prod", {"name": name.capitalize(), "active": True})
        fields = {
            "product": product["id"],
            "lookup_key": name,
            "nickname": name.capitalize(),
            "active": True,
            "type": "recurring",
            "recurring": {"interval": interval, "interval_count": 1, "usage_type": "licensed"},
            "unit_amount": amount,
            "currency": currency,
            "metadata": {},
        }
        made = self.store.put("price", "price", fields)
        return str(made["id"])

    def add_customer(
        self,
        email: str,
        *,
        name: str = "",
        plan: str = "",
        status: str = "active",
        period_end: datetime | None = None,
        currency: str | None = "eur",
        credit: int = 0,
    ) -> str:
        """A customer, subscribed to `plan` where one is named (for 30 days if not said otherwise). Returns the customer's id."""
        fields: Json = {
            "email": email,
            "name": name,
            "description": None,
            "metadata": {},
            "balance": -credit,
            "currency": currency,
        }
        made = self.store.put("customer", "cus", fields)
        if plan:
            price = self.store.all("price", lookup_key=plan)[0]["id"]
            ends = period_end.timestamp() if period_end else self.store.now() + MONTH
            self.store.subscribe(made["id"], price, status=status, period_end=ends, metadata={})
        return str(made["id"])

    def add_coupon(self, coupon_id: str, *, percent_off: float = 100) -> str:
        fields = {"percent_off": percent_off, "duration": "once", "valid": True, "name": coupon_id}
        return str(self.store.put("coupon", "coupon", fields, coupon_id)["id"])

    def seed(self, *, plans: Mapping[str, int], customers: Sequence[Mapping[str, Any]] = ()) -> None:
        """`plans` by name in minor units a month; `customers` as the arguments of `add_customer`."""
        for name, amount in plans.items():
            self.add_plan(name, amount)
        for customer in customers:
            self.add_customer(**customer)

    def snapshot(self) -> Json:
        plans = [
            {"name": one["lookup_key"], "amount": one["unit_amount"], "currency": one["currency"].upper()}
            for one in reversed(self.store.all("price"))
        ]
        return {"customers": [self._customer(one) for one in reversed(self.store.all("customer"))], "plans": plans}

    def _customer(self, one: Json) -> Json:
        running = [
            found for found in self.store.all("subscription", customer=one["id"]) if found["status"] != "canceled"
        ]
        item = running[0]["items"]["data"][0] if running else None
        return {
            "email": one["email"],
            "name": one["name"],
            "plan": item["price"]["lookup_key"] if item else "",
            "status": running[0]["status"] if running else "none",
            "period_end": datetime.fromtimestamp(item["current_period_end"], UTC).isoformat() if item else None,
            "credit": -one["balance"],
            "currency": (one["currency"] or "eur").upper(),
            "history": [note for note in self.store.history if note["customer"] == one["id"]],
        }

    def _served(self, path: str, work: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bearer {self._key}":
                return _refused(StripeRefusal(401, "Invalid API Key provided", kind="invalid_request_error"))
            if not self.window.take():
                return _refused(TOO_MANY)
            call = await _call(request)
            key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
            try:
                stored = self._memory.find(key, call.path, call.given)
            except StripeRefusal as refused:
                return _refused(refused)
            if stored is not None:
                return web.json_response(stored.body, status=stored.status, headers={"Idempotent-Replayed": "true"})
            return await self._done(request, self.faults.take(path), key, call, work)

        return serve

    async def _done(
        self, request: web.Request, fault: Fault | None, key: str, call: Call, work: Handler
    ) -> web.StreamResponse:
        async def answer() -> web.Response:
            return self._answered(key, call, work)

        async def broken() -> web.Response:
            self._memory.keep(key, call.path, call.given, BROKEN.status, BROKEN.body)
            return _refused(BROKEN)

        if fault is None:
            return await answer()
        if fault.kind == "429":
            return _refused(TOO_MANY)
        return await strike(request, fault, answer, broken)

    def _answered(self, key: str, call: Call, work: Handler) -> web.Response:
        """Refused parameters are not remembered; what began to run is."""
        try:
            body = work(self.store, call)
        except StripeRefusal as refused:
            return _refused(refused)
        self._memory.keep(key, call.path, call.given, 200, body)
        for watcher in tuple(self._watchers):
            watcher()
        return web.json_response(body)


async def _call(request: web.Request) -> Call:
    pairs = request.query.items() if request.method == "GET" else (await request.post()).items()
    given = nested([(name, str(value)) for name, value in pairs])
    path = request.path[request.path.index("/v1/") :]  # without the prefix it may be mounted under
    return Call(path=path, at=dict(request.match_info), given=given)


def _refused(refusal: StripeRefusal) -> web.Response:
    headers = {"Request-Id": "req_local"} | (
        {"Stripe-Rate-Limited-Reason": "global-rate"} if refusal.status == TOO_MANY.status else {}
    )
    return web.json_response(refusal.body, status=refusal.status, headers=headers)
