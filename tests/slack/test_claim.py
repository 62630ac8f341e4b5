"""One person owns a bug at a time, and everybody else knows who."""

import asyncio

import pytest

from bot.demo.slack.records import Person
from tests.slack.everywhere import every_connection, every_store
from tests.slack.house import House


@every_connection
@every_store
class TestEverywhere:
    async def test_a_click_claims_the_bug_and_the_card_says_who_has_it(self, house: House) -> None:
        card = await house.alarm()
        await card.button("Claim").click(by=house.person("Dana"))
        await card.expect_text("<@U0DEV>")
        await card.expect_no_button("Claim")
        await card.expect_lock_screen("<@U0DEV> has BUG-1")
        await card.thread.expect("Dana has it")

    async def test_a_command_claims_it_and_says_so_to_its_author_alone(self, house: House) -> None:
        card, dana = await house.alarm(), house.person("Dana")
        await dana.types("/bug claim BUG-1", in_=house.errors)
        await dana.expect_ephemeral("You have BUG-1")
        await card.thread.expect("Dana has it")

    async def test_a_word_in_the_thread_claims_it(self, house: House) -> None:
        card = await house.alarm()
        await house.person("Dana").says("@makegood claim", thread=card)
        await card.thread.expect("Dana has it")

    async def test_of_fifty_clicks_at_once_one_wins_and_all_others_are_told_who(self, house: House) -> None:
        crowd = [Person(id=f"U0CROWD{n}", name=f"Crowd {n}") for n in range(50)]
        house.slack.seed(people=crowd, members={"C0ERRORS": []})
        for one in crowd:
            house.slack.join(one.id, "C0ERRORS")
        card = await house.alarm()
        button = await card.expect_button("Claim")
        await asyncio.gather(*(button.click(by=house.person(one.name)) for one in crowd))
        await card.thread.expect("has it")
        losers = [one for one in crowd if one.id != (await house.bug()).owner]
        assert len(losers) == 49
        for one in losers:
            told = await house.person(one.name).expect_ephemeral("already has BUG-1, since")
            assert f"<@{(await house.bug()).owner}>" in told.lock_screen
        assert (await house.kinds()).count("claimed") == 1


async def test_the_second_is_told_who_has_it_and_since_when(house: House) -> None:
    card, sam = await house.alarm(), house.person("Sam")
    claim = await card.expect_button("Claim")
    await claim.click(by=house.person("Dana"))
    await card.thread.expect("Dana has it")
    await sam.types("/bug claim BUG-1", in_=house.errors)
    told = await sam.expect_ephemeral("<@U0DEV> already has BUG-1, since <!date^")
    assert "Take over" in told.lock_screen


async def test_whoever_has_it_already_is_told_so(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.expect_ephemeral("You already have BUG-1")


async def test_a_release_leaves_it_to_nobody_and_the_card_can_be_claimed_again(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await card.choose("Release", by=dana)
    await card.expect_text("nobody has it")
    await card.expect_button("Claim")
    await card.thread.expect("Dana let it go")


async def test_only_the_owner_releases(house: House) -> None:
    card, sam = await house.alarm(), house.person("Sam")
    await card.button("Claim").click(by=house.person("Dana"))
    await card.choose("Release", by=sam)
    await sam.expect_ephemeral("Only <@U0DEV> can release BUG-1")
    assert (await house.bug()).owner == "U0DEV"


async def test_a_bug_is_handed_over_and_the_new_owner_hears_of_it_directly(house: House) -> None:
    card, dana, lee = await house.alarm(), house.person("Dana"), house.person("Lee")
    await card.button("Claim").click(by=dana)
    await dana.types("/bug hand BUG-1 @Lee", in_=house.errors)
    await lee.expect_dm("<@U0DEV> handed you BUG-1")
    await card.expect_text("<@U0LEAD>")
    await card.thread.expect("Dana handed it over to <@U0LEAD>")


async def test_a_bug_is_handed_over_in_its_thread_as_well(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await dana.says("@makegood hand @Lee", thread=card)
    await house.person("Lee").expect_dm("handed you BUG-1")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/bug hand BUG-1 Lee", "Name a person with an @"),
        ("/bug hand BUG-1 @Dana", "You already have BUG-1"),
        ("/bug hand BUG-1 @Zoe", "Only members of this workspace"),
        ("/bug hand BUG-1 <@U0BOT>", "An app can't have a bug. Hand it to a person"),
        ("/bug hand BUG-1 <@U0NOBODY>", "Slack knows no user U0NOBODY"),
    ],
)
async def test_a_bug_is_handed_to_nobody_who_cannot_take_it(house: House, line: str, answer: str) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.types(line, in_=house.errors)
    await dana.expect_ephemeral(answer)
    assert (await house.bug()).owner == "U0DEV"


async def test_a_takeover_tells_the_owner_before(house: House) -> None:
    card, dana, sam = await house.alarm(), house.person("Dana"), house.person("Sam")
    await card.button("Claim").click(by=dana)
    await card.choose("Take over", by=sam)
    await dana.expect_dm("<@U0SUP> took BUG-1 over from you")
    await card.expect_text("<@U0SUP>")
    await card.thread.expect("Sam took it over from <@U0DEV>")


async def test_taking_what_nobody_has_is_a_claim(house: House) -> None:
    card, sam = await house.alarm(), house.person("Sam")
    await sam.types("/bug take BUG-1", in_=house.errors)
    await card.thread.expect("Sam has it")


async def test_an_estimate_claims_the_bug_and_stands_on_the_card(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await dana.types("/bug estimate BUG-1 10m", in_=house.errors)
    await card.expect_text("about 10 min")
    await card.thread.expect("Dana estimates 10 minutes")
    await dana.expect_ephemeral("Got it. The card and the thread of BUG-1 show what comes of it.")


async def test_a_long_estimate_reminds_of_whoever_waits(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.types("/bug estimate BUG-1 2h", in_=house.errors)
    await dana.expect_ephemeral("send a first answer now")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/bug estimate BUG-1 soon", "`/bug estimate BUG-1 10m`"),
        ("/bug estimate BUG-1 0m", "between 1 minute and 7 days"),
        ("/bug estimate BUG-1 30d", "between 1 minute and 7 days"),
    ],
)
async def test_an_estimate_that_makes_no_sense_is_refused_with_an_example(house: House, line: str, answer: str) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.types(line, in_=house.errors)
    await dana.expect_ephemeral(answer)


async def test_a_mention_outside_of_threads_is_answered_where_it_was_said(house: House) -> None:
    """Slack shows what one person alone sees in a thread only where the thread is there already."""
    sam = house.person("Sam")
    await sam.says("@makegood list", in_=house.errors)
    await sam.expect_ephemeral("Nothing is open")
    await sam.says("@makegood claim", in_=house.errors)
    await sam.expect_ephemeral("Which bug?")
