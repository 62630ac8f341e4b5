"""Rollbar's webhooks, told as stories."""

import pytest

from bot.adapters.registry import TRACKERS
from bot.bug.errors import Unreadable
from bot.bug.values import AlertKind, CustomerHint, Severity
from tests.unit.trackers.deliveries import hook, load, one, parse

NAMED = {"projects": {"90": "acme/shop"}}


@pytest.mark.parametrize("name", ["new-item", "occurrence", "tenth"])
def test_an_item_brings_its_occurrence_wherever_that_stands(name: str) -> None:
    alert = one(f"rollbar/{name}.json")
    assert (alert.kind, alert.group, alert.event) == (AlertKind.OCCURRED, "880042", "700000000501")
    assert (alert.title, alert.message) == ("ValueError: currency missing", "currency missing")
    assert (alert.stage, alert.context, alert.release, alert.occurrences) == ("production", "checkout#pay", "4.2.0", 14)
    assert alert.customer == CustomerHint(id="311", name="ines", email="ines@bakery.example")
    assert alert.frames == ("checkout/pay.py:112 charge", "checkout/views.py:20 post")


def test_the_order_is_among_the_facts_and_the_password_is_not() -> None:
    facts = one("rollbar/new-item.json").facts
    assert (facts["custom.order.id"], facts["request.POST.order_id"]) == ("9001", "9001")
    assert "request.POST.password" not in facts


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        (50, Severity.ERROR),
        (40, Severity.ERROR),
        (30, Severity.WARNING),
        (20, Severity.INFO),
        ("critical", Severity.ERROR),
        ("debug", Severity.INFO),
    ],
)
def test_a_level_may_be_a_number_or_a_word(level: object, severity: Severity) -> None:
    body = load("rollbar/new-item.json")
    body["data"]["item"]["level"] = level
    (alert,) = TRACKERS.find("rollbar").parse(hook(body), {})
    assert alert.severity is severity


def test_a_message_without_a_title_is_its_own_title() -> None:
    alert = one("rollbar/message-item.json")
    assert (alert.title, alert.severity) == ("Stock feed is 3 hours old", Severity.WARNING)


@pytest.mark.parametrize(("name", "kind"), [("reactivated", "reopened"), ("resolved", "resolved")])
def test_an_item_comes_back_or_goes(name: str, kind: str) -> None:
    assert one(f"rollbar/{name}.json").kind == kind


def test_a_deploy_opens_nothing() -> None:
    assert parse("rollbar/deploy.json") == ()


def test_an_item_without_an_id_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"data\.item\.id is missing"):
        parse("rollbar/new-item.json", data={"item": {"title": "boom"}})


def test_without_a_name_of_the_project_the_address_leads_to_the_occurrence() -> None:
    assert (
        one("rollbar/new-item.json").url == "https://rollbar.com/item/uuid/?uuid=0d1e2f30-4152-4637-8849-5a6b7c8d9e0f"
    )


def test_with_the_projects_name_a_webhook_and_a_link_are_one_bug() -> None:
    (alert,) = TRACKERS.find("rollbar").parse(hook(load("rollbar/new-item.json")), NAMED)
    assert alert.url == "https://app.rollbar.com/a/acme/fix/item/shop/42"
    linked = TRACKERS.find("rollbar").link(alert.url)
    assert linked is not None
    assert (linked.group, linked.project) == (alert.group, alert.project) == ("acme/shop/42", "shop")


def test_the_old_form_of_a_link_is_the_same_bug() -> None:
    found = TRACKERS.find("rollbar").link("https://rollbar.com/Acme/Shop/items/42/occurrences/700000000501/")
    assert found is not None
    assert (found.group, found.event) == ("acme/shop/42", "700000000501")
