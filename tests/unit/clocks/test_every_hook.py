"""Whatever a hook delivers, bent at random: it is stored in a form that every database takes, or refused with a reason."""

import copy
import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.adapters.hooks import CUSTOMER
from bot.adapters.ports import BoardChange, Hook
from bot.adapters.registry import CHANNELS, FORGES, TRACKERS
from bot.bug.debt.pull import ChecksChange, PullChange
from bot.bug.errors import Unauthorised, UnknownKind, Unreadable
from bot.bug.values import Inbound
from bot.intake.alerts import _reports
from bot.intake.sources import ALERTS, CHECKS, PEOPLE, PULL
from bot.ledger.inbox.inbox import Item
from bot.settings.sections import HookSettings, SlackSettings
from bot.settings.settings import Settings
from bot.web.web import Delivery, read
from tests.support import recorded

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
OWN = HookSettings(token=SecretStr("t"))
OURS = Settings(slack=SlackSettings(error_channels=("C1",)))
BENT = settings(deadline=None, derandomize=True, max_examples=60)


def deliveries() -> dict[str, tuple[str, ...]]:
    """Recorded deliveries of each address under /hooks/."""
    found = {adapter.name: recorded.deliveries("trackers", adapter.name) for adapter in TRACKERS.every()}
    found |= {forge.name: recorded.deliveries("forges", forge.name) for forge in FORGES.every()}
    found["trello"] = recorded.deliveries("boards", "trello")
    for name in CHANNELS.names():
        if name != "mail":  # mails are fetched, and bent elsewhere
            hook = f"{CUSTOMER}{name}" if name in found else name.replace("_", "-")
            found[hook] = recorded.deliveries("channels", name)
    return {source: tuple(path.read_text("utf-8") for path in paths) for source, paths in found.items()}


DELIVERIES = deliveries()
EVERY_SOURCE = pytest.mark.parametrize("source", sorted(DELIVERIES))
ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [None, True, [], {}, "", " ", -1, 0, 10**40, 1e308, math.nan, "\x00", "\ud800", "0001-01-01", "9" * 5000]
    ),
    st.text(max_size=30),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(p for key, part in inner for p in places(part, (*here, key)))]


def bend(body: Any, place: tuple[Any, ...], odd: Any) -> Any:
    if not place:
        return odd
    bent = copy.deepcopy(body)
    parent = bent
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = odd
    return bent


def answered(source: str, raw: bytes) -> Delivery | None:
    """None where it was refused, or nobody foresaw it, which then says why; anything else gets out."""
    hook = Hook(
        headers={"content-type": "application/json"}, body=raw, url="https://bot.example.com/hooks/x/t", at=NOON
    )
    try:
        return read(source, hook, OWN, OURS)
    except (Unreadable, Unauthorised, UnknownKind) as refused:
        return None if str(refused) else pytest.fail(f"{source} refuses without a reason")


def assert_stored_and_read_again(delivery: Delivery) -> None:
    for key, body in delivery.bodies:
        f"{key}{body}".encode()
        assert "\x00" not in key
        assert len(key) <= 200
        item = Item(key=key, source=delivery.handler, body=body)
        match delivery.handler:
            case str(handler) if handler == ALERTS:
                assert _reports(item)
            case str(handler) if handler == PEOPLE:
                Inbound.from_json(body)
            case str(handler) if handler == PULL:
                PullChange.model_validate_json(body)
            case str(handler) if handler == CHECKS:
                ChecksChange.model_validate_json(body)
            case _:
                BoardChange.model_validate_json(body)


@EVERY_SOURCE
def test_every_source_comes_with_deliveries_to_be_bent(source: str) -> None:
    assert DELIVERIES[source]


@EVERY_SOURCE
def test_what_the_service_really_sends_is_understood(source: str) -> None:
    for text in DELIVERIES[source]:
        delivery = answered(source, text.encode())
        if delivery:
            assert_stored_and_read_again(delivery)


@EVERY_SOURCE
@BENT
@given(data=st.data())
def test_one_odd_value_anywhere_is_taken_or_refused_with_a_reason(source: str, data: st.DataObject) -> None:
    body = json.loads(data.draw(st.sampled_from(DELIVERIES[source])))
    bent = bend(body, data.draw(st.sampled_from(places(body))), data.draw(ODD))
    delivery = answered(source, json.dumps(bent).encode())
    if delivery:
        assert_stored_and_read_again(delivery)


@EVERY_SOURCE
@BENT
@given(data=st.data())
def test_a_torn_delivery_is_taken_or_refused_with_a_reason(source: str, data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(DELIVERIES[source])).encode()
    begin, length = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 40))
    delivery = answered(source, raw[:begin] + data.draw(st.binary(max_size=20)) + raw[begin + length :])
    if delivery:
        assert_stored_and_read_again(delivery)


@EVERY_SOURCE
@BENT
@given(raw=st.binary(max_size=200))
def test_noise_is_refused_with_a_reason(source: str, raw: bytes) -> None:
    answered(source, raw)


def test_a_source_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(Unreadable, match="There are"):
        read("pigeon", Hook(headers={}, body=b"{}", at=NOON), OWN, OURS)
