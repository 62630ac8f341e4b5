"""Which of the things that happen become events for the app: what its manifest subscribes to, its scopes cover and it can see."""

import re
from collections.abc import Callable, Iterator

from bot.demo.slack.records import Json
from bot.demo.slack.world import World

SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "link_shared": "links:read",
    "message_metadata_posted": "metadata.message:read",
    "file_shared": "files:read",
    "subteam_updated": "usergroups:read",
}
_MESSAGES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
_LINK = re.compile(r"<(https?://([^/|>]+)[^|>]*)")
_SPOKEN = frozenset({None, "bot_message", "thread_broadcast", "file_share"})


class Events:
    """Receives every happening, passes on what the app is to hear as Slack's event_callback."""

    def __init__(self, world: World, deliver: Callable[[Json], None]) -> None:
        self._world, self._deliver = world, deliver

    def publish(self, event: Json) -> None:
        for one in (event, *self._also(event)):
            if self._heard(one):
                self._deliver(self._wrapped(one))

    def _heard(self, event: Json) -> bool:
        manifest = self._world.manifest
        name = _MESSAGES[event["channel_type"]] if event["type"] == "message" else event["type"]
        covered = name not in SCOPES or SCOPES[name] in manifest.scopes
        return name in manifest.events and covered and self._in_sight(event)

    def _in_sight(self, event: Json) -> bool:
        """Of channels, only what happens where the app is a member."""
        channel = self._world.channels.get(event.get("channel") or event.get("item", {}).get("channel") or "")
        return channel is None or self._world.app.user_id in channel.members

    def _also(self, event: Json) -> Iterator[Json]:
        """Events that come beside the message's own, each under an id of its own."""
        if event["type"] != "message" or event.get("subtype") not in _SPOKEN:
            return
        world, place = self._world, {key: event[key] for key in ("channel", "event_ts")}
        if f"<@{world.app.user_id}>" in event.get("text", "") and event.get("bot_id") != world.app.bot_id:
            kept = {key: value for key, value in event.items() if key not in {"channel_type", "subtype"}}
            yield kept | {"type": "app_mention"}
        if links := self._links(event.get("text", "")):
            shared = {"type": "link_shared", "user": event.get("user"), "message_ts": event["ts"], "links": links}
            yield shared | place
        metadata = world.messages[event["channel"]].get(event["ts"], {}).get("metadata", {})
        if metadata.get("event_type") in world.manifest.metadata_types:
            posted = {"type": "message_metadata_posted", "bot_id": event.get("bot_id"), "metadata": metadata}
            yield posted | place | {"message_ts": event["ts"], "user_id": event.get("user")}
        for file in event.get("files", []):
            yield {
                "type": "file_shared",
                "file_id": file["id"],
                "user_id": event.get("user"),
                "channel_id": event["channel"],
            }

    def _links(self, text: str) -> list[Json]:
        found = [{"url": url, "domain": domain} for url, domain in _LINK.findall(text)]
        return [link for link in found if link["domain"] in self._world.manifest.unfurl_domains]

    def _wrapped(self, event: Json) -> Json:
        world = self._world
        mine = {"enterprise_id": None, "team_id": world.team, "user_id": world.app.user_id}
        authorization = mine | {"is_bot": True, "is_enterprise_install": False}
        envelope = {"token": "local", "team_id": world.team, "api_app_id": world.app.id, "event": event}
        ids = {"type": "event_callback", "event_id": world.new_id("Ev"), "event_time": int(world.now())}
        return envelope | ids | {"authorizations": [authorization], "is_ext_shared_channel": False}
