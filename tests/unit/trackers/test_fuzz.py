"""Deliveries bent at random: a tracker answers with alerts fit to store, or says why not; it never breaks."""

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values import AlertLink
from bot.ports import TrackerModule
from bot.trackers import alert_from_message, links_in, modules
from tests.unit.trackers.deliveries import FUZZ, alerts, load, names
from tests.unit.trackers.test_contract import assert_fit_to_store

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)

ODD: tuple[object, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        10**30,
        1e308,
        float("inf"),
        float("nan"),
        "",
        " ",
        "\x00",
        "\ud800",
        "\u202e",
        "0001-01-01",
    ),
    *(
        "12",
        "-3",
        "https://",
        "http://[",
        "file:///etc",
        [],
        {},
        [[]],
        {"": ""},
        ["x"] * 300,
        {"a": {"b": {"c": [1, {"d": 2}]}}},
    ),
    *("👩‍👩‍👧" * 200, "e\u0301" * 3_000, "x" * 70_000, {str(number): number for number in range(400)}),
)


@pytest.mark.parametrize("module", [pytest.param(module, id=module.SOURCE) for module in modules()])
@FUZZ
@given(seed=st.integers(min_value=0), cuts=st.integers(min_value=1, max_value=12))
def test_a_bent_delivery_is_read_or_refused(module: TrackerModule, seed: int, cuts: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- repeatable damage, not a secret
    name = chance.choice(names(module.SOURCE))
    for alert in alerts(module, _bent(load(f"{module.SOURCE}/{name}"), chance, cuts)):
        assert_fit_to_store(alert)


@FUZZ
@given(body=st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_any_json_is_read_or_refused(body: dict[str, object]) -> None:
    for module in modules():
        for alert in alerts(module, body):
            assert_fit_to_store(alert)


@FUZZ
@given(seed=st.integers(min_value=0), cuts=st.integers(min_value=0, max_value=8))
def test_a_bent_message_never_breaks_the_reading(seed: int, cuts: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- repeatable damage, not a secret
    message = _bent(load(f"slack/{chance.choice(names('slack'))}"), chance, cuts)
    known = AlertLink(source="bugsnag", group="6b10000000000000000000f1")
    for link in (*links_in(message), known):
        assert_fit_to_store(alert_from_message(message, link))


def _bent(value: dict[str, Any], chance: random.Random, cuts: int) -> dict[str, Any]:
    bent = copy.deepcopy(value)
    for _ in range(cuts):
        spots = list(_spots(bent))
        if spots:
            chance.choice(spots)(chance)
    return bent


def _spots(value: Any) -> list[Callable[[random.Random], None]]:
    """A way to damage each place in the JSON."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    own = [lambda chance, key=key: _damage(value, key, chance) for key in keys]
    return [*own, *(spot for key in keys for spot in _spots(value[key]))]


def _damage(holder: Any, key: Any, chance: random.Random) -> None:
    if chance.random() < 0.25:
        del holder[key]
    elif chance.random() < 0.2:
        holder[key] = {"nested": [holder[key]]}
    else:
        holder[key] = copy.deepcopy(chance.choice(ODD))
