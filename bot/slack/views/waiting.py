"""What does not answer just now, in words: the systems behind the sinks, and how much waits for each. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from bot.bug.bug import Bug
from bot.bug.delivery import system
from bot.slack.views.mrkdwn import foreign

Behind = Mapping[str, frozenset[int]]
"""The entries that each sink has not served yet, by their numbers."""


def said(bug: Bug, behind: Behind) -> str:
    """The card's words; empty where everything answers."""
    return " · ".join(_each(bug, behind))


def _each(bug: Bug, behind: Behind) -> Iterator[str]:
    if bug.gave_up:
        yield f"⚠️ waiting: {', '.join(foreign(sink, 40) for sink in sorted(set(bug.gave_up)))}"
    sinks = [sink for sink in bug.delayed if sink not in bug.gave_up]
    for name in dict.fromkeys(map(system, sinks)):
        mine = [sink for sink in sinks if system(sink) == name]
        yield f"⚠️ {foreign(name, 60)} is not answering{_many(mine, behind)}"


def _many(sinks: Iterable[str], behind: Behind) -> str:
    """An entry that two sinks of one system have to serve is one."""
    count = len(frozenset[int]().union(*(behind.get(sink, frozenset()) for sink in sinks)))
    if not count:
        return ""
    return f", {count} entries wait" if count > 1 else ", 1 entry waits"
