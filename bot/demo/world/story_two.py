"""Story two: the e-mails of a morning, of which one matters, as Postmark delivers them. Pure."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from bot.demo.world.cast import Customer
from bot.demo.world.tables import BEN, OTTO

SUPPORT = "support@quickadmin.example"
FIXED_IN = "1.4.2"

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Mail:
    sender: str
    name: str
    subject: str
    text: str
    sent: datetime
    headers: tuple[tuple[str, str], ...] = ()


def morning(now: datetime) -> tuple[Mail, ...]:
    """A newsletter, a wish, and the one that matters."""
    return (
        Mail(
            sender="news@hosting-weekly.example",
            name="Hosting Weekly",
            subject="Ten ways to save on servers",
            text="This week: ten ways to save on servers.\n\nUnsubscribe at any time.",
            sent=now - timedelta(minutes=41),
            headers=(("Precedence", "bulk"), ("List-Unsubscribe", "<https://hosting-weekly.example/u/1>")),
        ),
        Mail(
            sender=OTTO,
            name="Otto Brandt",
            subject="A small wish",
            text="Hello,\n\nall works well here. One day a dark mode would be nice. No hurry!\n\nOtto",
            sent=now - timedelta(minutes=12),
        ),
        Mail(
            sender=BEN,
            name="Ben Okafor",
            subject="Can't add servers any more",
            text=(
                "Hi,\n\nwe pay for this and since yesterday I can't add a server: the page says that something went wrong, "
                "every time. I have two more to add today. What did I do wrong?\n\nBen"
            ),
            sent=now - timedelta(minutes=3),
        ),
    )


def letter(customer: Customer, subject: str, text: str, sent: datetime) -> Mail:
    return Mail(sender=customer.email, name=customer.name, subject=subject, text=text, sent=sent)


def postmark(mail: Mail) -> Json:
    """The JSON of an inbound message."""
    return {
        "FromName": mail.name,
        "From": mail.sender,
        "FromFull": {"Email": mail.sender, "Name": mail.name, "MailboxHash": ""},
        "To": SUPPORT,
        "ToFull": [{"Email": SUPPORT, "Name": "QuickAdmin support", "MailboxHash": ""}],
        "CcFull": [],
        "BccFull": [],
        "OriginalRecipient": SUPPORT,
        "ReplyTo": "",
        "Subject": mail.subject,
        "MessageID": str(uuid.uuid4()),
        "MessageStream": "inbound",
        "Date": format_datetime(mail.sent),
        "MailboxHash": "",
        "TextBody": mail.text,
        "HtmlBody": "",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [{"Name": name, "Value": value} for name, value in _headers(mail)],
        "Attachments": [],
    }


def _headers(mail: Mail) -> tuple[tuple[str, str], ...]:
    domain = mail.sender.partition("@")[2]
    return (
        ("Return-Path", f"<{mail.sender}>"),
        (
            "Authentication-Results",
            f"inbound.example; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={mail.sender}",
        ),
        ("Received-SPF", f"pass (sender authorised) identity=mailfrom; envelope-from={mail.sender}"),
        ("X-Spam-Status", "No"),
        ("MIME-Version", "1.0"),
        ("Message-ID", f"<{uuid.uuid4()}@{domain}>"),
        *mail.headers,
    )
