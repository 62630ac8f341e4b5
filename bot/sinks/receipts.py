"""Finds the biller's receipt again, because an undo and the end of an upgrade need it."""

from bot.bug.errors import NotFound
from bot.bug.gifts.gifts import Granted
from bot.ledger.entries import entries_after
from bot.ledger.ledger import Ledger


async def receipt(ledger: Ledger, bug: int, seq: int) -> Granted:
    found = await entries_after(ledger, bug, seq - 1, 1)
    if not found or not isinstance(found[0].event, Granted):
        raise NotFound("That makegood is not in the trail.")
    return found[0].event
