"""Takes unseen mails out of one IMAP folder; each is marked seen only after it was taken."""

import asyncio
import imaplib
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError, MailboxLoginError
from pydantic import SecretStr

from bot.adapters.channels.common.mime import thin
from bot.bug.errors import Outside, Rejected, Unavailable, Unreadable

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Mails taken in one look; the rest come with the next."""
LARGEST = 60_000_000
"""Bytes fetched of one mail, more than mail servers take: its words may stand below its attachments."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Take = Callable[[bytes], Awaitable[None]]


class Mailbox:
    """`url` is imaps://user:password@host/FOLDER. Only one process may poll a folder."""

    def __init__(self, url: SecretStr, timeout: float = 10, folder: str = "") -> None:
        """`folder`: another one than the address names."""
        self._url, self._timeout = urlsplit(url.get_secret_value()), timeout
        self._folder = folder or unquote(self._url.path.lstrip("/")) or "INBOX"
        self._read: frozenset[str] = frozenset()

    async def run(self, take: Take, every: float) -> None:
        """Polls until it is cancelled; a mailbox that can't be reached is tried again."""
        while True:
            try:
                await self.poll(take)
            except Outside as error:
                log.warning("The mailbox was not read: %s", error)
            await asyncio.sleep(every)

    async def poll(self, take: Take) -> int:
        """How many mails were taken. A mail that can't be understood is logged and not offered again."""
        taken: list[str] = []
        try:
            for uid, raw in await asyncio.to_thread(self._unseen):
                await _offer(take, uid, raw)
                taken.append(uid)
        finally:
            if taken:
                await asyncio.to_thread(self._seen, taken)
        return len(taken)

    async def follow(self, take: Take, since: date) -> int:
        """Offers what came since that day and was not offered by this process before; nothing is marked."""
        found = await asyncio.to_thread(self._since, since)
        for uid, raw in found:
            await _offer(take, uid, raw)
        return len(found)

    def _since(self, since: date) -> list[tuple[str, bytes]]:
        with self._open() as box:
            uids = box.uids(AND(date_gte=since))
            new = [uid for uid in uids if uid not in self._read][:AT_ONCE]
            found = [(uid, raw) for uid in new if (raw := _raw(box, uid))]
        self._read = frozenset(uids) & (self._read | frozenset(new))
        return found

    def _unseen(self) -> list[tuple[str, bytes]]:
        with self._open() as box:
            uids = box.uids("UNSEEN")[:AT_ONCE]
            return [(uid, raw) for uid in uids if (raw := _raw(box, uid))]

    def _seen(self, uids: list[str]) -> None:
        with self._open() as box:
            _mark_seen(box, uids)

    @contextmanager
    def _open(self) -> Iterator[BaseMailBox]:
        try:
            with _closed_after(self._connected()) as box:
                box.login(unquote(self._url.username or ""), unquote(self._url.password or ""), self._folder)
                yield box
        except MailboxLoginError as error:
            raise Rejected("The mailbox does not accept our name and password. Correct imap in [mail].") from error
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise Unavailable("The mailbox can't be reached; its mails come with the next look.") from error

    def _connected(self) -> BaseMailBox:
        """Never in the open, but for a mail server on this machine."""
        host = self._url.hostname or ""
        if self._url.scheme == "imaps":
            return MailBox(host, self._url.port or 993, timeout=self._timeout)
        kind = MailBoxUnencrypted if host in LOOPBACK else MailBoxStartTls
        return kind(host, self._url.port or 143, timeout=self._timeout)


@contextmanager
def _closed_after(box: BaseMailBox) -> Iterator[BaseMailBox]:
    """imaplib leaves its socket open when the connection broke before the log-out."""
    try:
        yield box
        with suppress(imaplib.IMAP4.error, OSError):
            box.client.logout()
    finally:
        with suppress(OSError):
            box.client.shutdown()


async def _offer(take: Take, uid: str, raw: bytes) -> None:
    try:
        await take(raw)
    except Unreadable as error:
        log.warning("Mail %s can't be read and stays in the mailbox: %s", uid, error)


def _raw(box: BaseMailBox, uid: str) -> bytes:
    """The mail as it came in, but for long attachments: imap-tools would hand it out parsed and written anew."""
    _, answer = box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
    return thin(next((part[1] for part in answer if isinstance(part, tuple)), b""))


def _mark_seen(box: BaseMailBox, uids: list[str]) -> None:
    """Not by `box.flag`: that expunges too, and so would remove for ever what people only marked as deleted."""
    box.client.uid("store", ",".join(uids), "+FLAGS.SILENT", f"({MailMessageFlags.SEEN})")
