"""Sums up the bugs of a week or a month, read in portions: other work goes on meanwhile."""

import asyncio

from bot.bug.retro.model import Summary
from bot.bug.retro.span import Span
from bot.bug.retro.summary import sum_up
from bot.bug.retro.tally import COUNTED, tally
from bot.ledger.entries import ALL, trails_within, unseen
from bot.ledger.ledger import Ledger


async def read(ledger: Ledger, of: Span) -> Summary:
    """What began in that time, and whatever gave something in it."""
    tallies = []
    async for bug, entries in trails_within(ledger, of.since, of.until, COUNTED):
        tallies.append(tally(entries, bug))
        await asyncio.sleep(0)  # a month takes a second, and a click must not wait for it
    return sum_up(tallies, of, await unseen(ledger, ALL))
