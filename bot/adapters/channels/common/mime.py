"""Reads a mail: who wrote it, when, whether a machine did, whether its sender is vouched for, and what is new in it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import TypeVar

from bot.adapters.channels.common.head import mended
from bot.adapters.channels.common.headers import Headers, as_key, decoded, headers_of, message_ids, one_line, top
from bot.adapters.channels.common.machine import AUTOMATIC, OURS, machine, wants_no_answer
from bot.adapters.channels.common.parts import Content, content_of
from bot.adapters.channels.common.quote_words import is_forward
from bot.adapters.channels.common.quotes import Line, lines_of, whole, without_quotes
from bot.adapters.channels.common.reading import LONGEST_NAME, fingerprint, tidy
from bot.adapters.channels.common.sender import NOBODY, Mailbox, Writer, addresses, mailbox_in, writer
from bot.adapters.channels.common.vouching import vouched
from bot.bug.errors import Unreadable
from bot.bug.values import CustomerHint, Inbound, InboundKind

T = TypeVar("T")
MOST_REFERENCES = 50
MOST_PARTS = 100
LONGEST_MAIL = 4_000_000
"""Bytes read of a mail, once its long attachments are cut."""
LONGEST_ATTACHMENT = 250_000
"""Characters of Base64 kept in one go. Words are shorter; a picture above them is not."""
BASE64_RUN = re.compile(rb"^(?:[A-Za-z0-9+/]{60,100}+\r?+\n)++", re.MULTILINE)
LONGEST_HEAD = 100_000
LATE = timedelta(days=14)
"""Mail servers try for five days; a Date further back is a wrong clock."""
AHEAD = timedelta(minutes=10)
NO_SUBJECT = re.compile(r"\s*(?:(?:re|aw|sv|fwd?|wg|antw|odp|vs|ynt)\s*:\s*)*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail in plain words, however it came in."""

    headers: Headers
    by: Writer
    subject: str
    content: Content
    at: datetime | None

    @property
    def machine(self) -> str:
        if self.by.us:
            return OURS
        found = machine(self.headers, subject=self.subject, sender=self.by.email, form=not self.by.direct)
        return found or (AUTOMATIC if self._wants_no_answer else "")

    @property
    def _wants_no_answer(self) -> bool:
        """By a foreign no-reply address, with nobody behind it: a form would name the person, at least in its words."""
        if not self.by.direct or self.by.house or not wants_no_answer(self.by.email):
            return False
        known = {each.rpartition("@")[2] for each in (self.by.email.casefold(), *addresses(top(self.headers, "to")))}
        named = addresses(" ".join(line.text for line in self.content.lines)[:LONGEST_HEAD])
        return all(each.rpartition("@")[2] in known for each in named)


def unread(raw: bytes, why: Exception, *, source: str, came: datetime, ours: str = "") -> Inbound:
    """A mail that can't be read is shown as such, with what its first lines say. Raises Unreadable for what is empty."""
    if not raw.strip():
        raise Unreadable("The mail is empty.")
    head = re.split(rb"\r?\n\r?\n", raw[:LONGEST_HEAD], maxsplit=1)[0]
    lines = (line.partition(":") for line in head.decode("utf-8", "surrogateescape").splitlines())
    headers = headers_of((name, value) for name, colon, value in lines if colon)
    by = writer(headers, ours)
    letter = Letter(headers=headers, by=by, subject=decoded(top(headers, "subject")), content=Content(), at=None)
    said = f"({why} Open it in your mail program.)"
    nobody = by if by.email or by.name else by._replace(name="somebody")
    read = inbound(replace(letter, by=nobody), source=source, raw=raw, trusted=False)
    return replace(read, text=said)


def inbound(letter: Letter, *, source: str, raw: bytes, trusted: bool) -> Inbound:
    if not letter.by.email and not letter.by.name:
        raise Unreadable("The mail names no sender.")
    to = _written_to(letter) if trusted else NOBODY
    own = next(iter(message_ids(letter.headers, "message-id")), "")
    answered = message_ids(letter.headers, "in-reply-to")
    references = (message_ids(letter.headers, "references") or answered)[:MOST_REFERENCES]
    return Inbound(
        source=source,
        conversation=as_key(next(iter((*references, own)), "")) or fingerprint(raw),
        event=as_key(own) or fingerprint(raw),
        kind=InboundKind.OURS if to.email else InboundKind.OTHER if letter.machine else InboundKind.MESSAGE,
        customer=CustomerHint(
            name=(to if to.email else letter.by).name[:LONGEST_NAME],
            email=(to if to.email else letter.by).email[:LONGEST_NAME],
        ),
        writer=letter.by.name[:LONGEST_NAME] if to.email else "",
        trusted=trusted and letter.by.direct,
        text=words_of(letter.content, letter.subject),
        subject=letter.subject,
        at=letter.at,
        message_id=own,
        references=references,
        left_out=letter.machine,
    )


