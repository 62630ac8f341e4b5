"""A Chatwoot on loopback: visitors write, webhooks go out signed, the application API answers them."""

import hashlib
import hmac
import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.demo.channels.courier import PAUSES, Courier
from bot.demo.channels.faults import Faults
from bot.demo.channels.limits import Limit, Window
from bot.demo.channels.service import Changes, Refusal, guarded, json_body, refuse_unknown

PAGE = 20
PER_MINUTE = 3000
"""Calls from one address; it says so in plain text, without a header."""
"""Messages of one page, as Chatwoot's MessageFinder has it."""
FIELDS = frozenset({"content", "message_type", "private", "content_attributes", "content_type", "echo_id", "source_id"})
TYPES = {"incoming": 0, "outgoing": 1, "activity": 2}


@dataclass(frozen=True, kw_only=True)
class Message:
    id: int
    conversation: int
    type: str
    content: str
    sender: str
    at: datetime
    private: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    id: int
    name: str
    email: str
    page: str
    source: str
    contact: int
    verified: bool = False
    identifier: str = ""
    status: str = "open"


class ChatwootFake:
    def __init__(
        self,
        webhook_url: str = "",
        secret: str = "",
        *,
        account: int = 1,
        api_token: str = "chatwoot-token",  # noqa: S107 - the fake's own, not a secret
        keeps_attributes: bool = True,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self.account, self.api_token, self._secret = account, api_token, secret
        self.keeps_attributes = keeps_attributes
        self.faults = Faults()
        self.limit = Limit(window=Window(PER_MINUTE, 60), refused="Retry later\n")
        self.courier = Courier(webhook_url, self._sign, pauses)
        self._changes = Changes()
        self._ids, self._numbers = itertools.count(101), itertools.count(1)
        self._conversations: dict[int, Conversation] = {}
        self._messages: list[Message] = []

    # What people do

    async def visitor_says(
        self,
        conversation: int | None,
        name: str,
        email: str,
        text: str,
        page: str,
        *,
        identifier: str = "",
        verified: bool = False,
    ) -> int:
        """The conversation's id; None begins one. `verified`: the website signed the visitor's identity."""
        if conversation is None:
            opened = self._open(name, email, page, identifier=identifier, verified=verified)
            conversation = opened.id
            self._announce("conversation_created", conversation)
        else:
            self._conversations[conversation] = replace(self.conversation(conversation), page=page, status="open")
        self._add(conversation, "incoming", text, name)
        return conversation

    def visitor_types(self, conversation: int) -> None:
        user = {**self._contact(self.conversation(conversation)), "type": "contact"}
        self.courier.post({"event": "conversation_typing_on", "user": user, "conversation": self._data(conversation)})

    def visitor_leaves(self, conversation: int) -> None:
        """Ends the chat in the widget; Chatwoot has no webhook for a closed browser tab."""
        self._conversations[conversation] = replace(self.conversation(conversation), status="resolved")
        self._announce("conversation_status_changed", conversation)

    def agent_says(self, conversation: int, text: str, agent: str = "Sam", *, private: bool = False) -> Message:
        return self._add(conversation, "outgoing", text, agent, private=private)

    # What there is

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        return tuple(self._conversations.values())

    def conversation(self, conversation: int) -> Conversation:
        return self._conversations[conversation]

    def messages(self, conversation: int) -> tuple[Message, ...]:
        return tuple(message for message in self._messages if message.conversation == conversation)

    @property
    def webhook_url(self) -> str:
        return self.courier.url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.courier.url = url

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._changes.subscribe(listener)

    def clear(self) -> None:
        self._conversations.clear()
        self._messages.clear()
        self._changes.announce()

    async def close(self) -> None:
        await self.courier.close()

    # The application API

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        path = prefix + "/api/v1/accounts/{account}/conversations/{conversation}/messages"
        return [
            web.get(path, guarded(self.faults, self._list, self.limit), allow_head=False),
            web.post(path, guarded(self.faults, self._create, self.limit)),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        conversation = self._authorised(request)
        body = await json_body(request)
        refuse_unknown(body, FIELDS)
        content, attributes = body.get("content"), body.get("content_attributes") or {}
        if not isinstance(content, str) or not content or not isinstance(attributes, dict):
            raise Refusal(422, {"error": "Content can't be blank"})
        if body.get("message_type", "outgoing") != "outgoing":
            raise Refusal(422, {"error": "Incoming messages are only allowed in Api inboxes"})
        private = body.get("private") is True
        attributes = attributes if self.keeps_attributes else {}
        message = self._add(conversation, "outgoing", content, "Makegood", private=private, attributes=attributes)
        return web.json_response(self._row(message))

    async def _list(self, request: web.Request) -> web.Response:
        conversation = self._authorised(request)
        before = request.query.get("before", "")
        rows = [each for each in self.messages(conversation) if not before.isdigit() or each.id < int(before)]
        return web.json_response({"meta": {}, "payload": [self._row(each) for each in rows[-PAGE:]]})

    def _authorised(self, request: web.Request) -> int:
        if not hmac.compare_digest(request.headers.get("api_access_token", ""), self.api_token):
            raise Refusal(401, {"error": "Invalid Access Token"})
        if request.match_info["account"] != str(self.account):
            raise Refusal(401, {"error": "You are not authorized to access this account"})
        number = request.match_info["conversation"]
        if not number.isdigit() or int(number) not in self._conversations:
            raise Refusal(404, {"error": "Resource could not be found"})
        return int(number)

    # Inside

    def _open(self, name: str, email: str, page: str, *, identifier: str, verified: bool) -> Conversation:
        conversation = Conversation(
            id=next(self._numbers),
            contact=next(self._ids),
            name=name,
            email=email,
            page=page,
            source=str(uuid.uuid4()),
            identifier=identifier,
            verified=verified,
        )
        self._conversations[conversation.id] = conversation
        return conversation

    def _add(
        self,
        conversation: int,
        type_: str,
        content: str,
        sender: str,
        *,
        private: bool = False,
        attributes: dict[str, Any] | None = None,
    ) -> Message:
        message = Message(
            id=next(self._ids),
            conversation=self.conversation(conversation).id,
            type=type_,
            content=content,
            sender=sender,
            at=datetime.now(UTC),
            private=private,
            attributes=attributes or {},
        )
        self._messages.append(message)
        self.courier.post(self._hook_of(message))
        self._changes.announce()
        return message

    def _announce(self, event: str, conversation: int) -> None:
        self.courier.post({**self._data(conversation), "event": event})
        self._changes.announce()

    def _sign(self, body: bytes) -> dict[str, str]:
        if not self._secret:
            return {}
        stamp = str(int(time.time()))
        digest = hmac.new(self._secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "X-Chatwoot-Signature": f"sha256={digest}",
            "X-Chatwoot-Timestamp": stamp,
            "X-Chatwoot-Delivery": str(uuid.uuid4()),
        }

    def _hook_of(self, message: Message) -> dict[str, Any]:
        conversation = self.conversation(message.conversation)
        incoming = message.type == "incoming"
        agent = {"id": 1, "name": message.sender, "email": "agent@example.com", "type": "user"}
        return {
            **self._row(message),
            "message_type": message.type,
            "created_at": message.at.isoformat(),
            "sender": self._contact(conversation) if incoming else agent,
            "inbox": {"id": 1, "name": "Website"},
            "conversation": self._data(conversation.id),
            "account": {"id": self.account, "name": "Demo"},
            "event": "message_created",
        }

    def _row(self, message: Message) -> dict[str, Any]:
        return {
            "id": message.id,
            "content": message.content,
            "inbox_id": 1,
            "conversation_id": message.conversation,
            "message_type": TYPES[message.type],
            "content_type": "text",
            "status": "sent",
            "content_attributes": message.attributes,
            "created_at": int(message.at.timestamp()),
            "private": message.private,
            "source_id": None,
        }

    def _contact(self, conversation: Conversation) -> dict[str, Any]:
        return {
            "id": conversation.contact,
            "name": conversation.name,
            "email": conversation.email or None,
            "identifier": conversation.identifier or None,
            "type": "contact",
        }

    def _data(self, number: int) -> dict[str, Any]:
        conversation = self.conversation(number)
        last = self.messages(number)[-1:]
        inbox = {"id": 1, "contact_id": conversation.contact, "inbox_id": 1, "source_id": conversation.source}
        return {
            "additional_attributes": {"browser": {}, "referer": conversation.page},
            "can_reply": True,
            "channel": "Channel::WebWidget",
            "id": conversation.id,
            "inbox_id": 1,
            "contact_inbox": {**inbox, "hmac_verified": conversation.verified},
            "messages": [self._row(message) for message in last],
            "meta": {"sender": self._contact(conversation), "assignee": None},
            "status": conversation.status,
            "timestamp": int((last[0].at if last else datetime.now(UTC)).timestamp()),
        }
