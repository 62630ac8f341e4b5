"""Story one: an error, a customer in the chat, one bad row; five minutes later "Wow, thank you!", and a fix that stays owed."""

from bot.bug.bug import Status
from bot.bug.money import Credit, Money
from tests.acceptance.company import Company, asks_for, picks
from tests.support.dsl.message import Message

MIA = "Mia Lindqvist"
ASKED = "I got an error on this page, what can I do to go on testing and maybe buy premium?"
LOOKING = "Let me take a look."
SOLVED = "Problem solved, you can go on."
THANKS = "Wow, thank you!"
BAD_ROW = "SELECT id, crud_id FROM menus WHERE id = 13"


async def test_within_five_minutes_the_customer_goes_on_and_the_proper_fix_is_owed_until_it_is_paid(
    acme: Company,
) -> None:
    card = await an_error_appears(acme)
    await the_customer_opens_the_live_chat(acme, card)
    await somebody_looks(acme, card)
    await and_deletes_the_one_bad_row(acme, card)
    await and_answers_within_five_minutes(acme, card)
    await afterwards_the_proper_fix_is_owed_and_paid(acme, card)
    await how_did_we_do(acme, card)


async def an_error_appears(acme: Company) -> Message:
    """In Bugsnag, in Slack, and a Trello card is there: alarm."""
    assert await acme.press("/cruds/generate") == 500
    alert = await acme.errors.expect_message("KeyError", by="Bugsnag")
    card = await acme.errors.expect_message("nobody has it")
    await alert.thread.expect("BUG-1")
    await acme.expect_on_board("Bugs", "BUG-1")
    return card


async def the_customer_opens_the_live_chat(acme: Company, card: Message) -> None:
    """ "Let me take a look." """
    acme.clock.advance(minutes=1)
    await acme.customer_says(ASKED)
    await card.expect_text(f"“{ASKED}”")
    await card.expect_lock_screen(f"{MIA} waiting 1 min")
    dana = acme.person("Dana")
    await card.button("Claim").click(by=dana)
    await card.expect_text("<@U0DEV>")
    await dana.says(f"@makegood answer {LOOKING}", thread=card)
    await acme.expect_bubble(LOOKING)


async def somebody_looks(acme: Company, card: Message) -> None:
    dana = acme.person("Dana")
    await card.choose("Look at production", by=dana)
    form = await dana.expect_modal("What to look at")
    await picks(form, "What to look at", "rows-behind-page", field="Account")
    await form.submit("Look")
    rows = await dana.expect_modal("Only you see them")
    await rows.expect_text("13")
    await card.thread.expect("The look `rows-behind-page` showed")
    await rows.close()


async def and_deletes_the_one_bad_row(acme: Company, card: Message) -> None:
    """In the production database; a preview only reads, and nothing else goes."""
    dana = acme.person("Dana")
    acme.clock.advance(minutes=2)
    await asks_for(card, dana, "delete-row", "the menu has no crud", field="Key")
    preview = await dana.expect_modal("with it go 3 rows of menu_items")
    await preview.expect_text("Undo puts every row back")
    assert acme.rows(BAD_ROW) == [(13, None)]
    await preview.submit("Run it")
    await card.expect_text("*works* · was 500, is 200")
    assert acme.rows(BAD_ROW) == []
    assert acme.rows("SELECT count(*) FROM menus") == [(6,)]
    assert await acme.press("/cruds/generate") == 200


async def and_answers_within_five_minutes(acme: Company, card: Message) -> None:
    """ "Problem solved, you can go on", while the customer is there. No internals: they don't need to know."""
    dana = acme.person("Dana")
    await card.expect_lock_screen(f"Fixed. {MIA} does not know yet")
    acme.clock.advance(minutes=1)
    await card.button("Tell").click(by=dana)
    tell = await dana.expect_modal("Tell BUG-1")
    tell.field("What they read").type(SOLVED)
    await tell.field("They get").pick("€5 credit")
    await tell.submit("Tell")
    await acme.expect_bubble(SOLVED)
    await card.expect_text("told after 4 min · €5")
    assert (await acme.account())["credit"] == 500
    assert [one["what"] for one in (await acme.account())["history"]].count("credit") == 1
    await acme.customer_says(THANKS)
    await card.expect_text(f"“{THANKS}”")


async def afterwards_the_proper_fix_is_owed_and_paid(acme: Company, card: Message) -> None:
    """With what is needed to reproduce it, on the board; moved to Done there, it is paid."""
    await card.expect_text("owed: proper fix · <@U0DEV>")
    owed = await acme.expect_on_board("Owed", "BUG-1")
    assert "POST /cruds/generate" in owed["desc"]
    acme.clock.advance(days=2)
    await acme.demo.world.parts.board.person_moves(owed["id"], "Done", by="dana")
    await card.expect_text("⚪")
    assert (await acme.bug()).status is Status.CLOSED


async def how_did_we_do(acme: Company, card: Message) -> None:
    dana = acme.person("Dana")
    await card.button("Retro").click(by=dana)
    form = await dana.expect_modal("Retro of BUG-1")
    form.field("How did it get into production?").choose("No test covered it", "Live and staging differ")
    form.field("In your words").type("a menu could be saved without its crud; staging has no such menu")
    form.field("How did we do?").type("quick: she was still there")
    form.field("A change").type("a test that saves a menu without a crud")
    await form.submit("Save")
    await card.thread.expect("on how it got into production: No test covered it, live and staging differ")
    await card.thread.expect("Task 1 has a")
    task = await acme.expect_on_board("Owed", "a test that saves a menu without a crud")
    await acme.demo.world.parts.board.person_moves(task["id"], "Done", by="dana")
    await card.thread.expect("Dana did task 1, by the board")
    await dana.types("/retro page BUG-1", in_=acme.errors)
    await the_post_mortem_writes_itself(acme)
    story = await acme.retro()
    assert story.times.tell is not None
    assert 4 <= story.times.tell / 60 < 5
    assert [gift.grant for gift in story.gifts] == [Credit(money=Money(amount=500, currency="EUR"))]
    assert [(run.name, run.reason) for run in story.fixes] == [("delete-row menus 13", "the menu has no crud")]
    assert story.debt is not None
    assert story.debt.paid_at is not None
    assert await acme.verified() == 1


async def the_post_mortem_writes_itself(acme: Company) -> None:
    """The answer to how it reached production, beside everything that nobody had to write."""
    page = await acme.post_mortem()
    for said in (
        "How did it get into production? No test covered it, live and staging differ",
        "a menu could be saved without its crud; staging has no such menu",
        "How did we do? quick: she was still there",
        "☑ a test that saves a menu without a crud · Dana · done",
        "delete-row menus 13",
        "“the menu has no crud”",
        "Given €5 credit",
        "Wow, thank you!",
        "Longest wait 4 min",
        "the proper fix was paid",
    ):
        assert said in page, said
