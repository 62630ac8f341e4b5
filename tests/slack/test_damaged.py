"""The database can't read a page of its own: who presses is not told to try again, and nobody else is told that all is well."""

from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.verbs.registry import VERBS
from tests.slack.house import House


async def unreadable(context: Context, _request: Request) -> Response:
    """Meets in the bot's own database what PostgreSQL says of a spoilt page."""
    async with context.ledger.db.read():
        raise DBAPIError("SELECT", None, RuntimeError("invalid page in block 0 of relation base/16384/16385"))


async def test_a_press_says_that_the_database_is_damaged_and_ready_says_so_too(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    claim = VERBS["claim"]
    VERBS["claim"] = replace(claim, function=unreadable)
    try:
        await card.button("Claim").click(by=dana)
        await dana.expect_ephemeral("Makegood's database is damaged, so nothing was changed.")
    finally:
        VERBS["claim"] = claim
    assert not await house.bot.ledger.db.alive()
    assert "a page of it is damaged" in house.bot.ledger.db.trouble
