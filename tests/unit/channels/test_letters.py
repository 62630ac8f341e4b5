"""Who wrote, what they wrote now, when, and whether a person did: on letters of every kind, by both ways in."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.channels import mail
from bot.adapters.channels.common.mime import unread
from bot.adapters.ports import Hook
from bot.bug.errors import Rejected, Unreadable
from bot.bug.values import CustomerHint, Inbound, InboundKind, Outgoing
from tests.unit.channels.letters import (
    BIG,
    HTML,
    LETTERS,
    LOG,
    MAIL,
    PICTURE,
    PLAIN,
    WORDS,
    holding,
    letter,
    multi,
    part,
)

CAME = datetime(2026, 11, 22, 12, tzinfo=UTC)
OURS = "Shop Support <support@shop.example>"


def read(raw: bytes) -> Inbound:
    (said,) = mail.parse(Hook(headers={}, body=raw, at=CAME), {"sender": OURS})
    return said


def test_there_are_letters_of_many_kinds() -> None:
    assert len(LETTERS) > 180


@pytest.mark.parametrize("kind", [kind for kind, right in LETTERS.items() if right.person])
def test_a_customer_is_seen_with_their_words(kind: str) -> None:
    right, said = LETTERS[kind], read(LETTERS[kind].raw)
    assert (said.kind, said.customer.email, said.customer.name) == (InboundKind.MESSAGE, right.email, right.name)
    assert (said.text, said.left_out) == (right.text, "")


@pytest.mark.parametrize("kind", ["alternative", "mixed", "related"])
def test_words_between_marks_that_were_not_announced_are_shown(kind: str) -> None:
    """A gateway that rewrote the boundary in one place only: what can't be taken apart is shown as it stands."""
    whole = multi(kind, PLAIN, HTML, mark="--one").replace(b'boundary="--one"', b'boundary="--two"')
    said = read(holding(whole))
    assert WORDS in said.text
    assert said.customer.email == "mia@example.com"


@pytest.mark.parametrize("kind", [kind for kind, right in LETTERS.items() if not right.person])
def test_a_machine_is_no_customer_and_is_named(kind: str) -> None:
    said = read(LETTERS[kind].raw)
    assert said.kind is InboundKind.OTHER
    assert said.left_out


@pytest.mark.parametrize("kind", LETTERS)
def test_pythons_newer_reader_finds_the_same_words_where_it_finds_any(kind: str) -> None:
    """An independent reader of the structure; it knows no charset that it has no codec for, so the words are ASCII."""
    message = message_from_bytes(LETTERS[kind].raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    if body is not None and WORDS.encode() in (body.get_payload(decode=True) or b""):
        assert WORDS in read(LETTERS[kind].raw).text


# When


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sun, 22 Nov 2026 09:00:00 +0100", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("22 Nov 2026 09:00:00 -0000", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("Fri, 13 Nov 2026 09:00:00 +0000", datetime(2026, 11, 13, 9, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:10 +0000", None),
        ("Tue, 01 Jan 2019 00:00:10 +0000", None),
        ("Sun, 22 Nov 3000 09:00:00 +0000", None),
        ("Mon, 23 Nov 2026 09:00:00 +0000", None),
        ("Sun, 22 Nov 2026 12:03:00 +0000", CAME),
        ("yesterday", None),
        ("", None),
        (None, None),
        ("Sun, 99 Nov 2026 99:00:00 +9999", None),
    ],
)
def test_a_customer_waits_since_their_letters_date_where_that_can_be(date: str | None, at: datetime | None) -> None:
    assert read(letter(Date=date)).at == at


@pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:10 +0000", "Sun, 22 Nov 3000 09:00:00 +0000", None])
def test_a_wrong_date_gives_way_to_when_our_mail_server_took_it(date: str | None) -> None:
    received = "from mx by us with ESMTP; Sun, 22 Nov 2026 11:00:00 +0000"
    assert read(letter(Date=date, Received=received)).at == datetime(2026, 11, 22, 11, tzinfo=UTC)


# Keys


