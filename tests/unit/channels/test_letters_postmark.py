"""Postmark takes a mail apart before it comes here: the same is right of it."""

import json
from datetime import UTC, datetime

import pytest

from bot.adapters.channels import email_postmark
from bot.adapters.ports import Hook
from bot.bug.errors import Unreadable
from bot.bug.values import Inbound, InboundKind
from tests.unit.channels.introductions import OVER_QUOTES

CAME = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = {
    "From": "mia@example.com",
    "FromFull": {"Email": "mia@example.com", "Name": "Doe, Mia"},
    "To": "support@shop.example",
    "Subject": "Export broken",
    "Date": "Sun, 22 Nov 2026 09:00:00 +0100",
    "MessageID": "postmarks-own",
    "TextBody": "The export fails.",
    "Headers": [{"Name": "Message-ID", "Value": "<m1@example.com>"}],
}
FORM = {
    "From": "noreply@forms.example",
    "FromFull": {"Email": "noreply@forms.example"},
    "ReplyTo": "Mia <mia@example.com>",
}
PICTURE = [{"Name": "shot.png", "ContentType": "image/png", "Content": "", "ContentLength": 4}]
LONG = "\n".join(["> the old letter"] * 3_000)


def read(**fields: object) -> Inbound:
    hook = Hook(headers={}, body=json.dumps({**BODY, **fields}).encode(), at=CAME)
    (said,) = email_postmark.parse(hook, {"sender": "Support <support@shop.example>"})
    return said


@pytest.mark.parametrize("told", ["Bounce", "SpamComplaint", "Delivery", "Open", "SubscriptionChange"])
def test_what_else_postmark_posts_is_refused_and_no_customer(told: str) -> None:
    body = {
        "RecordType": told,
        "MessageID": "x",
        "From": "support@shop.example",
        "Email": "mia@example.com",
        "Subject": "x",
    }
    with pytest.raises(Unreadable, match=f"the kind “{told}”, no inbound mail"):
        email_postmark.parse(Hook(headers={}, body=json.dumps(body).encode(), at=CAME), {})


def test_a_mail_is_read_where_postmark_names_its_kind_too() -> None:
    assert read(RecordType="Inbound").text == "The export fails."


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "The export fails."),
        ({"TextBody": "", "HtmlBody": "<p>The export<br>fails.</p>"}, "The export\nfails."),
        ({"TextBody": " \n", "HtmlBody": "<p>It fails.</p>"}, "It fails."),
        ({"TextBody": "", "HtmlBody": ""}, "Export broken"),
        ({"TextBody": "", "Attachments": PICTURE}, "Export broken\n\n(a picture, no words)"),
        (
            {"TextBody": "", "HtmlBody": "<img src='cid:1'>", "Attachments": PICTURE, "Subject": ""},
            "(a picture, no words)",
        ),
        ({"TextBody": "", "StrippedTextReply": "It fails."}, "It fails."),
        ({"TextBody": f"{OVER_QUOTES['gmail en']}\r\n{LONG}\r\n\r\nIt works."}, "It works."),
        ({"TextBody": "Is it you?\n\nFrom: x", "StrippedTextReply": "Is it you?"}, "Is it you?\n\nFrom: x"),
    ],
    ids=range(9),
)
def test_the_words_are_those_that_the_mailbox_would_give(fields: dict[str, object], text: str) -> None:
    assert read(**fields).text == text


def test_who_wrote_is_the_person_behind_a_form() -> None:
    assert (read().customer.name, read().customer.email) == ("Doe, Mia", "mia@example.com")
    assert read(**FORM).customer.email == "mia@example.com"
    assert not read(**FORM).trusted


def test_a_wrong_date_is_no_reason_to_wait_for_fifty_years() -> None:
    assert read().at == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert read(Date="Thu, 01 Jan 1970 00:00:10 +0000").at is None


@pytest.mark.parametrize("name", ["X-Autoreply", "X-Failed-Recipients", "List-Unsubscribe"])
def test_a_machine_is_no_customer(name: str) -> None:
    said = read(Headers=[{"Name": name, "Value": "yes"}])
    assert said.kind is InboundKind.OTHER
    assert said.left_out


RAW = "From: Mia <mia@example.com>\r\nContent-Type: {}\r\n\r\n{}"


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        ("text/plain; charset=utf-8", "Der Export schlägt fehl.", "Der Export schlägt fehl."),
        ("text/html; charset=utf-8", "<p>It <b>fails</b>.</p>", "It fails."),
        (
            'multipart/mixed; boundary="X"',
            "--X\r\nContent-Type: text/enriched\r\n\r\n<bold>It fails.</bold>\r\n--X--\r\n",
            "It fails.",
        ),
    ],
)
def test_words_that_stand_in_the_raw_mail_alone_are_read(kind: str, raw: str, text: str) -> None:
    assert read(TextBody="", HtmlBody="", RawEmail=RAW.format(kind, raw)).text == text


def test_words_that_postmark_read_count_before_the_raw_mail() -> None:
    assert read(RawEmail=RAW.format("text/plain", "something else")).text == "The export fails."


@pytest.mark.parametrize("raw", ["", "\ud800", "multipart/" * 200, "no mail at all"])
def test_a_raw_mail_that_says_nothing_leaves_the_subject(raw: str) -> None:
    assert read(TextBody="", HtmlBody="", RawEmail=raw).text.startswith(("Export broken", "no mail at all"))
