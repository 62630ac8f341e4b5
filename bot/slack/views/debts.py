"""Draws the proper fixes that are owed: what each is, by whom until when, and what it has cost since. Pure."""

from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.debt.pull import shown
from bot.bug.words import service_name
from bot.ledger.interest import Interest
from bot.slack.views import card
from bot.slack.views.mrkdwn import day, foreign, link, who
from bot.text import length, plural

OTHERS = 3
"""Bugs of the same kind that are named."""


def line(bug: Bug, cost: Interest, reference: str, now: datetime) -> str:
    """Two lines: what is owed, and its interest with the places to look at. `reference`: BUG-17, as a link to its card."""
    if bug.debt is None:
        return ""
    since = length(now - bug.debt.due)
    late = f" *overdue for {since}*" if bug.debt.due <= now else ""
    head = f"🔵 {reference} {card.title(bug)} · {who(bug.debt.owner)} · by {day(bug.debt.due)}{late}"
    below = " · ".join(x for x in (_again(cost), _cost(cost), *_places(bug)) if x)
    return f"{head}\n      {below}" if below else head


def _again(cost: Interest) -> str:
    if cost.runs <= 1:
        return "quick-fixed once" if cost.runs else ""
    named = ", ".join(f"BUG-{number}" for number in cost.others[-OTHERS:])
    more = f" and {len(cost.others) - OTHERS} more" if len(cost.others) > OTHERS else ""
    return f"*quick-fixed {cost.runs} times*{f', also in {named}{more}' if named else ''}"


def _cost(cost: Interest) -> str:
    """What customers got for it."""
    upgrades = plural(cost.upgrades, "upgrade") if cost.upgrades else ""
    parts = [*(str(money) for money in cost.credit), plural(cost.days, "day") if cost.days else "", upgrades]
    given = ", ".join(x for x in parts if x)
    return f"{given} given" if given else ""


def _places(bug: Bug) -> list[str]:
    return [
        link(bug.page, "page") if bug.page else "",
        link(bug.url, service_name(bug.source)) if bug.url else "",
        link(bug.board.url, "Trello") if bug.board else "",
        *(
            f"{link(x.url, x.name) if x.url else x.name}: {foreign(x.standing, 60, one_line=True)}"
            for x in shown(bug.pulls)[:1]
        ),
    ]
