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
    text = f"New unhandled error in production from <https://app.bugsnag.com/acme/shop|Shop> in POST /cruds/generate (<{link(error, event)}|details>)"
    field = {"title": "Error", "value": "ErrorException: Undefined index: crud", "short": False}
    return {"text": text, "attachments": [{"id": 1, "color": "E45F58", "fallback": "-", "fields": [field]}]}
