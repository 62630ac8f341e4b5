"""The bot beside the local Slack, with a chat, a till and a mail server that its customers know."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.demo.channels.smtp import MailServer
from bot.demo.till.fake import StripeFake
from tests.slack.house import HOOK, House
from tests.support.fakes.generic import GenericFake

MIA = "mia@studio.example"
SECRET = "a-secret-of-the-chat"
STRIPE = "sk_test_of_the_team"


@dataclass(kw_only=True)
class Fakes:
    chat: GenericFake
    till: StripeFake
    mails: MailServer
    url: str = ""

    def credit(self, email: str = MIA) -> int:
        return next(int(one["credit"]) for one in self.till.snapshot()["customers"] if one["email"] == email)

    def plan(self, email: str = MIA) -> str:
        return next(str(one["plan"]) for one in self.till.snapshot()["customers"] if one["email"] == email)

    def period_end(self, email: str = MIA) -> datetime:
        ends = next(str(one["period_end"]) for one in self.till.snapshot()["customers"] if one["email"] == email)
        return datetime.fromisoformat(ends)

    @property
    def settings(self) -> dict[str, Any]:
        hooks = {
            name: {"token": HOOK}
            for name in ("bugsnag", "chatwoot", "customer-generic", "tawk", "trello", "email-postmark")
        }
        return {
            "hooks": hooks,
            "customers": {"generic": {"base_url": f"{self.url}/chat", "secret": SECRET, "can_look": True}},
            "billing": {"kind": "stripe", "key": STRIPE, "base_url": f"{self.url}/stripe"},
            "mail": {"smtp": self.mails.url, "sender": "Support <support@acme.example>"},
        }


@pytest.fixture
async def fakes() -> AsyncIterator[Fakes]:
    till = StripeFake(api_key=STRIPE)
    till.seed(plans={"starter": 900, "pro": 2900}, customers=[{"email": MIA, "name": "Mia", "plan": "starter"}])
    some = Fakes(chat=GenericFake(SECRET, ("31",)), till=till, mails=MailServer())
    app, stripe = web.Application(), web.Application()
    stripe.add_routes(till.routes())
    app.add_routes(some.chat.routes("/chat"))
    app.add_subapp("/stripe", stripe)
    await some.mails.start()
    async with TestServer(app) as server:
        some.url = str(server.make_url("")).rstrip("/")
        yield some
    await some.mails.stop()


@pytest.fixture
def more() -> dict[str, Any]:
    """Settings of one story, beside those of the fakes."""
    return {}


@pytest.fixture
def given(fakes: Fakes, more: dict[str, Any]) -> dict[str, Any]:
    return {**fakes.settings, **more}


class Chat:
    """What Mia does in the chat."""

    def __init__(self, house: House) -> None:
        self._house, self._count = house, 0

    async def says(self, text: str, kind: str = "message") -> None:
        self._count += 1
        body = {"conversation": "31", "event": f"m{self._count}", "kind": kind, "text": text}
        customer = {"email": MIA, "name": "Mia"}
        assert await self._house.hook("customer-generic", {**body, "customer": customer}) == 200

    async def comes(self) -> None:
        await self.says("", "online")

    async def leaves(self) -> None:
        await self.says("", "offline")


@pytest.fixture
def chat(house: House) -> Chat:
    return Chat(house)
