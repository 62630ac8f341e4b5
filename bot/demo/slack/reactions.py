"""Reactions: small marks of people on messages, and the events that tell of them."""

from bot.demo.slack.records import SlackError
from bot.demo.slack.world import World


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
