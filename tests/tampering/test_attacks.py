"""Walks the attacks: with the guards in place each is refused or found, and without them it is found all the same.

An attack is a file in `attacks/`: `SQL` (statements), where wanted `ONLY` ("sqlite" or "postgresql") and `FINDS` (what
`makegood trail verify` then says; empty for what nobody can find and so has to be refused).
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy.exc import DBAPIError

from bot.bug.errors import TrailBroken
from bot.ledger.ledger import Ledger
from bot.ledger.verify import verify
from tests.support.stores import rows, sql
from tests.tampering.rewriting import without_guards

FOLDER = Path(__file__).parent / "attacks"
ATTACKS = {path.stem: import_module(f"tests.tampering.attacks.{path.stem}") for path in sorted(FOLDER.glob("*.py"))}
DATABASES = ("sqlite", "postgresql")
CASES = [(db, name) for name, module in ATTACKS.items() for db in DATABASES if getattr(module, "ONLY", db) == db]
EVERY_ATTACK = pytest.mark.parametrize(("url", "name"), CASES, indirect=["url"])


async def refused(ledger: Ledger, attack: ModuleType) -> bool:
    """Whether a guard refused it, with its own words."""
    try:
        await sql(ledger.db, *attack.SQL)
    except DBAPIError as error:
        return "are for ever" in str(error)
    return False


async def test_the_trail_is_whole_before(ledger: Ledger) -> None:
    assert await verify(ledger) == 2


@EVERY_ATTACK
async def test_an_attack_is_refused_or_found(ledger: Ledger, name: str) -> None:
    attack = ATTACKS[name]
    before = await rows(ledger.db, "SELECT * FROM entries ORDER BY bug, seq")
    if await refused(ledger, attack):
        assert await rows(ledger.db, "SELECT * FROM entries ORDER BY bug, seq") == before
        assert await verify(ledger) == 2
        return
    with pytest.raises(TrailBroken, match=attack.FINDS):
        await verify(ledger)


@EVERY_ATTACK
async def test_an_attack_of_whoever_removes_the_guards_is_found(ledger: Ledger, name: str) -> None:
    attack = ATTACKS[name]
    await sql(ledger.db, *without_guards(sqlite=ledger.db.sqlite), *attack.SQL)
    with pytest.raises(TrailBroken, match=attack.FINDS):
        await verify(ledger)
