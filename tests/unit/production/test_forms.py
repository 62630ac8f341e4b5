"""An action's parameters as a form, and what was typed as an action."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, SecretStr

from bot.bug.errors import Invalid
from bot.production import forms
from bot.production.action import FromLook, Risk, SqlAction, TableName
from bot.production.tables import Tables


class Plan(StrEnum):
    BASIC = "basic"
    PRO = "pro"


class Everything(SqlAction):
    """One field of each kind."""

    risk = Risk.LOW
    slug = "everything"

    count: int = Field(ge=1, le=10, description="How many")
    price: Decimal | None = None
    state: Literal["draft", "live"] = "draft"
    plan: Plan
    until: date
    really: bool = False
    token: SecretStr
    code: str = Field(pattern=r"^[a-z]+$", max_length=8)
    menu: Annotated[int, FromLook(look="rows-behind-page", value="id", label="title")]
    table: TableName

    def statement(self, tables: Tables) -> Any:
        return tables


GOOD = {
    "count": "3", "plan": "pro", "until": "2026-03-31", "token": "s3cr3t-token", "code": "abc", "menu": "13", "table": "menus",
}  # fmt: skip


def test_each_annotation_becomes_the_field_that_people_expect() -> None:
    kinds = {field.name: field.kind for field in forms.fields(Everything)}
    assert kinds == {
        "count": "integer",
        "price": "number",
        "state": "choice",
        "plan": "choice",
        "until": "date",
        "really": "boolean",
        "token": "secret",
        "code": "text",
        "menu": "choice",
        "table": "choice",
    }


def test_limits_choices_and_defaults_reach_the_form() -> None:
    fields = {field.name: field for field in forms.fields(Everything)}
    assert (fields["count"].min, fields["count"].max, fields["count"].help) == (1, 10, "How many")
    assert (fields["code"].pattern, fields["code"].max_length) == ("^[a-z]+$", 8)
    assert fields["state"].choices == ("draft", "live")
    assert fields["plan"].choices == ("basic", "pro")
    assert (fields["state"].default, fields["really"].default) == ("draft", "false")
    assert [f.name for f in fields.values() if not f.required] == ["price", "state", "really"]
    assert fields["menu"].menu == FromLook(look="rows-behind-page", value="id", label="title")
    assert fields["table"].from_tables
    assert fields["table"].label == "Table"


def test_what_was_typed_becomes_the_action() -> None:
    action = forms.parse(Everything, {**GOOD, "price": " ", "really": "true"})
    assert (action.count, action.until, action.plan, action.price, action.really) == (
        3,
        date(2026, 3, 31),
        Plan.PRO,
        None,
        True,
    )


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("count", "three", "This must be a whole number."),
        ("count", "11", "This must be at most 10."),
        ("price", "cheap", "This must be a number."),
        ("state", "gone", "This must be one of: 'draft' or 'live'."),
        ("until", "tomorrow", "This must be a date such as 2026-03-31."),
        ("really", "perhaps", "This must be yes or no."),
        ("code", "ABC", "This does not have the expected form (^[a-z]+$)."),
        ("code", "abcdefghi", "This may have at most 8 characters."),
        ("plan", "", "Please fill this in."),
        (
            "colour",
            "red",
            "There is no such parameter. There is: count, price, state, plan, until, really, token, code, menu, table.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_the_field(field: str, typed: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        forms.parse(Everything, {**GOOD, field: typed})
    assert refusal.value.fields == {field: said}


def test_a_secret_is_masked_wherever_the_action_is_shown() -> None:
    action = forms.parse(Everything, GOOD)
    assert action.shown()["token"] == "••••"
    assert "s3cr3t-token" not in repr(action)
    assert action.secrets() == ("s3cr3t-token",)


class Welcome(Everything):
    """Its secret has a rule that no mask keeps."""

    slug = "welcome"

    token: SecretStr = Field(min_length=8)


def test_a_run_whose_secret_is_forgotten_is_read_as_it_was() -> None:
    again = forms.remembered(Welcome, {**GOOD, "token": "••••"})
    assert (type(again).slug, again.code, again.shown()["token"]) == ("welcome", "abc", "••••")
    assert forms.remembered(Welcome, GOOD) == forms.parse(Welcome, GOOD)


def test_a_mask_that_somebody_types_keeps_no_rule() -> None:
    with pytest.raises(Invalid):
        forms.parse(Welcome, {**GOOD, "token": "••••"})
    with pytest.raises(Invalid):
        forms.remembered(Welcome, {**GOOD, "code": "••••"})


def test_a_secret_is_not_quoted_when_it_is_wrong() -> None:
    with pytest.raises(Invalid) as refusal:
        forms.parse(Everything, {**GOOD, "count": "s3cr3t-token"})
    assert "s3cr3t-token" not in str(refusal.value)