def test_two_long_message_ids_that_differ_at_their_ends_are_two_letters() -> None:
    one, other = (read(letter(Message_ID=f"<{'a' * 182}{end}@example.com>")) for end in "bc")
    assert one.event != other.event
    assert one.conversation != other.conversation
    assert max(len(one.event), len(one.conversation)) <= 150


def test_an_answer_to_a_letter_with_a_long_id_is_in_its_thread() -> None:
    long = f"<{'a' * 300}@example.com>"
    first, answer = read(letter(Message_ID=long)), read(letter(In_Reply_To=long, References=long))
    assert first.conversation == answer.conversation
    assert answer.references == (long,)


def test_letters_without_an_id_are_known_by_all_that_is_in_them() -> None:
    one, same, other = (read(letter(body, Message_ID=None)) for body in ("a", "a", "b"))
    assert one.event == same.event != other.event


# Whoever is behind a form is not vouched for by the form's domain


def test_a_form_vouches_for_nobody() -> None:
    results = "mx.us.example; dkim=pass header.d=example.com"
    direct = letter(Authentication_Results=results)
    form = letter(From="F <noreply@example.com>", Reply_To="mia@example.com", Authentication_Results=results)
    assert read(direct).trusted
    assert (read(form).customer.email, read(form).trusted) == ("mia@example.com", False)


# Any nesting


WORDY = st.sampled_from(
    [
        PLAIN,
        HTML,
        multi("alternative", PLAIN, HTML, mark="A"),
        multi("alternative", part("text/plain", ""), HTML, mark="B"),
    ]
)
BESIDE = st.lists(st.sampled_from([PICTURE, LOG, MAIL, part("application/pdf; name=a.pdf", "%PDF")]), max_size=3)


@st.composite
def nested(draw: st.DrawFn) -> bytes:
    body = draw(WORDY)
    for depth in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["mixed", "related", "signed", "alternative", "x-new"]))
        above = draw(BESIDE) if kind == "mixed" else []
        below = draw(BESIDE) if kind in {"mixed", "related", "x-new"} else []
        body = multi(kind, *above, body, *below, mark=f"M{depth}")
    return holding(body)


@given(nested())
@settings(max_examples=150, deadline=None, database=None)
def test_however_the_parts_are_nested_the_customers_words_are_read_and_no_others(raw: bytes) -> None:
    said = read(raw)
    assert said.kind is InboundKind.MESSAGE
    assert said.text == WORDS


@given(st.sampled_from(sorted(LETTERS)), st.data())
@settings(max_examples=150, deadline=None, database=None)
def test_a_broken_letter_is_read_or_refused_with_a_reason(kind: str, data: st.DataObject) -> None:
    raw = LETTERS[kind].raw[:20_000]
    at = data.draw(st.integers(0, len(raw)))
    broken = raw[:at] + data.draw(st.binary(max_size=20)) + raw[at + data.draw(st.integers(0, 30)) :]
    try:
        said = read(broken)
    except Unreadable as error:
        said = unread(broken, error, source="mail", came=CAME)
    assert said.text


def test_a_mail_that_cannot_be_read_is_shown_as_such() -> None:
    raw = (
        b"From: Mia <mia@example.com>\r\nSubject: Help\r\n"
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 300
    )
    with pytest.raises(Unreadable) as why:
        read(raw)
    said = unread(raw, why.value, source="mail", came=CAME)
    assert (said.kind, said.customer.email, said.subject) == (InboundKind.MESSAGE, "mia@example.com", "Help")
    assert said.text == "(The mail has more parts than any mail needs. Open it in your mail program.)"
    assert unread(b"\x00\xff", why.value, source="mail", came=CAME).customer.name == "somebody"
    with pytest.raises(Unreadable, match="empty"):
        unread(b" \r\n", why.value, source="mail", came=CAME)


# How long it takes


@pytest.mark.timed
def test_a_usual_letter_is_read_in_a_few_milliseconds() -> None:
    raw = holding(multi("mixed", multi("alternative", PLAIN, HTML, mark="A"), PICTURE))
    began = time.process_time()
    for _ in range(20):
        read(raw)
    assert (time.process_time() - began) / 20 < 0.02