def _written_to(letter: Letter) -> Mailbox:
    """Whom our own letter, or a copy of it, was written to; nobody where it is no letter to somebody else."""
    to = mailbox_in(letter.headers, "to")
    return to if letter.by.us and to.email.casefold() != letter.by.email.casefold() else NOBODY


def words_of(content: Content, subject: str) -> str:
    """What is new in the letter; where nothing is, its subject and what came without words. Never empty: a person sees it."""
    if content.said:
        return new_lines(content.lines, subject)
    said = NO_SUBJECT.sub("", subject, count=1)
    beside = _beside(content)
    return "\n\n".join(each for each in (said, beside) if each) or "(an empty letter)"


def _beside(content: Content) -> str:
    if content.pictures > 1:
        return f"({content.pictures} pictures, no words)"
    if content.pictures:
        return "(a picture, no words)"
    if content.sealed:
        return "(a letter that is encrypted or packed: read it in your mail program)"
    if content.files:
        return one_line(f"(no words, but {', '.join(content.files[:5])})")
    return "(an invitation, no words)" if content.meeting else ""


def new_text(text: str, subject: str = "") -> str:
    """What the writer added: without the quoted mail below. All of it where nothing else is left."""
    return new_lines(lines_of(text), subject)


def new_lines(lines: Sequence[Line], subject: str) -> str:
    """What somebody forwards stays whole: they want to show it."""
    own = "" if is_forward(subject) else tidy(without_quotes(lines))
    return own or tidy(whole(lines))


def moment_of(date: str) -> datetime | None:
    """A Date header; "-0000" says that the zone is not known, and reads as UTC."""
    try:
        read = parsedate_to_datetime(date)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def waiting_since(headers: Headers, date: datetime | None, came: datetime) -> datetime | None:
    """The letter's own Date where that can be; else when our mail server took it; None: since it came in here."""
    taken = moment_of(top(headers, "received").rpartition(";")[2])
    taken = taken if taken and taken <= came + AHEAD else None
    latest, earliest = taken or came, (taken or came) - LATE
    if date and earliest <= date <= latest + AHEAD:
        return min(date, came)
    return taken


def thin(raw: bytes) -> bytes:
    """Without what is long and cannot be words: a picture that stands above them is cut, they are not."""
    return BASE64_RUN.sub(_shortened, raw)[:LONGEST_MAIL]


def _shortened(run: re.Match[bytes]) -> bytes:
    return run[0] if len(run[0]) <= LONGEST_ATTACHMENT else run[0][: run[0].rindex(b"\n", 0, LONGEST_ATTACHMENT) + 1]


def content_in(raw: bytes) -> Content:
    """What a whole mail says, for a service that also took it apart. Raises Unreadable."""
    return _parsed(raw, content_of)


def _parsed(raw: bytes, read: Callable[[Message], T]) -> T:
    if raw.lower().count(b"multipart/") > MOST_PARTS:
        raise Unreadable("The mail has more parts than any mail needs.")
    try:
        return read(message_from_bytes(mended(thin(raw), LONGEST_HEAD)))
    except Exception as error:  # the stdlib's parser raises anything at all on hostile mails
        raise Unreadable(f"The mail can't be read: {type(error).__name__}.") from error


def parse_mail(
    raw: bytes, *, source: str, came: datetime, ours: str = "", authserv: str = "", sent: bool = False
) -> Inbound:
    """`sent`: it lies in the folder of what we sent, so it is ours whatever stands in it."""
    letter = _parsed(raw, lambda message: _read(message, ours, came))
    if sent:
        letter = replace(letter, by=letter.by._replace(us=True, direct=True))
    trusted = sent or vouched(letter.headers, letter.by.email, authserv)
    return inbound(letter, source=source, raw=raw, trusted=trusted)


def _read(message: Message, ours: str, came: datetime) -> Letter:
    """By the old, plain policy: the new one parses each header whole, and takes minutes for a long one."""
    headers = headers_of((name, str(value)) for name, value in message.raw_items())
    return Letter(
        headers=headers,
        by=writer(headers, ours),
        subject=decoded(top(headers, "subject")),
        content=content_of(message),
        at=waiting_since(headers, moment_of(top(headers, "date")), came),
    )
