"""What Slack sends when people act: commands, clicks, submissions, shortcuts, and searches in a select."""

from bot.demo.slack.forms import value_of
from bot.demo.slack.messages import shown
from bot.demo.slack.records import STRANGERS, Channel, Json
from bot.demo.slack.world import World


def _actor(world: World, kind: str, user: str) -> Json:
    """What all interactions begin with."""
    person = world.people[user]
    handle = person.name.lower().replace(" ", ".")
    team = STRANGERS if person.stranger else world.team
    return {
        "type": kind,
        "user": {"id": user, "username": handle, "name": handle, "team_id": team},
        "api_app_id": world.app.id,
        "token": "local",
        "team": {"id": world.team, "domain": world.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _place(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name}


def command(world: World, user: str, channel: Channel, word: str, text: str) -> Json:
    return {
        "token": "local",
        "team_id": world.team,
        "team_domain": world.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user,
        "user_name": world.people[user].name.lower().replace(" ", "."),
        "command": word,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": world.new_response_url(user, channel.id),
        "trigger_id": world.new_trigger(user),
    }


def action(world: World, element: Json, given: object) -> Json:
    """One entry of block_actions' `actions`."""
    made = {key: element[key] for key in ("type", "action_id", "block_id")} | {"action_ts": world.new_ts()}
    if element["type"] in {"button", "workflow_button"}:
        return made | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    if element["type"] == "overflow":
        return made | {"selected_option": value_of({**element, "type": "static_select"}, given)["selected_option"]}
    return made | value_of(element, given)


def _message_parts(world: World, user: str, channel: Channel, message: Json) -> Json:
    """Where an interaction with a message took place. An ephemeral one has a container only."""
    ephemeral = "for" in message
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id, "is_ephemeral": ephemeral}
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    parts: Json = {"container": container, "channel": _place(channel)}
    values = world.message_forms.get((user, message["ts"]), {})
    told = {} if ephemeral else {"message": shown(message)}
    return parts | told | {"state": {"values": values}}


def message_action(world: World, user: str, channel: Channel, message: Json, callback_id: str) -> Json:
    """A message shortcut."""
    actor = _actor(world, "message_action", user) | {"callback_id": callback_id, "trigger_id": world.new_trigger(user)}
    place = {"channel": _place(channel), "message": shown(message), "message_ts": message["ts"]}
    reply = {"response_url": world.new_response_url(user, channel.id, message["ts"]), "action_ts": world.new_ts()}
    return actor | place | reply


def click(world: World, user: str, channel: Channel, message: Json, acted: Json) -> Json:
    reply = {
        "trigger_id": world.new_trigger(user),
        "response_url": world.new_response_url(user, channel.id, message["ts"]),
        "actions": [acted],
    }
    return _actor(world, "block_actions", user) | _message_parts(world, user, channel, message) | reply


def click_in_view(world: World, user: str, view: Json, acted: Json) -> Json:
    reply = {"trigger_id": world.new_trigger(user, view["id"]), "actions": [acted]}
    return _actor(world, "block_actions", user) | _view_parts(view) | reply


def _view_parts(view: Json) -> Json:
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view, "state": view["state"]}


def submission(world: World, user: str, view: Json) -> Json:
    reply = {"trigger_id": world.new_trigger(user, view["id"]), "response_urls": [], "view": view}
    return _actor(world, "view_submission", user) | reply


def closed(world: World, user: str, view: Json, *, is_cleared: bool) -> Json:
    return _actor(world, "view_closed", user) | {"view": view, "is_cleared": is_cleared}


def global_shortcut(world: World, user: str, callback_id: str) -> Json:
    times = {"trigger_id": world.new_trigger(user), "action_ts": world.new_ts()}
    return _actor(world, "shortcut", user) | {"callback_id": callback_id} | times


def suggestion(world: World, user: str, place: Json, element: Json, query: str) -> Json:
    """What a searching select asks while somebody types; `place` is a view, or {"channel": …, "message": …}."""
    asked = {"action_id": element["action_id"], "block_id": element["block_id"], "value": query}
    parts = (
        _message_parts(world, user, place["channel"], place["message"]) if "message" in place else _view_parts(place)
    )
    return _actor(world, "block_suggestion", user) | asked | parts
