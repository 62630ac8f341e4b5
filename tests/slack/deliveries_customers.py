"""What chats and mail services really post to a hook, by their documentation."""

from collections.abc import Iterator
from typing import Any

from tests.slack.delivery import ASK, BAD, LEFT, NUMBERS, ODD, Delivery, Json


def _visitor() -> str:
    return f"visitor{next(NUMBERS)}@studio.example"


def _chatwoot(content: str | None, **changed: Any) -> Json:
    number = next(NUMBERS)
    sender = {"id": number, "name": "Mia", "email": _visitor(), "type": "contact"}
    place = {"id": number, "meta": {"sender": sender}, "additional_attributes": {}}
    said = {"id": number, "content": content, "message_type": "incoming", "private": False, "content_type": "text"}
    return {
        **said,
        "event": "message_created",
        "sender": sender,
        "conversation": place,
        "account": {"id": 1},
        **changed,
    }


def _chatwoot_kinds() -> Iterator[Delivery]:
    picture = [{"id": 1, "file_type": "image", "data_url": "https://files.example/a.png"}]
    yield Delivery("chatwoot", "words", ASK, _chatwoot("I can't pay"), "I can't pay")
    yield Delivery("chatwoot", "a picture", ASK, _chatwoot(None, attachments=picture), "a.png")
    yield Delivery("chatwoot", "no words at all", ASK, _chatwoot(None), "Mia")
    yield Delivery("chatwoot", "an agent", LEFT, _chatwoot("Hi", message_type="outgoing"))
    yield Delivery("chatwoot", "a note", LEFT, _chatwoot("Hm", message_type="incoming", private=True))
    for event in ("message_updated", "conversation_updated", "conversation_status_changed", "conversation_typing_off"):
        yield Delivery("chatwoot", event, LEFT, _chatwoot("x", event=event, status="open"))
    for event in ("contact_created", "contact_updated", "inbox_created", "inbox_updated"):
        yield Delivery("chatwoot", event, LEFT, {"event": event, "id": 7, "name": "Mia", "account": {"id": 1}})
    yield Delivery("chatwoot", "tomorrow", ODD, _chatwoot("x", event="conversation_merged"), "conversation_merged")
    rule = _chatwoot("x", event="automation_event.message_created")
    yield Delivery("chatwoot", "an automation rule", ODD, rule, "automation_event.message_created")
    yield Delivery("chatwoot", "a message of nowhere", BAD, _chatwoot("x", conversation=None))


def _crisp(event: str, **data: Any) -> Json:
    session = f"session_{next(NUMBERS)}"
    return {
        "website_id": "8c5b",
        "event": event,
        "data": {"website_id": "8c5b", "session_id": session, **data},
        "timestamp": 1,
    }


def _crisp_kinds() -> Iterator[Delivery]:
    user = {"nickname": "visitor204", "user_id": "session_1"}

    def said(content: Any, kind: str = "text", **more: Any) -> Json:
        number = next(NUMBERS)
        return _crisp(
            "message:send", type=kind, content=content, fingerprint=number, user=user, **{"from": "user", **more}
        )

    yield Delivery("crisp", "words", ASK, said("The invoice is empty"), "The invoice is empty")
    file = {"name": "a.png", "url": "https://files.example/b.png", "type": "image/png"}
    yield Delivery("crisp", "a file", ASK, said(file, "file"), "b.png")
    yield Delivery(
        "crisp",
        "an animation",
        ASK,
        said({"type": "image/gif", "url": "https://g.example/c.gif"}, "animation"),
        "c.gif",
    )
    yield Delivery("crisp", "a field", ASK, said({"id": "f", "text": "Your plan", "value": "gold"}, "field"), "gold")
    yield Delivery("crisp", "a form of tomorrow", ASK, said({"x": 1}, "hologram"), "visitor204")
    yield Delivery("crisp", "an operator", LEFT, said("hello", **{"from": "operator"}))
    left = ("message:received", "message:updated", "session:set_state", "session:set_nickname", "session:set_data")
    for event in (*left, "session:set_email", "session:sync:pages", "session:update_availability"):
        yield Delivery("crisp", event, LEFT, _crisp(event, email="l@pottery.example", availability="online"))
    yield Delivery("crisp", "tomorrow", ODD, _crisp("session:teleported"), "session:teleported")
    yield Delivery(
        "crisp", "a message of nowhere", BAD, {"website_id": "8", "event": "message:send", "data": {"from": "user"}}
    )


def _intercom(topic: str, item: Json) -> Json:
    return {
        "type": "notification_event",
        "app_id": "qa12",
        "topic": topic,
        "id": f"notif_{next(NUMBERS)}",
        "created_at": 1795997449,
        "data": {"type": "notification_event_data", "item": item},
    }


