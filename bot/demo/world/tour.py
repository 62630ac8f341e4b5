"""The guided tour: from what really happened to the steps that are done and the one to take now. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Story = Literal["one", "two"]
CardState = Literal["", "open", "claimed", "fixed", "owed", "closed"]

LIFE: tuple[CardState, ...] = ("", "open", "claimed", "fixed", "owed", "closed")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What can be seen of the world from outside: the shop, Slack, the customer's side, the board, the till."""

    story: Story = "one"
    customer: str = "Mia"
    menu: int = 13
    bug: str = "the bug"
    mails_arrived: bool = False
    page_failed: bool = False
    """The customer got an error page."""
    card: CardState = ""
    customer_wrote: bool = False
    answered: bool = False
    """Something from the team reached the customer."""
    looked: bool = False
    waits: bool = False
    """Somebody else must agree to the fix now."""
    broken: bool = True
    """The customer's page would fail now."""
    page_works: bool = False
    """The customer asked for the page again and got it."""
    paid_back: bool = False
    """The till differs from what it was, in this customer's favour."""
    board_list: str = ""
    retro: bool = False

    def reached(self, state: CardState) -> bool:
        return LIFE.index(self.card) >= LIFE.index(state)


@dataclass(frozen=True, kw_only=True)
class Step:
    id: str
    title: str
    text: str
    done: bool
    active: bool
    optional: bool
    hint: str
    """What to press, as a CSS selector on the page; empty where nothing is to be pressed."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One step before it is held against the facts; `text` may use {customer}, {menu}, {bug} and {approver}."""

    id: str
    title: str
    text: str
    done: Callable[[Seen], bool]
    optional: bool = False
    hint: str = ""


def _action(action_id: str) -> str:
    return f'[data-action-id="{action_id}"]'


def _tab(pane: str) -> str:
    """Until it is open."""
    return f'[data-testid="tab-{pane}"][aria-selected="false"]'


BACK, GENERATE, ADD_SERVER = '[data-testid="back"]', '[data-testid="generate"]', '[data-testid="add-server"]'
NO_FIX_NOW = 'body:not(:has([data-action-id="fix_now"], [data-testid="modal"])) [data-action-id="fix"]'
TICK = '[data-testid="modal"] [data-block-id="when_works"] label:has(input:not(:checked))'
RUN = '[data-testid="modal"]:not(:has([data-block-id="when_works"] input:not(:checked))) [data-testid="submit"]'
"""In the preview: who is told when it works; and once that is ticked, what runs it."""
NEWEST_NEW_BUG = (
    ':nth-last-child(1 of [data-testid="message"]:has([data-action-id="new_from"])) [data-action-id="new_from"]'
)
APPROVAL = (
    '[data-testid="as-U0LEAD"][aria-pressed="false"], '
    'body:has([data-testid="as-U0LEAD"][aria-pressed="true"]) [data-testid="channel-app"]:not([aria-current]), '
    '[data-action-id="approve"]'
)
"""The lead, then the lead's messages, then the button in them."""

CLAIM = Rule(
    id="claim",
    title="Take it",
    text="As Dana, press Claim on the card in #errors. The fix claims it too.",
    done=lambda seen: seen.reached("claimed"),
    optional=True,
    hint=_action("claim"),
)
ANSWER = Rule(
    id="answer",
    title="Say that you are looking",
    text="Press “Answer: looking” on the card: {customer} knows that a person is on it, and the clock of silence stops.",
    done=lambda seen: seen.answered,
    optional=True,
    hint=_action("answer"),
)
LOOK = Rule(
    id="look",
    title="Look at production",
    text="Open … on the card, Look at production, rows-behind-page: a read-only query shows the row that is wrong.",
    done=lambda seen: seen.looked,
    optional=True,
    hint=_action("more"),
)
OWED = Rule(
    id="owed",
    title="The proper fix is owed",
    text="The card on the board is in Owed now, with what is needed to reproduce the bug.",
    done=lambda seen: seen.board_list in {"Owed", "Done"} or seen.card == "closed",
)
PAY = Rule(
    id="paid",
    title="Pay the debt",
    text="When the proper fix is merged, move the card on the board to Done (drag it, or use its ⋮). That closes {bug}.",
    done=lambda seen: seen.board_list == "Done" or seen.card == "closed",
    hint=f'{_tab("board")}, [data-testid="board-card"]',
)
RETRO = Rule(
    id="retro",
    title="How did we do?",
    text="Press Retro on the card, or type /retro {bug} in #errors: say how it got into production, then take the post-mortem.",
    done=lambda seen: seen.retro,
    hint=_action("retro"),
)

