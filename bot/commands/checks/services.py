"""Checks customer channels, mail, board and billing, each by a call that changes nothing."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import aiosmtplib

from bot.adapters import opening
from bot.adapters.channels.common.chat_api import Missing
from bot.adapters.channels.common.mailbox import Mailbox
from bot.adapters.channels.mail import Mail
from bot.adapters.channels.mail import Settings as MailSettings
from bot.bug.errors import Rejected, Unavailable
from bot.bug.values import CustomerHint, Outgoing
from bot.commands.checks.finding import Finding, checked, note, ok, wrong
from bot.commands.checks.webhooks import webhook
from bot.outgoing import sessions
from bot.settings.sections import Kind
from bot.settings.settings import Settings
from bot.settings.validation import validate

NOBODY = CustomerHint(email="doctor@makegood.invalid")
NOWHERE = Outgoing(source="doctor", conversation="0", customer=NOBODY, text="", key="makegood-doctor")


async def services(settings: Settings) -> list[Finding]:
    async with sessions.pooled() as http:
        asked = [checked(name, _channel(name, table, http)) for name, table in settings.customers.items()]
        if settings.mail:
            mail = validate(MailSettings, settings.mail, "[mail]")
            asked += [checked("mail", _mail(mail)), checked("mailbox", _mailbox(mail))]
        asked += [checked(f"tracker {name}", _tracker(name, table, http)) for name, table in settings.trackers.items()]
        asked += [checked(f"webhook {name}", webhook(name, to, http)) for name, to in settings.webhooks.items()]
        if settings.board:
            asked.append(checked("board", _board(settings.board, http)))
        if settings.billing:
            asked.append(checked("billing", _billing(settings.billing, http)))
        return [finding for each in await asyncio.gather(*asked) for finding in each]


async def _channel(name: str, table: Mapping[str, Any], http: aiohttp.ClientSession) -> list[Finding]:
    """Looks for a message that can't be there: a plain “no such conversation” means that the token is right."""
    channel = opening.channel(name, table, http)
    if channel is None:
        return [ok(name, "only listens; what customers are to read is handed to a person")]
    try:
        if not channel.can_look:
            return [note(name, "can't be asked without sending something (can_look is off)")]
        await channel.find(NOWHERE)
    except Missing:
        return [ok(name, "answers, and takes our token")]
    finally:
        await channel.close()
    return [ok(name, "answers, and takes our token")]


async def _tracker(name: str, table: Mapping[str, Any], http: aiohttp.ClientSession) -> list[Finding]:
    """Who the token is, and what it may do there."""
    return [ok(f"tracker {name}", await opening.tracker(name, table, http).check())]


async def _mail(settings: MailSettings) -> list[Finding]:
    """Connects and logs in, sends nothing."""
    client = Mail(settings)._client()  # noqa: SLF001 - the very connection by which mails go out
    try:
        await client.connect()
        await client.quit()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise Rejected("The mail server does not accept our name and password. Correct smtp in [mail].") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(
            f"The mail server can't be reached ({type(error).__name__}). Correct smtp in [mail]."
        ) from error
    finally:
        client.close()
    return [ok("mail", f"the mail server lets us in; mails are from {settings.sender}")]


async def _mailbox(settings: MailSettings) -> list[Finding]:
    """Logs in and opens the folder, reads no mail."""
    if settings.imap is None:
        return []
    box = Mailbox(settings.imap, settings.timeout)

    def open_it() -> None:
        with box._open():  # noqa: SLF001 - the very connection by which mails are read
            return

    await asyncio.to_thread(open_it)
    return [ok("mailbox", "can be opened")]


async def _board(kind: Kind, http: aiohttp.ClientSession) -> list[Finding]:
    """Whether the token may write; makes neither lists nor webhooks."""
    board = opening.board(kind, http)
    try:
        missing = await board.check()
    finally:
        await board.close()
    where = f"{kind.rest().get('url', kind.kind)} may be written"
    if missing:
        return [
            note("board", f"{where}; it has no list {', '.join(missing)}: made when needed. Misspelt in board.lists?")
        ]
    return [ok("board", f"{where}, and has our lists")]


async def _billing(kind: Kind, http: aiohttp.ClientSession) -> list[Finding]:
    """Plans, and the look-up of somebody who can't exist."""
    if kind.elsewhere:
        return [ok("billing", "held by another process")]
    biller = opening.biller(kind, http)
    try:
        plans = await biller.plans()
        await biller.account(NOBODY)
    finally:
        await biller.close()
    if not plans:
        return [wrong("billing", "has no plans, so no upgrade can be given. Name them (docs/billing.md)")]
    return [ok("billing", f"answers; plans: {', '.join(plans)}")]
