"""Checks outgoing webhooks by HEAD, which posts no entry."""

import aiohttp

from bot.bug.errors import Unavailable
from bot.commands.checks.finding import Finding, note, ok, wrong
from bot.outgoing.client import Client
from bot.settings.sections import WebhookSettings

REDIRECTS, REFUSALS, NOT_THERE, NO_HEAD, BROKEN = 300, 400, 404, 405, 500


async def webhook(name: str, settings: WebhookSettings, http: aiohttp.ClientSession) -> list[Finding]:
    tool = Client(session=http, who=f"The webhook “{name}”", timeout=settings.timeout)
    try:
        return [_finding(f"webhook {name}", name, (await tool.exchange("HEAD", settings.url)).status)]
    except Unavailable as error:
        raise Unavailable(f"nobody answers. Is url in [webhooks.{name}] right, and is the tool up?") from error


def _finding(system: str, name: str, status: int) -> Finding:
    """Whether the secret is right only an entry shows: the other side checks it."""
    if status < REDIRECTS or status == NO_HEAD:
        return ok(system, f"is there (it answers {status} to HEAD)")
    if status < REFUSALS:
        return wrong(system, f"has moved ({status}), and entries are not sent on: correct url in [webhooks.{name}]")
    if status == NOT_THERE:
        return note(system, f"answers 404 to HEAD: is url in [webhooks.{name}] right? Some tools know only POST")
    if status < BROKEN:
        return note(system, f"answers {status} to HEAD; an entry, which is signed, may be let in all the same")
    return wrong(system, f"is out of order ({status}); entries wait until it is mended")
