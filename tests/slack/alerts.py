"""What other systems say of an error: Bugsnag's webhook and the messages of apps in a channel. Shapes are real, values invented."""

from itertools import count
from typing import Any

Json = dict[str, Any]
_numbers = count(1)
SITE = "https://app.bugsnag.com/acme/shop/errors"


def bugsnag(
    *,
    error: str,
    event: str = "",
    title: str = "Undefined index: crud",
    stage: str = "production",
    severity: str = "error",
    occurrences: int = 1,
    email: str = "",
    name: str = "",
    crud: Json | None = None,
    received: str = "",
    kind: str = "exception",
) -> Json:
    """One delivery of Bugsnag. `email` and `name` are of the customer who was hit."""
    event = event or f"{next(_numbers):024x}"
    user = {"id": 311, "name": name, "email": email} if email else {}
    return {
        "account": {"id": "a1", "name": "Acme", "url": "https://app.bugsnag.com/acme"},
        "project": {"id": "p1", "name": "Shop", "url": "https://app.bugsnag.com/acme/shop"},
        "trigger": {"type": kind, "message": "Unhandled error"},
        "error": {
            "id": event,
            "errorId": error,
            "exceptionClass": "ErrorException",
            "message": title,
            "context": "POST /cruds/generate",
            "releaseStage": stage,
            "occurrences": occurrences,
            "usersAffected": 1,
            "receivedAt": received,
            "requestUrl": "https://shop.example.com/cruds/generate?menu=13",
            "url": link(error, event),
            "severity": severity,
            "unhandled": True,
            "user": user,
            "metaData": {"crud": crud or {}},
            "stackTrace": [{"file": "app/Crud.php", "lineNumber": "34", "method": "generate", "inProject": True}],
        },
    }


def link(error: str, event: str = "") -> str:
    return f"{SITE}/{error}" + (f"?event_id={event}" if event else "")


def message(
    *errors: str, event: str = "", title: str = "ErrorException: Undefined index: crud", stage: str = "production"
) -> Json:
    """What Bugsnag's app posts: no text of its own, all in attachments, a link to each error."""
    rows = [
        {"title": title, "title_link": link(error, event), "text": f"POST /cruds/generate\nStage: {stage}"}
        for error in errors
    ]
    return {"text": "", "attachments": rows}


def old_message(error: str, event: str = "") -> Json:
    """The same from its older integration: one sentence, its details in an attachment's fields."""
    shop = "<https://app.bugsnag.com/acme/shop|Shop>"
    text = f"New unhandled error in production from {shop} in POST /cruds/generate (<{link(error, event)}|details>)"
    field = {"title": "Error", "value": "ErrorException: Undefined index: crud", "short": False}
    return {"text": text, "attachments": [{"id": 1, "color": "E45F58", "fallback": "-", "fields": [field]}]}


def chat(text: str, *, email: str = "", name: str = "Mia", conversation: int = 31) -> Json:
    """Chatwoot's delivery of what a visitor wrote."""
    number = next(_numbers)
    sender = {"id": 88, "name": name, "email": email, "type": "contact"}
    place = {"id": conversation, "inbox_id": 2, "channel": "Channel::WebWidget", "meta": {"sender": sender}}
    said = {"id": number, "content": text, "message_type": "incoming", "private": False, "content_attributes": {}}
    hmac = {"contact_inbox": {"hmac_verified": bool(email)}, "additional_attributes": {}}
    return said | {
        "event": "message_created",
        "created_at": "",
        "content_type": "text",
        "sender": sender,
        "conversation": place | hmac,
        "account": {"id": 1, "name": "Acme"},
    }
