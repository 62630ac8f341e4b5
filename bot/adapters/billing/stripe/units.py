"""Stripe's minor units, where they differ from ISO 4217 (https://docs.stripe.com/currencies#zero-decimal, read November 2026)."""

from bot.bug.errors import Rejected
from bot.bug.money import minor_digits

_ZERO = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THREE = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
_TENS = 10
"""Amounts in three decimals must be whole tens."""


def _digits(currency: str) -> int:
    """Decimal places that Stripe writes. ISK and UGX have none any more, but Stripe still writes two."""
    return 0 if currency in _ZERO else 3 if currency in _THREE else 2


def to_stripe(amount: int, currency: str) -> int:
    """From ISO minor units. Raises Rejected for an amount that Stripe cannot hold."""
    code = currency.upper()
    more = _digits(code) - minor_digits(code)
    factor: int = 10 ** abs(more)
    scaled, rest = (amount * factor, 0) if more >= 0 else divmod(amount, factor)
    if rest or (code in _THREE and scaled % _TENS):
        raise Rejected(f"Stripe cannot book so small a part of {code}. Give a rounder amount.")
    return scaled


def from_stripe(amount: int, currency: str) -> int:
    """Into ISO minor units; what they cannot hold is rounded down."""
    code = currency.upper()
    more = minor_digits(code) - _digits(code)
    factor: int = 10 ** abs(more)
    return amount * factor if more >= 0 else amount // factor
