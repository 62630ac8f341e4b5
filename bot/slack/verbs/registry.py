"""Registers verbs, and finds a verb's function by its name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.bug.errors import Refused
from bot.bug.permissions.policy import Duty
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.views.mrkdwn import foreign

Function = Callable[[Context, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    function: Function
    usage: str
    """As a person types it; empty for what only a button does."""
    help: str
    acts: Duty | None = None
    """On production or towards customers: not for guests, and not while Slack can't say who somebody is. None: for everybody."""


VERBS: dict[str, Verb] = {}


def verb(name: str, usage: str = "", help_: str = "", *, acts: Duty | None = None) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        said = help_ or (function.__doc__ or "").split("\n")[0]
        VERBS[name] = Verb(name, function, usage, said, acts)
        return function

    return register


def find(name: str, *, typed: bool = True) -> Verb:
    """Raises Refused with what was probably meant, or where nobody typed it with what to do about a button of another version."""
    if name in VERBS:
        return VERBS[name]
    if not typed:
        raise Refused(
            "This button is of another version of Makegood, which may still be starting: nothing was changed. "
            "Press it again in a moment; if that does not help, use the card or `/bug list`."
        )
    names = sorted(v.name for v in VERBS.values() if v.usage)
    near = get_close_matches(name, names, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "`/bug help all` lists what there is."
    raise Refused(f"I don't know “{foreign(name, 40, one_line=True)}”. {hint}")
