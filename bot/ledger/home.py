"""What App Home lists of the bugs: of each list one page, and how long it is. Reads only what it shows, however many bugs there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import accumulate
from typing import Any, Generic, TypeVar

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug, DoneAlone
from bot.bug.fixes.fix import RunState
from bot.bug.retro.model import Share
from bot.bug.retro.shares import shares
from bot.bug.retro.span import Span, week_of
from bot.ledger import states
from bot.ledger.db.tables import bugs
from bot.ledger.ledger import Ledger

_TEAM = bugs.c.team == bindparam("team")
# each says what its index says
_IN_HAND = text("status IN ('open', 'claimed', 'fixed')")
_OWNED = (_TEAM, bugs.c.owner == bindparam("user"), _IN_HAND)
_BY_WAIT = (bugs.c.waits.is_(None), bugs.c.waits, bugs.c.number)
_STATES = select(*states.STATE)
_WAITS = _STATES.where(_TEAM, _IN_HAND, bugs.c.waits.isnot(None)).order_by(bugs.c.waits, bugs.c.number)
_CALM = _STATES.where(_TEAM, _IN_HAND, bugs.c.waits.is_(None)).order_by(bugs.c.number)
_MINE = _STATES.where(*_OWNED).order_by(*_BY_WAIT)
_TELLS = _STATES.where(_TEAM, bugs.c.teller == bindparam("user")).order_by(*_BY_WAIT)
_PROMISES = _STATES.where(_TEAM, text("promised IS NOT NULL")).order_by(bugs.c.promised, bugs.c.number)
_DEBTS = _STATES.where(_TEAM, bugs.c.debtor == bindparam("user")).order_by(bugs.c.number)
_LISTS: Mapping[str, Any] = {
    "waits": _WAITS,
    "calm": _CALM,
    "mine": _MINE,
    "tells": _TELLS,
    "promises": _PROMISES,
    "debts": _DEBTS,
}
_PAGES = {name: query.limit(bindparam("most")).offset(bindparam("past")) for name, query in _LISTS.items()}
_SIZES = {name: select(func.count()).select_from(query.order_by(None).subquery()) for name, query in _LISTS.items()}
_OWED = select(func.count()).select_from(bugs).where(_TEAM, text("debtor IS NOT NULL"))
_ASKS = _STATES.where(_TEAM, text("asks > 0")).order_by(bugs.c.number)
_UNSEEN = select(bugs.c.number, bugs.c.unseen).where(_TEAM, text("unseen > 0")).order_by(bugs.c.number.desc())
_NAMED = _STATES.where(_TEAM, bugs.c.number.in_(bindparam("bugs", expanding=True)))
_BEGAN = select(bugs.c.began, bugs.c.informed).where(
    _TEAM, bugs.c.began >= bindparam("since"), bugs.c.began < bindparam("until")
)


T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Which page of each list somebody looks at; 0 is the first."""

    waits: int = 0
    unseen: int = 0
    mine: int = 0
    promises: int = 0
    open: int = 0
    debts: int = 0

    @classmethod
    def read(cls, said: str) -> "Pages":
        """What `str` wrote; what it can't read counts as the first page."""
        known = {one.name for one in fields(cls)}
        parts = (part.partition(":") for part in said.split(","))
        return cls(**{name: int(page) for name, _, page in parts if name in known and page.isdecimal()})

    def __str__(self) -> str:
        return ",".join(f"{one.name}:{page}" for one in fields(self) if (page := getattr(self, one.name)))

    def turned(self, name: str, page: int) -> "Pages":
        return replace(self, **{name: page})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T_co]):
    """Some of a list. `page` is the one that there is, where a later one was asked for."""

    shown: Sequence[T_co] = ()
    page: int = 0
    size: int = 1
    all: int = 0

    @property
    def past(self) -> int:
        return self.page * self.size

    @property
    def last(self) -> int:
        return last_page(self.all, self.size)


