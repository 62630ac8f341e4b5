"""What a preset comes to for the people who are told, and which plans are above theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bug.customers.customer import Customer
from bot.bug.errors import Misconfigured
from bot.bug.gifts.presets import Preset, above, grants, usual
from bot.bug.money import Credit, Days, Money, Upgrade
from bot.bug.values import CustomerHint
from bot.settings.tell import TellSettings
from tests.unit.bug.story import MONDAY, claimed, waiting

PLANS = ("starter", "pro", "team")
FIVE = Money(amount=500, currency="EUR")


def on(*plans: str) -> list[Customer]:
    return [
        Customer(id=f"c{n}", hint=CustomerHint(), via="mail", since=MONDAY, plan=plan) for n, plan in enumerate(plans)
    ]


@pytest.mark.parametrize(
    ("theirs", "better"),
    [
        ((), PLANS),
        (("",), PLANS),
        (("an old plan",), PLANS),
        (("starter",), ("pro", "team")),
        (("starter", "pro"), ("team",)),
        (("team",), ()),
    ],
)
def test_above_are_the_plans_that_are_better_for_each_of_them(theirs: tuple[str, ...], better: tuple[str, ...]) -> None:
    assert above(PLANS, on(*theirs)) == better


def test_the_usual_presets_give_the_gesture_the_lost_time_and_the_next_plan() -> None:
    story = waiting(claimed())
    gesture, back, more = usual(FIVE)
    given = [grants(one, story.bug, on("starter"), PLANS, "EUR", story.now) for one in (gesture, back, more)]
    day = Days(days=1, until=story.now + timedelta(days=1))
    month = Upgrade(plan="pro", until=story.now + timedelta(days=30))
    assert given == [(Credit(money=FIVE),), (day,), (day, month)]
    assert grants(more, story.bug, on("team"), PLANS, "EUR", story.now) is None
    assert [one.name for one in usual(FIVE.model_copy(update={"amount": 0}))] == [back.name, more.name]


def test_days_beside_the_lost_time_are_added_and_a_named_plan_is_given_only_upwards() -> None:
    story = waiting(claimed())
    kind = Preset(name="Kind", lost_time=True, days=6, upgrade="pro", upgrade_days=14)
    given = grants(kind, replace(story.bug, fixed_at=None), on(""), PLANS, "EUR", story.now)
    assert given == (
        Days(days=7, until=story.now + timedelta(days=7)),
        Upgrade(plan="pro", until=story.now + timedelta(days=14)),
    )
    assert grants(kind, story.bug, on("pro"), PLANS, "EUR", story.now) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"presets": [{"name": "Air"}]}, "gives nothing"),
        ({"presets": [{"name": "other", "days": 1}]}, "in the menu already"),
        ({"presets": [{"name": "A", "days": 1}, {"name": "A", "days": 2}]}, "two presets"),
        ({"presets": [{"name": "Rich", "credit": 5001}]}, "more than largest_credit"),
        ({"preset": "Coffee"}, 'there is no preset "Coffee"; write one of: €5 credit, Lost time back'),
        ({"presets": [{"name": "A", "days": 731}]}, "730"),
    ],
)
def test_a_preset_that_cannot_be_given_is_said_with_what_to_write(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TellSettings.model_validate(wrong)


def test_a_plan_that_the_billing_system_does_not_have_is_named_with_those_it_has() -> None:
    tell = TellSettings.model_validate({"presets": [{"name": "Better", "upgrade": "gold"}]})
    with pytest.raises(
        Misconfigured, match=r'"Better" names the plan "gold".* Write one of: next, starter, pro, team\.'
    ):
        tell.must_know_plans(PLANS)
    tell.must_know_plans((*PLANS, "gold"))
