"""Pins: messages that somebody keeps in sight for a channel, and the events that tell of them."""

from bot.demo.slack.messages import shown
from bot.demo.slack.records import Json, SlackError
from bot.demo.slack.world import World


def pin(world: World, channel: str, ts: str, user: str, *, add: bool = True) -> None:
    """Pins a message for everybody, or takes its pin away, and tells of it."""
    message = world.message(channel, ts)
    if ("pinned_to" in message) == add:
        raise SlackError("already_pinned" if add else "no_pin")
    kept = {key: value for key, value in message.items() if key != "pinned_to"}
    world.replace_silently(channel, kept | ({"pinned_to": [channel]} if add else {}))
    item: Json = {"type": "message", "channel": channel, "message": shown(message), "created": int(world.now())}
    event: Json = {"type": "pin_added" if add else "pin_removed", "user": user, "channel_id": channel}
    told = event | {"item": item | {"created_by": user}, "item_user": message.get("user"), "event_ts": world.new_ts()}
    count = sum("pinned_to" in one for one in world.messages[channel].values())
    world.emit(told | ({"pin_count": str(count)} if add else {"has_pins": count > 0}))
