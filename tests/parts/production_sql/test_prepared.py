"""The statement that a preview showed is the one that runs; each preview asks the action for it anew."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.production.engine import Engine
from tests.parts.production_sql.own import own
from tests.parts.production_sql.shop import Follower, Shop, run_ref

CLOCK = "update(tables['menus']).where(tables.row('menus', '13')).values(title=str(next(_TICKS)))"


@pytest.fixture
async def ticking(sqlite_shop: Shop, tmp_path: Path) -> AsyncIterator[Engine]:
    """Runs an action that writes another value each time it is asked."""
    text = own(tmp_path, CLOCK).joinpath("own.py")
    text.write_text(f"from itertools import count\n{text.read_text()}\n\n_TICKS = count(1)\n")
    engine = sqlite_shop.engine(tmp_path)
    yield engine
    await engine.close()


async def _title(engine: Engine) -> str:
    preview = await engine.preview("own", {}, run_ref())
    return str((preview.rows[0].after or {})["title"])


async def test_an_action_that_looks_at_a_clock_runs_with_what_its_preview_showed(ticking: Engine) -> None:
    await _title(ticking)
    preview = await ticking.preview("own", {}, run_ref())
    outcome = await ticking.run("own", {}, preview, run_ref(), Follower())
    assert outcome.state == "succeeded", outcome


async def test_each_preview_asks_it_anew(ticking: Engine) -> None:
    await _title(ticking)  # which reads the tables
    first, second = await _title(ticking), await _title(ticking)
    assert int(second) == int(first) + 1


async def test_it_is_used_up_by_its_run(ticking: Engine) -> None:
    await _title(ticking)
    preview = await ticking.preview("own", {}, run_ref())
    await ticking.run("own", {}, preview, run_ref(), Follower())
    outcome = await ticking.run("own", {}, preview, run_ref(), Follower())
    assert outcome.state == "lapsed", outcome
