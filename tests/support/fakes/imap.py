"""The part of an IMAP4rev1 server that a poller talks to: log in, select, search unseen, fetch, mark seen, log out."""

import asyncio
import contextlib
import re
import shlex
from dataclasses import dataclass, field

from bot.demo.channels.faults import Faults

KINDS = frozenset({"cut"})
"""`cut`: the connection ends in the middle of the next FETCH."""
PARTIAL = re.compile(r"BODY(?:\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?")


@dataclass(kw_only=True)
class Kept:
    raw: bytes
    flags: set[str] = field(default_factory=set)


class ImapServer:
    def __init__(self, user: str = "support", password: str = "imap-password") -> None:
        self.user, self.password = user, password
        self.host, self.port = "127.0.0.1", 0
        self.faults = Faults(KINDS)
        self.commands: list[str] = []
        """What it was asked, verb by verb."""
        self._mails: dict[int, Kept] = {}
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """As `imap` in [mail]."""
        return f"imap://{self.user}:{self.password}@{self.host}:{self.port}/INBOX"

    @property
    def unseen(self) -> tuple[int, ...]:
        return tuple(uid for uid, kept in self._mails.items() if "\\Seen" not in kept.flags)

    def drop(self, raw: bytes) -> int:
        """Puts a mail into the box; its UID."""
        uid = len(self._mails) + 1
        self._mails[uid] = Kept(raw=raw)
        return uid

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            writer.write(b"* OK IMAP4rev1 ready\r\n")
            while line := await reader.readline():
                if not self._answer(line.decode("utf-8", "replace").strip(), writer):
                    break
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def _answer(self, line: str, writer: asyncio.StreamWriter) -> bool:
        """Writes the answer to one command; false ends the conversation."""
        tag, _, rest = line.partition(" ")
        verb, _, words = rest.partition(" ")
        if verb.upper() == "UID":
            verb, _, words = words.partition(" ")
        self.commands.append(verb.upper())
        if verb.upper() == "FETCH" and self.faults.take():
            return False
        lines, said = self._perform(verb.upper(), words)
        writer.write(b"".join(b"* " + each + b"\r\n" for each in lines))
        writer.write(f"{tag} {said}\r\n".encode())
        return verb.upper() != "LOGOUT"

    def _perform(self, verb: str, words: str) -> tuple[list[bytes], str]:
        if verb in {"LOGIN", "SELECT"}:
            return self._admit(verb, words)
        if verb not in {"CAPABILITY", "SEARCH", "FETCH", "STORE", "LOGOUT", "NOOP", "CLOSE"}:
            return [], f"BAD {verb} is not known here"
        return self._told(verb, words), "OK done"

    def _admit(self, verb: str, words: str) -> tuple[list[bytes], str]:
        if verb == "LOGIN":
            known = shlex.split(words) == [self.user, self.password]
            return [], "OK done" if known else "NO [AUTHENTICATIONFAILED] Wrong name or password"
        return [f"{len(self._mails)} EXISTS".encode()], "OK done" if words.strip(
            '"'
        ) == "INBOX" else "NO No such mailbox"

    def _told(self, verb: str, words: str) -> list[bytes]:
        match verb:
            case "CAPABILITY":
                return [b"CAPABILITY IMAP4rev1"]
            case "SEARCH":
                found = self.unseen if "UNSEEN" in words.upper() else tuple(self._mails)
                return [" ".join(["SEARCH", *map(str, found)]).encode()]
            case "FETCH":
                return [self._fetched(uid, words) for uid in self._named(words)]
            case "STORE":
                return self._store(words)
        return [b"BYE"] if verb == "LOGOUT" else []

    def _named(self, words: str) -> list[int]:
        numbers = words.split(" ", 1)[0].split(",")
        return [int(number) for number in numbers if number.isdigit() and int(number) in self._mails]

    def _fetched(self, uid: int, words: str) -> bytes:
        raw, origin = self._mails[uid].raw, ""
        part = PARTIAL.search(words)
        if part is not None and part[1] is not None:
            start, size = int(part[1]), int(part[2])
            raw, origin = raw[start : start + size], f"<{start}>"
        return f"{uid} FETCH (UID {uid} BODY[]{origin} {{{len(raw)}}}\r\n".encode() + raw + b")"

    def _store(self, words: str) -> list[bytes]:
        flags = set(re.findall(r"\\\w+", words))
        uids = self._named(words)
        for uid in uids:
            kept = self._mails[uid].flags
            self._mails[uid].flags = kept - flags if "-FLAGS" in words.upper() else kept | flags
        return [f"{uid} FETCH (UID {uid} FLAGS ({' '.join(self._mails[uid].flags)}))".encode() for uid in uids]
