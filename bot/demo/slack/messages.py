"""A message as Slack keeps it: what an app sent is checked, ids are given to its blocks, and it is signed by its author."""

import json
from typing import Any

from bot.demo.slack.records import Json, SlackError
from bot.demo.slack.taken import taken
from bot.demo.slack.validate import problems
from bot.demo.slack.validate_data import text_length
from bot.demo.slack.world import World

TEXT_KEPT = 40_000
MARKDOWN_MOST = 12_000
# Undocumented: texts of all blocks together. Refusals were seen from 11,341 characters on (slackapi/bolt-js 2509, 2867).
BLOCK_TEXT_MOST = 11_000
METADATA_MOST = 16_000
ATTACHMENTS_MOST = 100


def content(world: World, raw: Json, kind: str = "Message") -> Json:
    """The checked parts of a message; a part that was not given is absent."""
    made = _content(world, raw)
    taken(kind, {key: value for key, value in raw.items() if value is not None})
    return made


def _content(world: World, raw: Json) -> Json:
    made: Json = {}
    if raw.get("text") is not None:
        made["text"] = str(raw["text"])[:TEXT_KEPT]
    if raw.get("blocks") is not None:
        made["blocks"] = with_ids(world, _taken_here(world, checked_blocks(raw["blocks"])))
    if raw.get("attachments") is not None:
        made["attachments"] = _attachments(world, raw["attachments"])
    if raw.get("metadata") is not None:
        made["metadata"] = _metadata(raw["metadata"])
    if raw.get("markdown_text") is not None:
        made |= _markdown(raw)
    return made


def _taken_here(world: World, blocks: list[Json]) -> list[Json]:
    """A workspace may take no charts."""
    if not world.charts and any(block.get("type") == "data_visualization" for block in blocks):
        raise SlackError("invalid_blocks")
    return blocks


def checked_blocks(blocks: Any, surface: str = "message") -> list[Json]:
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if found := problems(blocks, surface):
        raise SlackError("invalid_blocks", {"errors": found, "response_metadata": {"messages": found}})
    if surface == "message" and text_length(blocks) > BLOCK_TEXT_MOST:
        raise SlackError("msg_blocks_too_long")
    return blocks


def with_ids(world: World, blocks: list[Json]) -> list[Json]:
    """Slack names every block and every interactive element that its maker left without a name."""
    return [_named(world, block) for block in blocks]


def _named(world: World, block: Json) -> Json:
    named = {**block, "block_id": block.get("block_id") or world.new_id("blk")}
    for key in ("element", "accessory"):
        if isinstance(block.get(key), dict):
            named[key] = _with_action(world, block[key])
    if block.get("type") in {"actions", "card"}:
        key = "elements" if block["type"] == "actions" else "actions"
        named[key] = [_with_action(world, one) for one in block.get(key, [])]
    if "child_blocks" in block:
        named["child_blocks"] = with_ids(world, block["child_blocks"])
    return named


def _with_action(world: World, element: Json) -> Json:
    return element if element.get("type") == "image" else {"action_id": world.new_id("act"), **element}


def _attachments(world: World, given: Any) -> list[Json]:
    if not isinstance(given, list):
        raise SlackError("invalid_attachments")
    if len(given) > ATTACHMENTS_MOST:
        raise SlackError("too_many_attachments")
    return [{"id": index, **_attachment(world, one)} for index, one in enumerate(given, 1)]


def _attachment(world: World, given: Any) -> Json:
    if not isinstance(given, dict):
        raise SlackError("invalid_attachments")
    return {**given, "blocks": with_ids(world, checked_blocks(given["blocks"]))} if "blocks" in given else given


def _metadata(given: Any) -> Json:
    well_formed = isinstance(given, dict) and isinstance(given.get("event_payload", {}), dict)
    if not well_formed or (given and not isinstance(given.get("event_type"), str)):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(given)) > METADATA_MOST:
        raise SlackError("metadata_too_large")
    return dict(given)


def _markdown(raw: Json) -> Json:
    if raw.get("text") is not None or raw.get("blocks") is not None:
        raise SlackError("markdown_text_conflict")
    if len(str(raw["markdown_text"])) > MARKDOWN_MOST:
        raise SlackError("msg_too_long")
    return {"text": str(raw["markdown_text"])}


def require_something(made: Json) -> None:
    if not (made.get("text") or made.get("blocks") or made.get("attachments") or made.get("files")):
        raise SlackError("no_text")


def by_app(world: World, made: Json, thread_ts: str | None = None) -> Json:
    """The app's own message, ready to be added."""
    app = world.app
    profile = {"id": app.bot_id, "app_id": app.id, "name": app.name, "deleted": False, "team_id": world.team}
    signed = {"type": "message", "user": app.user_id, "bot_id": app.bot_id, "app_id": app.id, "bot_profile": profile}
    in_thread = {"thread_ts": thread_ts, "parent_user_id": world.app.user_id} if thread_ts else {}
    return signed | {"team": world.team, "text": "", **made, "ts": world.new_ts()} | in_thread


def thread_parent(world: World, channel: str, thread_ts: str) -> str:
    """Refuses a thread that is not there, and an answer used as if it were a parent."""
    parent = world.messages[channel].get(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.get("thread_ts", thread_ts) != thread_ts:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def shown(message: Json, *, metadata: bool = False) -> Json:
    """A message as an answer of the Web API shows it."""
    return message if metadata else {key: value for key, value in message.items() if key != "metadata"}
