"""Anchors leave the database by every way of `[anchors]`, and show later what nothing in the database can."""

import asyncio
import os
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from bot.demo.channels.smtp import MailServer
from bot.ledger.outside_anchor import OutsideAnchor, found_in
from tests.slack.house import House
from tests.tampering.rewriting import open_guards, rewrite, seal_again

ROOT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Auditor:
    """A tool that keeps the anchors that it is sent, once it has checked who sends them."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        said = Webhook(SECRET).verify(await request.read(), dict(request.headers))
        self.kept += [said["anchor"]] if said["kind"] == "anchor" else []
        return web.Response()


@pytest.fixture
async def auditor() -> AsyncIterator[Auditor]:
    auditor, app = Auditor(), web.Application()
    app.add_routes([web.post("/", auditor.take)])
    async with TestServer(app) as server:
        auditor.url = str(server.make_url("/"))
        yield auditor


@pytest.fixture
def given(auditor: Auditor, mail: MailServer) -> dict[str, Any]:
    return {
        "mail": {"smtp": mail.url, "sender": "Support <support@acme.example>"},
        "webhooks": {"audit": {"url": auditor.url, "secret": SECRET}},
        "anchors": {"channel": "C0TEAM", "mail": "audit@acme.example", "file": "anchors.txt", "webhook": "audit"},
    }


async def checked(house: House, *words: str) -> tuple[int | None, str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MAKEGOOD_DATABASE_URL": house.runtime.database_url}
    command = (sys.executable, "-m", "bot", "trail", "verify", *words)
    ran = await create_subprocess_exec(*command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = await ran.communicate()
    return ran.returncode, said.decode()


async def test_anchors_go_out_by_every_way_and_show_a_trail_that_was_rewritten(
    house: House, auditor: Auditor, mail: MailServer
) -> None:
    file = house.folder / "anchors.txt"
    await house.alarm()
    await asyncio.sleep(2)  # as long as a seal may take
    while not (file.exists() and auditor.kept and mail.messages and _posted(house)):
        house.clock.advance(seconds=61)
        await asyncio.sleep(0.2)
    (letter,) = mail.messages
    assert letter.recipients == ("audit@acme.example",)
    for text in (file.read_text(), auditor.kept[0], letter.raw.decode(), _posted(house)):
        (anchor,) = found_in(text)
        assert isinstance(anchor, OutsideAnchor)
        assert anchor.bugs <= 1
    status, said = await checked(house, "--anchor", str(file))
    assert (status, "1 anchor from outside" in said, "all agree" in said) == (0, True, True), said

    db = house.bot.ledger.db
    await open_guards(db)
    await rewrite(db, 0, 1, at="2020-01-01T00:00:00.000+00:00")
    await seal_again(db)
    status, said = await checked(house)
    assert (status, "The trail is whole" in said) == (0, True), said
    status, said = await checked(house, "--anchor", str(file))
    assert (status, "the database says otherwise of it: the trail was rewritten since" in said) == (1, True), said


def _posted(house: House) -> str:
    return "\n".join(house.ws.channel("team").lines)
