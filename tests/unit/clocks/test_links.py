"""The link of a call: what it says comes back, and nothing that somebody else made of it."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.bug.errors import NotFound
from bot.web.links import PLACE, Link, Links

LINKS = Links(secret=SecretStr("0123456789abcdef0123456789abcdef"), public="https://makegood.example.com")
LINK = Link(team="T0ACME", bug=17, born=1764000000, seq=4, user="U0ANNA", until=1764003600)
TOKEN = LINKS.address(LINK).removeprefix("https://makegood.example.com" + PLACE)


def test_what_a_link_says_comes_back() -> None:
    assert LINKS.read(TOKEN) == LINK
    assert LINKS.address(LINKS.read(TOKEN)) == LINKS.address(LINK)


def test_each_letter_of_it_counts() -> None:
    for place in range(len(TOKEN)):
        changed = TOKEN[:place] + ("A" if TOKEN[place] != "A" else "B") + TOKEN[place + 1 :]
        with pytest.raises(NotFound):
            LINKS.read(changed)


@pytest.mark.parametrize("text", ["", ".", "a", "é.é", TOKEN.partition(".")[0], f"{TOKEN}0"])
def test_what_nobody_signed_is_no_link(text: str) -> None:
    with pytest.raises(NotFound, match="Claim the bug in Slack"):
        LINKS.read(text)


def test_another_secret_signs_another_link() -> None:
    other = Links(secret=SecretStr("f" * 32), public=LINKS.public)
    with pytest.raises(NotFound):
        other.read(TOKEN)


def test_something_else_that_we_signed_is_no_link() -> None:
    """Not even where the secret serves for other things too."""
    body = "bm90aGluZw"
    with pytest.raises(NotFound):
        LINKS.read(f"{body}.{LINKS._signature(body.encode())}")


def test_a_link_is_over_after_its_last_second() -> None:
    last = datetime.fromtimestamp(LINK.until, UTC)
    assert not LINK.over(last)
    assert LINK.over(datetime.fromtimestamp(LINK.until + 1, UTC))
