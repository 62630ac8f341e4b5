"""No secret leaves in a text."""

import pytest

from bot.production.redaction import Redactor


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ("curl -H 'authorization: Basic dXNlcjpwYXNz'", "dXNlcjpwYXNz"),
        ("token xoxb-1234567890-abcdefghij sent", "xoxb-1234567890-abcdefghij"),
        ("stripe key sk_live_4eC39HqLyjWDarjtT1", "sk_live_4eC39HqLyjWDarjtT1"),
        ("key AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7EXAMPLE"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIiOiIxIn0"),
        ("postgresql://shop:hunter2@db.example.com/shop", "hunter2"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEow and the rest was cut", "MIIEow"),
        ('{"api_key": "abc123def"}', "abc123def"),
        ("DB_PASSWORD=swordfish retry", "swordfish"),
        ("card 4111 1111 1111 1111 declined", "4111 1111 1111 1111"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, secret: str) -> None:
    redacted = Redactor().redact(text)
    assert secret not in redacted
    assert "••••" in redacted


@pytest.mark.parametrize(
    "text",
    [
        "menu 13 was regenerated in 0.4 s",
        "order 1234567890123 is not a card",
        "https://shop.example.com/menus/13",
        "the token expired",
    ],
)
def test_ordinary_words_and_numbers_stay(text: str) -> None:
    assert Redactor().redact(text) == text


def test_known_values_are_masked_in_every_form_they_take() -> None:
    redactor = Redactor(["p&ss wörd", "postgresql://shop:pa%40ss99@db/shop"])
    for leaked in ("p&ss wörd", "p%26ss%20w%C3%B6rd", r"p&ss w\u00f6rd", "pa@ss99", "pa%40ss99"):
        assert redactor.redact(f"it said {leaked}!") == "it said ••••!"


def test_an_empty_or_tiny_value_does_not_blot_out_the_text() -> None:
    assert Redactor(["", "a"]).redact("a plain sentence") == "a plain sentence"


@pytest.mark.parametrize(
    "piece", ["x", "password", "eyJ-", "eyJaaaaa.", "a://", 'token="', "Bearer ", "-----BEGIN PRIVATE KEY-----", "4 "]
)
def test_a_long_text_made_to_be_slow_is_not(piece: str) -> None:
    """Quadratic patterns would take minutes here, and hold up everything else."""
    assert Redactor(["a known secret"]).redact(piece * (200_000 // len(piece)))
