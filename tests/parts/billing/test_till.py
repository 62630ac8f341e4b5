"""The till itself: a test that passes against it is to mean something at Stripe."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.demo.till.fake import StripeFake
from tests.parts.billing.stands import KEY, MIA, new_till, seen, served


@pytest.fixture
def till() -> StripeFake:
    return new_till()


@pytest.fixture
async def http(till: StripeFake) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        served(till) as address,
        aiohttp.ClientSession(f"{address}/", headers={"Authorization": f"Bearer {KEY}"}) as session,
    ):
        yield session


async def credit(
    http: aiohttp.ClientSession, till: StripeFake, key: str = "", **fields: str
) -> tuple[int, dict[str, object], str]:
    customer = till.store.all("customer", email=MIA)[0]["id"]
    data = {"amount": "-500", "currency": "eur"} | fields
    headers = {"Idempotency-Key": key} if key else {}
    async with http.post(f"v1/customers/{customer}/balance_transactions", data=data, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers.get("Idempotent-Replayed", "")


async def test_an_unknown_field_is_refused_in_stripes_words(http: aiohttp.ClientSession, till: StripeFake) -> None:
    status, body, _ = await credit(http, till, reason="sorry")
    assert status == 400
    assert body["error"] == {
        "type": "invalid_request_error",
        "code": "parameter_unknown",
        "param": "reason",
        "message": "Received unknown parameter: reason",
    }


async def test_a_missing_field_is_named(http: aiohttp.ClientSession, till: StripeFake) -> None:
    customer = till.store.all("customer", email=MIA)[0]["id"]
    async with http.post(f"v1/customers/{customer}/balance_transactions", data={"amount": "-500"}) as answer:
        assert (answer.status, (await answer.json())["error"]["param"]) == (400, "currency")


async def test_the_same_key_gets_the_stored_answer(http: aiohttp.ClientSession, till: StripeFake) -> None:
    first, second = await credit(http, till, "k"), await credit(http, till, "k")
    assert (first[1], first[2], second[2]) == (second[1], "", "true")
    assert seen(till, MIA)[0] == 500


async def test_a_stored_500_is_repeated(http: aiohttp.ClientSession, till: StripeFake) -> None:
    till.faults.add("500")
    assert [(await credit(http, till, "k"))[0] for _ in range(2)] == [500, 500]
    assert seen(till, MIA)[0] == 0


async def test_the_same_key_for_something_else_is_refused(http: aiohttp.ClientSession, till: StripeFake) -> None:
    await credit(http, till, "k")
    status, body, _ = await credit(http, till, "k", amount="-900")
    assert (status, body["error"]["type"]) == (400, "idempotency_error")  # type: ignore[index]  # JSON


async def test_refused_fields_do_not_use_up_the_key(http: aiohttp.ClientSession, till: StripeFake) -> None:
    assert (await credit(http, till, "k", amount="a lot"))[0] == 400
    assert (await credit(http, till, "k"))[0] == 200


async def test_another_currency_than_the_customers_is_refused(http: aiohttp.ClientSession, till: StripeFake) -> None:
    assert (await credit(http, till, currency="usd"))[0] == 400


async def test_a_stranger_is_turned_away(till: StripeFake) -> None:
    async with (
        served(till) as address,
        aiohttp.ClientSession() as stranger,
        stranger.get(f"{address}/v1/prices") as answer,
    ):
        assert answer.status == 401


async def test_who_watches_is_told_until_they_stop(http: aiohttp.ClientSession, till: StripeFake) -> None:
    told: list[int] = []
    stop = till.subscribe(lambda: told.append(1))
    await credit(http, till)
    stop()
    await credit(http, till)
    assert told == [1]


def test_the_snapshot_shows_what_a_till_shows(till: StripeFake) -> None:
    mia, pete = till.snapshot()["customers"]
    assert (mia["name"], mia["plan"], mia["status"], mia["credit"], mia["currency"]) == (
        "Mia",
        "starter",
        "active",
        0,
        "EUR",
    )
    assert (pete["plan"], pete["status"], pete["period_end"]) == ("", "none", None)
    assert till.snapshot()["plans"] == [
        {"name": "starter", "amount": 900, "currency": "EUR"},
        {"name": "pro", "amount": 2900, "currency": "EUR"},
    ]
