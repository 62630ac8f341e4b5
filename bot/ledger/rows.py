"""Makes the stored rows of a fact: its entry, chained to the one before, and its private half."""

from datetime import datetime
from typing import Any, NamedTuple

from bot.bug.event import Fact, Retention
from bot.bug.values import Actor
from bot.ledger import chain, codec
from bot.ledger.db.tables import entries, private

APPEND, HIDE = entries.insert(), private.insert()
WORKSPACE = 0
"""In place of a bug's number: the trail of what belongs to no bug."""


class Place(NamedTuple):
    team: str
    bug: int
    seq: int


def as_stored(at: datetime) -> datetime:
    """In whole milliseconds, so that what is folded again from its entries is the same to the last digit."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def rows(
    place: Place, fact: Fact, at: datetime, by: Actor, key: str | None, prev: str, keep: Retention
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    public, secret = codec.dump(fact)
    # a new one for each entry: the same word twice must not show by the same commitment
    salt = chain.salt() if secret else ""
    row: dict[str, Any] = {
        **place._asdict(),
        "kind": fact.KIND,
        # as text: the hash covers it as it is stored, and each database would give a timestamp back in its own form
        "at": at.isoformat(timespec="milliseconds"),
        "by": codec.dump_actor(by),
        "key": key,
        "body": public,
        "commitment": chain.commit(salt, secret) if secret else None,
        "prev": prev,
    }
    row["hash"] = chain.link(prev, row)
    # beside the private row and not in the entry: how long something is kept is no fact of the trail
    expires = (at + keep.span(fact.KEEP)).timestamp() if fact.KEEP else None
    return row, {**place._asdict(), "salt": salt, "body": secret, "expires": expires} if secret else None


def trail_name(number: int) -> str:
    """As people name it, where a sentence begins."""
    return f"BUG-{number}" if number != WORKSPACE else "Workspace"
