"""What Slack's published types refuse, the local Slack refuses: each kind of block is spoiled in every place in every way."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.validate import problems, view_problems
from tests.parts.local_slack.spoiling import Json, examples, spoiled
from tests.support.payloads import complaints

KINDS = sorted({block["type"] for block in examples("KnownBlock")})
NEWER = {
    # the reference lets boxes and radio buttons have marked-up descriptions; the types do not know it yet
    f'{place}/{boxes}.{key}.description as {{"type": "mrkdwn", "text": "1"}}'
    for place in ("/actions.elements[]", "/input.element", "/section.accessory")
    for boxes, keys in (
        ("checkboxes", ("options[]", "initial_options[]")),
        ("radio_buttons", ("options[]", "initial_option")),
    )
    for key in keys
}


def surface(block: Json) -> str:
    return "modal" if block.get("type") == "alert" else "message"


def wholes(kind: str) -> list[Json]:
    """Those that the local Slack takes: in the reference rich text is typed in forms only, and a plan's tasks are whole."""
    of_this_kind = [block for block in examples("KnownBlock") if block["type"] == kind]
    children = of_this_kind[0].get("child_blocks")  # which are blocks as any others, and spoiled as such
    of_this_kind = [block for block in of_this_kind if block.get("child_blocks") == children]
    taken = [block for block in of_this_kind if not problems([block], surface(block))]
    refused = [line for block in of_this_kind for line in problems([block], surface(block))]
    assert taken
    assert all("rich_text_input" in line or ".tasks[0]" in line for line in refused), refused
    return taken


@pytest.mark.parametrize("kind", KINDS)
def test_what_slacks_types_refuse_of_a_block_is_refused(kind: str) -> None:
    taken = {said: block for said, block in spoiled(wholes(kind)) if not problems([block], surface(block))}
    against = {said: found for said, block in taken.items() if (found := complaints("Message", {"blocks": [block]}))}
    assert against.keys() - NEWER == set()


@pytest.mark.parametrize("kind", ["Modal", "Home"])
def test_what_slacks_types_refuse_of_a_view_is_refused(kind: str) -> None:
    views = [{**view, "blocks": [{"type": "divider"}]} for view in examples(kind)]
    assert view_problems(views[0]) == []
    taken = {said: view for said, view in spoiled(views) if not view_problems(view)}
    against = {said: found for said, view in taken.items() if (found := complaints(kind, view))}
    assert against == {}


def menu(kind: str, option: Json, **more: Any) -> list[Json]:
    element = {"type": kind, "action_id": "m", **more}
    return [{"type": "section", "text": MARKED, "accessory": {**element, "options": [option]}}]


PLAIN, MARKED = {"type": "plain_text", "text": "It works"}, {"type": "mrkdwn", "text": "It *works*"}
MENUS = ("overflow", "static_select", "multi_static_select")
BOXES = ("checkboxes", "radio_buttons")


async def refused(client: AsyncWebClient, blocks: list[Json]) -> str:
    """What Slack says of these blocks; empty when it takes them."""
    try:
        await client.chat_postMessage(channel="C0ERRORS", text="x", blocks=blocks)
    except SlackApiError as error:
        return str(error.response["error"])
    return ""


@pytest.mark.parametrize("kind", MENUS)
async def test_a_menu_takes_plain_text_alone(client: AsyncWebClient, kind: str) -> None:
    assert await refused(client, menu(kind, {"text": PLAIN, "value": "1", "description": PLAIN})) == ""
    assert await refused(client, menu(kind, {"text": MARKED, "value": "1"})) == "invalid_blocks"
    assert await refused(client, menu(kind, {"text": PLAIN, "value": "1", "description": MARKED})) == "invalid_blocks"


@pytest.mark.parametrize("kind", MENUS[1:])
async def test_a_menu_in_groups_takes_plain_text_alone(client: AsyncWebClient, kind: str) -> None:
    def grouped(text: Json) -> list[Json]:
        groups = [{"label": PLAIN, "options": [{"text": text, "value": "1"}]}]
        element = {"type": kind, "action_id": "m", "option_groups": groups}
        return [{"type": "section", "text": MARKED, "accessory": element}]

    assert await refused(client, grouped(PLAIN)) == ""
    assert await refused(client, grouped(MARKED)) == "invalid_blocks"


@pytest.mark.parametrize("kind", ["external_select", "multi_external_select"])
async def test_what_a_searching_menu_begins_with_is_plain_text(client: AsyncWebClient, kind: str) -> None:
    def begun(text: Json) -> list[Json]:
        option: Any = {"text": text, "value": "1"}
        first = {"initial_option": option} if kind == "external_select" else {"initial_options": [option]}
        element = {"type": kind, "action_id": "m", **first}
        return [{"type": "section", "text": MARKED, "accessory": element}]

    assert await refused(client, begun(PLAIN)) == ""
    assert await refused(client, begun(MARKED)) == "invalid_blocks"


@pytest.mark.parametrize("kind", BOXES)
async def test_boxes_and_radio_buttons_may_be_marked_up(client: AsyncWebClient, kind: str) -> None:
    assert await refused(client, menu(kind, {"text": MARKED, "value": "1"})) == ""


@pytest.mark.parametrize("kind", [*MENUS, *BOXES])
async def test_only_the_options_behind_dots_lead_to_an_address(client: AsyncWebClient, kind: str) -> None:
    option = {"text": PLAIN, "value": "1", "url": "https://acme.example"}
    assert await refused(client, menu(kind, option)) == ("" if kind == "overflow" else "invalid_blocks")


async def test_a_modal_takes_menus_of_plain_text_alone(client: AsyncWebClient) -> None:
    option = {"text": MARKED, "value": "1"}
    field = {
        "type": "input",
        "label": PLAIN,
        "element": {"type": "static_select", "action_id": "m", "options": [option]},
    }
    view = {"type": "modal", "title": PLAIN, "submit": PLAIN, "blocks": [field]}
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_open(trigger_id="1", view=view)
