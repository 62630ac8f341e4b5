"""Computes a bug's state anew from its entries."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from bot.bug.bug import Bug
from bot.bug.event import Event, follow
from bot.bug.values import BugRef
from bot.ledger import codec
from bot.ledger.db.tables import bugs, entries
from bot.ledger.entries import trail_in
from bot.ledger.ledger import Entry
from bot.ledger.rows import WORKSPACE


def refold(ref: BugRef, trail: Iterable[Entry]) -> Bug:
    """The bug as its entries tell it."""
    bug = Bug(ref=ref)
    for entry in trail:
        bug = follow(bug, entry.event, entry.at, entry.by)
    return bug


def refold_all(connection: Connection, kinds: Iterable[type[Event]]) -> None:
    """For a migration: of bugs with entries of these kinds, of which an earlier version kept less in the state than this one."""
    found = entries.c.kind.in_(codec.stored_kinds(kinds)) & (entries.c.bug != WORKSPACE)
    for team, number in connection.execute(select(entries.c.team, entries.c.bug).where(found).distinct()).all():
        state = refold(BugRef(team=team, number=number), trail_in(connection, team, number))
        mine = (bugs.c.team == team) & (bugs.c.number == number)
        connection.execute(update(bugs).where(mine).values(state=codec.dump_bug(state)))
