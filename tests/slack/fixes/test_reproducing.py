"""A bug that somebody reported in words: its page is asked for, and production and development say whether it can be seen."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.slack.fixes.site import Site, serving
from tests.slack.fixes.team import Team


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as site:
        yield site


@pytest.fixture
def more(site: Site) -> dict[str, Any]:
    probes = {
        "its page": {"url": site.url + "{page}"},
        "local": {"url": f"{site.url}/home", "page": "/menus", "on": "development"},
    }
    return {"probes": probes}


async def test_the_page_is_read_from_the_words_and_confirmed_before_it_is_asked(team: Team, site: Site) -> None:
    await team.dana.types(f"/bug new Mia wrote: {site.url}/menus fails.", in_=team.house.errors)
    card = await team.house.errors.expect_message("BUG-2")
    await card.thread.expect("Mia wrote")
    await team.dana.types("/fix probe BUG-2", in_=team.house.errors)
    form = await team.dana.expect_modal("On which page does it happen?")
    assert form.field("On which page does it happen?").value == f"{site.url}/menus"
    await form.submit()
    await card.thread.expect("Reproduced on production: its page is 500")
    await card.thread.expect("Not reproduced on development: local is 200")
    kinds = await team.house.kinds(2)
    assert kinds.count("reproduced") == 2
    assert kinds.index("page_named") < kinds.index("probe_asked")


async def test_a_page_that_is_no_address_is_said_at_its_field(team: Team) -> None:
    await team.dana.types("/bug new something is odd", in_=team.house.errors)
    await team.house.errors.expect_message("BUG-2")
    await team.dana.types("/fix probe BUG-2", in_=team.house.errors)
    form = await team.dana.expect_modal("On which page does it happen?")
    form.field("On which page does it happen?").type("the menus")
    await form.submit()
    await form.expect_error("On which page does it happen?", "whole address")


async def test_what_you_tried_yourself_is_recorded_with_your_name(team: Team) -> None:
    await team.dana.types("/bug reproduced BUG-1 no on development -- with her account", in_=team.house.errors)
    await team.card.thread.expect("Not reproduced on development: with her account (Dana)")
    await team.dana.types("/bug reproduced BUG-1 perhaps", in_=team.house.errors)
    await team.dana.expect_ephemeral("yes or no")
