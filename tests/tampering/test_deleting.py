"""Personal data may go at any time: the chain stays whole and the bug readable."""

from bot.bug.course.conversation import Said
from bot.bug.course.news import Opened
from bot.bug.customers.customers import CustomerJoined
from bot.ledger.codec import GONE
from bot.ledger.entries import trail
from bot.ledger.ledger import Ledger
from bot.ledger.verify import verify
from tests.support.stores import sql


async def test_a_trail_whose_private_rows_are_gone_is_whole_and_can_be_read(ledger: Ledger) -> None:
    await sql(ledger.db, "DELETE FROM private")
    assert await verify(ledger) == 2
    found = [entry.event for entry in await trail(ledger, 1)]
    assert [event.KIND for event in found] == ["opened", "customer_joined", "claimed", "said", "said"]
    opened, joined, _, said, _ = found
    assert isinstance(opened, Opened)
    assert isinstance(joined, CustomerJoined)
    assert isinstance(said, Said)
    assert (opened.title, joined.hint.email, said.text) == (GONE, "", GONE)


async def test_what_is_still_there_holds_to_what_was_committed(ledger: Ledger) -> None:
    await sql(ledger.db, "DELETE FROM private WHERE seq = 4")
    assert await verify(ledger) == 2
