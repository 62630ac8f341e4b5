"""Amounts as people type them: each is read as it was meant, or refused with what to write instead."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from price_parser import Price

from bot.bug.gifts.amounts import Unclear, amount, plainly
from bot.bug.money import Money, minor_digits

READ = [
    ("5", "EUR", 500),
    ("7.50", "EUR", 750),
    ("7,50", "EUR", 750),
    ("0.5", "EUR", 50),
    ("€5", "EUR", 500),
    ("5 €", "EUR", 500),
    ("5 EUR", "EUR", 500),
    ("eur 5", "EUR", 500),
    ("$5", "USD", 500),
    ("$5", "CAD", 500),
    ("1.000,50", "EUR", 100_050),
    ("1,000.50", "USD", 100_050),
    ("1.234.567", "EUR", 123_456_700),
    ("1 000,50", "EUR", 100_050),
    ("1\u202f000,50", "EUR", 100_050),
    ("1'000.50", "CHF", 100_050),
    ("¥500", "JPY", 500),
    ("¥500", "CNY", 50_000),
    ("５００", "JPY", 500),
    ("5.000", "KWD", None),
    ("5.25", "KWD", 5_250),
    ("7.500", "EUR", None),
    ("0.500", "KWD", 500),
    ("1,000", "EUR", None),
    ("1.000", "EUR", None),
]


@pytest.mark.parametrize(("text", "currency", "minor"), READ)
def test_an_amount_is_read_as_it_is_written_or_asked_about(text: str, currency: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(Unclear, match="two ways"):
            amount(text, currency)
    else:
        assert amount(text, currency) == Money(amount=minor, currency=currency)


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("five", "EUR", "Write an amount"),
        ("", "EUR", "Write an amount"),
        ("-5", "EUR", "Write an amount"),
        ("5-", "EUR", "Write an amount"),
        ("1e3", "EUR", "Write an amount"),
        (".5", "EUR", "Write an amount"),
        ("1.00.0", "EUR", "Write an amount"),
        ("1234.567.890", "EUR", "Write an amount"),
        ("5.123", "JPY", "two ways"),
        ("5.1", "JPY", "no digits after the point"),
        ("5.1234", "EUR", "at most 2 digits"),
        ("$5", "EUR", "is not EUR"),
        ("¥500", "EUR", "is not EUR"),
        ("5 USD", "EUR", "USD is not EUR"),
    ],
)
def test_what_is_no_amount_says_what_to_write(text: str, currency: str, said: str) -> None:
    with pytest.raises(Unclear, match=said):
        amount(text, currency)


@given(minor=st.integers(0, 10**9), currency=st.sampled_from(["EUR", "JPY", "KWD", "MGA", "UGX", "CLF"]))
def test_any_amount_written_out_is_read_back(minor: int, currency: str) -> None:
    written = f"{Decimal(minor).scaleb(-minor_digits(currency)).normalize():f}"
    if "." in written and len(written.split(".")[1]) == 3 and written.split(".", maxsplit=1)[0].lstrip("0"):
        return  # could be thousands: asked about
    assert amount(written, currency).amount == minor


@given(
    whole=st.integers(1, 10**7),
    cents=st.integers(0, 99),
    style=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_another_reader_of_prices_reads_the_same(whole: int, cents: int, style: tuple[str, str]) -> None:
    group, point = style
    text = f"{whole:,}".replace(",", group) + f"{point}{cents:02d}"
    theirs = Price.fromstring(text).amount
    assert theirs is not None
    assert amount(text, "EUR").amount == int(theirs * 100)


@pytest.mark.parametrize(
    ("text", "plain"), [("5", True), ("7.50", True), ("7,5", True), ("€5", False), ("1'000", False)]
)
def test_what_can_only_be_read_in_one_way_is_not_asked_back(text: str, plain: bool) -> None:
    assert plainly(text) is plain
