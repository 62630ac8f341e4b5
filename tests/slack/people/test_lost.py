"""A backup came back without a bug: what still stands in Slack about it never acts on the bug that has its number now."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.bug.values import Actor, ActorKind
from bot.ledger.restored import hold
from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat, Fakes

LEE = Actor(kind=ActorKind.PERSON, id="U0LEAD")


def _backed_up(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "makegood.db")) as live, closing(sqlite3.connect(folder / "kept.db")) as kept:
        live.backup(kept)


async def _comes_back(house: House, folder: Path) -> None:
    await house.stop()
    for suffix in ("-wal", "-shm"):
        (folder / f"makegood.db{suffix}").unlink(missing_ok=True)
    shutil.copy(folder / "kept.db", folder / "makegood.db")
    await house.start()
    await hold(house.bot.ledger, LEE)
    await house.bot.dispatcher.context.allowed.follow()
    await house.quiet()


async def test_the_card_of_a_lost_bug_claims_nothing(house: House, tmp_path: Path) -> None:
    await house.alarm(title="First")
    _backed_up(tmp_path)
    lost = await house.alarm(title="Lost")
    await _comes_back(house, tmp_path)
    await house.reported(error="error-99", title="Another")
    await house.quiet()
    sam = house.person("Sam")
    await lost.button("Claim").click(by=sam)
    await sam.expect_ephemeral("lost when a backup came back")
    assert (await house.bug(2)).owner is None


@pytest.mark.parametrize("more", [{"makegood": {"per_day": {"EUR": 800}}}])
async def test_nobody_lets_a_makegood_pass_that_they_never_read(
    house: House, chat: Chat, fakes: Fakes, tmp_path: Path, more: dict[str, Any]
) -> None:
    fakes.till.seed(plans={}, customers=[{"email": "cy@x.example", "name": "Cy", "plan": "starter"}])
    await house.alarm(title="First")
    _backed_up(tmp_path)
    await _asks(house, "e2", MIA, "9")
    lee = house.person("Lee")
    request = await lee.expect_dm("passes €8 a day")
    await _comes_back(house, tmp_path)
    await _asks(house, "e99", "cy@x.example", "45")
    await request.button("Let it pass").click(by=lee)
    await house.quiet()
    assert not any(c["credit"] for c in fakes.till.snapshot()["customers"])
    assert not fakes.mails.messages


async def _asks(house: House, error: str, email: str, amount: str) -> None:
    dana = house.person("Dana")
    await house.reported(error=error, email=email, name=email)
    await house.quiet()
    await dana.types("/bug works BUG-2 the row is gone", in_=house.errors)
    await house.quiet()
    await dana.types("/tell BUG-2", in_=house.errors)
    form = await dana.expect_modal("Tell BUG-2")
    await form.field("They get").pick("Other…")
    await form.expect_text("Credit in EUR")
    form.field("Credit in EUR").type(amount)
    await form.submit()
    await house.quiet()
