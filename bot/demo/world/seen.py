"""Reads what is visible (Slack's messages, the customer's side, board and till) into the facts of the tour. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.demo.world.shop import Visit
from bot.demo.world.tour import CardState, Seen, Story

Json = Mapping[str, Any]

STATES: Mapping[str, CardState] = {
    "🔴": "open",
    ":red_circle:": "open",
    "🟠": "claimed",
    ":large_orange_circle:": "claimed",
    "🟢": "fixed",
    ":large_green_circle:": "fixed",
    "🔵": "owed",
    ":large_blue_circle:": "owed",
    "⚪": "closed",
    ":white_circle:": "closed",
}
DOT = re.compile("|".join(map(re.escape, STATES)))
BUG = re.compile(r"\bBUG-\d+\b")
WAITS = "waits for"
LOOKED = re.compile(r"\bThe look\b")
RETRO = re.compile(r"\bretro\b|\bpost-mortem\b|\bhow it got into production\b", re.IGNORECASE)
PAGES: Mapping[Story, str] = {"one": "/cruds/generate", "two": "/servers"}
MARKS: Mapping[Story, tuple[str, ...]] = {
    "one": ("Mia", "cruds/generate", "KeyError"),
    "two": ("Ben", "servers", "IndexError"),
}


@dataclass(frozen=True, kw_only=True)
class Card:
    bug: str
    state: CardState
    text: str


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Everything at which the tour looks, as the parts show it."""

    story: Story
    name: str
    email: str
    menu: int = 13
    broken: bool
    mails_arrived: bool
    visits: Sequence[Visit]
    slack: Sequence[Json]
    """Messages of the error channel and of its threads."""
    before: frozenset[str] = frozenset()
    """Those (by ts) that stood there when the story began."""
    chat: Sequence[Json]
    inbox: Sequence[Json]
    board: Json
    till: Json | None
    """The customer's record at the till now."""
    till_before: Json | None


def see(sight: Sight) -> Seen:
    statuses = _statuses(sight)
    failed = any(status >= 500 for status in statuses)  # noqa: PLR2004  # HTTP's own border
    begun = failed or sight.mails_arrived
    card = card_of(sight) if begun else None
    return Seen(
        story=sight.story,
        customer=sight.name,
        menu=sight.menu,
        bug=card.bug if card else "the bug",
        mails_arrived=sight.mails_arrived,
        page_failed=failed,
        card=card.state if card else "",
        customer_wrote=any(message["from"] == "customer" for message in sight.chat),
        answered=bool(sight.inbox) or any(message["from"] == "team" for message in sight.chat),
        looked=begun and _said(sight, LOOKED, card),
        waits=card is not None and WAITS in card.text,
        broken=sight.broken,
        page_works=_works(statuses),
        paid_back=sight.till != sight.till_before,
        board_list=_board_list(sight.board, card),
        retro=begun and _said(sight, RETRO, card),
    )


def card_of(sight: Sight) -> Card | None:
    """The card of the story's bug: the first that came since it began, else the latest of before, which it reopened."""
    found = [(message, card) for message in sight.slack if (card := _card(message)) and _is_about(card, sight.story)]
    new = [card for message, card in found if message["ts"] not in sight.before]
    return new[0] if new else next((card for _, card in reversed(found)), None)


def _is_about(card: Card, story: Story) -> bool:
    return any(mark in card.text for mark in MARKS[story])


def words(message: Json) -> str:
    """All that a reader sees of a message."""
    return " ".join(_words({name: message.get(name) for name in ("text", "blocks", "attachments")}))


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            if isinstance(value, str) and name in {"text", "value", "title", "fallback"}:
                yield value
            else:
                yield from _words(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _words(value)


def _card(message: Json) -> Card | None:
    """Only what an app has posted in the channel itself is a card; its dot says the state."""
    if message.get("thread_ts") not in (None, message.get("ts")) or not message.get("bot_id"):
        return None
    text = words(message)
    dot, bug = DOT.search(text), BUG.search(text)
    return Card(bug=bug[0], state=STATES[dot[0]], text=text) if dot and bug else None


def _statuses(sight: Sight) -> list[int]:
    page = PAGES[sight.story]
    return [v.status for v in sight.visits if v.email == sight.email and v.context == f"POST {page}"]


def _works(statuses: Sequence[int]) -> bool:
    """It failed once, and the last time it did not."""
    return any(status >= 500 for status in statuses) and statuses[-1] < 400  # noqa: PLR2004  # HTTP's own borders


def _said(sight: Sight, pattern: re.Pattern[str], card: Card | None) -> bool:
    """An app said so since the story began, in a line of its own."""
    new = (message for message in sight.slack if message["ts"] not in sight.before)
    said = (words(message) for message in new if message.get("bot_id") and _card(message) is None)
    return card is not None and any(pattern.search(text) for text in said)


def _board_list(board: Json, card: Card | None) -> str:
    if card is None:
        return ""
    named = re.compile(rf"\b{card.bug}\b")
    return next(
        (
            str(column["name"])
            for column in board.get("lists", ())
            for entry in column["cards"]
            if named.search(f"{entry['name']} {entry['desc']}")
        ),
        "",
    )
