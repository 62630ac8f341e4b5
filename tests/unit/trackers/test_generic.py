"""A system of one's own, told by a map in makegood.toml."""

import pytest

from bot.adapters.trackers import find
from bot.bug.errors import Unreadable
from bot.bug.values import AlertKind, CustomerHint, Severity
from tests.unit.trackers.deliveries import hook, load, one


def test_the_map_says_where_each_thing_stands() -> None:
    alert = one("generic/nightly-import.json")
    assert (alert.title, alert.group, alert.message) == ("Nightly import stopped", "4711", "row 13 has no name")
    assert (alert.severity, alert.stage, alert.kind) == (Severity.ERROR, "production", AlertKind.OCCURRED)
    assert alert.url == "https://jobs.example.com/runs/4711"
    assert alert.customer == CustomerHint(email="ines@bakery.example")
    assert alert.facts["links.0.href"] == "https://jobs.example.com/runs/4711"


def test_a_word_for_over_resolves_it() -> None:
    assert one("generic/nightly-import-again.json").kind is AlertKind.RESOLVED


def test_without_a_map_the_fields_are_read_by_their_own_names() -> None:
    (alert,) = find("generic").parse(hook({"title": "Disk full", "severity": "warning", "customer": "311"}), {})
    assert (alert.title, alert.group, alert.severity) == ("Disk full", "Disk full", Severity.WARNING)
    assert alert.customer == CustomerHint(id="311")


@pytest.mark.parametrize("field", ["title", "group"])
def test_what_the_map_promises_and_the_body_lacks_is_named(field: str) -> None:
    body = load("generic/nightly-import.json")
    del body["error"]["id" if field == "group" else "title"]
    with pytest.raises(Unreadable, match=rf"nothing at “error\.\w+”, where .* looks for the {field}"):
        find("generic").parse(hook(body), load("generic/options.json"))


def test_a_field_that_the_map_may_not_hold_is_told_with_those_it_may() -> None:
    with pytest.raises(Unreadable, match=r"does not know “colour”\. Use some of: title, group"):
        find("generic").parse(hook({"title": "x"}), {"map": {"title": "$.title", "colour": "$.c"}})


@pytest.mark.parametrize("chosen", ["$.title", ["$.title"], {"title": 7}])
def test_a_map_that_is_none_is_told_how_to_write_one(chosen: object) -> None:
    with pytest.raises(Unreadable, match=r"map = \{ title"):
        find("generic").parse(hook({"title": "x"}), {"map": chosen})


def test_two_long_groups_with_one_beginning_stay_two() -> None:
    long = "job " * 100
    groups = {find("generic").parse(hook({"title": "Stopped", "group": long + end}), {})[0].group for end in ("a", "b")}
    assert len(groups) == 2
