"""Story one: an error, a customer in the chat, one bad row; five minutes later "Wow, thank you!", and a fix that stays owed."""

from bot.domain.bug import Status
from tests.acceptance.company import Company, asks_for, picks

ASKED = "I got an error on this page, what can I do to go on testing and maybe buy premium?"
LOOKING = "Let me take a look."
SOLVED = "Problem solved, you can go on."
THANKS = "Wow, thank you!"
BAD_ROW = "SELECT id, crud_id FROM menus WHERE id = 13"


async def test_within_five_minutes_the_customer_goes_on_and_the_proper_fix_is_owed_until_it_is_paid(
    acme: Company,
) -> None:
    dana, mia = acme.person("Dana"), "Mia Lindqvist"

    # An error appears in Bugsnag, in Slack, and a Trello card is there: alarm.
    assert await acme.press("/cruds/generate") == 500
    alert = await acme.errors.expect_message("KeyError", by="Bugsnag")
    card = await acme.errors.expect_message("BUG-1")
    await alert.thread.expect("BUG-1")
    await card.expect_text("nobody has it")
    await acme.expect_on_board("Bugs", "BUG-1")

    # The customer opens the live chat.
    acme.clock.advance(minutes=1)
    await acme.customer_says(ASKED)
    await card.expect_text(f"“{ASKED}”")
    await card.expect_lock_screen(f"{mia} waiting 1 min")

    # "Let me take a look."
    await card.button("Claim").click(by=dana)
    await card.expect_text("<@U0DEV>")
    await dana.says(f"@makegood answer {LOOKING}", thread=card)
    await acme.expect_bubble(LOOKING)

    # Somebody looks …
    await card.choose("Look at production", by=dana)
    look = await dana.expect_modal("What to look at")
    await picks(look, "What to look at", "rows-behind-page", field="Account")
    await look.submit("Look")
    rows = await dana.expect_modal("Only you see them")
    await rows.expect_text("13")
    await card.thread.expect("The look `rows-behind-page` showed")
    await rows.close()

    # … deletes the one bad row in the production database …
    assert acme.rows(BAD_ROW) == [(13, None)]
    acme.clock.advance(minutes=2)
    await asks_for(card, dana, "delete-row", "the menu has no crud", field="Key")
    preview = await dana.expect_modal("with it go 3 rows of menu_items")
    await preview.expect_text("Undo puts every row back")
    assert acme.rows(BAD_ROW) == [(13, None)], "a preview only reads"
    await preview.submit("Run it")
    await card.expect_text("*works* · was 500, is 200")
    assert acme.rows(BAD_ROW) == []
    assert acme.rows("SELECT count(*) FROM menus") == [(6,)], "and nothing else is gone"
    assert await acme.press("/cruds/generate") == 200
    await card.expect_lock_screen(f"Fixed. {mia} does not know yet")

    # … and answers "problem solved, you can go on" within five minutes, while the customer is there.
    acme.clock.advance(minutes=1)
    await card.button("Tell").click(by=dana)
    tell = await dana.expect_modal("Tell BUG-1")
    tell.field("What they read").type(SOLVED)
    tell.field("Credit in EUR").type("5")
    await tell.submit("Tell")
    bubble = await acme.expect_bubble(SOLVED)
    assert bubble["text"] == SOLVED, "no internals: they don't need to know"
    await card.expect_text("told after 4 min · €5")
    assert (await acme.account())["credit"] == 500
    booked = (await acme.account())["history"]
    assert [one["what"] for one in booked].count("credit") == 1

    # "Wow, thank you!"
    await acme.customer_says(THANKS)
    await card.expect_text(f"“{THANKS}”")

    # Afterwards the proper fix is owed, and must be paid.
    await card.expect_text("owed: proper fix · <@U0DEV>")
    owed = await acme.expect_on_board("Owed", "BUG-1")
    assert "POST /cruds/generate" in owed["desc"], "what is needed to reproduce it"
    acme.clock.advance(days=2)
    await acme.demo.world.parts.board.person_moves(owed["id"], "Done", by="dana")
    await card.expect_text("⚪")
    assert (await acme.bug()).status is Status.CLOSED

    # How did we do?
    await dana.types("/retro BUG-1", in_=acme.errors)
    await card.thread.expect("Retro of BUG-1")
    await the_retro_says_it(acme)
    assert await acme.verified() == 1


async def the_retro_says_it(acme: Company) -> None:
    story = await acme.retro()
    assert story.times.tell is not None
    assert 4 <= story.times.tell / 60 < 5
    assert [str(gift.grant.money) for gift in story.gifts] == ["€5"]
    assert [(run.name, run.reason) for run in story.fixes] == [("delete-row menus 13", "the menu has no crud")]
    assert story.debt is not None
    assert story.debt.paid_at is not None
