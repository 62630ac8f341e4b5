"""A team ships a tracker, a channel, a biller and a board in a package of its own: found by its metadata, used as ours are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.ledger.entries import list_bugs
from tests.slack.house import HOOK, House
from tests.support.package import installed

CODE = '''
from dataclasses import dataclass

from pydantic import BaseModel

from bot.api import Alert, AlertLink, BillerAdapter, BoardAdapter, CardRef, ChannelAdapter, Connects, CustomerHint, Inbound
from bot.api import Known, Sent, TrackerAdapter, load, unsigned


def alerts(hook, options):
    body = load(hook.body).value
    hit = CustomerHint(name="Mia", email=body["reporter"])
    return (Alert(source="bugzilla", group=str(body["id"]), title=body["summary"], stage="production", customer=hit),)


def link(url):
    found = url.partition("https://bugzilla.acme.example/")[2]
    return AlertLink(source="bugzilla", group=found, url=url) if found else None


TRACKER = TrackerAdapter(name="bugzilla", verify=unsigned, parse=alerts, link=link)


class Settings(BaseModel):
    outbox: str


@dataclass
class Phone:
    outbox: str
    source: str = "phone"
    can_look: bool = False

    async def send(self, message):
        with open(self.outbox, "a") as book:
            book.write(f"{message.conversation}: {message.text}\\n")
        return Sent(state="delivered", external_id="1")

    async def find(self, message):
        return None

    async def close(self):
        pass


def calls(hook, options):
    body = load(hook.body).value
    who = CustomerHint(name="Mia", email=body["from"])
    return (Inbound(source="phone", conversation=body["call"], event=body["call"], customer=who, text=body["said"]),)


CHANNEL = ChannelAdapter(
    name="phone", verify=unsigned, parse=calls, connector=Connects(Settings, lambda settings, http: Phone(settings.outbox))
)


class Nothing:
    """A biller that knows nobody, and a board that keeps one card."""

    async def account(self, customer):
        return None

    async def plans(self):
        return ()

    async def find(self, marker):
        return None

    async def create(self, card, stage):
        return CardRef(id="1", url="https://board.acme.example/1")

    async def update(self, ref, card, stage):
        pass

    async def changes(self, since):
        return (), since

    async def known(self):
        return Known()

    async def close(self):
        pass


class Empty(BaseModel):
    pass


BILLER = BillerAdapter(name="tab", connector=Connects(Empty, lambda settings, http: Nothing()))
BOARD = BoardAdapter(
    name="wall", verify=unsigned, parse=lambda hook, known: (), connector=Connects(Empty, lambda settings, http: Nothing())
)
'''
POINTS = {
    "makegood.trackers": {"bugzilla": "acme_adapters:TRACKER"},
    "makegood.channels": {"phone": "acme_adapters:CHANNEL"},
    "makegood.billers": {"tab": "acme_adapters:BILLER"},
    "makegood.boards": {"wall": "acme_adapters:BOARD"},
}


@pytest.fixture
def given(tmp_path: Path) -> Iterator[dict[str, Any]]:
    site = tmp_path / "site-packages"
    site.mkdir()
    with installed(site, "acme_adapters", CODE, POINTS):
        yield {
            "hooks": {"bugzilla": {"token": HOOK}, "phone": {"token": HOOK}},
            "customers": {"phone": {"outbox": str(tmp_path / "outbox")}},
            "billing": {"kind": "tab"},
            "board": {"kind": "wall"},
        }


REPORTED = {"id": 4711, "summary": "The till is stuck", "reporter": "mia@studio.example"}


async def test_an_error_of_their_tracker_is_answered_in_their_channel_and_stands_on_their_board(
    house: House, tmp_path: Path
) -> None:
    assert await house.hook("bugzilla", REPORTED) == 200
    card = await house.errors.expect_message("The till is stuck")
    said = {"call": "call-1", "from": "mia@studio.example", "said": "I can't pay"}
    assert await house.hook("phone", said) == 200
    await card.button("Answer: looking").click(by=house.person("Dana"))
    await house.quiet()
    assert (tmp_path / "outbox").read_text().startswith("call-1: Thank you for telling us.")
    assert {"customer_wrote", "delivered", "board_card_made"} <= set(await house.kinds())


async def test_a_link_to_their_tracker_names_the_same_error(house: House) -> None:
    assert await house.hook("bugzilla", REPORTED) == 200
    await house.errors.expect_message("BUG-1")
    await house.errors.receives({"text": "again: <https://bugzilla.acme.example/4711>"})
    await house.quiet()
    assert [bug.groups for bug in await list_bugs(house.bot.ledger)] == [("bugzilla:4711",)]
