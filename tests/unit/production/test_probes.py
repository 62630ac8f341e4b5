"""What a probe is, and what two rounds of probes say together."""

import pytest
from pydantic import ValidationError

from bot.production.probe import Probe, ProbeResult, broken, compared


def _saw(name: str, said: str, *, ok: bool) -> ProbeResult:
    return ProbeResult(name=name, ok=ok, said=said)


def test_what_changed_is_said_in_one_line() -> None:
    before = (_saw("menu page", "is 500", ok=False), _saw("home", "is 200", ok=True))
    after = (_saw("menu page", "is 200", ok=True), _saw("home", "is 200", ok=True))
    assert compared(before, after) == "menu page was 500, is 200; home is 200"


def test_only_what_worked_before_and_fails_now_is_newly_broken() -> None:
    before = (_saw("menu page", "is 500", ok=False), _saw("home", "is 200", ok=True))
    after = (_saw("menu page", "is 500", ok=False), _saw("home", "is 502", ok=False))
    assert [result.name for result in broken(before, after)] == ["home"]


@pytest.mark.parametrize("wrong", [{}, {"url": "https://shop.example.com", "look": "menus"}, {"url": "/menus"}])
def test_a_probe_needs_a_whole_url_or_a_look(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="needs"):
        Probe.model_validate({"name": "menu page", **wrong})
