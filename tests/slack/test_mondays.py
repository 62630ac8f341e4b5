"""On Mondays the week that is over is posted by itself: once, whatever restarts and comes back."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.ledger.db.leader import Leader
from bot.slack.mondays import Monday
from tests.slack.house import House

HEAD = "Makegood in "
WEEKLY = {"weekly": {"channel": "C0ERRORS", "zone": "Europe/Berlin"}}


async def on_sunday(house: House) -> datetime:
    """The settings ask for the week from the Sunday that comes on; the Monday after it, at midnight in UTC."""
    now = house.clock()
    monday = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=7 - now.weekday())
    await _at(house, monday - timedelta(hours=12))
    await house.restart(retro=WEEKLY)
    return monday


async def _at(house: House, then: datetime) -> None:
    house.clock.advance(seconds=(then - house.clock()).total_seconds())


async def looked(house: House) -> None:
    """The job has had its time, twice."""
    for _ in range(2):
        house.clock.advance(seconds=31)
        await asyncio.sleep(0.7)
    await house.quiet()


def posted(house: House) -> list[str]:
    return [line for line in house.errors.lines if HEAD in line]


async def test_the_week_comes_once_on_monday_and_says_from_when_to_when_it_counts(house: House) -> None:
    monday = await on_sunday(house)
    await _at(house, monday + timedelta(hours=7))  # 08:00 or 09:00 in Berlin
    house.clock.advance(hours=3)
    message = await house.errors.expect_message(HEAD)
    last = monday - timedelta(days=7)
    assert f"{HEAD}{last:%G-W%V}" in message.lock_screen
    await message.expect_text(f"{last:%a %d %b %Y} to {monday - timedelta(days=1):%a %d %b %Y} (UTC)")
    await house.restart()
    await looked(house)
    assert len(posted(house)) == 1


async def test_before_its_hour_and_on_a_later_day_nothing_is_posted(house: House) -> None:
    monday = await on_sunday(house)
    await _at(house, monday + timedelta(hours=6))
    await looked(house)
    assert posted(house) == []
    await house.stop()
    await _at(house, monday + timedelta(days=1, hours=10))
    await house.start()
    await looked(house)
    assert posted(house) == []


async def test_after_a_backup_of_the_day_before_came_back_it_is_not_posted_again(
    house: House, database_url: str, tmp_path: Path
) -> None:
    if not database_url.startswith("sqlite"):
        return  # the copy of a file stands for every backup
    file = Path(database_url.partition("///")[2])
    monday = await on_sunday(house)
    await house.stop()
    kept = shutil.copy(file, tmp_path / "kept")
    await house.start()
    await _at(house, monday + timedelta(hours=10))
    await house.errors.expect_message(HEAD)
    await house.quiet()
    await house.stop()
    shutil.copy(kept, file)
    await house.start()
    await looked(house)
    assert len(posted(house)) == 1


class Everybody(Leader):
    """Believes that it has the turn, as a process that was frozen does."""

    async def leads(self, job: str, seconds: float) -> bool:
        return True


async def test_processes_that_all_believe_to_have_the_turn_leave_one(house: House) -> None:
    monday, bot, settings = await on_sunday(house), house.bot, house.settings.retro.weekly
    assert settings
    await _at(house, monday + timedelta(hours=10))
    turn = Everybody(db=bot.ledger.db, team=bot.ledger.team, clock=bot.ledger.seconds, me="one")
    posts = Monday(ledger=bot.ledger, flags=bot.flags, slack=bot.slack, often="weekly", settings=settings, zone="UTC")
    await asyncio.gather(*(posts.post(turn) for _ in range(3)))
    await looked(house)
    assert len(posted(house)) == 1


async def test_a_post_whose_answer_was_lost_stands_once(house: House) -> None:
    monday = await on_sunday(house)
    house.slack.faults.add(kind="after_500", method="chat.postMessage")
    await _at(house, monday + timedelta(hours=10))
    await house.errors.expect_message(HEAD)
    await looked(house)
    assert len(posted(house)) == 1
