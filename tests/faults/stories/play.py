"""Plays one seed: opens its town, lets its people act and its strikes fall, heals it, and judges what is there in the end."""

import asyncio
import shutil
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bot.demo.world.world import World
from bot.ledger.db.tables import cursors, inbox
from bot.process.tasks import cancelled
from tests.faults.stories.newer import understood
from tests.faults.stories.oracle import Judge
from tests.faults.stories.people import Said, Story
from tests.faults.stories.plan import Plan
from tests.faults.stories.processes import Zygote
from tests.faults.stories.town import StruckTown, busy
from tests.support import postgres
from tests.support.stores import migrated

LONGEST = 90.0 * busy()
"""Seconds that the people of one seed act."""
BEAT = 0.05
"""Seconds between two looks whether the fakes stand still."""
SETTLES = 60.0 * busy()
"""Seconds within which everything comes to its end once the world is whole."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a seed."""

    plan: Plan
    problems: tuple[str, ...]
    visited: frozenset[str]
    revisited: frozenset[str]
    struck: tuple[tuple[str, str], ...]
    gave_up: tuple[str, ...]
    took: float
    settled: float
    stalled: float
    """Seconds for which its fakes answered nobody, at most."""
    folder: Path
    crashed: bool = False
    """The story itself broke off: that is a problem, and says nothing of the promises."""


@dataclass
class Stalls:
    """When the fakes of all towns answered nobody: calls pile up then, and a later one may overtake an earlier one."""

    found: list[tuple[float, float]] = field(default_factory=list)
    """When it was over, and how many seconds it took."""

    async def watch(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(BEAT)
            self.found.append((time.monotonic(), time.monotonic() - before - BEAT))

    def longest(self, since: float) -> float:
        return max((took for at, took in self.found if at >= since), default=0.0)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the towns of one run share: who forks their processes, the server, and databases that are migrated already."""

    zygote: Zygote
    socket: Path
    template: str
    empty: Path
    world: Path
    """The files of a world that was opened once: its shops are filled."""
    stalls: Stalls

    @classmethod
    @asynccontextmanager
    async def open(cls, socket: Path, folder: Path) -> AsyncIterator["Ground"]:
        with postgres.database(socket) as template:
            await migrated(postgres.url(socket, template, "asyncpg"))
            empty = folder / "empty.db"
            await migrated(f"sqlite+aiosqlite:///{empty}")
            world = World(data_dir=folder / "world", base_url="http://127.0.0.1:9", bot_url="http://127.0.0.1:9")
            await world.parts.shop.start()
            await world.parts.staging.start()
            await world.stop()
            # for all towns alike: one that ends must not take it from another that is still judged
            with understood():
                async with Zygote().open() as zygote:
                    stalls = Stalls()
                    watching = asyncio.create_task(stalls.watch())
                    try:
                        yield cls(
                            zygote=zygote,
                            socket=socket,
                            template=template,
                            empty=empty,
                            world=folder / "world",
                            stalls=stalls,
                        )
                    finally:
                        await cancelled(watching)

    @asynccontextmanager
    async def database(self, plan: Plan, folder: Path) -> AsyncIterator[str]:
        """In a thread: PostgreSQL makes and drops one in seconds at times, and all fakes stand in this loop."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        if plan.topology.store == "sqlite":
            yield f"sqlite+aiosqlite:///{shutil.copy(self.empty, folder / 'makegood.db')}"
            return
        with ExitStack() as stack:
            made = postgres.database(self.socket, self.template)
            name = await asyncio.to_thread(stack.enter_context, made)
            try:
                yield postgres.url(self.socket, name, "asyncpg")
            finally:
                await asyncio.to_thread(stack.close)


async def play(plan: Plan, ground: Ground, folder: Path, planted: str = "") -> Played:
    """The folder of a seed without problems is gone afterwards."""
    began, crashed = time.monotonic(), False
    async with ground.database(plan, folder) as url:
        town = StruckTown(
            folder=folder,
            database_url=url,
            plan=plan,
            zygote=ground.zygote,
            planted=planted,
            world_before=ground.world,
        )
        await town.start()
        try:
            stories, problems, settled = await _lived(town)
            if problems:
                (folder / "trail.txt").write_text("\n".join(await kept(town)))
        except Exception:  # noqa: BLE001 - whatever it was: the seed is named, and the others go on
            stories, problems, settled = [], ["\n".join(traceback.format_exc().splitlines()[-6:])], 0.0
            crashed = True
        finally:
            await town.stop()
    town.journal.news()
    played = Played(
        plan=plan,
        problems=tuple(problems),
        visited=frozenset(town.journal.visited),
        revisited=frozenset(town.journal.revisited),
        struck=tuple(town.journal.struck),
        gave_up=tuple(reason for story in stories for reason in story.gave_up),
        took=time.monotonic() - began,
        settled=settled,
        stalled=ground.stalls.longest(since=began),
        folder=folder,
        crashed=crashed,
    )
    if not problems:
        shutil.rmtree(folder, ignore_errors=True)
    return played


async def kept(town: StruckTown) -> list[str]:
    """The trails and the inbox, for whoever looks into a broken seed."""
    lines = [
        f"{x.bug} {x.seq} {x.at:%H:%M:%S.%f} {x.by} {x.key} {x.event!r}"
        for n in await town.numbers()
        for x in await town.entries(n)
    ]
    async with town.ledger.db.read() as conn:
        for table in (inbox, cursors):
            lines += [str(tuple(row)) for row in await conn.execute(select(table))]
    lines += [
        f"{m['ts']} {m.get('thread_ts', '')} {m.get('metadata')} {m['text'][:100]}"
        for m in town.slack.messages("C0ERRORS")
    ]
    lines += [
        f"{call.at} {call.method} {call.status} {str(call.args)[:150]} {str(call.answer)[:80]}"
        for call in town.slack.calls
    ]
    return lines


async def _lived(town: StruckTown) -> tuple[list[Story], list[str], float]:
    plan = town.plan
    stories = [Story(town=town, number=n, cast=cast, said=Said()) for n, cast in enumerate(plan.casts, 1)]
    await town.settle_in()
    await town.opened()
    acting = asyncio.gather(*(story.play() for story in stories))
    happening = asyncio.create_task(_event(town))
    async with asyncio.timeout(LONGEST):
        await acting
        await happening
        if plan.merges:
            await stories[-1].step("a merge", stories[-1].merges(into=stories[0].bug))
    town.heal()
    healed = time.monotonic()
    try:
        await town.settled(SETTLES)
    except AssertionError as error:
        return stories, [str(error)], time.monotonic() - healed
    settled = time.monotonic() - healed
    return stories, await Judge(town, stories, restored=plan.event == "backup restored").problems(), settled


async def _event(town: StruckTown) -> None:
    """What happens to the whole town once."""
    await asyncio.sleep(town.plan.at)
    match town.plan.event:
        case "clock ahead":
            town.set_clock(town.plan.draw("clock").choice((5.0, 20.0, 90.0)))
        case "clock behind":
            town.set_clock(-town.plan.draw("clock").choice((5.0, 20.0, 90.0)))
        case "sockets cut":
            await town.slack.socket_mode.close()
        case "database cut":
            await town.server.cut()
        case "database away":
            await town.server.restart()
        case "deliveries again":
            town.tell_again()
        case "a storm of 429":
            town.storm()
        case "backup restored":
            await town.restore_backup(town.plan.draw("backup").uniform(1.0, 4.0))
