"""Both stories with one member: a founder who is alone, with `team = "solo"`. Nothing waits for somebody who is not there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bug.bug import Status
from bot.demo.world.tour import Story
from tests.acceptance import test_story_one as one
from tests.acceptance import test_story_two as two
from tests.acceptance.company import Company, asks_for, company
from tests.support.dsl.message import Message


@pytest.fixture
async def founder(tmp_path: Path, database_url: str, story: Story) -> AsyncIterator[Company]:
    """The company as it was on its first day: nobody but Dana."""
    async with company(tmp_path / "day", database_url, story, alone=True) as it:
        assert [person.name for person in it.demo.slack.world.people.values()] == ["Dana"]
        yield it


async def test_story_one(founder: Company) -> None:
    card = await one.an_error_appears(founder)
    await one.the_customer_opens_the_live_chat(founder, card)
    await one.somebody_looks(founder, card)
    await one.and_deletes_the_one_bad_row(founder, card)
    await one.and_answers_within_five_minutes(founder, card)
    await one.afterwards_the_proper_fix_is_owed_and_paid(founder, card)
    await one.how_did_we_do(founder, card)
    await the_retro_says_what_nobody_else_has_seen(founder, card, "delete-row menus 13")


@pytest.mark.parametrize("story", ["two"])
async def test_story_two(founder: Company) -> None:
    card = await two.of_several_mails_one_matters(founder)
    await two.it_is_reproduced(founder, card)
    await rolled_out_by_typing_the_release(founder, card)
    await two.it_is_checked_again(founder, card)
    await two.the_customer_is_answered(founder, card)
    await card.expect_text("⚪")
    assert (await founder.bug()).status is Status.CLOSED
    await the_retro_says_what_nobody_else_has_seen(founder, card, "roll-out 1.4.2")


async def rolled_out_by_typing_the_release(founder: Company, card: Message) -> None:
    """Its risk asks for somebody else; nobody is there, so the release is typed below the preview, and the channel reads it."""
    dana = founder.person("Dana")
    founder.clock.advance(minutes=40)
    await dana.says("@makegood estimate 10m", thread=card)
    await card.expect_text("about 10 min")
    await asks_for(card, dana, "roll-out", "1.4.2 mends it", field="Release", values={"Release": "1.4.2"})
    preview = await dana.expect_modal("Nobody else is here to approve this")
    preview.field("Type the release").type("1.4.1")
    await preview.submit("Go on alone", answered=False)
    await preview.expect_error("Type the release", "type the release: 1.4.2")
    preview.field("Type the release").type("1.4.2")
    await preview.submit("Go on alone")
    await card.thread.expect("goes on alone and typed `1.4.2`")
    messages = founder.demo.slack.messages("C0ERRORS")
    assert [m for m in messages if m.get("subtype") == "thread_broadcast" and "goes on alone" in m["text"]]


async def the_retro_says_what_nobody_else_has_seen(founder: Company, card: Message, what: str) -> None:
    await founder.person("Dana").types("/retro story BUG-1", in_=founder.errors)
    await card.thread.expect("nobody else has seen it")
    assert [(x.what, x.seen_by) for x in (await founder.retro()).done_alone] == [(what, "")]
    assert await founder.verified() == 1
