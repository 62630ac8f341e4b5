"""What every forge's deliveries come to."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from bot.adapters.common.reading import Data
from bot.adapters.forges.common.naming import named
from bot.adapters.ports import Hook
from bot.bug.debt.pull import Pull, PullChange

LONGEST = 100_000
"""Characters of a description that are read; forges take fewer."""


def event(hook: Hook, forge: str, *headers: str) -> str:
    """The forge's own id of the delivery, or, where it names none, the digest of its body."""
    given = next((found for name in headers if (found := hook.headers.get(name, "").strip())), "")
    return f"{forge}:{given or hashlib.sha256(hook.body).hexdigest()[:40]}"


def counts(base: str, default: str, options: Mapping[str, object]) -> bool:
    """Whether people use what is merged into this branch: those of the settings, else the default branch."""
    chosen = options.get("branches")
    return base in chosen if isinstance(chosen, tuple | list) and chosen else base == default


def change(event_: str, pull: Pull, body: str, branch: str) -> PullChange:
    """The pull request with what its texts name."""
    found = named(pull.title, body, branch, pull.repository, pull.author)
    told = replace(pull, reverts=found.reverts)
    return PullChange(event=event_, pull=told, fixes=found.fixes, mentions=found.mentions)


def words(data: Data, path: str) -> str:
    return data.text(path, limit=LONGEST)
