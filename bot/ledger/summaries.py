"""Sums up the bugs of a week or a month, read in portions: other work goes on meanwhile."""

import asyncio

from bot.bug.retro.model import Summary
from bot.bug.retro.span import Span
from bot.bug.retro.story import told
from bot.bug.retro.summary import sum_up
from bot.ledger.entries import ALL, trails_within, unseen
from bot.ledger.ledger import Ledger


async def read(ledger: Ledger, of: Span) -> Summary:
    """What began in that time, and whatever gave something in it."""
    stories = []
    async for bug, trail in trails_within(ledger, of.since, of.until):
        stories.append(told(trail, bug))
        await asyncio.sleep(0)  # a month of folding takes seconds, and a click must not wait for them
    return sum_up(stories, of, await unseen(ledger, ALL))
