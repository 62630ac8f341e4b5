"""Says which systems do not answer now, and how much waits for each. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from bot.bug.bug import Bug
from bot.bug.course.delivery import system
from bot.ledger.relay.held import Held, bugs_of
from bot.slack.views.mrkdwn import foreign

SHOWN = 10
Behind = Mapping[str, frozenset[int]]
"""The entries that each sink has not served yet, by their numbers."""


def said(bug: Bug, behind: Behind) -> str:
    """The card's words; empty where everything answers."""
    return " · ".join(_each(bug, behind))


def for_slack(found: Iterable[Held]) -> str:
    """What Slack does not take just now, in a line; empty where it takes everything. Nobody sees a card that is not there."""
    bugs = bugs_of(one for one in found if system(one.sink) == "Slack")
    if not bugs:
        return ""
    names = ", ".join(f"BUG-{number}" for number in bugs[:SHOWN]) + (" …" if len(bugs) > SHOWN else "")
    return f":warning: Slack does not take everything: {names} waits. `makegood doctor` says why; it is tried again by itself."


def _each(bug: Bug, behind: Behind) -> Iterator[str]:
    if bug.gave_up:
        yield f"⚠️ waiting: {', '.join(foreign(name, 60) for name in sorted(set(map(system, bug.gave_up))))}"
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
