"""`python -m tests.faults.rolling [COMMIT]`: two versions serve one PostgreSQL side by side.

Without a commit: this code and a made-up next version (next_tree.py). With one: that older commit, from a worktree of its own, and this
code. All with this environment's packages. Exits 1 where a promise broke.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bot.bug.course import ownership
from bot.bug.gifts import gifts
from bot.demo.server import free_port
from bot.ledger.entries import load
from bot.ledger.verify import verify
from tests.faults import next_tree, side_by_side
from tests.faults.process import ROOT, Makegood
from tests.faults.town import Town
from tests.support import postgres
from tests.support.stores import person

TELL = "It works again."
SIDE_BY_SIDE = 8
"""Bugs that are told while both run."""


async def rolled(town: Town, old: Makegood, new: Makegood) -> list[str]:
    """The older one has bugs already when the newer one migrates the schema under it; then both work; then the newer alone."""
    ports = [int(bot.environment["MAKEGOOD_PORT"]) for bot in (old, new)]
    town.port = ports[0]
    await old.start()
    for number in (1, 2):
        await town.report(number, 1, town.customer(number).email)
    await new.start()
    async with town.unhurried():
        for number in range(1, SIDE_BY_SIDE + 1):
            town.port = ports[number % 2]
            await town.report(number, 2, town.customer(number + 100).email)
            await tell(town, number)
        await town.settled()
        await old.terminate()
        town.port = ports[1]
        await town.report(1, 3, "")
        await town.settled()
        await new.terminate()
    return [
        *broken(town),
        *[f"{bot.config.stem}: {line}" for bot in (old, new) for line in raised(bot)],
        *await lines(town),
    ]


async def tell(town: Town, number: int) -> None:
    bug = (await town.bug_of(number)).ref.number
    await town.ledger.record(bug, lambda now: ownership.claim(now, "U0DEV"), by=person("U0DEV"))
    await town.ledger.record(bug, lambda now: gifts.tell(now, ["c1"], TELL, [], anyway=True), by=person("U0DEV"))


def broken(town: Town) -> list[str]:
    """By what the fakes counted."""
    cards = town.cards()
    mails = Counter(recipient for mail in town.world.parts.mail.messages for recipient in mail.recipients)
    board = town.board_cards()
    return [
        *(f"{bug} has {count} cards" for bug, count in cards.items() if count != 1),
        *(f"{bug} has {count} cards on the board" for bug, count in board.items() if count != 1),
        *(f"{to} got {count} letters" for to, count in mails.items() if count != 1),
        *([] if len(cards) == len(mails) == SIDE_BY_SIDE else [f"{len(cards)} cards, {len(mails)} letters"]),
    ]


def raised(bot: Makegood) -> list[str]:
    return [line for line in bot.log.splitlines() if "Traceback" in line or " ERROR " in line]


async def lines(town: Town) -> list[str]:
    """Each once and in order, and the chain of both versions' entries is one."""
    found = []
    for number in range(1, SIDE_BY_SIDE + 1):
        stand, worth = town.lines(await load(town.ledger, number)), await town.worth_a_line(number)
        found += [] if stand == worth else [f"BUG-{number}: its thread says {stand}, its trail {worth}"]
    await verify(town.ledger)
    return found


async def play(tree: Path, folder: Path, *, older: bool) -> list[str]:
    """`tree`: the other version's sources."""
    with postgres.server() as socket, postgres.database(socket) as name:
        town = Town(folder=folder, database_url=postgres.url(socket, name, "asyncpg"))
        await town.start()
        old, new = town.bot("old"), town.bot("new")
        new = replace(new, environment={**new.environment, "MAKEGOOD_PORT": str(free_port())})
        old, new = (_of(tree, old), new) if older else (old, _of(tree, new))
        try:
            return await (rolled if older else side_by_side.rolled)(town, old, new)
        finally:
            await asyncio.gather(old.kill(), new.kill())
            await town.stop()


def _of(tree: Path, bot: Makegood) -> Makegood:
    return replace(bot, environment={**bot.environment, "PYTHONPATH": str(tree)})


def _git(*words: str) -> None:
    subprocess.run(["git", "worktree", *words], cwd=ROOT, check=True)  # noqa: S603, S607 - a developer's own git


def with_the_next(folder: Path) -> list[str]:
    return asyncio.run(play(next_tree.make(folder / "next"), folder / "town", older=False))


def with_the_commit(commit: str, folder: Path) -> list[str]:
    older = folder / "older"
    _git("add", "--detach", "--quiet", str(older), commit)
    try:
        return asyncio.run(play(older, folder / "town", older=True))
    finally:
        _git("remove", "--force", str(older))


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("commit", nargs="?", help="the older one; none: a made-up next version")
    commit = asked.parse_args().commit
    with tempfile.TemporaryDirectory(prefix="makegood-rolling-") as folder:
        found = with_the_commit(commit, Path(folder)) if commit else with_the_next(Path(folder))
    kept = f"{commit or 'a made-up next version'} and this code served side by side; every promise was kept"
    sys.stdout.write("\n".join(found or [kept]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
