"""Turns what Slack sends into a request or an inbox item, and registers the listeners on Bolt. Decides nothing."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.adapters import slack_text
from bot.bug.course.conversation import PUSHPIN
from bot.bug.errors import Refused
from bot.ledger.inbox.inbox import Item
from bot.slack.incoming import grammar, suggesting
from bot.slack.incoming.dispatcher import Ack, Dispatcher
from bot.slack.incoming.request import Request
from bot.slack.views import marks
from bot.slack.views.forms.fix import PARAM
from bot.slack.views.marks import HOME, Mark
from bot.slack.views.mrkdwn import plain
from bot.text import clean

Body = Mapping[str, Any]
Store = Callable[[Item], Awaitable[None]]
EVENT = "slack.event"


def register(app: AsyncApp, dispatcher: Dispatcher, store: Store) -> None:
    """Events are stored in a global middleware: Bolt acks an event before its listener has run."""

    async def persist(req: AsyncBoltRequest, next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt injects by this name
        if req.body.get("type") == "event_callback" and _concerns_us(req.body["event"]):
            await store(event_item(req.body))
        return await next()

    async def on_event() -> None:
        """Stored already; whoever folds it takes its time."""

    async def on_action(ack: Ack, body: Body) -> None:
        await dispatcher.enter(action_ask(body), ack)

    async def on_command(ack: Ack, body: Body) -> None:
        await dispatcher.enter(await command_ask(dispatcher, body), ack)

    async def on_view(ack: Ack, body: Body) -> None:
        await dispatcher.enter(view_ask(body), ack)

    async def on_shortcut(ack: Ack, body: Body) -> None:
        await dispatcher.enter(shortcut_ask(body), ack)

    async def on_options(ack: Ack, body: Body) -> None:
        await ack(options=await suggesting.offered(dispatcher.context, body))

    app.middleware(persist)
    anything = re.compile(".*")
    app.action(anything)(on_action)  # first, because Bolt asks each in turn
    app.event(anything)(on_event)
    app.command(anything)(on_command)
    app.view(anything)(on_view)
    app.shortcut(anything)(on_shortcut)
    app.options(anything)(on_options)


def _concerns_us(event: Body) -> bool:
    """Of the reactions of a whole workspace only the pushpins are kept."""
    return event.get("type") not in {"reaction_added", "reaction_removed"} or event.get("reaction") == PUSHPIN


def event_item(body: Body) -> Item:
    """Messages are known by (channel, ts): message and app_mention tell of the same one under two event ids."""
    event = body["event"]
    kind = event.get("type", "")
    if kind in {"message", "app_mention"} and event.get("subtype", "") not in {"message_changed", "message_deleted"}:
        key = f"msg:{event.get('channel')}:{event.get('ts')}"
    else:
        key = f"event:{body.get('event_id')}"
    kept = {"event": event, "team": body.get("team_id", ""), "bot": _bot_user(body)}
    return Item(key=key, source=EVENT, body=json.dumps(kept))


def _bot_user(body: Body) -> str:
    return next((a.get("user_id", "") for a in body.get("authorizations") or [] if a.get("is_bot")), "")


def _user(body: Body) -> tuple[str, str]:
    user = body.get("user") or {}
    return user.get("id", ""), user.get("team_id") or (body.get("team") or {}).get("id", "")


def action_ask(body: Body) -> Request:
    """A button, a menu in a form, or the “…” of a card, whose value begins with the verb."""
    action, container = body["actions"][0], body.get("container") or {}
    view = body.get("view") or {}
    verb, value = action.get("action_id", ""), action.get("value") or ""
    if action.get("selected_option") and verb == "more":
        verb, _, value = action["selected_option"]["value"].partition(" ")
    in_form = verb == "value"
    block = action.get("block_id", "")
    field = block if in_form and block.startswith(PARAM) else ""
    found = _mark(view.get("private_metadata", "")) if in_form else _mark(value)
    user, team = _user(body)
    return Request(
        key=f"{body.get('trigger_id', '')}:{action.get('action_ts', '')}",
        verb=("action" if field else action.get("block_id", "")) if in_form else verb,
        user=user,
        team=team,
        via="home" if view.get("type") == "home" else "button",
        bug=found.bug if found else None,
        seq=found.seq if found else 0,
        at=found.at if found else 0,
        about={
            **_home(view),
            **(found.about if found else {}),
            "form": view.get("callback_id", ""),
            **({"field": field} if field else {}),
        },
        channel=container.get("channel_id", ""),
        thread=_thread(body),
        message=container.get("message_ts", ""),
        trigger=body.get("trigger_id", ""),
        response_url=body.get("response_url", ""),
        view=view.get("id", "") if view.get("type") == "modal" else "",
        values=read_values(view.get("state") or {}) if in_form else {},
    )


def _thread(body: Body) -> str:
    """Of the message that was pressed, or the message itself; what one person alone sees begins no thread."""
    container = body.get("container") or {}
    if container.get("is_ephemeral"):
        return str(container.get("thread_ts", ""))
    return str((body.get("message") or {}).get("thread_ts") or container.get("message_ts", ""))


def _home(view: Body) -> dict[str, str]:
    """The pages that somebody looks at who pressed something on Home, or in a form that was opened from it."""
    said = view.get("private_metadata", "")
    if view.get("type") == "home":
        return {HOME: said}
    found = _mark(said)
    return {HOME: found.about[HOME]} if found and HOME in found.about else {}


def _mark(text: str) -> Mark | None:
    try:
        return marks.read(text)
    except Refused:
        return None


async def command_ask(dispatcher: Dispatcher, body: Body) -> Request:
    command, text = body["command"], clean(body.get("text", ""))
    words = grammar.parse(command, grammar.typed(text) if command in grammar.ESCAPED else grammar.unlinked(text))
    return Request(
        key=body.get("trigger_id", ""),
        verb=words.verb,
        user=body["user_id"],
        team=body.get("team_id", ""),
        via="command",
        bug=words.bug,
        args=words.rest,
        channel=body.get("channel_id", ""),
        trigger=body.get("trigger_id", ""),
        response_url=body.get("response_url", ""),
    )


def view_ask(body: Body) -> Request:
    view = body["view"]
    found = _mark(view.get("private_metadata", ""))
    user, team = _user(body)
    return Request(
        key=f"{view['id']}:{body.get('trigger_id') or view.get('hash', '')}",
        verb=view.get("callback_id", ""),
        user=user,
        team=team,
        via="modal",
        bug=found.bug if found else None,
        seq=found.seq if found else 0,
        at=found.at if found else 0,
        about=found.about if found else {},
        trigger=body.get("trigger_id", ""),
        view=view["id"],
        values=read_values(view.get("state") or {}) or {"_": ""},
    )


def shortcut_ask(body: Body) -> Request:
    message = body.get("message") or {}
    user, team = _user(body)
    return Request(
        key=body.get("trigger_id", ""),
        verb=body.get("callback_id", ""),
        user=user,
        team=team,
        via="shortcut",
        channel=(body.get("channel") or {}).get("id", ""),
        thread=message.get("thread_ts") or message.get("ts", ""),
        message=message.get("ts", ""),
        text=clean(plain(message.get("text", ""))) or "\n".join(slack_text.lines(message)),
        trigger=body.get("trigger_id", ""),
        response_url=body.get("response_url", ""),
    )


def read_values(state: Body) -> dict[str, Any]:
    """What was filled in, by block id."""
    return {block: _value(next(iter(fields.values()), {})) for block, fields in (state.get("values") or {}).items()}


def _value(element: Body) -> str | tuple[str, ...]:
    if "selected_options" in element:
        return tuple(o["value"] for o in element["selected_options"] or [])
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    for name in ("value", "selected_date", "selected_user", "selected_time"):
        if element.get(name) is not None:
            return clean(str(element[name]))
    return ""
