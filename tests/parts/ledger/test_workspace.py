"""The workspace's own trail: chained, anchored, forgotten and verified as a bug's is, by several processes at once."""

import asyncio
from functools import partial

import pytest

from bot.bug.errors import TrailBroken
from bot.bug.values import Actor, ActorKind
from bot.bug.workspace import ConversationSettled, ProductionFrozen, Workspace, allow, thaw
from bot.ledger import workspace
from bot.ledger.anchors import anchor
from bot.ledger.entries import entries_after
from bot.ledger.forget import forget
from bot.ledger.ledger import Ledger
from bot.ledger.restored import hold
from bot.ledger.verify import verify
from tests.support.newer import Relocated, next_version
from tests.support.stores import TEAM, Store, open_bug, person, rows, said, sql

LEE = person("U0LEAD")


async def kinds(ledger: Ledger) -> list[str]:
    return [entry.event.KIND for entry in await workspace.trail(ledger)]


async def test_what_nobody_decided_is_blank(ledger: Ledger) -> None:
    assert await workspace.load(ledger) == Workspace(team=TEAM)
    assert await workspace.trail(ledger) == []
    assert await verify(ledger) == 0


async def test_each_decision_is_an_entry_by_whom_and_why(ledger: Ledger) -> None:
    await workspace.record(ledger, lambda _now: ProductionFrozen(why="deploy"), by=LEE)
    await workspace.record(ledger, partial(allow, action="a", sha="1"), by=Actor(kind=ActorKind.CLI, id="ops"))
    await workspace.record(ledger, partial(allow, action="a", sha="1"), by=LEE)
    await workspace.record(ledger, thaw, by=LEE)
    await hold(ledger, LEE, "the disk was full")
    found = await workspace.trail(ledger)
    assert [(x.seq, str(x.by), x.event.KIND) for x in found] == [
        (1, "U0LEAD", "production_frozen"),
        (2, "cli:ops", "action_allowed"),
        (3, "U0LEAD", "production_thawed"),
        (4, "U0LEAD", "backup_restored"),
    ]
    assert [x.seq for x in await workspace.trail(ledger, 2)] == [3, 4]
    now = await workspace.load(ledger)
    assert (now, now.allowed, now.restored_at) == (workspace.refold(TEAM, found), {"a": "1"}, ledger.clock())


async def test_what_was_asked_under_a_key_is_done_once(ledger: Ledger) -> None:
    for _ in range(2):
        await workspace.record(ledger, lambda _now: ProductionFrozen(), by=LEE, key="ask:1")
    bug = await open_bug(ledger)
    again = await ledger.record(bug, lambda _bug: None, by=LEE, key="ask:1")
    assert (await kinds(ledger), again.again) == (["production_frozen"], True)


async def test_of_many_who_decide_at_once_each_has_a_place_of_its_own(store: Store) -> None:
    ledgers = [store.ledger() for _ in range(1 if store.sqlite else 4)]
    decided = [
        workspace.record(ledgers[n % len(ledgers)], partial(allow, action=f"a{n}", sha="1"), by=LEE) for n in range(12)
    ]
    await asyncio.gather(*decided)
    assert [x.seq for x in await workspace.trail(ledgers[0])] == list(range(1, 13))
    assert len((await workspace.load(ledgers[0])).allowed) == 12
    assert await verify(ledgers[0]) == 0


async def test_no_bug_reads_the_workspace_s_entries(ledger: Ledger) -> None:
    await workspace.record(ledger, lambda _now: ProductionFrozen(), by=LEE)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    assert [x.bug.number for x in await entries_after(ledger, bug, 0)] == [bug, bug]
    assert await verify(ledger) == 1


async def test_somebody_forgotten_is_gone_from_the_workspace_s_trail_too(ledger: Ledger) -> None:
    await workspace.record(ledger, lambda _now: ProductionFrozen(why="Ada (ada@example.com) lost rows"), by=LEE)
    settled = ConversationSettled(source="mail", conversation="<1.ada@example.com>", what="nothing")
    await workspace.record(ledger, lambda _now: settled, by=LEE)
    await workspace.record(ledger, partial(allow, action="a", sha="1", why="read"), by=LEE)
    await anchor(ledger)
    assert await forget(ledger, "ada@example.com") == 2
    assert "ada" not in repr(await rows(ledger.db, "SELECT state FROM workspaces")).lower()
    assert "ada" not in repr(await rows(ledger.db, "SELECT body FROM private")).lower()
    assert (await workspace.load(ledger)).freeze
    assert await verify(ledger) == 0


async def test_a_kind_of_a_later_version_is_left_out_and_its_chain_still_checked(ledger: Ledger) -> None:
    await workspace.record(ledger, lambda _now: ProductionFrozen(), by=LEE)
    with next_version():
        await workspace.record(ledger, lambda _now: Relocated(), by=LEE)
    assert await kinds(ledger) == ["production_frozen"]
    assert await verify(ledger) == 0
    await sql(ledger.db, "UPDATE workspaces SET head = 'x'")
    with pytest.raises(TrailBroken, match="Workspace: entry 3 is not what was written"):
        await verify(ledger)
