"""The frozen facts of a workspace: who is there, where they talk, what was asked and what was delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
STRANGERS = "T0STRANGE"  # the other workspace of a shared channel


class SlackError(Exception):
    """A refusal of the Web API: `code` is what Slack answers in `error`, `detail` what it adds."""

    def __init__(self, code: str, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.detail = code, dict(detail or {})


class ActError(LookupError):
    """A person tried what the screen does not offer; the sentence says what is there instead."""


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    name: str
    email: str = ""
    title: str = ""
    tz: str = "Etc/UTC"
    guest: bool = False
    single_channel_guest: bool = False
    deleted: bool = False
    stranger: bool = False  # of another workspace, in a shared channel
    joined: float = 0.0


@dataclass(frozen=True, kw_only=True)
class App:
    id: str
    user_id: str
    bot_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Channel:
    id: str
    name: str
    members: frozenset[str]
    kind: str = "channel"  # channel | group | im
    person: str | None = None  # whom a direct message is with
    archived: bool = False
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    id: str
    handle: str
    name: str
    users: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    id: str
    name: str
    title: str
    size: int
    user: str
    content: bytes | None = None  # None until the bytes have arrived
    shared_in: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What a trigger_id stands for; `view_id` is set when the person acted inside a modal."""

    user: str
    made_at: float
    view_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResponseUrl:
    user: str
    channel: str
    made_at: float
    message_ts: str | None = None
    uses: int = 0


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Slackbot's own line to one person, such as "makegood didn't respond"."""

    user: str
    channel: str | None
    text: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the Web API, with what was answered; `status` is HTTP's."""

    at: float
    method: str
    args: Json
    answer: Json
    status: int = 200
    took: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt to hand the app an envelope; `acked_after` stays None when no answer came in time."""

    kind: str  # events_api | slash_commands | interactive
    envelope_id: str
    payload: Json
    at: float
    retry: int = 0
    reason: str | None = None
    acked_after: float | None = None
    answer: Any = None
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ack:
    """How the app answered an envelope."""

    ok: bool
    body: Any = None
    failure: str = ""
    no_retry: bool = False


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a person sees after acting: `error` when the app gave no answer in time or a wrong one, `errors` under a modal's
    fields, `options` offered by a searching select.
    """

    ok: bool = True
    error: str | None = None
    response_action: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Json, ...] = ()
    view_id: str | None = None
