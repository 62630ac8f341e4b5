"""Deliveries bent at random: a tracker answers with alerts fit to store, or says why not; it never breaks."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.mentions import alert_from_message, links_in
from bot.adapters.ports import TrackerAdapter
from bot.adapters.registry import TRACKERS
from bot.bug.values import AlertLink
from tests.support.bending import bent
from tests.support.recorded import FIXTURES
from tests.unit.trackers.deliveries import FUZZ, alerts, beside, load, names
from tests.unit.trackers.test_contract import assert_fit_to_store

MESSAGES = sorted(path.name for path in (FIXTURES / "slack").iterdir())
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)


@pytest.mark.parametrize("module", [pytest.param(module, id=module.name) for module in TRACKERS.every()])
@FUZZ
@given(seed=st.integers(min_value=0), cuts=st.integers(min_value=1, max_value=12))
def test_a_bent_delivery_is_read_or_refused(module: TrackerAdapter, seed: int, cuts: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- repeatable damage, not a secret
    name = chance.choice(names(module.name))
    for alert in alerts(module, bent(load(f"{module.name}/{name}"), chance, cuts)):
        assert_fit_to_store(alert)


@FUZZ
@given(body=st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_any_json_is_read_or_refused(body: dict[str, object]) -> None:
    for module in TRACKERS.every():
        for alert in alerts(module, body):
            assert_fit_to_store(alert)


@FUZZ
@given(seed=st.integers(min_value=0), cuts=st.integers(min_value=0, max_value=8))
def test_a_bent_message_never_breaks_the_reading(seed: int, cuts: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- repeatable damage, not a secret
    message = bent(beside(f"slack/{chance.choice(MESSAGES)}"), chance, cuts)
    known = AlertLink(source="bugsnag", group="6b10000000000000000000f1")
    for link in (*links_in(message), known):
        assert_fit_to_store(alert_from_message(message, link))
