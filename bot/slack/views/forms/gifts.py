"""Draws the part of the tell's form that gives something: one menu of presets, and free fields under *Other*. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.gifts.presets import NO_GIFT, OTHER, Preset, above, grants
from bot.bug.gifts.proposal import exact, reason
from bot.bug.money import Credit, Days, Grant, Upgrade
from bot.settings.tell import TellSettings
from bot.slack.views import blocks
from bot.slack.views.mrkdwn import foreign
from bot.text import plural

SHOWN = 3


def fields(
    bug: Bug, people: Sequence[Customer], settings: TellSettings, plans: Sequence[str], now: datetime, chosen: str = ""
) -> list[Any]:
    """`chosen`: what the menu says; empty where the form opens."""
    if all(c.got for c in people):
        return [blocks.context("They have already got something for this bug. `/tell undo` takes it back.", "got")]
    offered = _offered(bug, people, settings, plans, now)
    begin = chosen or _begin(settings, offered)
    choices = _choices(offered)
    hint = reason(bug, now)
    menu = blocks.menu("gift", "They get", [*choices, (OTHER, "Other…")], begin, hint=hint, live=True)
    free = _other(settings, people, plans, now) if begin == OTHER else []
    return [
        menu,
        *free,
        blocks.context(_read(offered.get(begin, ()), begin, people, settings), "reads"),
        *_lost(people),
    ]


def presets(
    bug: Bug, people: Sequence[Customer], settings: TellSettings, plans: Sequence[str], now: datetime
) -> list[Any]:
    """The menu alone, for a form that is about something else."""
    if all(c.got for c in people):
        return []
    offered = _offered(bug, people, settings, plans, now)
    return [blocks.menu("gift", "They get", _choices(offered), _begin(settings, offered)), *_lost(people)]


Offered = Mapping[str, tuple[Grant, ...]]


def _offered(
    bug: Bug, people: Sequence[Customer], settings: TellSettings, plans: Sequence[str], now: datetime
) -> Offered:
    """What each preset means for these people; one that means nothing for them is left out."""
    return {one.name: given for one in settings.offered if (given := _given(one, bug, people, settings, plans, now))}


def _begin(settings: TellSettings, offered: Offered) -> str:
    """Nothing that costs is filled in, unless the settings name it."""
    return settings.preset if settings.preset in offered else NO_GIFT


def _choices(offered: Offered) -> list[tuple[str, str]]:
    return [(NO_GIFT, "Nothing"), *((name, _label(name, given)) for name, given in offered.items())]


def _given(
    one: Preset, bug: Bug, people: Sequence[Customer], settings: TellSettings, plans: Sequence[str], now: datetime
) -> tuple[Grant, ...] | None:
    return grants(one, bug, people, plans, settings.currency, now)


def _label(name: str, given: Iterable[Grant]) -> str:
    """The preset's name, and what it comes to where the name can't say it."""
    said = [each for each in map(_amount, given) if each and each not in name]
    return f"{name}: {', '.join(said)}" if said else name


def _amount(grant: Grant) -> str:
    match grant:
        case Credit(money=money):
            return str(money)
        case Days(days=days):
            return plural(days, "day")
        case Upgrade(plan=plan):  # pragma: no branch - mypy knows that there is no fourth
            return plan


def _other(settings: TellSettings, people: Sequence[Customer], plans: Sequence[str], now: datetime) -> list[Any]:
    better = above(plans, people)
    return [
        blocks.text_input("credit", f"Credit in {settings.currency}", optional=True, longest=12),
        blocks.text_input("days", "Days more", optional=True, longest=3, hint=_hint(people, now)),
        *(_upgrade(better, now) if better else []),
    ]


def _upgrade(plans: Sequence[str], now: datetime) -> list[Any]:
    ends = (now + timedelta(days=30)).date().isoformat()
    return [
        blocks.menu("plan", "Upgrade to", [(p, p) for p in plans], optional=True),
        blocks.date_input("until", "Upgrade until", ends, optional=True),
    ]


def _hint(people: Sequence[Customer], now: datetime) -> str:
    """What one day is to whom: the paid period's later end, or a credit."""
    day = Days(days=1, until=now + timedelta(days=1))
    return ". ".join(f"{_name(c)}: {_plain(exact(day, c))}" for c in people[:SHOWN] if c.terms.ends)


def _plain(given: Grant) -> str:
    if isinstance(given, Days) and given.money:
        return f"{given.days} as {given.money} off the next invoice"
    return f"{given.days} more, until {given.until:%d %b %Y}" if isinstance(given, Days) else ""


def _name(customer: Customer) -> str:
    return foreign(customer.name, 40, one_line=True)


def _read(given: Sequence[Grant], begin: str, people: Sequence[Customer], settings: TellSettings) -> str:
    """The sentences that are added."""
    if begin == NO_GIFT:
        return "They read your words and get nothing."
    said = list(dict.fromkeys(_sentences(given, people, settings)))
    added = "\n".join(f">{foreign(sentence, 300, one_line=True)}" for sentence in said[:SHOWN])
    head = "What you give is added in a sentence of its own, once it is booked"
    return f"{head}:\n{added}" if added else f"{head}."


def _sentences(given: Sequence[Grant], people: Sequence[Customer], settings: TellSettings) -> Iterator[str]:
    for customer in people:
        for grant in given:
            yield settings.words.thanks(exact(grant, customer), customer)


def _lost(people: Sequence[Customer]) -> list[Any]:
    """Said before it is sent: the good news goes to them all the same."""
    names = [_name(c) for c in people if c.billed is False]
    if not names:
        return []
    who = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    text = f":warning: The billing system has no account of {who}. The message goes; what you give them waits for a person."
    return [blocks.context(text, "no_account")]
