"""Whether the problem is gone: an action's own check, and a probe by a look."""

from bot.outgoing import sessions
from bot.production.probes.probe import probe
from bot.production.probes.settings import ProbeSettings
from tests.parts.production_sql.shop import MENU_13, Shop


async def test_an_actions_own_check_counts_what_still_shows_the_problem(shop: Shop) -> None:
    job = {"table": "jobs", "id": "1"}
    engine = shop.engine()
    assert await engine.check("resend", job) == 1
    shop.meanwhile("UPDATE jobs SET status = 'sent' WHERE id = 1")
    assert await engine.check("resend", job) == 0
    assert await engine.check("delete-row", MENU_13) is None
    await engine.close()


async def test_a_probe_by_a_look_tells_before_from_after(sqlite_shop: Shop) -> None:
    check = ProbeSettings(look="rows-behind-page", params={"account": "2"}, rows=0)
    engine = sqlite_shop.engine()
    async with sessions.pooled() as http:
        before = await probe("Ben's menus", check, engine, http)
        sqlite_shop.meanwhile("DELETE FROM orders", "DELETE FROM menus WHERE account_id = 2")
        after = await probe("Ben's menus", check, engine, http)
    await engine.close()
    assert (before.ok, before.said) == (False, "has 1 row")
    assert (after.ok, after.said) == (True, "has 0 rows")
