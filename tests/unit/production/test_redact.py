"""No secret leaves in a text."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, quote_plus

import pytest
from yarl import URL

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


@pytest.mark.parametrize(
    "write",
    [
        quote,
        quote_plus,
        partial(quote, safe=""),
        lambda secret: re.sub("%..", lambda found: found[0].lower(), quote(secret, safe="")),
        json.dumps,
        partial(json.dumps, ensure_ascii=False),
        lambda secret: json.dumps(json.dumps({"key": secret})),
        lambda secret: json.dumps(secret).replace("/", r"\/"),
        html.escape,
        lambda secret: b64encode(secret.encode()).decode(),
        lambda secret: str(URL("https://x.example").with_query(key=secret)),
    ],
    ids=["path", "form", "query", "small", "json", "unicode", "nested", "slashes", "html", "base64", "yarl"],
)
def test_a_known_secret_is_found_however_it_is_written(write: Callable[[str], str]) -> None:
    secret = 'grün/"kohl" & staple<77'
    shown = Redactor([secret]).redact(f"it was {write(secret)} again")
    assert "kohl" not in shown
    assert "staple" not in shown
    assert write(secret).strip('"') not in shown
