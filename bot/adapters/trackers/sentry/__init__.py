"""Sentry."""

from bot.adapters.ports import TrackerAdapter
from bot.adapters.trackers.sentry.api import CONNECTOR
from bot.adapters.trackers.sentry.hook import SOURCE, link, parse, verify

ADAPTER = TrackerAdapter(name=SOURCE, verify=verify, parse=parse, link=link, api=CONNECTOR)
