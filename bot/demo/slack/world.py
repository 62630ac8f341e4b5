"""The state of one workspace. Every change goes through here, is announced, and becomes an event for the app."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.demo.slack.changes import Changes
from bot.demo.slack.clock import Clock
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import (
    ActError,
    App,
    Call,
    Channel,
    Delivery,
    Json,
    Notice,
    Person,
    ResponseUrl,
    SlackError,
    StoredFile,
    Trigger,
    UserGroup,
)

TS_STEP = 100  # microseconds between two timestamps of one second: "1700000000.000100"


class World:
    def __init__(self, *, team: str, domain: str, manifest: AppManifest, clock: Clock) -> None:
        self.team, self.domain, self.manifest, self.clock = team, domain, manifest, clock
        self.app = App(id="A0LOCAL", user_id="U0BOT", bot_id="B0BOT", name=manifest.name)
        self.base_url = "http://127.0.0.1"
        self.changes = Changes()
        self.emit: Callable[[Json], None] = lambda _event: None
        # Names and times go on over a reset: who listens may remember what it has seen.
        self._ids: dict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
        self._last_ts = 0
        self.clear()

    def clear(self) -> None:
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.messages: dict[str, dict[str, Json]] = defaultdict(dict)
        self.threads: dict[tuple[str, str], list[str]] = defaultdict(list)  # what answers a message, oldest first
        self.notified: dict[
            tuple[str, str], str
        ] = {}  # the first text of what was changed: nobody is notified of a change
        self.ephemerals: list[Json] = []
        self.bots: dict[str, Json] = {}
        self.message_forms: dict[tuple[str, str], Json] = {}
        self.views: dict[str, Json] = {}
        self.view_errors: dict[str, dict[str, str]] = {}
        self.stacks: dict[str, list[str]] = defaultdict(list)
        self.homes: dict[str, str] = {}
        self.files: dict[str, StoredFile] = {}
        self.triggers: dict[str, Trigger] = {}
        self.used_triggers: set[str] = set()
        self.response_urls: dict[str, ResponseUrl] = {}
        self.charts = True
        """Whether data_visualization blocks are taken."""
        self.tickets: set[str] = set()
        self.notices: list[Notice] = []
        self.calls: list[Call] = []
        self.deliveries: dict[str, Delivery] = {}

    # -- names and times

    def now(self) -> float:
        return self.clock.now()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids[prefix]):06d}"

    def new_ts(self) -> str:
        self._last_ts = max(int(self.now()) * 1_000_000, self._last_ts) + TS_STEP
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        trigger_id = f"{self.new_id('13')}.{self.team}.local"
        self.triggers[trigger_id] = Trigger(user=user, made_at=self.now(), view_id=view_id)
        return trigger_id

    def new_response_url(self, user: str, channel: str, message_ts: str | None = None) -> str:
        key = self.new_id("R")
        self.response_urls[key] = ResponseUrl(user=user, channel=channel, made_at=self.now(), message_ts=message_ts)
        return f"{self.base_url}/response/{self.team}/{key}"

    # -- looking things up

    def person(self, user: str) -> Person:
        if user not in self.people:
            raise ActError(f"nobody here is {user}; there are {sorted(self.people)}")
        return self.people[user]

    def channel(self, channel: str) -> Channel:
        """Raises channel_not_found, also for a private channel the app is not in, as Slack does."""
        found = self.channels.get(channel)
        if found is None or (found.kind != "channel" and self.app.user_id not in found.members):
            raise SlackError("channel_not_found")
        return found

    def message(self, channel: str, ts: str) -> Json:
        if ts not in self.messages[channel]:
            raise SlackError("message_not_found")
        return self.messages[channel][ts]

    def replies(self, channel: str, ts: str) -> list[Json]:
        """A thread, oldest first, without its parent."""
        return [self.messages[channel][reply] for reply in self.threads[channel, ts]]

    def dm(self, user: str) -> Channel:
        """The app's direct message with somebody; it exists from the first time it is asked for."""
        channel = f"D{user[1:]}"
        if channel not in self.channels:
            members = frozenset({user, self.app.user_id})
            self.channels[channel] = Channel(id=channel, name="directmessage", members=members, kind="im", person=user)
        return self.channels[channel]

    # -- changing things

    def add_message(self, channel: str, message: Json) -> Json:
        self.messages[channel][message["ts"]] = message
        if (parent := message.get("thread_ts")) and parent != message["ts"]:
            self.threads[channel, parent].append(message["ts"])
            self._count_replies(channel, parent)
        self._emit_message(channel, message)
        return message

    def change_message(self, channel: str, message: Json) -> None:
        previous = self.messages[channel][message["ts"]]
        self.notified.setdefault((channel, message["ts"]), previous.get("text", ""))
        self.messages[channel][message["ts"]] = message
        self._emit_hidden(channel, "message_changed", message=_public(message), previous_message=_public(previous))

    def remove_message(self, channel: str, ts: str) -> None:
        """A parent with answers leaves a tombstone, so that its thread stays."""
        previous = self.messages[channel].pop(ts)
        if previous.get("reply_count"):
            kept = {key: previous[key] for key in ("ts", "thread_ts", "reply_count", "reply_users", "latest_reply")}
            tomb = {
                "type": "message",
                "subtype": "tombstone",
                "hidden": True,
                "text": "This message was deleted.",
            } | kept
            self.messages[channel][ts] = tomb | {"user": "USLACKBOT"}
        elif (parent := previous.get("thread_ts")) and parent != ts:
            self.threads[channel, parent].remove(ts)
            self._count_replies(channel, parent)
        self._emit_hidden(channel, "message_deleted", deleted_ts=ts, previous_message=_public(previous))

    def replace_silently(self, channel: str, message: Json) -> None:
        """A change that is no message event of its own: a reaction, a count of answers."""
        self.messages[channel][message["ts"]] = message
        self.announce()

    def add_ephemeral(self, message: Json) -> None:
        self.ephemerals.append(message)
        self.announce()

    def notify(self, user: str, channel: str | None, text: str) -> None:
        self.notices.append(Notice(user=user, channel=channel, text=text, at=self.now()))
        self.announce()

    def put_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.announce()
        return channel

    def join(self, channel: str, user: str) -> None:
        found = self.channels[channel]
        self.put_channel(replace(found, members=found.members | {user}))
        self._emit_membership("member_joined_channel", found, user)

    def leave(self, channel: str, user: str) -> None:
        found = self.channels[channel]
        self.put_channel(replace(found, members=found.members - {user}))
        self._emit_membership("member_left_channel", found, user)

    def record_delivery(self, delivery: Delivery) -> None:
        """Adds an attempt, or replaces it once its outcome is known."""
        self.deliveries[delivery.envelope_id] = delivery
        self.announce()

    def record_call(self, call: Call) -> None:
        self.calls.append(call)
        self.announce()

    def announce(self) -> None:
        self.changes.announce()

    # -- details

    def _count_replies(self, channel: str, parent_ts: str) -> None:
        parent = self.messages[channel].get(parent_ts)
        if parent is None:
            return  # a thread whose parent is long gone
        replies = self.replies(channel, parent_ts)
        counted = parent | {"thread_ts": parent_ts, "reply_count": len(replies), "reply_users": _authors(replies)}
        latest = {"latest_reply": replies[-1]["ts"]} if replies else {}
        self.messages[channel][parent_ts] = counted | latest

    def _emit_message(self, channel: str, message: Json) -> None:
        event = _public(message) | {
            "channel": channel,
            "channel_type": self.channels[channel].kind,
            "event_ts": message["ts"],
        }
        self.announce()
        self.emit(event)

    def _emit_membership(self, kind: str, channel: Channel, user: str) -> None:
        letter = {"channel": "C", "group": "G", "im": "D"}[channel.kind]
        self.emit({"type": kind, "user": user, "channel": channel.id, "channel_type": letter, "team": self.team})

    def _emit_hidden(self, channel: str, subtype: str, **what: object) -> None:
        ts = self.new_ts()
        event = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel, "ts": ts, "event_ts": ts}
        self.announce()
        self.emit(event | {"channel_type": self.channels[channel].kind} | what)


def _public(message: Json) -> Json:
    """What events show of a message: metadata is only given to who asks for it."""
    return {key: value for key, value in message.items() if key != "metadata"}


def _authors(messages: Iterable[Json]) -> list[str]:
    return list(dict.fromkeys(str(message.get("user") or message.get("bot_id")) for message in messages))
