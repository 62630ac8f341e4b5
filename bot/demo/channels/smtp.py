"""A mail server on loopback that keeps what it is given: real SMTP, by aiosmtpd."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.demo.channels.faults import Faults
from bot.demo.channels.service import Changes

KINDS = frozenset({"4xx", "5xx", "cut", "after_cut", "hang", "after_hang", "unknown_recipient"})
"""`cut`: the connection ends after DATA and the mail is lost; `after_cut`: it ends, but the mail was taken."""
TAKEN = "250 OK: taken"
ANSWERS = {"4xx": "451 4.3.0 Busy, come again later", "5xx": "554 5.7.1 Refused by policy"}


@dataclass(frozen=True, kw_only=True)
class Mail:
    sender: str
    """Of the envelope."""
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    at: datetime
    """When it came in."""
    message: EmailMessage
    raw: bytes


class MailServer:
    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host, self.port = host, port
        self.faults = Faults(KINDS)
        self.messages: tuple[Mail, ...] = ()
        self._changes = Changes()
        self._server: asyncio.Server | None = None
        self._open: set[SMTP] = set()

    @property
    def url(self) -> str:
        """As `smtp` in [mail]."""
        return f"smtp://{self.host}:{self.port}"

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._changes.subscribe(listener)

    def clear(self) -> None:
        self.messages = ()
        self._changes.announce()

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._protocol, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for protocol in tuple(self._open):
            _cut(protocol)
        while any(protocol.transport is not None for protocol in self._open):  # noqa: ASYNC110 - aiosmtpd has no event for it
            await asyncio.sleep(0)
        await self._server.wait_closed()
        self._server = None

    def _protocol(self) -> SMTP:
        self._open = {protocol for protocol in self._open if protocol.transport is not None}
        protocol = SMTP(self, hostname="mail.example.com", enable_SMTPUTF8=True, loop=asyncio.get_running_loop())
        self._open.add(protocol)
        return protocol

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.faults.pending and self.faults.pending[0].kind == "unknown_recipient":
            self.faults.take()
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        fault = self.faults.take()
        kind = fault.kind if fault else ""
        if not kind or kind.startswith("after_"):
            self._keep(envelope)
        if kind.endswith("hang"):
            await asyncio.Event().wait()  # ends when the client leaves: aiosmtpd cancels it
        if kind.endswith("cut"):
            _cut(server)
        return ANSWERS.get(kind, TAKEN)

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        sender = envelope.mail_from or ""
        self.messages = (*self.messages, _mail(raw, sender, tuple(envelope.rcpt_tos)))
        self._changes.announce()


def _cut(protocol: SMTP) -> None:
    if isinstance(protocol.transport, asyncio.WriteTransport):
        protocol.transport.abort()


def _mail(raw: bytes, sender: str, recipients: tuple[str, ...]) -> Mail:
    message = message_from_bytes(raw, policy=default)
    return Mail(
        sender=sender,
        recipients=recipients,
        subject=str(message["Subject"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        message_id=str(message["Message-ID"] or ""),
        in_reply_to=str(message["In-Reply-To"] or ""),
        references=tuple(str(message["References"] or "").split()),
        at=datetime.fromtimestamp(time.time(), UTC),
        message=message,
        raw=raw,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part: Any = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
