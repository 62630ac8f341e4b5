"""What is kept by name in a team: flags, and what people are called."""

from bot.ledger.index.flags import Flags
from bot.ledger.index.names import Names
from tests.support.stores import TEAM, Store, person, rows


async def test_a_flag_is_set_read_and_cleared(store: Store) -> None:
    flags = Flags(store.database(), TEAM, store.clock.seconds)
    await flags.set("name:a", "1", person("U1"))
    await flags.set("name:a", "2", person("U1"))
    await flags.set("board:since", "5", person("U1"))
    assert await flags.get("name:a") == "2"
    assert await flags.starting("name:") == {"a": "2"}
    await flags.clear("board:since")
    assert await flags.get("board:since") is None


async def test_what_people_are_called_is_known_to_whoever_reads_later(store: Store) -> None:
    here = Names(Flags(store.database(), TEAM, store.clock.seconds))
    await here.remember("U1", "Anna")
    await here.remember("U2", "Ben")
    await here.remember("U1", "Anna")
    await here.remember("U2", "Benjamin")
    elsewhere = Names(Flags(store.database(), TEAM, store.clock.seconds))
    assert await elsewhere.known() == {"U1": "Anna", "U2": "Benjamin"}


async def test_a_name_that_is_known_is_not_written_again(store: Store) -> None:
    names = Names(Flags(store.database(), TEAM, store.clock.seconds))
    await names.remember("U1", "Anna")
    first = await rows(names.flags.db, "SELECT at FROM flags")
    store.clock.advance(60)
    await names.remember("U1", "Anna")
    assert await rows(names.flags.db, "SELECT at FROM flags") == first
