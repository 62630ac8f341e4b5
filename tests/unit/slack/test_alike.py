"""Whoever chooses between customers of one name sees which is which."""

import pytest

from bot.bug.bug import Bug
from bot.bug.customers import recognising
from bot.bug.customers.customer import named
from bot.bug.values import CustomerHint
from bot.slack.views.blocks import BUTTON, OPTION, render
from bot.slack.views.forms import readers
from tests.unit.bug.story import claimed

JOHN = "John Smith"
LONG = "John Jacob Jingleheimer-Schmidt the "


def hit(*hints: CustomerHint) -> Bug:
    story = claimed()
    for number, hint in enumerate(hints):
        joined = recognising.join(story.bug, hint, via="mail", source="mail", conversation=f"<m{number}>")
        story = story.then(joined)
    return story.bug


def others(count: int) -> list[CustomerHint]:
    return [CustomerHint(name=f"P{i}", email=f"p{i}@example.com") for i in range(count)]


@pytest.mark.parametrize("more", [0, 12, 40])
def test_two_of_one_name_have_their_address_in_the_menu_and_in_each_box(more: int) -> None:
    first, second = (CustomerHint(name=JOHN, email=f"john@{where}.example") for where in ("acme", "bolt"))
    bug = hit(first, *others(more), second)
    people = list(bug.customers)
    wanted = ["John Smith · john@acme.example · e-mail", "John Smith · john@bolt.example · e-mail"]
    assert [label for _, label in readers.found(people, "john")] == wanted
    assert [label for _, label in readers.found(people, "bolt.example")] == wanted[1:], "alone on the screen, too"
    if len(people) <= readers.MANY:
        boxes = str(render(readers.fields("Who", people, people)))
        assert all(label in boxes for label in wanted)
    assert [label for _, label in readers.found(people, "p1@")] == ["P1 · e-mail"] * (more > 0)


@pytest.mark.parametrize(
    "hints",
    [
        [CustomerHint(name=JOHN, id="u-1"), CustomerHint(name=JOHN, id="u-2")],
        [CustomerHint(name=JOHN), CustomerHint(name=JOHN, id="u-2")],
        [
            CustomerHint(name=f"{LONG}first", email="a@x.example"),
            CustomerHint(name=f"{LONG}second", email="b@x.example"),
        ],
        [CustomerHint(name="john  smith", email="a@x.example"), CustomerHint(name=JOHN, email="b@x.example")],
        [CustomerHint(name=JOHN, email=f"{'long' * 20}{n}@x.example") for n in (1, 2)],
    ],
)
def test_no_two_options_or_buttons_read_alike(hints: list[CustomerHint]) -> None:
    people = list(hit(*hints).customers)
    assert len(people) == 2
    options = [label for _, label in readers.found(people, "john")]
    buttons = [f"I told {named(customer, people)}" for customer in people]
    assert len({option.casefold() for option in options}) == 2
    assert len({button.casefold() for button in buttons}) == 2
    assert all(len(option) <= OPTION for option in options)
    assert all(len(button) <= BUTTON for button in buttons)
