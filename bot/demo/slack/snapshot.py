"""What one person sees of the workspace, as plain JSON for a page."""

import base64
from dataclasses import asdict
from typing import Any

from bot.demo.slack.dump import author_name
from bot.demo.slack.modals import STACK_MOST
from bot.demo.slack.records import Channel, Json, StoredFile
from bot.demo.slack.traffic import traffic
from bot.demo.slack.world import World

NOTICES_SHOWN = 20
_KEPT = (
    "ts",
    "thread_ts",
    "user",
    "bot_id",
    "username",
    "text",
    "subtype",
    "edited",
    "metadata",
    "files",
    "reply_count",
)


def snapshot(world: World, user: str) -> Json:
    me, app = world.person(user), world.app
    stack = world.stacks[user][-STACK_MOST:]
    return {
        "me": asdict(me),
        "team": {"id": world.team, "domain": world.domain},
        "people": [_person(one) for one in map(asdict, world.people.values())],
        "app": asdict(app),
        "commands": [asdict(command) for command in world.manifest.commands],
        "shortcuts": [asdict(shortcut) for shortcut in world.manifest.shortcuts],
        "channels": [_channel(world, one) for one in world.channels.values() if user in one.members],
        "ephemerals": [_ephemeral(world, one) for one in world.ephemerals if one["for"] == user],
        "views": [_view(world, view_id) for view_id in stack],
        "home": _view(world, world.homes[user]) if user in world.homes else None,
        "notices": [asdict(one) for one in world.notices if one.user == user][-NOTICES_SHOWN:],
        "traffic": traffic(world),
        "files": {file.id: _file(file) for file in world.files.values() if file.content is not None},
    }


def _person(person: Json) -> Json:
    return {key: person[key] for key in ("id", "name", "title", "email", "guest")}


def _channel(world: World, channel: Channel) -> Json:
    found = world.messages[channel.id]
    first = {ts: world.notified.get((channel.id, ts), found[ts].get("text", "")) for ts in found}
    said = [{**_message(world, found[ts]), "notified": first[ts]} for ts in sorted(found)]
    im = {"is_im": channel.kind == "im", "with": channel.person}
    return {"id": channel.id, "name": channel.name, **im, "messages": said}


def _message(world: World, message: Json) -> Json:
    kept = {key: message[key] for key in _KEPT if key in message}
    shown: Json = {
        "name": author_name(world, message),
        "is_app": "bot_id" in message,
        "blocks": message.get("blocks", []),
        "attachments": message.get("attachments", []),
        "reactions": message.get("reactions", []),
    }
    return {"reply_count": 0, **kept, **shown}


def _ephemeral(world: World, message: Json) -> Json:
    return {"channel": message["channel"], "thread_ts": message.get("thread_ts"), **_message(world, message)}


def _view(world: World, view_id: str) -> Json:
    return world.views[view_id] | {"errors": world.view_errors.get(view_id, {})}


def _file(file: StoredFile) -> dict[str, Any]:
    """Text as it is; anything else in base64, and said to be so."""
    content = file.content or b""
    try:
        return {"name": file.name, "size": file.size, "content": content.decode()}
    except UnicodeDecodeError:
        return {
            "name": file.name,
            "size": file.size,
            "content": base64.b64encode(content).decode(),
            "encoding": "base64",
        }
