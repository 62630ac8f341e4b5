"""How a bug goes its way: works, owed, paid; not a bug; muted, merged, back again; and bugs that people report."""

import pytest

from bot.ledger.index import search
from bot.ledger.relay.subscription import REPEAT_PAUSE
from bot.slack.verbs import reading
from bot.slack.verbs.registry import VERBS
from tests.slack.house import House


async def test_it_works_on_somebodys_word_and_the_proper_fix_is_owed_until_it_is_paid(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await card.choose("It works", by=dana)
    await card.expect_text("owed: proper fix · <@U0DEV>")
    await card.expect_lock_screen("<@U0DEV> owes the fix")
    await card.thread.expect("It works again: Dana says so")
    await card.button("Fix merged").click(by=dana)
    await card.expect_text("⚪ *BUG-1")
    await card.thread.expect("Dana paid the proper fix")
    await card.expect_no_button("Fix merged")
    assert card.buttons == ["Retro"]


async def test_what_paid_the_fix_is_kept(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await dana.types("/bug works BUG-1 was 500, is 200", in_=house.errors)
    await card.thread.expect("It works again: was 500, is 200")
    await dana.says("@makegood paid PR 212", thread=card)
    await card.thread.expect("Dana paid the proper fix: PR 212")


async def test_a_bug_is_dismissed_with_a_reason_through_the_form(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await card.choose("Not a bug…", by=dana)
    form = await dana.expect_modal("Not a bug BUG-1")
    await form.submit("Not a bug")
    await form.expect_error("Why is it none?", "required")
    form.field("Why is it none?").type("a crawler, harmless")
    await form.submit()
    await form.expect_closed()
    await card.thread.expect("Dana dismissed it: a crawler, harmless")
    await card.expect_text("dismissed · a crawler, harmless")


async def test_a_reason_of_blanks_is_said_at_its_field(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await card.choose("Not a bug…", by=dana)
    form = await dana.expect_modal("Not a bug BUG-1")
    form.field("Why is it none?").type("   ")
    await form.submit()
    await form.expect_error("Why is it none?", "Say why")
    assert (await house.bug()).status == "open"


async def test_nobody_dismisses_a_bug_while_a_customer_waits(house: House) -> None:
    await house.alarm(email="mia@studio.example", name="Mia")
    dana = house.person("Dana")
    await dana.types("/bug dismiss BUG-1 a crawler", in_=house.errors)
    await dana.expect_ephemeral("Mia waits for an answer because of BUG-1. Tell them first")


async def test_a_dismissed_bug_is_reopened_with_a_reason(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await dana.types("/bug dismiss BUG-1 a crawler", in_=house.errors)
    await card.choose("Reopen…", by=dana)
    form = await dana.expect_modal("Reopen BUG-1")
    form.field("What is wrong again?").type("it was a customer")
    await form.submit()
    await form.expect_closed()
    await card.thread.expect("Dana reopened it: it was a customer")
    await card.expect_button("Claim")


async def test_a_muted_bug_is_not_disturbed_by_repeats(house: House) -> None:
    card, dana = await house.alarm(error="noisy"), house.person("Dana")
    await card.choose("Mute repeats for a day", by=dana)
    await card.expect_text("muted")
    before = card.json
    await house.reported(error="noisy", occurrences=500)
    house.clock.advance(seconds=REPEAT_PAUSE)
    await house.alarm()
    assert (await house.bug()).occurrences == 500
    assert card.json == before

    await house.quiet()
    house.clock.advance(days=1)
    await house.alarm()
    await card.expect_text("500×")
    await card.expect_no_text("muted")


async def test_a_merged_bug_goes_on_as_the_other_with_its_customers_and_its_repeats(house: House) -> None:
    first = await house.alarm(error="one", email="mia@studio.example", name="Mia")
    second = await house.alarm(error="two")
    dana = house.person("Dana")
    await dana.types("/bug merge BUG-1 BUG-2", in_=house.errors)
    await first.expect_text("goes on as BUG-2")
    await second.expect_text("Mia")
    await house.reported(error="one", occurrences=7)
    await second.expect_text("7×")


async def test_a_bug_is_merged_from_within_its_thread(house: House) -> None:
    first, second = await house.alarm(), await house.alarm()
    await house.person("Dana").says("@makegood merge BUG-2", thread=first)
    await first.thread.expect("Dana merged it into BUG-2")
    await second.thread.expect("BUG-1 is the same and goes on here")


REFUSED = (
    ("/bug merge BUG-1", "Name the bug that goes on"),
    ("/bug merge BUG-1 BUG-1", "can't be merged into itself"),
    ("/bug merge BUG-1 BUG-77", "There is no BUG-77"),
    ("/bug merge BUG-77 BUG-1", "There is no BUG-77"),
    ("/bug paid BUG-1", "BUG-1 is open and not fixed yet."),
    ("/bug reopen BUG-1 why", "BUG-1 is open and not fixed yet."),
    ("/bug release BUG-1", "Nobody has BUG-1. Claim it first."),
    ("/bug unpark BUG-1", "Nothing has given up here any more."),
    ("/bug claim", "Which bug? Write `/bug claim BUG-1`"),
    ("/bug claim BUG-77", "There is no BUG-77. `/bug list`"),
    ("/bug claim BUG-0", "There is no BUG-0."),
    ("/bug new", "Say in a few words what is wrong"),
    ("/bug new    ", "Say in a few words what is wrong"),
    ("/bug customer BUG-1 nobody", "Name an e-mail address"),
    ("/bug clam BUG-1", "Did you mean `claim`?"),
    ("/bug frobnicate", "`/bug help all` lists what there is"),
    ("/bug <!channel> BUG-1", "I don't know “&lt;!channel&gt;”"),
    ("/retro BUG-77", "There is no BUG-77"),
    ("/retro", "Which bug?"),
    ("/tell BUG-1", "BUG-1 has no customer who can be reached"),
)


async def test_every_refusal_is_a_sentence_for_its_author_alone(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    before = await house.kinds()
    for line, answer in REFUSED:
        await dana.types(line, in_=house.errors)
        await dana.expect_ephemeral(answer)
    await house.slack.wait_for(lambda: len(dana.ephemerals) == len(REFUSED), why="an answer to each")
    assert await house.kinds() == before
    assert house.person("Lee").ephemerals == []
    assert house.errors.lines == [card.lock_screen]


async def test_a_bug_that_no_tracker_saw_is_reported_by_hand(house: House) -> None:
    dana = house.person("Dana")
    await dana.types("/bug new Invoices show 5 < 4 & two VATs for <b>Acme</b>", in_=house.errors)
    card = await house.errors.expect_message("BUG-1 Invoices show 5 &lt; 4 &amp; two VATs for &lt;b&gt;Acme&lt;/b&gt;")
    await card.thread.expect("reported by Dana")
    await dana.expect_ephemeral("BUG-1 is open; its card stands in <#C0ERRORS>")
    assert (await house.bug()).title == "Invoices show 5 < 4 & two VATs for <b>Acme</b>"


async def test_the_shortcut_makes_a_bug_of_a_message_and_leaves_a_link_in_its_thread(house: House) -> None:
    dana, team = house.person("Dana"), house.ws.channel("team")
    said = await house.person("Sam").says("Mia writes that her menu answers 500 & nothing else", in_=team)
    await dana.uses_shortcut("Track as a bug", on=said)
    card = await house.errors.expect_message("BUG-1 Mia writes that her menu answers 500 &amp; nothing else")
    pointer = await said.thread.expect("is where this is worked on")
    assert "|BUG-1>" in pointer.lock_screen
    await dana.expect_ephemeral("BUG-1 is open")
    assert card.exists


async def test_the_shortcut_used_twice_on_one_message_makes_one_bug(house: House) -> None:
    said = await house.person("Sam").says("The menu answers 500", in_=house.ws.channel("team"))
    for who in ("Dana", "Lee"):
        await house.person(who).uses_shortcut("Track as a bug", on=said)
    await house.person("Lee").expect_ephemeral("This message is BUG-1 already")
    assert len(house.errors.messages("BUG-")) == 1


async def test_a_message_without_text_can_be_tracked_too(house: House) -> None:
    alert = await house.ws.channel("team").receives({"text": "", "attachments": [{"title": "Disk full on web1"}]})
    await house.person("Dana").uses_shortcut("Track as a bug", on=alert)
    await house.errors.expect_message("BUG-1 Disk full on web1")


async def test_the_list_names_each_open_bug_with_a_link_to_its_card(house: House) -> None:
    await house.alarm(title="First")
    await house.alarm(title="Second")
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-2", in_=house.errors)
    await dana.expect_ephemeral("You have BUG-2")
    await dana.types("/bug list", in_=house.errors)
    listed = await dana.expect_ephemeral("First")
    assert "nobody has it" in listed.lock_screen
    assert "<@U0DEV>" in listed.lock_screen
    assert listed.lock_screen.count("/archives/C0ERRORS/p") == 2


async def test_a_list_of_a_kind_has_only_those(house: House) -> None:
    await house.alarm(title="First")
    await house.alarm(title="Second")
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-2", in_=house.errors)
    await dana.expect_ephemeral("You have BUG-2")
    await dana.types("/bug list mine", in_=house.errors)
    mine = await dana.expect_ephemeral("Second")
    assert "First" not in mine.lock_screen
    await dana.types("/bug list waiting", in_=house.errors)
    await dana.expect_ephemeral("No customer waits")
    await dana.types("/bug list pigeons", in_=house.errors)
    await dana.expect_ephemeral("There is: open, mine, owed, waiting.")


async def test_a_long_list_has_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LISTED", 1)
    await house.alarm(title="First")
    await house.alarm(title="Second")
    dana = house.person("Dana")
    await dana.types("/bug list", in_=house.errors)
    assert "First" not in (await dana.expect_ephemeral("_1 to 1 of 2_ · `/bug list 2` goes on")).lock_screen
    await dana.types("/bug list open 2", in_=house.errors)
    assert "First" in (await dana.expect_ephemeral("2 to 2 of 2")).lock_screen
    await dana.types("/bug list 3", in_=house.errors)
    await dana.expect_ephemeral("There is no such page")


async def test_a_bug_is_found_by_what_was_said_in_its_thread(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.alarm(title="First")
    card = await house.alarm(title="Second")
    dana = house.person("Dana")
    await dana.says("The Bäckerei can't open its menu", thread=card)
    await house.quiet()
    await search.follow(house.bot.ledger)
    await dana.types("/bug search bäckerei MENU", in_=house.errors)
    found = await dana.expect_ephemeral("Second")
    assert "First" not in found.lock_screen
    monkeypatch.setattr(reading, "LISTED", 1)
    await dana.types("/bug search production", in_=house.errors)
    await dana.expect_ephemeral("`/bug search production page 2` goes on")
    await dana.types("/bug search production page 2", in_=house.errors)
    await dana.expect_ephemeral("First")
    await dana.types("/bug search pigeons", in_=house.errors)
    await dana.expect_ephemeral("Nothing has all of “pigeons”")
    await dana.types("/bug search ?!", in_=house.errors)
    await dana.expect_ephemeral("Say what to look for")


def test_the_command_for_the_next_page_is_whole_or_said_in_words() -> None:
    words = "second production error menu page crud generate shop undefined index of an array"
    assert f"`/bug search {words} page 2`" in reading._goes_on(words, 2)
    assert reading._goes_on(words * 9, 2) == "The same words with `page 2` behind them go on"


async def test_the_week_and_the_month_are_summed_up_with_charts_for_the_asker_alone(house: House) -> None:
    card, dana = await house.alarm(title="First"), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.thread.expect("It works again")
    await dana.types("/retro week", in_=house.errors)
    told = await dana.expect_ephemeral("1 bug, 0 dismissed")
    assert "data_visualization" in {block["type"] for block in told.json["blocks"]}
    await dana.types(f"/retro month {house.clock():%Y-%m}", in_=house.errors)
    await dana.expect_ephemeral("1 of the proper fixes still owed")
    await dana.types("/retro month last", in_=house.errors)
    await dana.expect_ephemeral("0 bugs")
    await dana.types("/retro week november", in_=house.errors)
    await dana.expect_ephemeral("write it like 2026-W48")
    await dana.types("/retro weak", in_=house.errors)
    await dana.expect_ephemeral("Did you mean `/retro week`?")


async def test_who_joins_late_catches_up_alone(house: House) -> None:
    card, dana, lee = await house.alarm(title="First"), house.person("Dana"), house.person("Lee")
    await card.button("Claim").click(by=dana)
    await card.thread.expect("Dana has it")
    house.clock.advance(minutes=40)
    await dana.types("/bug estimate BUG-1 10m", in_=house.errors)
    await lee.types("/bug catchup BUG-1", in_=house.errors)
    told = await lee.expect_ephemeral("*What happened*")
    assert "Dana has it" in told.lock_screen
    await lee.types("/bug catch-up BUG-1 30m", in_=house.errors)
    told = await lee.expect_ephemeral("What happened since")
    assert "Dana: estimate" in told.lock_screen
    assert "reported by" not in told.lock_screen
    await lee.types("/bug catchup BUG-1 soon", in_=house.errors)
    await lee.expect_ephemeral("Say it as in `/bug catchup BUG-1 30m`")


@pytest.mark.parametrize(
    ("given", "said"),
    [({"mode": "watch"}, "only watches here"), ({"mode": "run"}, "names no target")],
    ids=["watch", "no target"],
)
async def test_where_nothing_can_be_run_the_list_says_why_and_who_changes_it(house: House, said: str) -> None:
    dana = house.person("Dana")
    await dana.types("/fix list", in_=house.errors)
    assert "Whoever runs the bot" in (await dana.expect_ephemeral(said)).lock_screen


async def test_the_home_tab_shows_what_is_open(house: House) -> None:
    await house.alarm(title="First")
    home = await house.person("Dana").opens_home()
    await home.expect_text("First")


async def test_an_empty_list_says_so(house: House) -> None:
    dana = house.person("Dana")
    await dana.types("/bug list", in_=house.errors)
    await dana.expect_ephemeral("Nothing is open")


async def test_a_bug_is_shown_with_the_last_lines_of_its_trail(house: House) -> None:
    await house.alarm(title="First")
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.expect_ephemeral("You have BUG-1")
    await dana.types("/bug show BUG-1", in_=house.errors)
    await dana.expect_ephemeral("Dana has it")


async def test_a_bug_may_stand_before_the_verb_or_alone(house: House) -> None:
    await house.alarm(title="First")
    dana = house.person("Dana")
    await dana.types("/bug bug-1 claim", in_=house.errors)
    await dana.expect_ephemeral("You have BUG-1")
    await dana.types("/bug BUG-1", in_=house.errors)
    await dana.expect_ephemeral("First")


async def test_help_names_ten_words_and_where_the_others_are(house: House) -> None:
    dana = house.person("Dana")
    for line in ("/bug", "/bug help", "/bug ?"):
        await dana.types(line, in_=house.errors)
    await house.slack.wait_for(lambda: len(dana.ephemerals) == 3, why="three times help")
    for told in dana.ephemerals:
        assert "`/bug claim BUG-1` You take it" in told
        assert "`/fix BUG-1" in told
        assert "`/bug help all`" in told
        assert len([line for line in told.splitlines() if line.startswith("`/")]) == 10


async def test_help_lists_all_words_or_those_about_something(house: House) -> None:
    dana = house.person("Dana")
    await dana.types("/bug help all", in_=house.errors)
    every = (await dana.expect_ephemeral("`/bug mute BUG-1`")).lock_screen
    assert all(f"`{verb.usage}`" in every for verb in VERBS.values() if verb.usage)
    await dana.types("/bug help Customer", in_=house.errors)
    some = (await dana.expect_ephemeral("`/bug help all` lists every one")).lock_screen
    assert "`/bug customers BUG-1`" in some
    assert "/bug mute" not in some
    await dana.types("/bug help qwertz", in_=house.errors)
    await dana.expect_ephemeral("No word is about “qwertz”")


async def test_the_retro_is_posted_into_the_thread_of_the_bug(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await dana.types("/retro story BUG-1", in_=house.errors)
    await card.thread.expect("Retro of BUG-1")
    await dana.expect_ephemeral("The retro of BUG-1 comes into its thread")


@pytest.mark.parametrize("word", ["reopen", "tell"])
async def test_where_a_form_cannot_open_the_asker_hears_what_to_write(house: House, word: str) -> None:
    card, dana = await house.alarm(email="mia@studio.example"), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await dana.says(f"@makegood {word}", thread=card)
    told = await dana.expect_ephemeral("a form, which can't open from a thread")
    assert f"{word} BUG-1" in told.lock_screen
