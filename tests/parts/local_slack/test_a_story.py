"""One story from alert to modal, told with a real Bolt app over a socket."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.dsl.workspace import Workspace

Payload = dict[str, Any]


def card(owner: str | None) -> Payload:
    line = f"BUG-1 Undefined index · {owner or 'nobody'} has it"
    button = {
        "type": "button",
        "action_id": "fix" if owner else "claim",
        "text": plain("Fix" if owner else "Claim"),
        "value": "1",
    }
    section = {"type": "section", "text": {"type": "mrkdwn", "text": line}}
    return {"text": line, "blocks": [section, {"type": "actions", "elements": [button]}]}


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def fix_form() -> Payload:
    options = [{"text": plain(name), "value": name} for name in ("delete-row", "restart")]
    fields = {
        "Reason": {"type": "plain_text_input", "action_id": "reason"},
        "Action": {"type": "static_select", "action_id": "action", "options": options},
    }
    inputs = [
        {"type": "input", "block_id": name, "label": plain(name), "element": field} for name, field in fields.items()
    ]
    preview = {"type": "actions", "elements": [{"type": "button", "action_id": "preview", "text": plain("Preview")}]}
    shown = {"type": "modal", "callback_id": "fix", "title": plain("Fix BUG-1"), "submit": plain("Run")}
    return shown | {"blocks": [*inputs, preview]}


def teach(app: AsyncApp) -> None:
    """A very small bot: it makes cards of alerts, gives them to who claims, and opens a form."""

    @app.event("message")
    async def alert(event: Payload, client: AsyncWebClient) -> None:
        if event.get("subtype") == "bot_message":
            await client.chat_postMessage(channel=event["channel"], **card(None))

    @app.event("app_mention")
    async def mention(event: Payload, client: AsyncWebClient) -> None:
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["thread_ts"], text="I heard you")

    @app.action("claim")
    async def claim(ack: Any, body: Payload, client: AsyncWebClient) -> None:
        await ack()
        channel, ts, name = body["channel"]["id"], body["message"]["ts"], body["user"]["name"]
        await client.chat_update(channel=channel, ts=ts, **card(name))
        await client.chat_postMessage(channel=channel, thread_ts=ts, text=f"{name} claimed")

    @app.action("fix")
    async def fix(ack: Any, body: Payload, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=fix_form())

    @app.view("fix")
    async def run(ack: Any, view: Payload, client: AsyncWebClient) -> None:
        reason = view["state"]["values"]["Reason"]["reason"]["value"]
        if reason == "because":
            await ack(response_action="errors", errors={"Reason": "Say what is wrong"})
            return
        await ack()
        chosen = view["state"]["values"]["Action"]["action"]["selected_option"]["value"]
        await client.chat_postMessage(channel="U0LEAD", text=f"Dana wants to run {chosen}: {reason}")

    @app.command("/bug")
    async def bug(ack: Any, command: Payload) -> None:
        await ack(f"already: {command['text']}")


async def test_an_alert_becomes_a_card_that_is_claimed_and_fixed(app: AsyncApp, ws: Workspace, connected: Any) -> None:
    teach(app)
    errors, dana, lee = ws.channel("errors"), ws.person("Dana"), ws.person("Lee")
    async with connected(app):
        await errors.receives({"text": "Undefined index in production"})
        bug = await errors.expect_message("BUG-1")
        assert bug.buttons == ["Claim"]

        await bug.button("Claim").click(by=dana)
        await bug.expect_text("dana has it")
        await bug.expect_no_button("Claim")
        await bug.thread.expect("dana claimed")

        await dana.types("/bug claim BUG-1", in_=errors)
        await dana.expect_ephemeral("already: claim BUG-1")
        await lee.says("@makegood status", thread=bug)
        await bug.thread.expect("I heard you")

        await bug.button("Fix").click(by=dana)
        form = await dana.expect_modal("Fix BUG-1")
        await form.submit("Run")
        await form.expect_error("Reason", "required")
        form.field("Reason").type("because")
        form.field("Action").choose("delete-row")
        await form.submit("Run")
        await form.expect_error("Reason", "Say what is wrong")
        form.field("Reason").type("one bad row")
        await form.submit("Run")
        await form.expect_closed()
        await lee.expect_dm("Dana wants to run delete-row: one bad row")
