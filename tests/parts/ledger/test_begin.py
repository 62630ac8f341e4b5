"""A run begins its effect only while the trail says that it is under way: asked at the last moment, under the bug's lock."""

import re
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from bot.bug.errors import Refused
from bot.bug.fixes import asking, doubt
from bot.bug.fixes.run import FixEnded, FixStarted
from bot.bug.values import Actor, ActorKind
from bot.ledger.entries import load, trail
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import Ledger
from bot.sinks.vault import Vault
from bot.sinks.watching import RunContext, Watching
from tests.support.stores import open_bug, person

DANA = "U0DEV"
PRODUCTION = Actor(kind=ActorKind.SYSTEM, id="production")


async def under_way(ledger: Ledger) -> Watching:
    """A fix that has started, and the watch of the process that carries it out."""
    bug = await open_bug(ledger)
    await ledger.record(bug, lambda now: asking.ask(now, DANA, "delete-row", {"id": "13"}, "bad row"), by=person(DANA))
    started = FixStarted(run=1, deadline=ledger.clock() + timedelta(minutes=20))
    await ledger.record(bug, lambda _bug: started, by=PRODUCTION)
    around = RunContext(
        ledger=ledger,
        vault=Vault(Fernet.generate_key()),
        flags=Flags(ledger.db, ledger.team, ledger.seconds),
        redact=str,
    )
    return Watching(around, bug, 1)


async def test_what_is_under_way_begins_and_what_finds_it_again_is_written_once(ledger: Ledger) -> None:
    watch = await under_way(ledger)
    await watch.begin(b"rows")
    await watch.begin(b"rows")
    fix = (await load(ledger, watch.bug)).fix(1)
    assert fix
    assert watch.around.vault.open(fix.kept) == b"rows"
    assert [entry.event.KIND for entry in await trail(ledger, watch.bug)].count("fix_progressed") == 1


@pytest.mark.parametrize(("settled", "why"), [(False, "taken for cut off"), (True, "settled as failed meanwhile")])
async def test_what_was_taken_for_cut_off_begins_nothing_whoever_settled_it(
    ledger: Ledger, settled: bool, why: str
) -> None:
    watch = await under_way(ledger)
    await watch.begin(b"host one")
    cut_off = FixEnded(run=1, state="unknown", summary="cut off")
    await ledger.record(watch.bug, lambda _bug: cut_off, by=PRODUCTION)
    if settled:
        word = "I looked, it is not there"
        await ledger.record(watch.bug, lambda now: doubt.settle(now, DANA, 1, "failed", word), by=person(DANA))
    for image in (b"host one", b"rows"):
        with pytest.raises(Refused, match=re.escape(why)):
            await watch.begin(image)
