"""Who computes all hashes anew is found by the seals; who computes those anew too, by an anchor that left the database."""

from collections.abc import Awaitable, Callable

import pytest

from bot.bug.errors import TrailBroken
from bot.ledger.ledger import Ledger
from bot.ledger.outside_anchor import compare, found_in, newest
from bot.ledger.seals import seal
from bot.ledger.verify import verify
from tests.support.stores import Store, open_bug, said, sql
from tests.tampering.rewriting import cut, open_guards, rewrite, seal_again

Attack = Callable[[Ledger], Awaitable[None]]


async def a_cut_end(ledger: Ledger) -> None:
    await cut(ledger.db, 1, 6)


async def a_dropped_bug(ledger: Ledger) -> None:
    await cut(ledger.db, 3, 1)


async def a_new_middle(ledger: Ledger) -> None:
    await rewrite(ledger.db, 1, 3, at="2025-11-24T15:00:00.000+00:00")


async def another_author(ledger: Ledger) -> None:
    await rewrite(ledger.db, 3, 1, by='{"id":"U0EVIL","kind":"person"}')


ATTACKS = pytest.mark.parametrize("attack", [a_cut_end, a_dropped_bug, a_new_middle, another_author])


@pytest.fixture
async def written(store: Store, ledger: Ledger) -> Ledger:
    """A line and BUG-3 that no daily anchor names yet, sealed a second later."""
    await seal(ledger)
    store.clock.advance(1)
    await said(ledger, 1, "we paid it twice")
    await open_bug(ledger, "Invoices are wrong")
    store.clock.advance(1)
    await seal(ledger)
    assert await verify(ledger) == 3
    return ledger


@ATTACKS
async def test_from_the_first_entry_on_the_seals_show_it(written: Ledger, attack: Attack) -> None:
    await open_guards(written.db)
    await attack(written)
    with pytest.raises(
        TrailBroken, match=r"Seal 3 \(2025-11-25T14:00:02.000\+00:00\) (counts|does not fit)|The anchor of"
    ):
        await verify(written)


@ATTACKS
async def test_with_the_seals_made_anew_only_an_anchor_outside_shows_it(written: Ledger, attack: Attack) -> None:
    kept = str(await newest(written))
    await open_guards(written.db)
    await attack(written)
    await seal_again(written.db)
    await verify(written)
    async with written.db.snapshot() as conn:
        with pytest.raises(TrailBroken, match=r"names seal 3, and the database says otherwise of it"):
            await compare(conn, found_in(kept))


async def test_a_database_that_was_set_back_has_less_than_the_anchor(written: Ledger) -> None:
    kept = str(await newest(written))
    await open_guards(written.db)
    await sql(written.db, "DELETE FROM seals WHERE number = 3")
    await cut(written.db, 3, 1)
    await cut(written.db, 1, 6)
    await verify(written)
    async with written.db.snapshot() as conn:
        with pytest.raises(TrailBroken, match="no such seal: an older backup came back, or the end was cut off"):
            await compare(conn, found_in(kept))


async def test_what_is_younger_than_the_newest_seal_can_be_cut_unseen(store: Store, written: Ledger) -> None:
    """The window that the page names: two seconds at most."""
    await said(written, 1, "not sealed yet")
    await open_guards(written.db)
    await cut(written.db, 1, 7)
    assert await verify(written) == 3


async def test_an_anchor_is_found_in_any_text_that_holds_it(written: Ledger) -> None:
    anchor = await newest(written)
    line = str(anchor)
    mail = f"Subject: x\n\n{line[:70]}=\r\n{line[70:]}\n"
    wrapped = line.replace(", head ", ",\nhead ")
    slack = f"Makegood APP  3:15 PM\n{wrapped}\n\n:eyes: 2"
    for text in (line, mail, slack, f'{{"anchor": "{line}"}}', f"{line}\n{line}\n"):
        assert found_in(text) == [anchor]
    assert found_in("nothing of it") == []
    async with written.db.snapshot() as conn:
        await compare(conn, found_in(line))
