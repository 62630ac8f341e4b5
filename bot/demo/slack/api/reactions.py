"""reactions.*, pins.* and bookmarks.add: small marks on messages and channels."""

import re

from bot.demo.slack.api.chat import writable
from bot.demo.slack.api.registry import Context, method
from bot.demo.slack.messages import shown
from bot.demo.slack.records import Json, SlackError
from bot.demo.slack.world import World

WRITE = ("reactions:write",)
NAME = re.compile(r"[a-z0-9_+\-']+")


def react(world: World, channel: str, ts: str, name: str, user: str, *, add: bool = True) -> None:
    """Adds or takes away one person's reaction and tells of it."""
    message = world.message(channel, ts)
    reactions = {entry["name"]: list(entry["users"]) for entry in message.get("reactions", [])}
    users = reactions.setdefault(name, [])
    if (user in users) == add:
        raise SlackError("already_reacted" if add else "no_reaction")
    reactions[name] = [*users, user] if add else [one for one in users if one != user]
    kept = [{"name": emoji, "users": who, "count": len(who)} for emoji, who in reactions.items() if who]
    world.replace_silently(channel, message | {"reactions": kept})
    event = {"type": "reaction_added" if add else "reaction_removed", "user": user, "reaction": name}
    item = {"type": "message", "channel": channel, "ts": ts}
    world.emit(event | {"item": item, "item_user": message.get("user"), "event_ts": world.new_ts()})


@method("reactions.add", tier=3, scopes=WRITE)
def add(ctx: Context) -> Json:
    react(ctx.world, *_target(ctx), ctx.world.app.user_id)
    return {}


@method("reactions.remove", tier=2, scopes=WRITE)
def remove(ctx: Context) -> Json:
    react(ctx.world, *_target(ctx), ctx.world.app.user_id, add=False)
    return {}


@method("reactions.get", tier=3, scopes=("reactions:read",))
def get(ctx: Context) -> Json:
    channel = ctx.world.channel(ctx.args.need("channel", "channel_not_found")).id
    message = ctx.world.message(channel, ctx.args.need("timestamp", "message_not_found"))
    return {"type": "message", "channel": channel, "message": shown(message)}


def _target(ctx: Context) -> tuple[str, str, str]:
    channel = writable(ctx.world, ctx.args.need("channel", "channel_not_found")).id
    name = ctx.args.need("name", "invalid_name").strip(":")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return channel, ctx.args.need("timestamp", "message_not_found"), name


@method("pins.add", tier=2, scopes=("pins:write",))
def pins_add(ctx: Context) -> Json:
    channel = writable(ctx.world, ctx.args.need("channel", "channel_not_found")).id
    message = ctx.world.message(channel, ctx.args.need("timestamp", "message_not_found"))
    if channel in message.get("pinned_to", []):
        raise SlackError("already_pinned")
    ctx.world.replace_silently(channel, message | {"pinned_to": [channel]})
    return {}


@method("bookmarks.add", tier=2, scopes=("bookmarks:write",))
def bookmarks_add(ctx: Context) -> Json:
    channel = writable(ctx.world, ctx.args.need("channel_id", "channel_not_found")).id
    link = ctx.args.need("link", "invalid_link")
    made = {"id": ctx.world.new_id("Bk"), "channel_id": channel, "title": ctx.args.need("title"), "link": link}
    return {"bookmark": made | {"type": ctx.args.need("type")}}
