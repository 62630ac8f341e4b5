"""Money as people read it, people as the trail names them, and makegoods that keep their kind."""

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.bug.money import Grant, Money
from bot.bug.values import Actor, ActorKind
from tests.unit.bug.telling import EURO5, FIVE_DAYS


@pytest.mark.parametrize(
    ("amount", "currency", "read"),
    [
        (500, "EUR", "€5"),
        (1250, "USD", "$12.50"),
        (5, "GBP", "£0.05"),
        (-500, "EUR", "€-5"),
        (123456, "CHF", "1234.56 CHF"),
    ],
)
def test_money_is_read_in_its_currency(amount: int, currency: str, read: str) -> None:
    assert str(Money(amount=amount, currency=currency)) == read


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "€"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount=500, currency=currency)


def test_a_person_is_named_by_their_id_and_everything_else_by_its_kind() -> None:
    assert str(Actor(kind=ActorKind.PERSON, id="U0ANNA")) == "U0ANNA"
    assert str(Actor(kind=ActorKind.CLI, id="anna")) == "cli:anna"


@pytest.mark.parametrize("grant", [EURO5, FIVE_DAYS], ids=lambda grant: grant.kind)
def test_a_makegood_says_its_kind_even_where_defaults_are_left_out(grant: Grant) -> None:
    short = grant.model_dump(mode="json", exclude_defaults=True)
    assert TypeAdapter(Grant).validate_python(short) == grant
