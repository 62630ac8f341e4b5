"""Mail as it comes in, by Postmark and from a mailbox, and as it is written."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from bot.adapters.channels import email_postmark, mail
from bot.adapters.channels.common.headers import headers_of
from bot.adapters.channels.common.machine import machine as what_machine
from bot.adapters.channels.common.vouching import vouched
from bot.adapters.ports import Hook
from bot.bug.errors import Rejected, Unreadable
from bot.bug.values import CustomerHint, Inbound, InboundKind, Outgoing

Deliver = Callable[..., Hook]
SENDER = "QuickAdmin Support <support@quickadmin.example>"
OLA = CustomerHint(name="Ola Nord", email="ola@nord.example")


def answer(**fields: object) -> Outgoing:
    return Outgoing.model_validate(
        {"source": "mail", "customer": OLA, "text": "It works again.", "key": "BUG-17:tell:1", **fields}
    )


def from_postmark(hook: Hook) -> Inbound:
    (said,) = email_postmark.parse(hook, {"sender": SENDER})
    return said


def test_a_mail_by_postmark_is_the_first_of_its_thread(deliver: Deliver) -> None:
    said = from_postmark(deliver("email_postmark/inbound.json"))
    assert (said.kind, said.customer, said.subject) == (InboundKind.MESSAGE, OLA, "Can't add a server")
    assert said.conversation == said.event == said.message_id == "<CA+first@mail.nord.example>"
    assert said.text.startswith("Adding a server fails")


def test_the_mails_own_date_says_since_when_the_customer_waits(deliver: Deliver) -> None:
    assert from_postmark(deliver("email_postmark/inbound.json")).at == datetime(2026, 11, 22, 7, 31, 4, tzinfo=UTC)


def test_an_answer_stays_in_the_thread_of_the_first_mail(deliver: Deliver) -> None:
    said = from_postmark(deliver("email_postmark/answer_forged.json"))
    assert said.conversation == "<CA+first@mail.nord.example>"
    assert said.references == ("<CA+first@mail.nord.example>", "<ours@quickadmin.example>")
    assert said.text == "Approve it now."


def test_a_sender_is_vouched_for_only_when_the_check_passed_for_its_own_domain(deliver: Deliver) -> None:
    assert from_postmark(deliver("email_postmark/inbound.json")).trusted
    assert not from_postmark(deliver("email_postmark/answer_forged.json")).trusted


def test_an_absence_notice_is_nothing_a_customer_said(deliver: Deliver) -> None:
    assert from_postmark(deliver("email_postmark/out_of_office.json")).kind is InboundKind.OTHER


def test_a_copy_of_our_own_answer_is_nothing_a_customer_said(deliver: Deliver) -> None:
    (said,) = email_postmark.parse(deliver("email_postmark/inbound.json"), {"sender": "Ola <OLA@nord.example>"})
    assert said.kind is InboundKind.OTHER


def test_a_mail_from_the_mailbox_is_read_with_its_umlauts(deliver: Deliver) -> None:
    (said,) = mail.parse(deliver("mail/first.eml"), {"sender": SENDER})
    assert (said.subject, said.customer, said.trusted) == ("Server hinzufügen", OLA, True)
    assert said.text == "Adding a server fails.\n\nOla"


def test_only_the_named_server_is_believed_about_who_wrote_a_mail(deliver: Deliver) -> None:
    (ours,) = mail.parse(deliver("mail/first.eml"), {"authserv": "mx.quickadmin.example"})
    (theirs,) = mail.parse(deliver("mail/first.eml"), {"authserv": "mx.another.example"})
    assert (ours.trusted, theirs.trusted) == (True, False)


def test_an_answer_in_html_alone_reads_as_its_words(deliver: Deliver) -> None:
    (said,) = mail.parse(deliver("mail/answer_html.eml"), {})
    assert (said.text, said.conversation) == ("Wow, thank you!", "<first@mail.nord.example>")
    assert said.at == datetime(2026, 11, 22, 10, 31, 4, tzinfo=UTC)


def test_a_bounce_begins_no_loop(deliver: Deliver) -> None:
    (said,) = mail.parse(deliver("mail/bounce.eml"), {})
    assert said.kind is InboundKind.OTHER


@pytest.mark.parametrize(
    ("name", "value", "machine"),
    [
        ("Auto-Submitted", "no", False),
        ("Auto-Submitted", "Auto-Generated; owner-email=x", True),
        ("Precedence", "BULK", True),
        ("Precedence", "list", True),
        ("Precedence", "junk", True),
        ("Precedence", "first-class", False),
        ("Return-Path", "< >", True),
        ("Return-Path", "<a@b.example>", False),
    ],
)
def test_what_a_machine_wrote_is_told_by_its_headers(name: str, value: str, *, machine: bool) -> None:
    assert bool(what_machine(headers_of([(name, value)]))) is machine


@pytest.mark.parametrize(
    ("results", "trusted"),
    [
        ("mx.us.example; dkim=pass header.d=nord.example", True),
        ("mx.us.example; dkim=pass header.i=@mail.nord.example", True),
        ("mx.us.example; dmarc=pass (p=reject) header.from=nord.example", True),
        ("mx.us.example; spf=pass (ok for evil.example) smtp.mailfrom=x@nord.example", True),
        ("mx.us.example; spf=pass smtp.mailfrom=x@evil.example", False),
        ("mx.us.example; dkim=pass header.d=notnord.example", False),
        ("mx.us.example; dkim=fail header.d=nord.example", False),
        ("mx.us.example; dkim=pass (header.d=nord.example) header.d=evil.example", False),
        ("", False),
    ],
)
def test_a_passed_check_counts_for_the_domain_it_names(results: str, *, trusted: bool) -> None:
    headers = headers_of([("Authentication-Results", results)])
    assert vouched(headers, "ola@nord.example") is trusted


def test_what_the_sender_wrote_below_does_not_count() -> None:
    top = ("Authentication-Results", "mx.us.example; dkim=none")
    forged = ("Authentication-Results", "mx.us.example; dkim=pass header.d=nord.example")
    assert not vouched(headers_of([top, forged]), "ola@nord.example")


@pytest.mark.parametrize("raw", [b"", b"  \r\n", b"Subject: nobody\r\n\r\nhello", b"From: \r\n\r\n"])
def test_a_mail_without_a_sender_is_unreadable(deliver: Deliver, raw: bytes) -> None:
    with pytest.raises(Unreadable, match="The mail"):
        mail.parse(deliver(raw), {})


# Writing


def raw(message: Outgoing) -> bytes:
    return mail.compose(message, SENDER).as_bytes()


def test_an_answer_stays_in_the_customers_thread() -> None:
    written = mail.compose(
        answer(subject="Can't add a server", in_reply_to="<third@x>", references=("<first@x>", "<second@x>")), SENDER
    )
    assert written["Subject"] == "Re: Can't add a server"
    assert written["In-Reply-To"] == "<third@x>"
    assert written["References"] == "<first@x> <second@x> <third@x>"
    assert "Auto-Submitted" not in written


def test_a_subject_that_says_re_is_left_alone_and_a_new_thread_says_none() -> None:
    assert mail.compose(answer(subject="RE: Servers", in_reply_to="<a@x>"), SENDER)["Subject"] == "RE: Servers"
    assert mail.compose(answer(subject="Servers"), SENDER)["Subject"] == "Servers"
    assert mail.compose(answer(), SENDER)["Subject"] == "Your message to us"


def test_a_message_id_longer_than_a_line_stays_whole() -> None:
    long = "<" + "a" * 120 + "@mail.example>"
    assert f"In-Reply-To: {long}\r\n".encode() in raw(answer(in_reply_to=long))


def test_a_long_thread_keeps_its_first_mail_and_the_last_ten() -> None:
    ids = tuple(f"<{number}@x>" for number in range(60))
    kept = str(mail.compose(answer(references=ids), SENDER)["References"]).split()
    assert kept == ["<0@x>", *ids[-10:]]


def test_the_same_key_is_the_same_message_id_at_our_own_domain() -> None:
    one, again, other = (mail.compose(answer(key=key), SENDER)["Message-ID"] for key in ("k1", "k1", "k2"))
    assert one == again != other
    assert str(one).endswith("@quickadmin.example>")


def test_nobody_smuggles_a_header_in() -> None:
    name = "Ola\r\nBcc: everyone@x.example"
    written = raw(answer(subject="a\r\nBcc: b@x.example", customer=OLA.model_copy(update={"name": name})))
    assert b"\r\nBcc" not in written


@pytest.mark.parametrize(
    "address", ["", "ola", "ola@", "o la@x.example", "a@x.example, b@x.example", "a@x\r\nBcc: b@x"]
)
def test_an_address_one_cannot_write_to_is_rejected(address: str) -> None:
    with pytest.raises(Rejected, match="is no e-mail address"):
        mail.compose(answer(customer=CustomerHint(email=address)), SENDER)


@pytest.mark.parametrize(
    "fields",
    [
        {"smtp": "mail.example.com"},
        {"smtp": "http://mail.example.com"},
        {"smtp": "smtp://"},
        {"sender": "Support"},
        {"imap": "pop3://x"},
    ],
)
def test_a_setting_one_cannot_use_says_what_to_write(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="write "):
        mail.Settings.model_validate({"smtp": "smtp://mail.example.com", "sender": SENDER, **fields})


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("smtp://u:p@mail.example.com", True),
        ("smtp://mail.example.com", None),
        ("smtp://u:p@127.0.0.1:2525", None),
        ("smtps://u:p@mail.example.com", False),
    ],
)
def test_a_password_never_crosses_the_net_in_the_open(url: str, tls: object) -> None:
    assert mail._start_tls(urlsplit(url)) is tls


# Mails whose maker wants to keep us busy


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\nReferences: " + b"<a@b> " * 30_000 + b"\r\n\r\nx",
        b"From: a@b.example\r\nTo: " + b"a@b, " * 30_000 + b"\r\n\r\nx",
        b"From: a@b.example\r\nSubject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nx",
        b"From: a@b.example\r\nContent-Type: text/plain; " + b"a=b; " * 20_000 + b"\r\n\r\nx",
        b"From: a@b.example\r\n" + b"X: y\r\n" * 100_000 + b"\r\nx",
        b"From: a@b.example\r\n\r\n" + b"Am " * 300_000,
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"<a " * 300_000,
    ],
    ids=["references", "recipients", "subject", "parameters", "headers", "words", "markup"],
)
def test_a_monstrous_mail_is_read_as_far_as_a_mail_reaches(deliver: Deliver, raw: bytes) -> None:
    (said,) = mail.parse(deliver(raw), {})
    assert said.customer.email == "a@b.example"
    assert len(said.to_json()) < 100_000


def test_a_mail_of_endless_parts_is_unreadable(deliver: Deliver) -> None:
    part = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
    with pytest.raises(Unreadable, match="more parts"):
        mail.parse(deliver(b"From: a@b.example\r\n" + part * 3_000), {})


def test_a_mail_that_breaks_the_rules_is_read_as_well_as_it_can_be(deliver: Deliver) -> None:
    raw = b"From: =?x-none?q?=FF?= <a@b.example>\r\nSubject: M\xc3\xbcll\r\nContent-Type: text/plain; charset=none\r\n\r\n\xc3\xbc"
    (said,) = mail.parse(deliver(raw), {})
    assert (said.subject, said.text, said.customer.email) == ("Müll", "ü", "a@b.example")


def test_an_attached_text_is_not_what_the_customer_wrote(deliver: Deliver) -> None:
    raw = (
        b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=log.txt\r\n\r\nsecret log\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\nThe log is attached.\r\n--x--\r\n"
    )
    (said,) = mail.parse(deliver(raw), {})
    assert said.text == "The log is attached."