@pytest.mark.timed
@pytest.mark.parametrize(
    "raw",
    [
        holding(multi("mixed", *[part("text/plain", "a")] * 5_000)),
        holding(multi("mixed", *[BIG] * 3)),
        letter(From='"' * 20_000),
        letter(From="<a@" * 5_000),
        letter(From="a" * 20_000),
        letter(From="a@," * 5_000),
        letter(Subject="=?utf-8?q?" * 2_000),
        letter(b"begin 644 a\n" * 10_000),
        letter(b"-----BEGIN PGP SIGNATURE-----" * 4_000),
        holding(part("text/plain; format=flowed", "a \r\n" * 30_000)),
        holding(part("text/enriched", "<param>" * 15_000)),
        holding(part("text/plain", b"=\n" * 50_000, Content_Transfer_Encoding="base64")),
    ],
    ids=range(12),
)
def test_a_monstrous_letter_is_read_at_once(raw: bytes) -> None:
    began = time.process_time()
    with suppress(Unreadable):
        read(raw)
    assert time.process_time() - began < 1


# What leaves: nobody adds a header or a recipient


TRICKS = st.sampled_from(
    [
        "\r\n",
        "\n",
        "\r",
        "\x0b",
        "\x85",
        "\u2028",
        "=?utf-8?q?",
        "=0D=0A",
        "?=",
        "=?utf-8?b?DQpCY2M6IGE=?=",
        "Bcc: a@b.example",
        '"',
        "<",
        ">",
        ",",
        ";",
        ":",
        "\\",
        "(",
        "@",
        " ",
        "a",
        "é",
    ]
)
TEXTS = st.lists(TRICKS, max_size=12).map("".join)


@given(
    name=TEXTS,
    subject=TEXTS,
    email=st.one_of(st.just("mia@example.com"), TEXTS.map(lambda text: f"{text}@example.com"), TEXTS),
    text=TEXTS,
)
@settings(max_examples=200, deadline=None, database=None)
def test_whatever_names_subjects_and_texts_hold_there_is_one_recipient_and_no_header_of_theirs(
    name: str, subject: str, email: str, text: str
) -> None:
    outgoing = Outgoing(
        source="mail", customer=CustomerHint(name=name, email=email), subject=subject, text=text, key="k"
    )
    try:
        raw = mail.compose(outgoing, OURS).as_bytes()
    except Rejected:
        assert email != "mia@example.com"
        return
    for reader in (policy.compat32, policy.default):
        again = message_from_bytes(raw, policy=reader)
        assert set(again.keys()) == {
            "From",
            "To",
            "Subject",
            "Message-ID",
            "Content-Type",
            "Content-Transfer-Encoding",
            "MIME-Version",
        }
    assert [each.addr_spec for each in message_from_bytes(raw, policy=policy.default)["To"].addresses] == [
        email.strip()
    ]


def test_an_address_in_another_script_is_written_to_by_its_plain_name() -> None:
    outgoing = Outgoing(source="mail", customer=CustomerHint(email="mia@müller.example"), text="x", key="k")
    assert "mia@xn--mller-kva.example" in str(mail.compose(outgoing, OURS)["To"])


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        ("noreply@shop.example", "The export fails."),
        ("no-reply@forms.example", "Name: Mia\nE-mail: mia@example.com\nThe export fails."),
    ],
    ids=["our own form", "a form that names the person in its words alone"],
)
def test_what_a_form_sends_from_a_no_reply_address_is_a_persons(sender: str, words: str) -> None:
    assert read(letter(words, From=sender, To="support@shop.example")).left_out == ""


def test_a_footer_with_the_senders_own_address_makes_no_person_of_a_machine() -> None:
    words = "Your statement is ready. Questions: help@bank.example. Sent to support@shop.example."
    assert read(letter(words, From="no-reply@bank.example", To="support@shop.example")).left_out == "an automatic mail"
