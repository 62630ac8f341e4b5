"""Stripe's minor units: every currency goes there and back, and what Stripe cannot hold is refused."""

import pytest

from bot.adapters.billing.stripe.units import from_stripe, to_stripe
from bot.bug.errors import Rejected


@pytest.mark.parametrize(
    ("minor", "currency", "stripes"),
    [
        (500, "EUR", 500),
        (500, "JPY", 500),
        (500, "UGX", 50_000),
        (500, "ISK", 50_000),
        (50_000, "MGA", 500),
        (5_250, "KWD", 5_250),
        (500, "eur", 500),
        (-500, "UGX", -50_000),
    ],
)
def test_an_amount_goes_to_stripe_and_back(minor: int, currency: str, stripes: int) -> None:
    assert to_stripe(minor, currency) == stripes
    assert from_stripe(stripes, currency) == minor


@pytest.mark.parametrize(("minor", "currency"), [(50, "MGA"), (5_255, "KWD")])
def test_a_part_that_stripe_has_not_is_refused(minor: int, currency: str) -> None:
    with pytest.raises(Rejected, match="rounder amount"):
        to_stripe(minor, currency)
