"""The retro in Slack: a form with what only people know, by several people, and the post-mortem as a file in the thread."""

import asyncio
from datetime import timedelta
from typing import Any

import html5lib
import pytest

from bot.bug.retro.story import fold
from bot.bug.retro.tasks import TaskAdded, TaskSettled
from bot.demo.slack.records import Json
from tests.slack.house import House
from tests.support.dsl.message import Message
from tests.support.dsl.modal import Modal
from tests.support.dsl.workspace import PersonPage

HOW = "How did it get into production?"
WORDS = "In your words"
DID = "How did we do?"


async def fixed(house: House) -> Message:
    card, dana = await house.alarm(), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.thread.expect("It works again")
    return card


async def opened(house: House, by: str = "Dana") -> Modal:
    person: PersonPage = house.person(by)
    await person.types("/retro BUG-1", in_=house.errors)
    return await person.expect_modal("Retro of BUG-1")


def fill(form: Modal, row: str = "", **given: Any) -> None:
    """What, who and until of one row."""
    labels = {"what": "A change", "owner": "Who does it", "due": "Until"}
    for name, value in given.items():
        form.field(labels[name] + row).put(value)


async def chosen(form: Modal, task: int, label: str) -> None:
    await form.slack.click_in_view(form.user, form.id, "more", f"shown_{task}", selected=label)


async def test_the_answers_stand_in_the_thread_and_in_the_form_when_it_opens_again(house: House) -> None:
    card = await fixed(house)
    form = await opened(house)
    form.field(HOW).choose("No test covered it", "Data that nobody expected")
    form.field(WORDS).type("nobody tests menus without a crud")
    form.field(DID).type("quick, but alone")
    await form.submit("Save")
    await form.expect_closed()
    said = "on how it got into production: No test covered it, data that nobody expected · “nobody tests menus without a crud”"
    await card.thread.expect(said)
    await card.thread.expect("on how we did: “quick, but alone”")
    again = await opened(house, "Sam")
    assert again.field(HOW).value == ["No test covered it", "Data that nobody expected"]
    again.field(DID).type("quick, and then two of us")
    await again.submit("Save")
    await card.thread.expect("changed how we did (until now in the words of")
    bug = await house.bug()
    assert (bug.lesson_by, bug.how_we_did_by) == ("U0DEV", "U0SUP")
    kinds = await house.kinds()
    assert (kinds.count("lesson_written"), kinds.count("how_we_did_written")) == (1, 2)


async def test_two_who_write_at_once_do_not_wipe_each_other_out(house: House) -> None:
    card = await fixed(house)
    danas, sams = await opened(house), await opened(house, "Sam")
    danas.field(WORDS).type("the index was never checked")
    await danas.submit("Save")
    sams.field(WORDS).type("nobody reviews menus")
    await sams.submit("Save")
    await sams.expect_text("answered while you wrote: the index was never checked")
    assert sams.field(WORDS).value == "nobody reviews menus"
    assert (await house.bug()).lesson == "the index was never checked"
    await sams.submit("Save")
    await sams.expect_closed()
    assert (await house.bug()).lesson == "nobody reviews menus"
    await card.thread.expect("changed how it got into production")


async def test_who_only_adds_a_task_leaves_the_words_of_others_alone(house: House) -> None:
    await fixed(house)
    danas, sams = await opened(house), await opened(house, "Sam")
    danas.field(WORDS).type("the index was never checked")
    await danas.submit("Save")
    fill(sams, what="a test for the index")
    await sams.submit("Save")
    await sams.expect_closed()
    bug = await house.bug()
    assert (bug.lesson, [task.what for task in bug.tasks]) == ("the index was never checked", ["a test for the index"])


async def test_changes_become_tasks_with_an_owner_and_a_day(house: House) -> None:
    card = await fixed(house)
    form = await opened(house)
    day = (house.clock() + timedelta(days=3)).date().isoformat()
    fill(form, what="a test for menus without a crud", owner="U0LEAD", due=day)
    await form.button("Another change").click()
    await form.expect_text("A change · 2")
    assert form.field("A change").value == "a test for menus without a crud", "what was typed stays"
    fill(form, " · 2", what="look at every deploy")
    await form.submit("Save")
    await form.expect_closed()
    await card.thread.expect("adds task 1: a test for menus without a crud")
    await card.thread.expect("adds task 2: look at every deploy")
    one, two = (await house.bug()).tasks
    assert (one.owner, one.due.date().isoformat(), two.owner) == ("U0LEAD", day, "U0DEV")


