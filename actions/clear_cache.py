"""Pages that show what was true before are made anew."""

from bot.api import Risk, SshAction


class ClearCache(SshAction):
    """Empty the cache of pages on every host.

    The first visitors of each page wait a little longer until it is filled again. It can be repeated safely.
    """

    risk = Risk.LOW
    command = "clear-cache"
    on_failure = "go on"
