"""What does not answer just now, in words: the systems behind the sinks, and how much waits for each. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from bot.bug.bug import Bug
from bot.bug.mrkdwn import foreign

NAMES = {
    "board": "Trello",
    "board_notes": "Trello",
    "billing": "The billing",
    "customer": "The customer's channel",
    "production": "Production",
}
OF_MANY = {"tracker": "{}", "webhook": "The webhook {}"}
"""Of sinks that there are several of: "tracker:sentry"."""

Behind = Mapping[str, frozenset[int]]
"""The entries that each sink has not served yet, by their numbers."""


def system(sink: str) -> str:
    """Which system a sink serves: "Trello"; whatever is not named here speaks to Slack."""
    kind, _, which = sink.partition(":")
    if which and kind in OF_MANY:
        name = which.capitalize() if kind == "tracker" else f"“{which}”"
        return foreign(OF_MANY[kind].format(name), 60)
    return NAMES.get(sink, "Slack")


def said(bug: Bug, behind: Behind) -> str:
    """The card's words; empty where everything answers."""
    return " · ".join(_each(bug, behind))


def _each(bug: Bug, behind: Behind) -> Iterator[str]:
    if bug.parked:
        yield f"⚠️ waiting: {', '.join(foreign(sink, 40) for sink in sorted(set(bug.parked)))}"
    sinks = [sink for sink in bug.waits if sink not in bug.parked]
    for name in dict.fromkeys(map(system, sinks)):
        mine = [sink for sink in sinks if system(sink) == name]
        yield f"⚠️ {name} is not answering{_many(mine, behind)}"


def _many(sinks: Iterable[str], behind: Behind) -> str:
    """An entry that two sinks of one system have to serve is one."""
    count = len(frozenset[int]().union(*(behind.get(sink, frozenset()) for sink in sinks)))
    if not count:
        return ""
    return f", {count} entries wait" if count > 1 else ", 1 entry waits"
