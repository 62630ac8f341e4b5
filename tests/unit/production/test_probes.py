"""What a probe may be."""

import pytest

from bot.bug.errors import Misconfigured
from bot.production.probes.settings import ProbeSettings
from bot.settings.validation import validate


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "write either url"),
        ({"url": "https://shop.example.com", "look": "menus"}, "write either url"),
        ({"url": "/menus"}, "write a whole url"),
        ({"url": "https://shop.example.com", "expect": 20}, "expect"),
    ],
)
def test_a_probe_needs_a_whole_url_or_a_look(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        validate(ProbeSettings, wrong, "[probes.menu]")