async def test_a_task_is_changed_done_and_opened_again_from_the_form(house: House) -> None:
    card = await fixed(house)
    form = await opened(house)
    fill(form, what="a test")
    await form.submit("Save")
    form = await opened(house, "Sam")
    form.field(DID).type("well")
    await chosen(form, 1, "Change…")
    await form.expect_text("A change · task 1")
    assert form.field(DID).value == "well"
    fill(form, " · task 1", what="two tests")
    await form.submit("Save")
    await card.thread.expect("changes task 1: two tests")
    form = await opened(house)
    await chosen(form, 1, "It is done")
    await form.expect_text("two tests · <@U0DEV> · done")
    await chosen(form, 1, "Open it again")
    await form.expect_text("two tests · <@U0DEV> · by")
    await chosen(form, 1, "Nobody will do it")
    await form.expect_text("two tests · <@U0DEV> · dropped")
    assert [type(x.event) for x in await house.trail()].count(TaskSettled) == 3


@pytest.mark.parametrize(
    ("row", "label", "said"),
    [
        ({"owner": None}, "Who does it", "Say who does it"),
        ({"due": None}, "Until", "Say until which day"),
        ({"due": "2020-01-01"}, "Until", "That day is over"),
        ({"owner": "U0STRANGE"}, "Who does it", "That person is not here"),
    ],
)
async def test_what_is_wrong_with_a_task_is_said_at_its_field(house: House, row: Json, label: str, said: str) -> None:
    await fixed(house)
    form = await opened(house)
    fill(form, what="a test", **row)
    await form.submit("Save", answered=False)
    await form.expect_error(label, said)
    assert (await house.bug()).tasks == ()
    assert TaskAdded not in [type(x.event) for x in await house.trail()]


async def test_a_guest_neither_has_it_told_nor_answers(house: House) -> None:
    card, gil = await fixed(house), house.person("Gil")
    for word in ("BUG-1", "story BUG-1", "page BUG-1"):
        await gil.types(f"/retro {word}", in_=house.errors)
        await gil.expect_ephemeral("Guests read a bug in its own thread")
    assert not gil.has_modal
    await house.quiet()
    assert not [line for line in card.thread.lines if "Retro of BUG-1" in line or "ost-mortem" in line]
    await gil.types("/bug lesson BUG-1 it was me", in_=house.errors)
    await gil.expect_ephemeral("Its whole story and its questions")
    assert (await house.bug()).lesson == ""


async def test_in_a_thread_the_word_brings_the_story(house: House) -> None:
    card, dana = await fixed(house), house.person("Dana")
    await dana.says("@makegood retro", thread=card)
    await card.thread.expect("Retro of BUG-1")


# ---- the post-mortem


def files(house: House) -> list[Json]:
    return [file for m in house.slack.world.messages["C0ERRORS"].values() for file in m.get("files", [])]


def content(house: House, file: Json) -> str:
    stored = house.slack.world.files[file["id"]].content
    assert stored is not None
    return stored.decode()


async def until_posted(house: House, count: int = 1) -> list[Json]:
    for _ in range(200):
        if len(found := files(house)) >= count:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("no file came")


async def test_the_button_brings_the_page_into_the_thread(house: House) -> None:
    card = await fixed(house)
    form = await opened(house)
    form.field(WORDS).type("nobody tests menus")
    await form.submit("Save")
    form = await opened(house)
    await form.button("Post-mortem").click()
    (file,) = await until_posted(house)
    assert file["name"].startswith("BUG-1-post-mortem-")
    page = content(house, file)
    html5lib.HTMLParser(strict=True).parse(page)
    assert "nobody tests menus" in page
    assert "Dana" in page
    assert "U0DEV" not in page
    shared = next(m for m in house.slack.world.messages["C0ERRORS"].values() if m.get("files"))
    assert shared["thread_ts"] == card.ts
    await house.quiet()
    assert "postmortem_posted" in await house.kinds()


