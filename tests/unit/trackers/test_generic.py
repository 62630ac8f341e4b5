"""A system of one's own, told by a map in makegood.toml."""

import pytest

from bot.adapters.registry import TRACKERS
from bot.adapters.trackers import generic
from bot.bug.errors import Misconfigured, Unreadable
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
    (alert,) = TRACKERS.find("generic").parse(
        hook({"title": "Disk full", "severity": "warning", "customer": "311"}), {}
    )
    assert (alert.title, alert.group, alert.severity) == ("Disk full", "Disk full", Severity.WARNING)
    assert alert.customer == CustomerHint(id="311")


@pytest.mark.parametrize("field", ["title", "group"])
def test_what_the_map_promises_and_the_body_lacks_is_named(field: str) -> None:
    body = load("generic/nightly-import.json")
    del body["error"]["id" if field == "group" else "title"]
    with pytest.raises(Unreadable, match=rf"nothing at “\$\.error\.\w+”, where .* looks for the {field}"):
        TRACKERS.find("generic").parse(hook(body), load("generic/options.json"))


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"title": "$.title", "colour": "$.c"}, r"does not know “colour”\. Use some of: title, group"),
        ("$.title", r"map = \{ title"),
        ({"title": "$.a["}, r"“\$\.a\[” is no JSONPath\. Write it as"),
        ({"title": "$.a b"}, "no JSONPath"),
    ],
)
def test_a_map_that_cannot_be_used_stops_the_start(chosen: object, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        generic.check({"map": chosen})


def test_a_name_with_dots_is_written_in_quotes() -> None:
    paths = {"title": "$['error.message']", "stage": '$["deployment.environment"]', "group": "$.ids.0"}
    generic.check({"map": paths})
    sent = {"error.message": "Disk full", "deployment.environment": "production", "ids": ["a1", "a2"]}
    (alert,) = generic.parse(hook(sent), {"map": paths})
    assert (alert.title, alert.stage, alert.group) == ("Disk full", "production", "a1")


def test_each_error_of_a_list_is_one_of_its_own_with_what_stands_beside_it() -> None:
    paths = {"title": "$.errors[*].title", "group": "$.errors[*].id", "url": "$.errors[*].url", "stage": "$.env"}
    errors = [{"title": "A", "id": 1}, {"title": "B", "id": 2, "url": "https://x.example/2"}, {"title": "C", "id": 3}]
    read = generic.parse(hook({"errors": errors, "env": "production"}), {"map": paths})
    assert [(a.title, a.group, a.url) for a in read] == [
        ("A", "1", ""),
        ("B", "2", "https://x.example/2"),
        ("C", "3", ""),
    ]
    assert {a.stage for a in read} == {"production"}


def test_of_a_list_within_each_item_the_first_counts() -> None:
    paths = {"title": "$.jobs[*].name", "message": "$.jobs[*].errors[*].text"}
    jobs = [{"name": "A", "errors": [{"text": "a1"}, {"text": "a2"}]}, {"name": "B", "errors": []}]
    read = generic.parse(hook({"jobs": jobs}), {"map": paths})
    assert [(a.title, a.message) for a in read] == [("A", "a1"), ("B", "")]


def test_a_path_that_leads_everywhere_ends() -> None:
    read = generic.parse(hook({"rows": [{"title": f"t{n}"} for n in range(5_000)]}), {"map": {"title": "$..title"}})
    assert len(read) == 200


def test_two_long_groups_with_one_beginning_stay_two() -> None:
    long = "job " * 100
    groups = {
        TRACKERS.find("generic").parse(hook({"title": "Stopped", "group": long + end}), {})[0].group
        for end in ("a", "b")
    }
    assert len(groups) == 2
