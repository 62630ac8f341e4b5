"""The world as the demo's page shows it: plain JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.demo.channels.chatwoot import Message
from bot.demo.channels.smtp import Mail
from bot.demo.world.cast import Customer
from bot.demo.world.parts import Parts
from bot.demo.world.tour import TITLES, Seen, Story, steps

Json = dict[str, Any]
FROM = {"incoming": "customer", "outgoing": "team"}


def bubbles(parts: Parts, conversation: int | None) -> list[Json]:
    """What the customer sees of the chat: no private notes."""
    if conversation is None:
        return []
    return [_bubble(message) for message in parts.chat.messages(conversation) if not message.private]


def _bubble(message: Message) -> Json:
    side = FROM.get(message.type, "note")
    return {"from": side, "name": message.sender, "text": message.content, "at": message.at.isoformat()}


def letters(parts: Parts, customer: Customer) -> list[Json]:
    """The customer's inbox, oldest first."""
    return [_letter(mail) for mail in parts.mail.messages if customer.email in mail.recipients]


def _letter(mail: Mail) -> Json:
    head = {"from": str(mail.message["From"] or mail.sender), "to": ", ".join(mail.recipients)}
    return {**head, "subject": mail.subject, "text": mail.text, "html": mail.html, "at": mail.at.isoformat()}


def account(parts: Parts, customer: Customer) -> Json | None:
    """The customer's record at the till."""
    records: list[Json] = parts.till.snapshot()["customers"]
    return next((record for record in records if record["email"] == customer.email), None)


def shop(parts: Parts, customer: Customer, *, broken: bool) -> Json:
    return {
        "url": parts.shop.base + customer.page,
        "release": parts.shop.release,
        "staging": {"url": f"{parts.staging.base}/", "release": parts.staging.release},
        "broken": broken,
    }


def person(customer: Customer, record: Mapping[str, Any] | None) -> Json:
    known = record or {}
    parts = {name: known.get(name) for name in ("plan", "status", "period_end", "credit", "currency")}
    return {"name": customer.name, "email": customer.email, **parts}


def tour(story: Story, seen: Seen) -> Json:
    return {"story": story, "title": TITLES[story], "steps": [asdict(step) for step in steps(seen)]}