STORY_ONE = (
    Rule(
        id="break",
        title="A customer meets a bug",
        text="In the customer's browser, press Generate my admin panel.",
        done=lambda seen: seen.page_failed,
        hint=GENERATE,
    ),
    Rule(
        id="alert",
        title="The alert becomes a card",
        text="Watch #errors: Bugsnag's alert arrives, and Makegood's red card with it.",
        done=lambda seen: seen.reached("open"),
    ),
    Rule(
        id="chat",
        title="The customer asks",
        text="In the chat of the customer's browser, write: I got an error on this page, what can I do?",
        done=lambda seen: seen.customer_wrote,
        hint=".chat form",
    ),
    CLAIM,
    ANSWER,
    LOOK,
    Rule(
        id="fix",
        title="Fix production",
        text="Press Fix: delete-row menus {menu} on the card, read the preview, tick that {customer} is told, run it.{approver}",
        done=lambda seen: seen.page_failed and not seen.broken,
        hint=f"{_action('fix_now')}, {NO_FIX_NOW}, {TICK}, {RUN}",
    ),
    Rule(
        id="tell",
        title="Tell the customer",
        text="Press Tell on the card, choose a credit of 5 EUR under They get, send: a bubble appears in {customer}'s chat.",
        done=lambda seen: seen.reached("owed"),
        hint=_action("tell"),
    ),
    Rule(
        id="works",
        title="It works again",
        text="In the customer's browser, go back and press Generate my admin panel again.",
        done=lambda seen: seen.page_works,
        hint=f"{GENERATE}, {BACK}",
    ),
    Rule(
        id="till",
        title="Make it good",
        text="Look into the till: {customer} has the credit.",
        done=lambda seen: seen.paid_back,
        optional=True,
        hint=_tab("till"),
    ),
    OWED,
    PAY,
    RETRO,
)

STORY_TWO = (
    Rule(
        id="mails",
        title="The mails of the morning",
        text="Three e-mails arrive at support. One of them matters.",
        done=lambda seen: seen.mails_arrived,
    ),
    Rule(
        id="alert",
        title="One is a bug",
        text="In #errors, press New bug under {customer}'s mail; the other one is Not a bug.",
        done=lambda seen: seen.reached("open"),
        hint=NEWEST_NEW_BUG,
    ),
    CLAIM,
    Rule(
        id="reproduce",
        title="Reproduce it",
        text="You see what {customer} sees: in the customer's browser open Servers and press Add a server.",
        done=lambda seen: seen.page_failed,
        hint=ADD_SERVER,
    ),
    ANSWER,
    Rule(
        id="fix",
        title="Roll out the fix",
        text="Release 1.4.2 repairs it and works on development. Press Fix, choose roll-out, write 1.4.2 and why, press Preview;"
        " then the button there.{approver}",
        done=lambda seen: seen.mails_arrived and not seen.broken,
        hint=_action("fix"),
    ),
    Rule(
        id="works",
        title="It works again",
        text="In the customer's browser, go back and press Add a server again.",
        done=lambda seen: seen.page_works,
        hint=f"{ADD_SERVER}, {BACK}",
    ),
    Rule(
        id="tell",
        title="Tell the customer",
        text="Press Tell: it was our fault, it works; give the lost days back and a better plan for a month.",
        done=lambda seen: seen.reached("owed"),
        hint=_action("tell"),
    ),
    Rule(
        id="till",
        title="Make it good",
        text="Look into the till: {customer} has the days and the better plan.",
        done=lambda seen: seen.paid_back,
        optional=True,
        hint=_tab("till"),
    ),
    RETRO,
)

RULES: dict[Story, tuple[Rule, ...]] = {"one": STORY_ONE, "two": STORY_TWO}
TITLES: dict[Story, str] = {"one": "Minutes", "two": "67 minutes"}


def steps(seen: Seen) -> tuple[Step, ...]:
    """Every step with done and active; the active one is the first that must be done and is not."""
    rules = RULES[seen.story]
    first = next((rule.id for rule in rules if not rule.optional and not rule.done(seen)), None)
    return tuple(_step(rule, seen, active=rule.id == first) for rule in rules)


def _step(rule: Rule, seen: Seen, *, active: bool) -> Step:
    return Step(
        id=rule.id,
        title=rule.title,
        text=rule.text.format(customer=seen.customer, menu=seen.menu, bug=seen.bug, approver=_approver(seen)),
        done=rule.done(seen),
        active=active,
        optional=rule.optional,
        hint=APPROVAL if rule.id == "fix" and seen.waits else rule.hint,
    )


def _approver(seen: Seen) -> str:
    if not seen.waits:
        return ""
    return " Somebody else must agree: act as Lee, open makegood, press Approve."
