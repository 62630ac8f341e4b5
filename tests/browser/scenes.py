"""What several stories of the page begin with: a card, a form, and the way to find a message."""

from typing import Any

from playwright.async_api import Locator, Page
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.gallery import CARD, options, plain

Json = dict[str, Any]
ERRORS, TEAM = "C0ERRORS", "C0TEAM"


def message(page: Page, text: str) -> Locator:
    return page.get_by_test_id("messages").get_by_test_id("message").filter(has_text=text)


def fix_form(*more: Json) -> Json:
    reason = {"type": "plain_text_input", "action_id": "reason"}
    rows = {"type": "static_select", "action_id": "action", "options": options("Delete row", "Restart")}
    who = {"type": "external_select", "action_id": "row", "min_query_length": 1}
    told = {"type": "checkboxes", "action_id": "told", "options": options("Mia", "Ben")}
    fields = {"Reason": reason, "Action": rows, "Row": who, "Customers": told}
    optional = {"Row", "Customers"}
    inputs = [
        {"type": "input", "block_id": name, "label": plain(name), "element": element, "optional": name in optional}
        for name, element in fields.items()
    ]
    shown = {"type": "modal", "callback_id": "fix", "title": plain("Fix BUG-1"), "submit": plain("Run")}
    return shown | {"blocks": [*inputs, *more]}


async def card(client: AsyncWebClient) -> str:
    return str((await client.chat_postMessage(channel=ERRORS, **CARD))["ts"])
