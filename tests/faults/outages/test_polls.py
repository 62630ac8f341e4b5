"""What is asked by the clock costs the same however many bugs there are."""

import asyncio
from collections import Counter
from dataclasses import replace

from bot.bug.course.news import Opened
from bot.bug.debt.board import BoardCardMade
from tests.slack.house import House
from tests.support.stores import BUGSNAG
from tests.support.street import Street

MANY = 60
MINUTE = 61.0


async def open_bugs(house: House, first: int, last: int) -> None:
    """Each with its card on the board; nobody follows them, so that only the polls are counted."""
    ledger = replace(house.bot.ledger, sinks={})
    for number in range(first, last + 1):
        opened = Opened(source="bugsnag", group=f"g{number}", title=f"Page {number} fails", admitted="error")
        card = BoardCardMade(id=f"{number:024x}", url=f"https://trello.com/c/{number}")
        async with house.bot.ledger.db.write() as conn:
            await ledger.open(conn, [opened, card], by=BUGSNAG)


async def a_minute(house: House, street: Street) -> tuple[Counter[str], Counter[str]]:
    """What the services and the mailbox are asked when a minute has passed."""
    street.calls.clear()
    street.imap.commands.clear()
    house.clock.advance(seconds=MINUTE)
    async with asyncio.timeout(20):
        while "trello" not in street.calls or "LOGOUT" not in street.imap.commands:
            await asyncio.sleep(0.02)
    await house.quiet()
    return Counter(street.calls), Counter(street.imap.commands)


async def test_board_mailbox_and_chats_are_asked_as_often_for_sixty_bugs_as_for_one(
    house: House, street: Street
) -> None:
    await open_bugs(house, 1, 1)
    await a_minute(house, street)  # the first look asks who we are there
    alone = await a_minute(house, street)
    await open_bugs(house, 2, MANY)
    assert (await house.bug(MANY)).board
    assert await a_minute(house, street) == alone
    assert alone[0] == {"trello": 1}
