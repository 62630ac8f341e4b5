"""Forgets a customer: deletes the private rows that name them and computes the bugs anew. Entries and hashes stay."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.customers.customer import Face
from bot.bug.event import Event
from bot.bug.values import Actor
from bot.bug.workspace import CustomerErased
from bot.ledger import states, workspace
from bot.ledger.db.tables import bugs, conversations, cursors, groups, inbox, private, workspaces
from bot.ledger.entries import entries_in
from bot.ledger.index.search import unsearch
from bot.ledger.ledger import SYSTEM, Entry, Ledger
from bot.ledger.rows import WORKSPACE

SHORTEST_NAME = 3
_WORD = re.compile(r"[^\W\d_]+")
_CAPITAL = "[A-Z\u00c0-\u00d6\u00d8-\u00de]"


async def forget(ledger: Ledger, email: str, *, by: Actor = SYSTEM, why: str = "") -> int:
    """How many stored texts are gone. Cards are shown anew without them; what stands in Slack, mailboxes and backups stays there.

    An entry of the workspace says that it was done, by whom, why and how much it was; it does not name the customer.
    """
    email = email.strip()
    if not email:
        return 0
    async with ledger.db.write() as conn:
        return await _erase(conn, ledger, email, by, why)


async def _erase(conn: AsyncConnection, ledger: Ledger, email: str, by: Actor, why: str) -> int:
    """All of it or nothing: whatever stops it, no text is gone of which no entry tells, and none stays of which one does."""
    # in the order of everybody who locks several: the workspace, then bugs by rising number
    await workspace.record_in(conn, ledger, lambda _now: None, by=by)
    for number in await _bugs(conn, ledger, email):
        await ledger.lock(conn, number)
    # before the bugs are read: a mail that the inbox was just folding is in one of them by then
    waiting, texts, names = await _loose(conn, ledger, email), await _workspace(conn, ledger, email), set[str]()
    bugs = await _bugs(conn, ledger, email)
    for number in bugs:
        gone, called = await _bug(conn, ledger, number, email)
        texts, names = texts + gone, names | called
    if waiting + texts:
        erased = CustomerErased(texts=texts, bugs=len(bugs), waiting=waiting, why=unnamed(why.strip(), email, names))
        await workspace.record_in(conn, ledger, lambda _now: erased, by=by)
        ledger.wake_others(conn)
        await ledger.notify(conn)
    return waiting + texts


def unnamed(why: str, email: str, names: Collection[str]) -> str:
    """The reason without who is forgotten: no address, no name, no part of either, and no surname behind it."""
    mailbox = {word.capitalize() for word in _WORD.findall(email.partition("@")[0])}
    parts = {word for name in names for word in _WORD.findall(name) if word[:1].isupper() or name.islower()}
    known = {*names, *(part for part in parts if len(part) >= SHORTEST_NAME)}
    anyhow = f"(?i:{_one_of({email, *known})})"
    # a mailbox like info@ is a word of many sentences: written small it means no name
    named = rf"(?<!\w)(?:{anyhow}|{_one_of(mailbox)})(?!\w)(?:\s+{_CAPITAL}\w*)*"
    return re.sub(named, "the customer", why)


def _one_of(words: Iterable[str]) -> str:
    """The longest first; of none, what matches nothing."""
    found = sorted((word for word in words if word), key=len, reverse=True)
    return "|".join(map(re.escape, found)) or "(?!)"


async def _loose(conn: AsyncConnection, ledger: Ledger, email: str) -> int:
    """What has not become an entry (yet)."""
    told = inbox.update().values(body="", note="forgotten", state="done")
    alert = groups.update().values(alert="")
    counts = [
        (await conn.execute(statement.where(table.c.team == ledger.team, _names(column, email)))).rowcount
        for table, column, statement in (
            (inbox, inbox.c.body, told),
            (groups, groups.c.alert, alert),
            (conversations, conversations.c.body, delete(conversations)),
        )
    ]
    return sum(counts)


def _names(column: Any, email: str) -> ColumnElement[bool]:
    """Written as it is, or with escapes; in any case of its letters."""
    # some bodies are JSON that was written with escapes: there "jörg@…" stands as "j\u00f6rg@…"
    forms = {email, json.dumps(email)[1:-1]}
    return or_(*(func.lower(column).contains(form.lower(), autoescape=True) for form in forms))


async def _bugs(conn: AsyncConnection, ledger: Ledger, email: str) -> list[int]:
    """By rising number; the workspace is none."""

    async def having(table: Table, number: Any, column: Any) -> set[int]:
        found = await conn.execute(select(number).where(table.c.team == ledger.team, _names(column, email)).distinct())
        return set(found.scalars())

    named = await having(private, private.c.bug, private.c.body) | await having(bugs, bugs.c.number, bugs.c.state)
    return sorted(named - {WORKSPACE})


async def _bug(conn: AsyncConnection, ledger: Ledger, number: int, email: str) -> tuple[int, frozenset[str]]:
    """One bug, locked: nobody appends to it meanwhile. How many texts are gone, and what it called them."""
    of = and_(private.c.team == ledger.team, private.c.bug == number)
    bug = await ledger.lock(conn, number)
    hidden = {row.seq: row.body for row in await conn.execute(select(private.c.seq, private.c.body).where(of))}
    # read before anything is deleted: afterwards the bug no longer knows which customer that address was
    person = _Person.of(bug, email)
    named = [x.seq for x in await entries_in(conn, ledger.team, number) if person.is_in(x, hidden.get(x.seq))]
    await conn.execute(delete(private).where(of, private.c.seq.in_(named)))
    # computed anew from what is left, and not edited: a state that no entries explain could never be verified
    left, _ = await states.anew(conn, ledger.team, number)
    mine = and_(bugs.c.team == ledger.team, bugs.c.number == number)
    await conn.execute(update(bugs).where(mine).values(states.columns(left)))
    await unsearch(conn, ledger.team, number)
    await _show_anew(conn, ledger, number)
    return len(named), person.names


async def _workspace(conn: AsyncConnection, ledger: Ledger, email: str) -> int:
    """What somebody wrote as a reason, or the conversation that was decided about, may name them."""
    of = and_(private.c.team == ledger.team, private.c.bug == WORKSPACE)
    gone = await conn.execute(delete(private).where(of, _names(private.c.body, email)))
    left = workspace.refold(ledger.team, await workspace.trail_in(conn, ledger.team))
    mine = workspaces.c.team == ledger.team
    await conn.execute(update(workspaces).where(mine).values(workspace.columns(left)))
    return gone.rowcount


async def _show_anew(conn: AsyncConnection, ledger: Ledger, number: int) -> None:
    """What a sink last showed is kept beside its cursor: it is dropped, and so shown again without the customer."""
    where = and_(cursors.c.team == ledger.team, cursors.c.bug == number)
    for row in (await conn.execute(select(cursors.c.sink, cursors.c.external).where(where))).all():
        external = json.loads(row.external)
        if external.pop("shown", None) is not None:
            values = {"external": json.dumps(external), "due": ledger.clock().timestamp()}
            await conn.execute(update(cursors).where(where, cursors.c.sink == row.sink).values(values))


class _Person:
    """Known by address, by name, and by the ids that they have within one bug."""

    def __init__(self, email: str, customers: Sequence[Face]) -> None:
        # "Al" or "Bo" would be found in half of all texts, and take other people's words along
        self.names = frozenset(c.hint.name for c in customers if c.hint.name)
        names = {name for name in self.names if len(name) >= SHORTEST_NAME}
        self._ids = {c.id for c in customers}
        self._words = re.compile("|".join(rf"(?<!\w){re.escape(w)}(?!\w)" for w in (email, *names)), re.IGNORECASE)

    @classmethod
    def of(cls, bug: Bug, email: str) -> "_Person":
        joined = [side for c in bug.customers for pair in c.pairs for side in pair.sides]
        every: list[Face] = [*bug.customers, *joined]
        return cls(email, [c for c in every if c.hint.email.casefold() == email.casefold()])

    def is_in(self, entry: Entry, hidden: str | None) -> bool:
        """Whether this entry's private part is about them."""
        return hidden is not None and (self._concerns(entry.event) or bool(self._words.search(hidden)))

    def _concerns(self, event: Event) -> bool:
        """What they wrote, what they alone were told."""
        told = set(getattr(event, "customers", ())) or {getattr(event, "customer", "")}
        return told <= self._ids