def last_page(count: int, size: int) -> int:
    return max(count - 1, 0) // size


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Everything that belongs to no chapter of its own comes from elsewhere."""

    waits: Page[Bug]
    """Those with a fix that this person is asked to approve, then those that work and of which they have somebody to tell."""
    unseen: Page[tuple[Bug, DoneAlone]]
    mine: Page[Bug]
    promises: Page[Bug]
    """The soonest first."""
    open: Page[Bug]
    """Who waits longest first, then the oldest."""
    debts: Page[Bug]
    owed: int
    """Proper fixes that the whole team owes."""
    week: tuple[Share, ...]
    span: Span


FIRST = Pages()
SIZES = Pages(waits=8, unseen=8, mine=8, promises=8, open=15, debts=8)
"""So many of each stand on a page: with all of them, Home stays below Slack's limit of 100 blocks."""


async def read(ledger: Ledger, user: str, pages: Pages, now: datetime) -> Lists:
    """For one person, as the pages say that they look at."""
    span = week_of(now)
    async with ledger.db.read() as conn:
        reader = _Reader(conn, ledger.team, user)
        return Lists(
            waits=await reader.waiting(pages.waits),
            unseen=await reader.unseen(pages.unseen),
            mine=await reader.joined(("mine",), pages.mine, SIZES.mine),
            promises=await reader.joined(("promises",), pages.promises, SIZES.promises),
            open=await reader.joined(("waits", "calm"), pages.open, SIZES.open),
            debts=await reader.joined(("debts",), pages.debts, SIZES.debts),
            owed=await reader.count(_OWED),
            week=await reader.week(span),
            span=span,
        )


def asked(bug: Bug, user: str) -> bool:
    """Whether a fix of this bug waits for this person's word."""
    return any(fix.state is RunState.WAITING and user in fix.asked and user not in fix.approved_by for fix in bug.fixes)


@dataclass(frozen=True, slots=True)
class _Reader:
    conn: AsyncConnection
    team: str
    user: str

    async def count(self, query: Any) -> int:
        return int((await self.conn.execute(query, {"team": self.team, "user": self.user})).scalar_one())

    async def joined(self, names: Sequence[str], page: int, size: int, first: Sequence[Bug] = ()) -> Page[Bug]:
        """One page of several lists, one behind the other; `first` come before them."""
        counts = [await self.count(_SIZES[name]) for name in names]
        all_ = len(first) + sum(counts)
        page = min(page, last_page(all_, size))
        shown = list(first[page * size : page * size + size])
        begins = accumulate([len(first), *counts])
        for name, begin in zip(names, begins, strict=False):
            past = max(page * size + len(shown) - begin, 0)
            shown += await self._some(_PAGES[name], most=size - len(shown), past=past)
        return Page(shown=tuple(shown), page=page, size=size, all=all_)

    async def _some(self, query: Any, **more: Any) -> list[Bug]:
        if not more.get("most", 1):
            return []
        found = await self.conn.execute(query, {"team": self.team, "user": self.user, **more})
        return await states.shown(self.conn, self.team, found)

    async def waiting(self, page: int) -> Page[Bug]:
        approvals = [bug for bug in await self._some(_ASKS) if asked(bug, self.user)]
        return await self.joined(("tells",), page, SIZES.waits, approvals)

    async def unseen(self, page: int) -> Page[tuple[Bug, DoneAlone]]:
        """The newest bug first, and of a bug its newest."""
        size = SIZES.unseen
        rows = (await self.conn.execute(_UNSEEN, {"team": self.team})).all()
        all_ = sum(row.unseen for row in rows)
        page = min(page, last_page(all_, size))
        ends = accumulate(row.unseen for row in rows)
        places = [
            (row.number, end - row.unseen)
            for row, end in zip(rows, ends, strict=True)
            if end > page * size and end - row.unseen < page * size + size
        ]
        wanted = [number for number, _ in places]
        named = {bug.ref.number: bug for bug in await self._some(_NAMED, bugs=wanted)} if wanted else {}
        every = [(named[number], one) for number, _ in places for one in reversed(named[number].unseen)]
        skipped = page * size - places[0][1] if places else 0
        return Page(shown=tuple(every[skipped : skipped + size]), page=page, size=size, all=all_)

    async def week(self, span: Span) -> tuple[Share, ...]:
        within = {"team": self.team, "since": span.since.timestamp(), "until": span.until.timestamp()}
        rows = (await self.conn.execute(_BEGAN, within)).all()
        return shares(span, ((datetime.fromtimestamp(row.began, span.since.tzinfo), row.informed) for row in rows))
