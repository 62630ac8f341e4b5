"""The app's Home, while story one goes on: each sees what waits for them."""

from tests.acceptance.company import Company, asks_for


async def test_the_home_of_each_shows_what_is_open_and_what_waits_for_them(acme: Company) -> None:
    dana, lee = acme.person("Dana"), acme.person("Lee")
    home = await lee.opens_home()
    await home.expect_text("Nothing is open")

    assert await acme.press("/cruds/generate") == 500
    card = await acme.errors.expect_message("nobody has it")
    home = await lee.opens_home()
    await home.expect_text("KeyError: 'crud' · nobody has it · a customer waits")
    await card.button("Claim").click(by=dana)
    await asks_for(card, dana, "restart-service", "it hangs perhaps", field="Service", values={"Service": "shop-web"})
    preview = await dana.expect_modal("systemctl restart")
    await preview.submit("Ask for approval")
    request = await lee.expect_dm("wants to run")
    home = await lee.opens_home()
    await home.expect_text("<@U0DEV> wants to run `restart-service shop-web`")

    await request.button("Reject…").click()
    why = await lee.expect_modal("Reject BUG-1")
    why.field("Why not?").type("its file is missing, that is all")
    await why.submit("Reject")
    home = await lee.opens_home()
    await home.expect_no_text("wants to run")
    await asks_for(card, dana, "regenerate-files", "its file is missing", field="Menu")
    preview = await dana.expect_modal("regenerate --menu 13")
    await preview.submit("Run it")
    await card.expect_text("*works*")
    home = await dana.opens_home()
    await home.expect_text("works, and Mia Lindqvist does not know yet")