def _conversation(body: str | None, attachments: list[Json] | None = None, **more: Any) -> Json:
    author = {"type": "user", "id": "5", "name": "Ivy", "email": _visitor()}
    source = {"id": "9", "body": body, "author": author, "attachments": attachments or []}
    contacts = {"contacts": [{"type": "contact", "id": "5"}]}
    return {"type": "conversation", "id": str(next(NUMBERS)), "source": source, "contacts": contacts, **more}


def _intercom_kinds() -> Iterator[Delivery]:
    created = "conversation.user.created"
    picture = '<div class="intercom-container"><img src="https://i.example/a.png"></div>'
    yield Delivery(
        "intercom", "words", ASK, _intercom(created, _conversation("<p>I can't log in</p>")), "I can't log in"
    )
    yield Delivery("intercom", "a picture", ASK, _intercom(created, _conversation(picture)), "a.png")
    file = [{"type": "upload", "name": "log.txt", "url": "https://i.example/log.txt"}]
    yield Delivery("intercom", "a file", ASK, _intercom(created, _conversation(None, file)), "log.txt")
    yield Delivery("intercom", "nothing to read", ASK, _intercom(created, _conversation("")), "Ivy")
    part = {"type": "conversation_part", "id": "91", "body": picture, "author": {"type": "user", "id": "5"}}
    replied = _conversation("<p>a</p>", conversation_parts={"conversation_parts": [part]})
    yield Delivery("intercom", "a picture later", ASK, _intercom("conversation.user.replied", replied), "a.png")
    yield Delivery("intercom", "ping", LEFT, _intercom("ping", {"type": "ping", "message": "interzen"}))
    for topic in ("conversation.admin.replied", "conversation.admin.noted", "conversation.admin.assigned"):
        yield Delivery("intercom", topic, LEFT, _intercom(topic, _conversation("x")))
    yield Delivery(
        "intercom", "tomorrow", ODD, _intercom("conversation.robot.dreamt", _conversation("x")), "robot.dreamt"
    )
    yield Delivery("intercom", "a conversation of nowhere", BAD, _intercom(created, {}))


def _tawk(event: str, **more: Any) -> Json:
    visitor = {"name": "Mia", "email": _visitor(), "city": "riga", "country": "LV"}
    return {
        "event": event,
        "time": "2026-11-22T14:03:04.646Z",
        "visitor": visitor,
        "property": {"id": "58aa", "name": "Q"},
        **more,
    }


def _tawk_kinds() -> Iterator[Delivery]:
    def begun(text: str | None, by: str = "visitor") -> Json:
        message = {"text": text, "type": "msg", "sender": {"type": by}}
        return _tawk("chat:start", chatId=f"c{next(NUMBERS)}", message=message)

    yield Delivery("tawk", "words", ASK, begun("I got an error"), "I got an error")
    yield Delivery("tawk", "no words", ASK, begun(""), "Mia")
    yield Delivery("tawk", "an agent begins", LEFT, begun("Can I help?", "agent"))
    file = {"type": "file", "content": {"file": {"url": "https://t.example/shot.png", "name": "shot.png"}}}
    messages = [{"sender": {"t": "v"}, "type": "msg", "msg": "", "attchs": [file], "time": "2026-11-22T14:03:04.646Z"}]
    chat = {"id": f"c{next(NUMBERS)}", "visitor": {"name": "Ola", "email": _visitor()}, "messages": messages}
    yield Delivery("tawk", "a transcript of a picture", ASK, _tawk("chat:transcript_created", chat=chat), "shot.png")
    yield Delivery("tawk", "the end", LEFT, _tawk("chat:end", chatId=f"c{next(NUMBERS)}"))
    ticket = {"id": f"t{next(NUMBERS)}", "humanId": 12, "subject": "Servers", "message": "I can't add a server"}
    asker = {"name": "Ola", "email": _visitor()}
    yield Delivery(
        "tawk", "a ticket", ASK, _tawk("ticket:create", ticket=ticket, requester=asker, visitor=None), "Servers"
    )
    yield Delivery("tawk", "tomorrow", ODD, _tawk("chat:rated", chatId="c1"), "chat:rated")
    yield Delivery("tawk", "a chat of nowhere", BAD, _tawk("chat:start", chatId=None))


def _own_kinds() -> Iterator[Delivery]:
    mia = {"email": _visitor(), "name": "Mia"}
    said = {"conversation": f"own{next(NUMBERS)}", "customer": mia}
    yield Delivery("customer-generic", "words", ASK, {**said, "text": "Hello?"}, "Hello?")
    bare = {"conversation": f"own{next(NUMBERS)}", "customer": mia | {"email": _visitor()}}
    yield Delivery("customer-generic", "no words", ASK, bare, "Mia")
    yield Delivery("customer-generic", "a kind of tomorrow", BAD, {**said, "kind": "sang"})
    yield Delivery("customer-generic", "of nowhere", BAD, {"text": "Hello?"})
    yield Delivery("email-postmark", "no mail", BAD, {"RecordType": "Bounce", "Email": "a@b.example"})


KINDS = (_chatwoot_kinds, _crisp_kinds, _intercom_kinds, _tawk_kinds, _own_kinds)