@pytest.mark.parametrize("button", ["Post-mortem", "Story in the thread"])
async def test_who_typed_and_did_not_save_reads_that_it_is_not_in_it(house: House, button: str) -> None:
    await fixed(house)
    form = await opened(house)
    form.field(WORDS).type("nobody tests menus")
    await form.button(button).click()
    await house.person("Dana").expect_modal("What is not saved yet is not in it: press *Save* first.")


@pytest.mark.parametrize("kind", ["after_500", "drop_after"])
async def test_a_page_whose_answer_was_lost_stands_once(house: House, kind: str) -> None:
    await fixed(house)
    house.slack.faults.add(kind=kind, method="files.completeUploadExternal")
    await house.person("Dana").types("/retro page BUG-1", in_=house.errors)
    await house.doubted()
    await house.quiet()
    assert len(files(house)) == 1
    assert (await house.kinds()).count("postmortem_posted") == 1


async def test_no_answer_in_slack_ends_in_a_shell_command(house: House) -> None:
    card, dana = await fixed(house), house.person("Dana")
    await dana.types("/retro story BUG-1", in_=house.errors)
    retro = await card.thread.expect("Retro of BUG-1")
    assert {"Answer the questions…", "Post-mortem"} <= set(retro.buttons)
    assert not [text for text in retro.texts if "`makegood " in text]


# ---- what is pinned


async def pinned(house: House) -> list[tuple[str, tuple[str, ...]]]:
    await house.quiet()
    return [(pin.text, pin.pinned_by) for pin in fold(await house.trail()).pinned]


async def test_a_pin_and_a_pushpin_keep_a_message_for_the_post_mortem(house: House) -> None:
    card, dana, sam = await fixed(house), house.person("Dana"), house.person("Sam")
    first = await sam.says("the crud was missing since Friday", thread=card)
    second = await sam.says("who deploys on a Friday?", thread=card)
    await dana.pins(first)
    await sam.reacts(second, "pushpin")
    await dana.reacts(second, "eyes")
    kept = [("the crud was missing since Friday", ("U0DEV",)), ("who deploys on a Friday?", ("U0SUP",))]
    assert await pinned(house) == kept
    await sam.edits(first, "the crud was missing since Thursday")
    await sam.reacts(second, "pushpin")
    assert await pinned(house) == [("the crud was missing since Thursday", ("U0DEV",))]
    await sam.pins(first)
    assert await pinned(house) == []


async def test_a_pushpin_on_a_line_of_ours_keeps_it_too(house: House) -> None:
    card, dana = await fixed(house), house.person("Dana")
    line = await card.thread.expect("It works again")
    await dana.reacts(line, "pushpin")
    ((text, by),) = await pinned(house)
    assert "It works again" in text
    assert by == ("U0DEV",)


async def test_a_pin_on_the_card_or_outside_of_a_bug_is_nothing(house: House) -> None:
    card, dana = await fixed(house), house.person("Dana")
    aside = await dana.says("lunch?", in_=house.errors)
    for message in (card, aside):
        await dana.pins(message)
        await dana.reacts(message, "pushpin")
    await dana.deletes(aside)
    assert await pinned(house) == []


async def test_a_file_in_the_thread_is_linked_and_not_copied(house: House) -> None:
    card, dana = await fixed(house), house.person("Dana")
    file = {"name": "crash log.txt", "content": "what only Slack keeps"}
    await house.slack.post("U0DEV", card.channel, "look at this", thread_ts=card.thread_ts, files=[file])
    await house.quiet()
    await dana.types("/retro page BUG-1", in_=house.errors)
    await dana.types("/bug export jsonl", in_=house.errors)
    await house.quiet()
    kept = [x for x in house.slack.world.files.values() if x.content]
    (linked,) = (x for x in kept if x.name == "crash log.txt")
    ours = [x.content.decode() for x in kept if x is not linked and x.content]
    assert len(ours) == 2
    for text in ours:
        assert "crash log.txt" in text
        assert f"/files/{linked.id}" in text
        assert "what only Slack keeps" not in text
