"""What bug trackers and monitors tell us, in our words. A tracker is one file here, found by its name."""

from bot.adapters.trackers.messages import alert_from_message, links_in
from bot.adapters.trackers.registry import find, modules, read_links, sources

__all__ = ["alert_from_message", "find", "links_in", "modules", "read_links", "sources"]
