"""Bugsnag (Insight Hub)."""

from bot.adapters.ports import TrackerAdapter, unsigned
from bot.adapters.trackers.bugsnag.api import CONNECTOR
from bot.adapters.trackers.bugsnag.hook import SOURCE, link, parse

ADAPTER = TrackerAdapter(name=SOURCE, verify=unsigned, parse=parse, link=link, api=CONNECTOR)
