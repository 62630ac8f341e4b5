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
from tests.support.dsl.message import Message

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


@pytest.mark.parametrize("more", [{"makegood": {"per_day": {"EUR": 800}}}])
async def test_nor_what_a_bug_of_the_backup_was_asked_for_in_a_trail_that_is_lost(
    house: House, chat: Chat, fakes: Fakes, tmp_path: Path, more: dict[str, Any]
) -> None:
    fakes.till.seed(plans={}, customers=[{"email": MIA, "name": "Mia", "plan": "starter"}])
    await house.reported(error="e1", email=MIA, name=MIA)
    await house.quiet()
    _backed_up(tmp_path)
    lee, dana = house.person("Lee"), house.person("Dana")
    for line in ("/bug claim BUG-1", "/bug serious BUG-1 blocks"):  # as many entries as tell of the backup later
        await dana.types(line, in_=house.errors)
    await _tells(house, 1, "9")
    request = await lee.expect_dm("passes €8 a day")
    await _comes_back(house, tmp_path)
    await _tells(house, 1, "45")
    assert (await house.bug(1)).tell_requests[0].seq == int(words(request, "approve_tell")["request"])
    await request.button("Let it pass").click(by=lee)
    await lee.expect_ephemeral("lost when a backup came back")
    await house.quiet()
    assert not any(c["credit"] for c in fakes.till.snapshot()["customers"])


def words(message: Message, verb: str) -> dict[str, str]:
    """What the button carries."""
    value = str((message.element(verb) or {})["value"])
    return dict(part.split("=", 1) for part in value.split() if "=" in part)


async def _asks(house: House, error: str, email: str, amount: str) -> None:
    await house.reported(error=error, email=email, name=email)
    await house.quiet()
    await _tells(house, 2, amount)


async def _tells(house: House, bug: int, amount: str) -> None:
    dana = house.person("Dana")
    await dana.types(f"/bug works BUG-{bug} the row is gone", in_=house.errors)
    await house.quiet()
    await dana.types(f"/tell BUG-{bug}", in_=house.errors)
    form = await dana.expect_modal(f"Tell BUG-{bug}")
    await form.field("They get").pick("Other…")
    await form.expect_text("Credit in EUR")
    form.field("Credit in EUR").type(amount)
    await form.submit()
    await house.quiet()
