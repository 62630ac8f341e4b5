"""What was there instead: the last messages, modals, notices and refusals in lines, for a test that waited in vain."""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.demo.slack.records import Call, Delivery, Json
from bot.demo.slack.world import World

LAST = 12
WIDTH = 240


def dump(world: World) -> str:
    return "\n".join(line[:WIDTH] for line in _lines(world))


def _lines(world: World) -> Iterator[str]:
    for channel in world.channels.values():
        if found := world.messages[channel.id]:
            yield f"#{channel.name} ({channel.id}), last of {len(found)} messages:"
            yield from (_message_line(world, found[ts]) for ts in sorted(found)[-LAST:])
    for message in world.ephemerals[-LAST:]:
        yield f"only {message['for']} sees: {' / '.join(texts_of(message))}"
    for user, stack in world.stacks.items():
        yield from (f"modal of {user}: {' / '.join(texts_of(world.views[view_id]))}" for view_id in stack)
    yield from (f"notice to {notice.user}: {notice.text}" for notice in world.notices[-LAST:])
    yield from _refusals(world.calls)
    yield from _lost(world.deliveries.values())


def _message_line(world: World, message: Json) -> str:
    indent = "      ↳ " if message.get("thread_ts", message["ts"]) != message["ts"] else "   "
    return f"{indent}{message['ts']} {author_name(world, message)}: {' / '.join(texts_of(message))}"


def _refusals(calls: list[Call]) -> Iterator[str]:
    refused = [call for call in calls if not call.answer.get("ok")]
    for call in refused[-LAST:]:
        yield f"refused {call.method}: {call.answer.get('error')} {call.answer.get('errors', '')}"


def _lost(deliveries: Iterable[Delivery]) -> Iterator[str]:
    for delivery in [one for one in deliveries if one.failure][-LAST:]:
        event = delivery.payload.get("event", delivery.payload)
        yield f"not acknowledged ({delivery.failure}): {delivery.kind} {event.get('type') or event.get('command')}"


def author_name(world: World, message: Json) -> str:
    if message.get("bot_id") == world.app.bot_id:
        return world.app.name
    if "bot_id" in message:
        return str(message.get("username") or message.get("bot_profile", {}).get("name") or message["bot_id"])
    person = world.people.get(message.get("user", ""))
    return person.name if person else str(message.get("user"))


def texts_of(value: Any) -> list[str]:
    """Every text a person reads in a message or view: its own first, then those of blocks and attachments, in order."""
    return [text for text in _texts(value) if text]


_READ = ("text", "pretext", "title", "alt_text", "subtitle", "body", "caption", "author_name", "footer")
_WITHIN = (
    "text",
    "title",
    "label",
    "subtitle",
    "body",
    "attachments",
    "blocks",
    "fields",
    "elements",
    "element",
    "accessory",
)
_LATER = (
    "child_blocks",
    "options",
    "rows",
    "hint",
    "actions",
    "placeholder",
    "chart",
    "tasks",
    "files",
    "submit",
    "close",
)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _own_texts(value)
        for key in (*_WITHIN, *_LATER):
            if isinstance(value.get(key), dict | list):
                yield from _texts(value[key])


def _own_texts(value: Json) -> Iterator[str]:
    yield from (value[key] for key in _READ if isinstance(value.get(key), str))
    if value.get("type") == "link" and "text" not in value:
        yield str(value.get("url"))
    if isinstance(value.get("title"), str) and isinstance(value.get("value"), str):
        yield value["value"]  # a field of an attachment
