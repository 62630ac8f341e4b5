"""Modals and Home tabs: triggers, the stack of three, what an app may answer to a submission, searching selects."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from tests.support.dsl.modal import Modal
from tests.support.dsl.workspace import Workspace

from .conftest import Ear, Payload


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def options(*names: str) -> list[Payload]:
    return [{"text": plain(name), "value": name.lower()} for name in names]


def field(label: str, element: Payload, **more: Any) -> Payload:
    return {"type": "input", "block_id": label, "label": plain(label), "element": {"action_id": "a", **element}, **more}


REASON = field("Reason", {"type": "plain_text_input", "min_length": 3})
PUSH = {
    "type": "actions",
    "block_id": "acts",
    "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
}


def view(*blocks: Payload, title: str = "Fix", **more: Any) -> Payload:
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain("Run"),
        "blocks": list(blocks or [REASON, PUSH]),
        **more,
    }


class Desk:
    """Opens modals for Dana as an app would: with the trigger of something she did."""

    def __init__(self, slack: LocalSlack, client: AsyncWebClient, ear: Ear, ws: Workspace) -> None:
        self.slack, self.client, self.ear, self.dana = slack, client, ear, ws.person("Dana")

    async def trigger(self) -> str:
        before = len([request for request in self.ear.heard if request.type == "interactive"])
        await self.dana.uses_shortcut("New bug")
        return str((await self.ear.hears(before + 1, "interactive"))[-1]["trigger_id"])

    async def opens(self, shown: Payload) -> Modal:
        await self.client.views_open(trigger_id=await self.trigger(), view=shown)
        return await self.dana.expect_modal(shown["title"]["text"])

    async def trigger_inside(self, modal: Modal) -> str:
        before = len([request for request in self.ear.heard if request.type == "interactive"])
        await modal.button("More").click()
        return str((await self.ear.hears(before + 1, "interactive"))[-1]["trigger_id"])


@pytest.fixture
def desk(slack: LocalSlack, client: AsyncWebClient, ear: Ear, ws: Workspace) -> Desk:
    return Desk(slack, client, ear, ws)


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_trigger_works_once(desk: Desk) -> None:
    trigger = await desk.trigger()
    await desk.client.views_open(trigger_id=trigger, view=view())
    assert await refused(desk.client.views_open(trigger_id=trigger, view=view())) == "exchanged_trigger_id"


async def test_a_trigger_works_for_three_seconds(desk: Desk) -> None:
    trigger = await desk.trigger()
    desk.slack.clock.advance(3.1)
    assert await refused(desk.client.views_open(trigger_id=trigger, view=view())) == "expired_trigger_id"


async def test_a_trigger_nobody_gave_opens_nothing(desk: Desk) -> None:
    assert await refused(desk.client.views_open(trigger_id="1.2.3", view=view())) == "invalid_trigger_id"


async def test_a_view_with_too_long_a_title_is_refused_and_keeps_its_trigger(desk: Desk) -> None:
    trigger = await desk.trigger()
    with pytest.raises(SlackApiError) as caught:
        await desk.client.views_open(trigger_id=trigger, view=view(title="x" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    assert "view.title.text: must have 1 to 24 characters" in caught.value.response["response_metadata"]["messages"][0]
    await desk.client.views_open(trigger_id=trigger, view=view())


async def test_a_view_of_more_than_its_bytes_is_too_large(desk: Desk) -> None:
    fat = {"type": "section", "fields": [{"type": "plain_text", "text": "x" * 2_000}] * 10}
    trigger = await desk.trigger()
    assert await refused(desk.client.views_open(trigger_id=trigger, view=view(*[fat] * 14))) == "view_too_large"


async def test_the_stack_takes_three(desk: Desk) -> None:
    modal = await desk.opens(view())
    for title in ("Second", "Third"):
        await desk.client.views_push(trigger_id=await desk.trigger_inside(modal), view=view(title=title))
        modal = await desk.dana.expect_modal(title)
    trigger = await desk.trigger_inside(modal)
    assert await refused(desk.client.views_push(trigger_id=trigger, view=view(title="Fourth"))) == "push_limit_reached"
    await modal.close()
    await desk.dana.expect_modal("Second")


async def test_only_inside_a_modal_another_can_be_pushed(desk: Desk) -> None:
    assert await refused(desk.client.views_push(trigger_id=await desk.trigger(), view=view())) == "invalid_trigger_id"


async def test_an_update_with_an_old_hash_conflicts(desk: Desk) -> None:
    modal = await desk.opens(view(external_id="fix-1"))
    old = modal.json["hash"]
    await desk.client.views_update(external_id="fix-1", hash=old, view=view(title="New", external_id="fix-1"))
    assert modal.title == "New"
    assert await refused(desk.client.views_update(view_id=modal.id, hash=old, view=view())) == "hash_conflict"
    await modal.close()
    assert await refused(desk.client.views_update(view_id=modal.id, view=view())) == "not_found"


async def test_an_external_id_is_taken_once(desk: Desk) -> None:
    await desk.opens(view(external_id="fix-1"))
    trigger = await desk.trigger()
    assert (
        await refused(desk.client.views_open(trigger_id=trigger, view=view(external_id="fix-1")))
        == "duplicate_external_id"
    )


async def test_what_was_typed_survives_an_update_of_the_view(desk: Desk) -> None:
    modal = await desk.opens(view())
    modal.field("Reason").type("bad row")
    await desk.client.views_update(view_id=modal.id, view=view(REASON, title="Checked"))
    assert (modal.title, modal.field("Reason").value) == ("Checked", "bad row")


async def test_an_empty_required_field_is_never_sent(desk: Desk) -> None:
    modal = await desk.opens(view())
    before = len(desk.slack.deliveries)
    await modal.submit("Run")
    await modal.expect_error("Reason", "Please complete this required field.")
    modal.field("Reason").type("ab")
    await modal.submit()
    await modal.expect_error("Reason", "at least 3")
    assert len(desk.slack.deliveries) == before


async def test_a_submission_may_be_answered_with_errors_an_update_a_push_or_an_end(desk: Desk) -> None:
    modal = await desk.opens(view())
    modal.field("Reason").type("bad row")
    answers = iter(
        [
            {"response_action": "errors", "errors": {"Reason": "which row?"}},
            {"response_action": "update", "view": view(title="Sure?")},
            {"response_action": "push", "view": view(PUSH, title="Really?")},
            {"response_action": "clear"},
        ]
    )
    desk.ear.answer = lambda _request: next(answers)
    await modal.submit()
    await modal.expect_error("Reason", "which row?")
    await modal.submit()
    assert (modal.title, modal.errors) == ("Sure?", {})
    await modal.submit()
    last = await desk.dana.expect_modal("Really?")
    await last.submit()
    assert (modal.closed, desk.dana.has_modal) == (True, False)


async def test_an_empty_answer_closes_only_the_view_on_top(desk: Desk) -> None:
    modal = await desk.opens(view(PUSH))
    await desk.client.views_push(trigger_id=await desk.trigger_inside(modal), view=view(PUSH, title="On top"))
    top = await desk.dana.expect_modal("On top")
    await top.submit()
    assert (top.closed, modal.closed) == (True, False)


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "explode"},
    ],
)
async def test_an_answer_slack_does_not_understand_is_trouble(desk: Desk, answer: Payload) -> None:
    modal = await desk.opens(view(PUSH))
    desk.ear.answer = lambda _request: answer
    act = await modal.submit(answered=False)
    assert str(act.error).startswith("We had some trouble connecting.")
    assert not modal.closed


async def test_a_submission_nobody_acknowledges_leaves_the_modal_open(desk: Desk) -> None:
    modal = await desk.opens(view(PUSH))
    desk.slack.faults.add(kind="drop_ack", method="interactive")
    act = await modal.submit(answered=False)
    assert "didn't respond" in str(act.error)
    assert not modal.closed


async def test_closing_is_told_to_who_asked_for_it(desk: Desk) -> None:
    modal = await desk.opens(view(notify_on_close=True, callback_id="fix"))
    await modal.close()
    payload = (await desk.ear.hears(2, "interactive"))[-1]
    assert (payload["type"], payload["view"]["callback_id"], payload["is_cleared"]) == ("view_closed", "fix", False)


async def test_every_kind_of_field_is_told_in_its_shape(desk: Desk) -> None:
    modal = await desk.opens(
        view(
            field("Pick", {"type": "static_select", "options": options("One", "Two")}),
            field("Boxes", {"type": "checkboxes", "options": options("Left", "Right")}),
            field("Many", {"type": "multi_static_select", "options": options("X", "Y", "Z")}),
            field("Who", {"type": "users_select"}),
            field("When", {"type": "datepicker", "initial_date": "2026-11-22"}),
            field("Count", {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}),
            field("Note", {"type": "plain_text_input"}, optional=True),
        )
    )
    modal.field("Pick").choose("Two")
    modal.checkbox("Right").tick()
    modal.field("Many").choose("X", "Z")
    modal.field("Who").put("U0LEAD")
    modal.field("Count").type("10")
    await modal.submit()
    await modal.expect_error("Count", "Must be from any to 9")
    modal.field("Count").type("7")
    await modal.submit()
    values = (await desk.ear.hears(2, "interactive"))[-1]["view"]["state"]["values"]
    assert values["Pick"]["a"]["selected_option"]["value"] == "two"
    assert [option["value"] for option in values["Boxes"]["a"]["selected_options"]] == ["right"]
    assert [option["value"] for option in values["Many"]["a"]["selected_options"]] == ["x", "z"]
    assert (values["Who"]["a"]["selected_user"], values["When"]["a"]["selected_date"]) == ("U0LEAD", "2026-11-22")
    assert (values["Count"]["a"]["value"], values["Note"]["a"]["value"]) == ("7", None)


async def test_a_searching_select_offers_what_the_app_finds(desk: Desk) -> None:
    modal = await desk.opens(view(field("Bug", {"type": "external_select", "min_query_length": 2})))
    desk.ear.answer = lambda request: {"options": options(f"BUG {request.payload['value']}")}
    assert await modal.field("Bug").search("1") == []
    assert await modal.field("Bug").search("17") == ["BUG 17"]
    desk.ear.answer = lambda _request: {"options": options("x" * 76)}
    act = await desk.slack.suggest("U0DEV", modal.id, "a", "17")
    assert "75 characters" in str(act.error)


async def test_a_click_in_a_modal_brings_what_is_typed_so_far(desk: Desk) -> None:
    modal = await desk.opens(view())
    modal.field("Reason").type("bad")
    await modal.button("More").click()
    payload = (await desk.ear.hears(2, "interactive"))[-1]
    assert payload["view"]["state"]["values"]["Reason"]["a"]["value"] == "bad"
    assert payload["container"] == {"type": "view", "view_id": modal.id}


async def test_home_is_published_and_its_buttons_work(desk: Desk) -> None:
    await desk.client.views_publish(user_id="U0DEV", view={"type": "home", "blocks": [PUSH]})
    home = await desk.dana.opens_home()
    await home.button("More").click()
    (payload,) = await desk.ear.hears(1, "interactive")
    assert payload["view"]["type"] == "home"
    stale = desk.client.views_publish(user_id="U0DEV", hash="old", view={"type": "home", "blocks": []})
    assert await refused(stale) == "hash_conflict"
    wrong = desk.client.views_publish(user_id="U0DEV", view=view())
    assert await refused(wrong) == "invalid_arguments"


async def test_home_needs_to_be_in_the_manifest(workspace: Any) -> None:
    async with workspace(manifest=AppManifest(home_tab=False)) as slack:
        client = AsyncWebClient(token="xoxb-local", base_url=slack.api_url)
        assert (
            await refused(client.views_publish(user_id="U0DEV", view={"type": "home", "blocks": []})) == "not_enabled"
        )
