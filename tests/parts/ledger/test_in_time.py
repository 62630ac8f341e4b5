"""A process that stood still sends nothing more of what another one has taken over by now."""

import time
from collections.abc import Awaitable, Callable

import pytest
from pydantic import SecretStr

from bot.adapters.channels.mail import Mail, Settings
from bot.bug.errors import Unavailable
from bot.bug.values import CustomerHint, Outgoing
from bot.demo.channels.smtp import MailServer
from bot.ledger.relay.sink import Served, Work
from bot.outgoing import sessions
from bot.outgoing.client import Client
from bot.process.in_time import must_be_in_time, working_until
from tests.parts.ledger.sinks import Scribe, follows, relaying, until
from tests.support.stores import Store, open_bug, said

LETTER = Outgoing(
    source="mail",
    conversation="",
    customer=CustomerHint(email="mia@example.com"),
    text="It works.",
    subject="",
    key="k",
)


def test_without_a_limit_there_is_always_time() -> None:
    must_be_in_time()
    with working_until(lambda: None):
        must_be_in_time()


async def calls_out() -> None:
    async with sessions.pooled() as session:
        await Client(session=session, who="The board").exchange("POST", "http://127.0.0.1:9/cards")


async def hands_over() -> None:
    server = MailServer()
    await server.start()
    try:
        await Mail(Settings(smtp=SecretStr(server.url), sender="us@example.com")).send(LETTER)
    finally:
        assert server.messages == ()
        await server.stop()


@pytest.mark.parametrize("sends", [calls_out, hands_over])
async def test_what_is_late_does_not_go_out(sends: Callable[[], Awaitable[None]]) -> None:
    with working_until(lambda: 0.0), pytest.raises(Unavailable, match="stood still"):
        await sends()


async def test_a_sink_that_stood_still_past_its_lease_is_told_before_it_sends(store: Store) -> None:
    """Nothing was awaited meanwhile, so that no timer of the loop could cancel it."""
    held: list[str] = []

    class Still(Scribe):
        async def serve(self, work: Work) -> Served:
            time.sleep(0.5)  # noqa: ASYNC251 - as SIGSTOP does
            with pytest.raises(Unavailable, match="stood still") as late:
                must_be_in_time()
            held.append(str(late.value))
            raise late.value

    still = Still()
    ledger = follows(store, still)
    await said(ledger, await open_bug(ledger), "a")
    async with relaying(ledger, still, seconds=0.4):
        await until(lambda: held)
