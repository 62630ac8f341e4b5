"""Every file in attacks/ is one attempt; each is refused for its own reason, and leaves no trace in the database."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot.bug.errors import Refused
from bot.production.catalogue.catalogue import Catalogue
from tests.parts.production_sql.shop import Follower, Shop, run_ref

FOLDER = Path(__file__).parent / "attacks"
ATTEMPTS = Catalogue.trusting([FOLDER])


def _story(name: str) -> ModuleType:
    return sys.modules[ATTEMPTS.find(name).cls.__module__]


def test_every_file_is_one_attempt() -> None:
    assert ATTEMPTS.problems == ()
    assert len(ATTEMPTS.entries) == len(list(FOLDER.glob("*.py"))) >= 25


@pytest.mark.parametrize("name", [n for n in ATTEMPTS.entries if hasattr(_story(n), "REFUSED")])
async def test_the_attempt_is_refused_before_anybody_is_asked(name: str, served_shop: Shop) -> None:
    story, before = _story(name), served_shop.everything()
    engine = served_shop.engine(FOLDER, **getattr(story, "TARGET", {}))
    with pytest.raises(Refused, match=story.REFUSED):
        await engine.preview(name, getattr(story, "VALUES", {}), run_ref())
    await engine.close()
    assert served_shop.everything() == before


@pytest.mark.parametrize("name", [n for n in ATTEMPTS.entries if hasattr(_story(n), "LAPSED")])
async def test_what_is_not_as_approved_does_not_run(name: str, shop: Shop) -> None:
    story = _story(name)
    values = getattr(story, "VALUES", {})
    engine, follower = shop.engine(FOLDER, **getattr(story, "TARGET", {})), Follower()
    preview = await engine.preview(name, values, run_ref())
    shop.meanwhile(*([story.MEANWHILE] if hasattr(story, "MEANWHILE") else []))
    before = shop.everything()
    outcome = await engine.run(name, getattr(story, "RUN_VALUES", values), preview, run_ref(), follower)
    await engine.close()
    assert outcome.state == "lapsed"
    assert re.search(story.LAPSED, outcome.summary), outcome.summary
    assert follower.kept == []
    assert shop.everything() == before
