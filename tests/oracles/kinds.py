"""What a case of the oracle is: a schema with rows, what a person does there, and how it has to end."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.slack.incoming import grammar
from tests.oracles.judge import Trial


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One schema that stands for its kind."""

    name: str
    schema: str
    trial: Trial
    end: str
    """"refused", "stopped", "irrevocable" or "undone"."""
    says: str = ""
    """A pattern in the sentence."""


def kind(
    name: str,
    schema: str,
    tables: str,
    does: str,
    end: str,
    says: str = "",
    *,
    user: str = "",
    meanwhile: str = "",
    volatile: tuple[str, ...] = (),
) -> Kind:
    """`tables` as "menus id, seats org,usr"; `does` as a person types it: "delete-row table=menus id=1"."""
    action, values, _ = grammar.call(does)
    keys: Mapping[str, str] = dict(entry.rsplit(" ", 1) for entry in tables.split("; "))
    trial = Trial(tables=keys, action=action, values=values, user=user, meanwhile=meanwhile, volatile=volatile)
    return Kind(name=name, schema=schema, trial=trial, end=end, says=says)
