"""What people ask for with a million entries against a thousand: it must take as long. Each press in turn on both, in one process."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bug.bug import Status
from bot.bug.course.ownership import Claimed
from bot.bug.retro import span
from bot.bug.retro.story import fold
from bot.demo.slack.validate import view_problems
from bot.ledger import home, summaries
from bot.ledger.db.engine import Database
from bot.ledger.entries import list_bugs, trail
from bot.ledger.index import search
from bot.ledger.ledger import Ledger
from bot.ledger.relay.held import held
from bot.slack.verbs.reading import LISTED
from bot.slack.views import home as home_view
from bot.slack.views import waiting
from bot.slack.views.home import Found
from tests.bench import crowd
from tests.bench.figure import Figure
from tests.bench.fix_figures import postgres
from tests.bench.month_figure import month_in_slack
from tests.bench.stage import Times

SMALL, LARGE, ROUNDS, WARM = 50, 50_000, 60, 10
OPEN_OF = {SMALL: 35, LARGE: 5_000}
"""Enough of the few that each press shows as many lines in both."""
LIMIT, A_MONTH, A_SEARCH, A_HOME = 1.2, 3.0, 0.2, 0.5
Press = Callable[[Ledger, int], Awaitable[object]]


async def _claim(ledger: Ledger, number: int) -> object:
    return await ledger.record(number, lambda _bug: Claimed(owner="U0B002"), by=crowd.DEV)


async def _list(ledger: Ledger, _number: int) -> object:
    async with ledger.db.read() as conn:
        return await held(conn, ledger.team), await list_bugs(ledger, limit=LISTED)


async def _retro(ledger: Ledger, number: int) -> object:
    return fold(await trail(ledger, number))


async def _home(ledger: Ledger, _number: int) -> object:
    """Made as it is published, and looked over as Slack does."""
    async with ledger.db.read() as conn:
        waits = await held(conn, ledger.team)
    ended = await list_bugs(ledger, (Status.CLOSED, Status.DISMISSED), limit=5)
    now = datetime.now(UTC)
    found = Found(lists=await home.read(ledger, crowd.DEV.id, home.FIRST, now), pages=home.FIRST, ended=ended)
    shown = home_view.view(replace(found, held=waiting.for_slack(waits)), crowd.DEV.id, lambda bug: str(bug.ref), now)
    assert not view_problems(shown), shown
    return json.dumps(shown)


PRESSES: dict[str, Press] = {"a claim": _claim, "/bug list": _list, "/retro BUG-1": _retro, "Home": _home}


async def size(home: Path, database: str = "") -> list[Figure]:
    """On SQLite, and on PostgreSQL."""
    found = [*await month_in_slack(home / "asked"), *await _compared("SQLite", *_files(home))]
    with postgres(home / "small-server", database) as small, postgres(home / "large-server", database) as large:
        return found + await _compared("PostgreSQL", small, large)


def _files(home: Path) -> list[str]:
    home.mkdir(parents=True, exist_ok=True)
    return [f"sqlite+aiosqlite:///{home / name}.db" for name in ("small", "large")]


async def _compared(name: str, small: str, large: str) -> list[Figure]:
    async with AsyncExitStack() as stack:
        few = await stack.enter_async_context(_filled(small, SMALL))
        many = await stack.enter_async_context(_filled(large, LARGE))
        figures = [await _press(f"{what}, {name}", press, few, many) for what, press in PRESSES.items()]
        searches = [await _search(f"a search for {what}, {name}", many, said) for what, said in SEARCHES.items()]
        return [*figures, *searches, await _month(name, many), await _opened(name, many)]


@asynccontextmanager
async def _filled(url: str, bugs: int) -> AsyncIterator[Ledger]:
    await crowd.fill(url, bugs, OPEN_OF[bugs])
    db = Database(url)
    try:
        yield Ledger(db, "T0LOCAL", crowd.SINKS)
    finally:
        await db.close()


async def _press(name: str, press: Press, few: Ledger, many: Ledger) -> Figure:
    """In pairs, so that what else the machine does falls on both; the number is an open bug's in each."""
    took: dict[int, list[float]] = {SMALL: [], LARGE: []}
    for nth in range(ROUNDS):
        for bugs, ledger in ((SMALL, few), (LARGE, many)):
            began = time.perf_counter()
            await press(ledger, bugs - nth % (SMALL // 10))
            took[bugs].append(time.perf_counter() - began)
    a, b = (_middle(took[bugs][WARM:]) for bugs in (LARGE, SMALL))
    detail = f"[{LARGE:,} bugs {a * 1e3:.2f} ms; {SMALL} bugs {b * 1e3:.2f} ms]"
    return Figure(name=f"{name}, p50", value=a / b, limit=LIMIT, unit="× of a thousand entries", detail=detail)


def _middle(times: Sequence[float]) -> float:
    return Times(all=tuple(sorted(times))).p(50)


SEARCHES = {"a word of every bug": crowd.COMMON, "one of a single bug": crowd.rare(LARGE // 2), "nothing there": "zzz"}


async def _search(name: str, ledger: Ledger, said: str) -> Figure:
    took: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = await search.search(ledger, said, most=LISTED + 1)
        took.append(time.perf_counter() - began)
    detail = f"[{len(found)} of {LARGE:,} bugs shown]"
    return Figure(name=f"{name}, p50", value=_middle(took[WARM:]), limit=A_SEARCH, unit="s", detail=detail)


async def _month(name: str, ledger: Ledger) -> Figure:
    """One in the middle of the two years, its first day and last."""
    of = span.month_of(datetime.now(UTC) - timedelta(days=200))
    began, used = time.perf_counter(), time.process_time()
    found = await summaries.read(ledger, of)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    detail = f"[{found.bugs} bugs in it; {cpu:.2f} s of this process's own time]"
    return Figure(name=f"retro --month, {name}", value=took, limit=A_MONTH, unit="s", detail=detail)


async def _opened(name: str, ledger: Ledger) -> Figure:
    """Home, with so many open bugs."""
    took: list[float] = []
    used = time.process_time()
    for nth in range(ROUNDS):
        began = time.perf_counter()
        await _home(ledger, nth)
        took.append(time.perf_counter() - began)
    cpu = (time.process_time() - used) / ROUNDS
    detail = f"[{OPEN_OF[LARGE]:,} of {LARGE:,} bugs are open; {cpu:.3f} s of this process's own time]"
    return Figure(name=f"Home, {name}, p50", value=_middle(took[WARM:]), limit=A_HOME, unit="s", detail=detail)
