"""E-mail: answers by SMTP, and reads the raw mails that `common/mailbox.py` takes from a mailbox."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp
import aiosmtplib
from pydantic import SecretStr, field_validator

from bot.adapters.channels.common.headers import MESSAGE_ID, one_line
from bot.adapters.channels.common.mime import parse_mail
from bot.adapters.channels.common.reading import fingerprint, tidy
from bot.adapters.common.calls import CallLimit, Gate
from bot.adapters.common.reading import Data
from bot.adapters.ports import Channel, ChannelAdapter, Connects, Hook, Table, unsigned
from bot.bug.errors import Doubtful, Outside, Rejected, Unavailable, Unreadable
from bot.bug.values import CustomerHint, Inbound, Outgoing, Sent
from bot.process.in_time import must_be_in_time

SOURCE = "mail"
SENT = "sent"
"""The folder that `parse` reads a mail from, where it is not the inbox."""
PORTS = {"smtp": 587, "smtps": 465}
FOR_GOOD = 500
"""SMTP replies from here on say that asking again won't help."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
ID_HEADERS = frozenset({"message-id", "in-reply-to", "references"})
ENCODED = "=?"
"""How an encoded word begins: =?utf-8?q?…?="""
UNSAFE = re.compile(r"[\s\x00-\x1f\"]")
"""Blanks, and quoted local parts, which Python's e-mail package and mail servers read differently."""
SPECIAL = re.compile(r'[()<>@,;:\\"\[\]=?]+')
"""What ends a name in a header: Python's e-mail package loses the quotes around a long name when it folds the line."""
SUBJECT = "Your message to us"


class Settings(CallLimit):
    """`[mail]`."""

    smtp: SecretStr
    """smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465."""
    sender: str
    """Support <support@example.com>"""
    imap: SecretStr | None = None
    """imaps://user:password@host/INBOX; without it no mailbox is read."""
    sent: str = ""
    """The mailbox's folder of what people sent themselves, as in "Sent"; what they wrote to a customer is recognised there."""
    every: float = 30
    """Seconds between two looks into the mailbox."""
    authserv: str = ""
    """The name our mail server writes first in Authentication-Results; others' results are then not believed."""

    @field_validator("smtp")
    @classmethod
    def _smtp(cls, value: SecretStr) -> SecretStr:
        return _address_of(value, tuple(PORTS))

    @field_validator("imap")
    @classmethod
    def _imap(cls, value: SecretStr | None) -> SecretStr | None:
        return value and _address_of(value, ("imap", "imaps"))

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str) -> str:
        if "@" not in parseaddr(value)[1]:
            raise ValueError("write an address, as in Support <support@example.com>")
        return value


def _address_of(value: SecretStr, schemes: tuple[str, ...]) -> SecretStr:
    address = urlsplit(value.get_secret_value())
    if address.scheme not in schemes or not address.hostname or address.port == 0:
        raise ValueError(f"write {schemes[-1]}://user:password@host")
    return value


def parse(hook: Hook, options: Table) -> tuple[Inbound, ...]:
    """The body is the raw mail. `options` may hold sender and authserv, as in the settings."""
    if not hook.body.strip():
        raise Unreadable("The mail is empty.")
    ours, authserv = Data(options).line("sender"), Data(options).line("authserv")
    sent = options.get("folder") == SENT
    return (parse_mail(hook.body, source=SOURCE, came=hook.at, ours=ours, authserv=authserv, sent=sent),)


