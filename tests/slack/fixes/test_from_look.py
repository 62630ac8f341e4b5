"""From a row of a look to its fix: the form has the action and what the row fills in, and what can't be is said there."""

import json

import pytest

from bot.bug.fixes.asking import FixAsked
from bot.production import forms
from bot.production.action import Risk
from bot.production.catalogue.catalogue import Catalogue
from bot.slack.views.forms.filling import names
from tests.slack.fixes.team import Team

SHIPPED = Catalogue.load().entries
ACTIONS = sorted(name for name, entry in SHIPPED.items() if entry.kind != "look")
REASON = "a row of a look is wrong"
WHY = "menus 13: template is NULL"


def filled(name: str) -> dict[str, str]:
    """Something that each field takes; fields that production fills have the shop's tables."""
    samples = {"integer": "13", "number": "1.5", "date": "2026-12-31"}
    return {
        field.name: "menus" if field.from_tables else (*field.choices, samples.get(field.kind, "13"))[0]
        for field in forms.fields(SHIPPED[name].cls)
    }


def offer(action: str, params: dict[str, str]) -> str:
    return json.dumps({"action": action, "params": params, "reason": WHY}).encode().hex()


@pytest.mark.parametrize("name", ACTIONS)
async def test_a_row_fills_in_the_form_of_its_action(team: Team, name: str) -> None:
    params = filled(name) | ({"email": "mia@studio.example"} if name == "open-as-customer" else {})
    forged = await team.house.forged("fix_this", f"BUG-1 @1 fix={offer(name, params)}")
    await forged.button("fix_this").click(by=team.dana)
    if name not in dict(names(team.house.bot.dispatcher.context, looks=False)):
        await team.dana.expect_ephemeral(f"{name} can't be run here")
        return
    form = await team.dana.expect_modal("What to do")
    assert form.field("What to do").value.startswith(f"{name}:")
    shown = {field.name: form.field(field.label).value for field in forms.fields(SHIPPED[name].cls)}
    assert shown == params
    easy = SHIPPED[name].cls.risk is Risk.LOW
    assert (form.field("Why").value or "") == (WHY if easy else "")
    if not easy:
        assert any(f"Known is: {WHY}." in text for text in form.texts)
        form.field("Why").type(REASON)
    await form.submit("Preview")
    await team.house.quiet()
    asked = [entry.event for entry in await team.house.trail() if isinstance(entry.event, FixAsked)]
    assert [(one.action, dict(one.params)) for one in asked] == [(name, params)]
    assert [(one.reason, one.reason_filled) for one in asked] == [(WHY if easy else REASON, False)]
