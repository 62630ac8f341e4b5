"""Whose hooks there are, and who works off what: the names under which items wait in the inbox."""

from collections.abc import Iterable, Mapping

from bot.adapters import boards, trackers
from bot.adapters.channels import registry as channels
from bot.adapters.ports import unsigned
from bot.bug.errors import Misconfigured

ALERTS, PEOPLE, BOARD = "hook.tracker", "hook.customer", "hook.board"
PROPOSAL = "proposal"
"""Not a delivery but an intent: the line of a conversation that belongs to no bug is to be shown."""
CUSTOMER = "customer-"
"""Before the name of a channel that a tracker has too: /hooks/customer-generic/…"""


def names() -> list[str]:
    """What may stand in a hook's address."""
    people = [name.replace("_", "-") for name in channels.sources()]
    both = [CUSTOMER + name for name in people if name in trackers.sources()]
    return sorted({*trackers.sources(), *people, *both, *boards.kinds()})


def must_be_proven(hooks: Mapping[str, bool]) -> None:
    """Raises Misconfigured for a secret that nothing would compare: whoever wrote it believes that forged deliveries are refused."""
    for hook, secret in hooks.items():
        if secret and _proves_nothing(hook):
            raise Misconfigured(
                f"hooks.{hook}.secret: {hook} signs nothing, so the secret would not be checked. Remove it; "
                "the token in the hook's address is what protects it, make it long (openssl rand -hex 32)."
            )


def _proves_nothing(hook: str) -> bool:
    name = hook.replace("_", "-")
    if name in trackers.sources():
        return trackers.find(name).verify is unsigned
    people = name.removeprefix(CUSTOMER)
    return people.replace("-", "_") in channels.sources() and channels.find(people).verify is unsigned


def must_be_known(hooks: Iterable[str]) -> None:
    """Raises Misconfigured for one whose deliveries nobody could read."""
    known = names()
    for hook in hooks:
        if hook.replace("_", "-") not in known:
            raise Misconfigured(f"hooks.{hook}: there is no such source. Write one of: {', '.join(known)}.")
