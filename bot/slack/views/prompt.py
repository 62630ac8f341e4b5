"""A prompt: a sentence to somebody with the buttons that follow from it, and the parts that prompts share."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.values import Frozen
from bot.slack.views import blocks as kit
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import foreign, who


class Button(Frozen):
    label: str
    verb: str
    style: str | None = None
    about: Mapping[str, str] = Field(default_factory=dict)


class Offer(Frozen):
    """`to`: each gets a message of their own; nobody: it stands in the bug's thread."""

    text: str
    buttons: tuple[Button, ...] = ()
    to: tuple[str, ...] = ()
    loud: bool = False
    """From the thread also into the channel, for whoever is there."""

    def blocks(self, bug: Bug) -> kit.Blocks:
        row = [kit.button(b.label, b.verb, mark(bug, **b.about), b.style) for b in self.buttons]
        return kit.render([kit.section(self.text, "offer"), *kit.actions(row, "offered")])


def title(bug: Bug) -> str:
    return f"{bug.ref} {foreign(bug.title, 120, one_line=True)}"


def name(customer: Customer | None) -> str:
    return foreign(customer.name, 60, one_line=True) if customer else "A customer"


def call(people: tuple[str, ...]) -> str:
    """Mentions of people and groups; without any, whoever is in the channel now."""
    return " ".join(f"<!subteam^{x}>" if x.startswith("S") else who(x) for x in people) or "<!here>"


def button(label: str, verb: str, style: str | None = None, **about: Any) -> Button:
    return Button(label=label, verb=verb, style=style, about={k: str(v) for k, v in about.items()})