class _Policy(EmailPolicy):
    """Folds as RFC 5322 wants it, but leaves message ids whole: the stdlib would encode those longer than a line."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in ID_HEADERS:
            ids = "\r\n ".join(value.split())
            return f"{name}: {ids}\r\n".encode("ascii", "replace")
        return super().fold_binary(name, value)


POLICY = _Policy(linesep="\r\n")


def message_id(key: str, sender: str) -> str:
    """The same key is the same id: mail programs show a mail that came twice once."""
    return f"<{fingerprint(key)}@{parseaddr(sender)[1].rpartition('@')[2]}>"


def compose(message: Outgoing, sender: str) -> EmailMessage:
    """No Auto-Submitted: a person wrote this and waits for an answer."""
    mail = EmailMessage(policy=POLICY)
    name, address = parseaddr(sender)
    mail["From"] = Address(_line(name), addr_spec=address)
    mail["To"] = _recipient(message.customer)
    mail["Subject"] = _subject(message)
    mail["Message-ID"] = message_id(message.key, sender)
    answered, references = _ids(message.in_reply_to), _ids(*message.references)
    if answered:
        mail["In-Reply-To"] = answered[0]
    if thread := tuple(dict.fromkeys((*references, *answered))):
        mail["References"] = " ".join((*thread[:1], *thread[1:][-10:]))
    mail.set_content(tidy(message.text) + "\n", cte="quoted-printable")
    return mail


def _recipient(customer: CustomerHint) -> Address:
    """Raises Rejected for what is no address, or more than one."""
    address = customer.email.strip()
    local, _, domain = address.rpartition("@")
    try:
        asked = domain if domain.isascii() else domain.encode("idna").decode()
        written = Address(_line(SPECIAL.sub(" ", customer.name)), addr_spec=f"{local}@{asked}")
    except (ValueError, IndexError, MessageError):
        written = None
    if written is None or ENCODED in address or UNSAFE.search(address):
        raise Rejected(f"“{one_line(address)}” is no e-mail address one can write to.")
    return written


def _subject(message: Outgoing) -> str:
    subject = _line(message.subject) or SUBJECT
    answer = message.in_reply_to and not subject.lower().startswith("re:")
    return f"Re: {subject}" if answer else subject


def _ids(*values: str) -> tuple[str, ...]:
    return tuple(MESSAGE_ID.findall(" ".join(values)))


def _line(text: str) -> str:
    """No encoded word of somebody else's: Python's e-mail package would decode it, with the line breaks in it."""
    return one_line(text).replace(ENCODED, "= ?")[:200]


class Mail:
    source = SOURCE
    can_look = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gate = Gate(settings, "the mail server")

    async def send(self, message: Outgoing) -> Sent:
        mail = compose(message, self._settings.sender)
        mail["Date"] = datetime.now(UTC)
        async with self._gate.enter(), self._accepted(mail) as client:
            await self._hand_over(client, mail)
            with contextlib.suppress(
                aiosmtplib.SMTPException, OSError
            ):  # it has the mail; how it takes leave is no matter
                await client.quit(timeout=1)
        return Sent(state="handed_off", external_id=str(mail["Message-ID"]))

    async def find(self, message: Outgoing) -> Sent | None:  # noqa: ARG002 - part of the port
        """SMTP has no way to look; a person is asked."""
        return None

    async def close(self) -> None:
        await self._gate.close()

    @asynccontextmanager
    async def _accepted(self, mail: EmailMessage) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection on which sender and recipient are accepted: so far nothing went out."""
        client = self._client()
        try:
            async with asyncio.timeout(self._settings.timeout):
                await client.connect()
                await client.mail(mail["From"].addresses[0].addr_spec)
                await client.rcpt(mail["To"].addresses[0].addr_spec)
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:
            client.close()
            raise _before_data(error) from error
        try:
            yield client
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        address = urlsplit(self._settings.smtp.get_secret_value())
        return aiosmtplib.SMTP(
            hostname=address.hostname,
            port=address.port or PORTS[address.scheme],
            username=unquote(address.username) if address.username else None,
            password=unquote(address.password) if address.password else None,
            use_tls=address.scheme == "smtps",
            start_tls=_start_tls(address),
            local_hostname=parseaddr(self._settings.sender)[1].rpartition("@")[2],
            timeout=self._settings.timeout,
        )

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: EmailMessage) -> None:
        written = mail.as_bytes()
        must_be_in_time()
        try:
            async with asyncio.timeout(self._settings.timeout):
                await client.data(written)
        except aiosmtplib.SMTPDataError as error:
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Doubtful("The mail server was cut off after it had the mail; it may have gone out.") from error


def _start_tls(address: SplitResult) -> bool | None:
    """A password never crosses the net in the open; without one, TLS is used where the server offers it."""
    if address.scheme == "smtps":
        return False
    return True if address.password and address.hostname not in LOOPBACK else None


def _before_data(error: Exception) -> Outside:
    match error:
        case aiosmtplib.SMTPAuthenticationError(code=code) if code >= FOR_GOOD:
            return Rejected("The mail server does not accept our name and password. Correct smtp in [mail].")
        case aiosmtplib.SMTPResponseException():
            return _refused(error)
        case aiosmtplib.SMTPNotSupported() | UnicodeError():
            return Rejected("The mail server can't take this address or this way to log in. Correct smtp in [mail].")
    return Unavailable("The mail server can't be reached; nothing was sent.")


def _refused(error: aiosmtplib.SMTPResponseException) -> Outside:
    said = _line(error.message)
    if error.code >= FOR_GOOD:
        return Rejected(f"The mail server refuses this mail with {error.code}: {said}")
    return Unavailable(f"The mail server asks to come again later ({error.code}): {said}")


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Mail(settings)


CONNECTOR = Connects(Settings, connect)
ADAPTER = ChannelAdapter(name=SOURCE, verify=unsigned, parse=parse, connector=CONNECTOR)
