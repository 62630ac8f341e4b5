"""Sends anchors out of the database, so that whoever may drop its triggers can't rewrite the trail and all that would show it."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.adapters.connected import Connected
from bot.adapters.opening import MAIL
from bot.adapters.ports import Channel
from bot.adapters.receivers import Receiver
from bot.bug.errors import Misconfigured, Outside
from bot.bug.values import CustomerHint, Outgoing
from bot.ledger.db.leader import Leader
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import SYSTEM, Ledger
from bot.ledger.outside_anchor import OutsideAnchor, newest
from bot.settings.sections import AnchorSettings
from bot.settings.settings import Settings
from bot.slack.outgoing.client import SlackPort
from bot.text import sentence

log = logging.getLogger(__name__)

LEASE = 300.0
"""Seconds that one process does it alone."""
HOUR = 3600.0
SENT = "anchor:"
"""Begins the flags that say which seal went where last, and when."""
Send = Callable[[OutsideAnchor], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorsOut:
    """Each destination by itself: one that is away is tried again at the next look, and costs the others nothing."""

    every: float
    """Seconds."""
    ledger: Ledger
    flags: Flags
    leader: Leader
    ways: Mapping[str, Send]

    async def send(self) -> None:
        """To each that has none of these hours yet; nothing where nothing was written since."""
        found, now = await newest(self.ledger), self.ledger.seconds()
        due = [name for name in self.ways if found and await self._due(name, found, now)]
        if not found or not due or not await self.leader.leads("anchors", LEASE):
            return
        for name in due:
            try:
                await self.ways[name](found)
            except (Outside, OSError) as error:
                log.warning("The anchor did not go out to %s: %s Tried again soon.", name, sentence(error))
                continue
            await self.flags.set(f"{SENT}{name}", f"{found.number} {now:.0f}", SYSTEM)

    async def _due(self, name: str, found: OutsideAnchor, now: float) -> bool:
        number, at = (float(part) for part in (await self.flags.get(f"{SENT}{name}") or "-1 0").split())
        return number != found.number and not 0 <= now - at < self.every


def ways(settings: Settings, outside: Connected, port: SlackPort, home: Path) -> Mapping[str, Send]:
    """Where `[anchors]` wants them; `home` is what its file is beside. Raises Misconfigured for what the settings do not have."""
    wanted, made = settings.anchors, dict[str, Send]()
    if wanted.channel:
        made["channel"] = lambda anchor: _post(port, wanted.channel, anchor)
    if wanted.file:
        made["file"] = lambda anchor: asyncio.to_thread(_append, home / wanted.file, anchor)
    if wanted.mail:
        mail = _of(outside.channels, MAIL, "mail: anchors go by the mail server of [mail]")
        made["mail"] = lambda anchor: _write(mail, wanted, anchor)
    if wanted.webhook:
        table = _of(settings.webhooks, wanted.webhook, f"webhook: there is no [webhooks.{wanted.webhook}]")
        receiver = Receiver(wanted.webhook, table, outside.http)
        made["webhook"] = lambda anchor: receiver.send(f"{anchor.team}-anchor-{anchor.number}", body(anchor))
    return made


Part = TypeVar("Part")


def _of(known: Mapping[str, Part], name: str, problem: str) -> Part:
    if name not in known:
        raise Misconfigured(f"makegood.toml: anchors.{problem}, which is not there. Write it, or leave this key out.")
    return known[name]


async def _post(port: SlackPort, channel: str, anchor: OutsideAnchor) -> None:
    await port.say(channel, text=str(anchor))


def _append(file: Path, anchor: OutsideAnchor) -> None:
    """On the disk before it counts as sent."""
    with file.open("a", encoding="utf-8") as out:
        out.write(f"{anchor}\n")
        out.flush()
        os.fsync(out.fileno())


async def _write(mail: Channel, wanted: AnchorSettings, anchor: OutsideAnchor) -> None:
    to = CustomerHint(email=wanted.mail)
    subject = f"Makegood anchor of {anchor.at[:10]}"
    key = f"{anchor.team}-anchor-{anchor.number}"
    await mail.send(Outgoing(source=MAIL, text=str(anchor), customer=to, key=key, subject=subject))


def body(anchor: OutsideAnchor) -> bytes:
    """Beside the entries that the same tool gets; told apart by its kind."""
    told = {"team": anchor.team, "kind": "anchor", "at": anchor.at, "anchor": str(anchor)}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
