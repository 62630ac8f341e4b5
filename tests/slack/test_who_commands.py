"""Only unedited words and clicks of living human members of this workspace are commands."""

import pytest

from bot.bug.course.conversation import Said
from bot.demo.slack.records import Person
from tests.slack.everywhere import every_connection
from tests.slack.house import House

SAM_LEFT = Person(id="U0SUP", name="Sam", email="sam@acme.example", deleted=True)


@pytest.mark.parametrize("shape", ["bot_message", "app"])
async def test_another_app_commands_nothing(house: House, shape: str) -> None:
    card = await house.alarm()
    await house.app_says("@makegood claim", card, shape)
    await house.quiet()
    assert (await house.bug()).owner is None
    assert "claimed" not in await house.kinds()


async def test_an_edited_message_commands_nothing(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    said = await dana.says("good morning", thread=card)
    await house.quiet()
    await dana.edits(said, "@makegood claim")
    await house.quiet()
    assert (await house.bug()).owner is None


async def test_a_command_with_a_picture_and_a_comma_is_one(house: House) -> None:
    card = await house.alarm()
    words, picture = f"<@{house.slack.app.user_id}>, *claim*", {"name": "a.png", "content": "the page"}
    await house.slack.post("U0DEV", card.channel, words, thread_ts=card.ts, files=[picture])
    await house.quiet()
    assert (await house.bug()).owner == "U0DEV"
    said = [entry.event for entry in await house.trail() if isinstance(entry.event, Said)]
    assert [file.name for one in said for file in one.files] == ["a.png"]


async def test_a_command_inside_a_sentence_is_talk(house: House) -> None:
    card = await house.alarm()
    await house.person("Dana").says("should I write @makegood claim here?", thread=card)
    await house.quiet()
    assert (await house.kinds())[-1] == "said"


async def test_a_word_outside_a_bugs_thread_is_answered_with_what_is_missing(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.says("@makegood claim", in_=house.ws.channel("team"))
    await dana.expect_ephemeral("Which bug? Write `/bug claim BUG-1`")
    await dana.says("@makegood claim BUG-1", in_=house.ws.channel("team"))
    await house.quiet()
    assert (await house.bug()).owner == "U0DEV"


@every_connection
async def test_a_stranger_of_another_workspace_commands_nothing_by_any_path(house: House) -> None:
    card, zoe = await house.alarm(), house.person("Zoe")
    await card.button("Claim").click(by=zoe)
    await zoe.types("/bug claim BUG-1", in_=house.errors)
    await zoe.says("@makegood claim", thread=card)
    await zoe.uses_shortcut("Track as a bug", on=card)
    await card.choose("Not a bug…", by=zoe)
    await house.quiet()
    await house.slack.wait_for(lambda: len(zoe.ephemerals) == 5, why="five refusals")
    assert all("Only members of this workspace" in told for told in zoe.ephemerals)
    assert not zoe.has_modal
    assert (await house.bug()).owner is None


async def test_who_has_left_commands_nothing_from_that_moment(house: House) -> None:
    card, sam = await house.alarm(), house.person("Sam")
    await sam.types("/bug list", in_=house.errors)
    await sam.expect_ephemeral("BUG-1")
    house.slack.change_person(SAM_LEFT)
    await house.quiet()
    await card.button("Claim").click(by=sam)
    await sam.expect_ephemeral("This account is deactivated.")
    assert (await house.bug()).owner is None


async def test_a_guest_may_claim_since_anybody_here_may_help(house: House) -> None:
    card = await house.alarm()
    await card.button("Claim").click(by=house.person("Gil"))
    await card.thread.expect("Gil has it")


async def test_a_guest_reads_a_bug_in_its_thread_and_nothing_by_words(house: House) -> None:
    card, gil = await house.alarm(), house.person("Gil")
    assert any("admitted:" in line for line in card.thread.lines)
    for told, word in enumerate(("/bug show BUG-1", "/bug list", "/retro week", "/retro month"), 1):
        await gil.types(word, in_=house.errors)
        await house.slack.wait_for(lambda told=told: len(gil.ephemerals) == told, why=word)  # type: ignore[misc]  # mypy can't infer it
    assert all("Guests read a bug in its own thread" in said for said in gil.ephemerals)


STRANGE = (
    "",
    "garbage",
    "BUG-",
    "BUG-1; DROP TABLE bugs",
    "BUG-99999999999",
    "BUG-1 @1 run",
    "BUG-1 @1 \n",
    "B" * 2000,
)


async def test_a_button_that_is_not_ours_is_refused_with_a_sentence(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    for told, value in enumerate(STRANGE, 1):
        await (await house.forged("claim", value)).button("claim").click(by=dana)
        await house.slack.wait_for(lambda told=told: len(dana.ephemerals) == told, why=value)  # type: ignore[misc]  # mypy can't infer it
    assert all("Which bug?" in one for one in dana.ephemerals)
    assert (await house.bug()).owner is None


async def test_a_button_of_a_bug_that_never_was_is_refused(house: House) -> None:
    dana = house.person("Dana")
    await (await house.forged("claim", "BUG-5 @1")).button("claim").click(by=dana)
    await dana.expect_ephemeral("There is no BUG-5")


FORGED = (
    ("no_such_verb", "BUG-1 @1"),
    ("run", "BUG-1 @1 run=1 digest=abc"),
    ("approve", "BUG-1 @1 run=1 digest=abc"),
    ("reject", "BUG-1 @1 run=x"),
    ("settle", "BUG-1 @1"),
    ("cancel", "BUG-1 @1 run=99"),
    ("undo", "BUG-1 @1 run=1"),
    ("ran_it", "BUG-1 @1"),
    ("by_hand", "BUG-1 @1"),
    ("by_hand", "BUG-1 @1 message=1 customer=c9"),
    ("release_tell", "BUG-1 @1 message=x"),
    ("fix_this", "BUG-1 @1 fix=zz"),
    ("fix_this", "BUG-1 @1 fix=7b7d"),
    ("new_from", "BUG-0 @0"),
    ("same_as", "BUG-1 @0 source=chatwoot conversation=1"),
    ("not_a_bug", "BUG-0 @0 source=chatwoot conversation=1"),
    ("not_a_bug_answer", "BUG-0 @0"),
    ("action", "BUG-1 @1"),
    ("unpark", "BUG-1 @1"),
    ("break_glass", "BUG-1 @1"),
)


@pytest.mark.parametrize("given", [{"mode": "run"}])
async def test_a_forged_button_of_any_verb_changes_nothing_and_is_answered(house: House) -> None:
    await house.alarm()
    before, dana = await house.kinds(), house.person("Dana")
    for told, (verb, value) in enumerate(FORGED, 1):
        await (await house.forged(verb, value)).button(verb).click(by=dana)
        await house.slack.wait_for(lambda told=told: len(dana.ephemerals) == told, why=verb)  # type: ignore[misc]  # as above
    assert not [one for one in dana.ephemerals if "on Makegood's side" in one]
    assert await house.kinds() == before


async def test_the_buttons_of_an_old_card_still_work_after_a_restart(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await house.restart()
    await card.button("Claim").click(by=dana)
    await card.thread.expect("Dana has it")
    await house.restart()
    await card.choose("Release", by=dana)
    await card.expect_button("Claim")
    assert [line for line in card.thread.lines if "has it" in line] == [
        ":raising_hand: Dana has it",
        ":wave: Dana let it go: nobody has it",
    ]


async def test_a_stale_button_is_judged_by_what_is_true_now(house: House) -> None:
    """The value says what was seen; the present decides."""
    card, dana, sam = await house.alarm(), house.person("Dana"), house.person("Sam")
    old = (await card.expect_button("Claim")).value
    await card.button("Claim").click(by=dana)
    await card.expect_no_button("Claim")
    await (await house.forged("claim", old)).button("claim").click(by=sam)
    await sam.expect_ephemeral("<@U0DEV> already has BUG-1")


async def test_a_click_that_slack_delivers_twice_counts_once(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    house.slack.faults.add(kind="duplicate", method="interactive")
    await card.button("Claim").click(by=dana)
    await card.thread.expect("Dana has it")
    await house.quiet()
    assert (await house.kinds()).count("claimed") == 1
    assert dana.ephemerals == []


async def test_a_command_that_slack_delivers_twice_is_answered_once(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    house.slack.faults.add(kind="duplicate", method="slash_commands")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.expect_ephemeral("You have BUG-1")
    await house.quiet()
    assert len(dana.ephemerals) == 1


async def test_a_word_in_the_thread_that_slack_delivers_twice_counts_once(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    house.slack.faults.add(kind="duplicate", method="events_api", times=2)
    await dana.says("@makegood claim", thread=card)
    await card.thread.expect("Dana has it")
    await house.quiet()
    assert (await house.kinds()).count("claimed") == 1
    assert dana.ephemerals == []
