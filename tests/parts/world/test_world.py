"""The world as the page meets it: snapshots, acts, the chat box, the settings for the bot."""

import asyncio
import json
import smtplib
from email.message import EmailMessage
from pathlib import Path

import asyncssh
from aiohttp import WSMsgType

from bot.adapters.billing import stripe
from bot.adapters.boards import trello
from bot.adapters.channels import chatwoot, email_postmark
from bot.adapters.ports import CardText, Hook, Stage
from bot.bug.money import Credit, Money
from bot.bug.values import LONG_AGO, CustomerHint, InboundKind
from bot.outgoing import sessions
from bot.production.targets import SshTarget
from bot.settings.settings import Settings, read
from tests.parts.world.scene import Scene


async def test_the_snapshot_is_json_and_shows_a_customer_on_trial_before_anything_happened(scene: Scene) -> None:
    snapshot = await scene.world.snapshot()
    assert json.loads(json.dumps(snapshot)) == snapshot
    assert snapshot["shop"]["broken"] is True
    assert (snapshot["customer"]["name"], snapshot["customer"]["plan"]) == ("Mia Lindqvist", "trial")
    assert snapshot["chat"] == {"messages": []}
    assert [column["name"] for column in snapshot["board"]["lists"]] == [stage.value for stage in Stage]


async def test_the_page_is_sent_a_snapshot_at_once_and_again_after_a_change(scene: Scene) -> None:
    async with scene.http.ws_connect("/world/ws") as page:
        first = await page.receive_json(timeout=10)
        await scene.act(do="visitor_says", text="Hello?")
        second = await page.receive_json(timeout=10)
    assert first["chat"]["messages"] == []
    assert second["chat"]["messages"][0]["text"] == "Hello?"


async def test_what_the_customer_types_in_the_chat_box_reaches_the_bot(scene: Scene) -> None:
    async with scene.http.ws_connect("/world/chat") as box:
        assert await box.receive_json(timeout=10) == {"messages": []}
        await box.send_json({"text": "I got an error on this page", "page": "http://shop.example/cruds"})
        assert (await box.receive_json(timeout=10))["messages"][0]["from"] == "customer"
    await scene.bot.expect("chatwoot", 2)
    inbound = [chatwoot.parse(Hook(headers={}, body=raw, at=LONG_AGO), {})[0] for raw in scene.bot.raw]
    message = next(one for one in inbound if one.kind is InboundKind.MESSAGE)
    assert (message.customer.email, message.text) == ("mia@studio.example", "I got an error on this page")
    assert message.trusted


async def test_an_answer_over_chatwoots_api_appears_as_a_bubble_and_a_private_note_does_not(scene: Scene) -> None:
    await scene.world.visitor_says("Hello?")
    path, token = (
        "/chatwoot/api/v1/accounts/1/conversations/1/messages",
        {"api_access_token": "chatwoot-api-of-the-demo"},
    )
    async with scene.http.ws_connect("/world/chat") as box:
        await box.receive_json(timeout=10)
        await scene.http.post(path, headers=token, json={"content": "Solved, you can go on."})
        answer = (await box.receive_json(timeout=10))["messages"][-1]
    await scene.http.post(path, headers=token, json={"content": "row 13", "private": True})
    assert (answer["from"], answer["text"]) == ("team", "Solved, you can go on.")
    assert len((await scene.world.snapshot())["chat"]["messages"]) == 2


async def test_nonsense_in_the_chat_box_is_nothing_said(scene: Scene) -> None:
    async with scene.http.ws_connect("/world/chat") as box:
        for nonsense in ("[", "[1]", '{"text": 3}', '{"text": "  "}'):
            await box.send_str(nonsense)
        await box.send_json({"text": "Anybody there?", "page": 5})
        while not (said := (await box.receive_json(timeout=10))["messages"]):
            pass
    assert [message["text"] for message in said] == ["Anybody there?"]


async def test_a_mail_to_the_customer_is_in_the_inbox_and_one_to_somebody_else_is_not(scene: Scene) -> None:
    for recipient in ("mia@studio.example", "otto@bakery.example"):
        await asyncio.to_thread(send_mail, scene.world.parts.mail.port, recipient)
    [mail] = (await scene.world.snapshot())["inbox"]
    assert (mail["from"], mail["subject"], mail["text"].strip()) == ("support@quickadmin.example", "It works", "Go on.")


async def test_the_mails_of_the_morning_come_as_postmark_sends_them_and_one_is_no_robots(scene: Scene) -> None:
    await scene.act(do="choose_story", story="two")
    await scene.bot.expect("email-postmark", 3)
    mails = [email_postmark.parse(Hook(headers={}, body=raw, at=LONG_AGO), {})[0] for raw in scene.bot.raw]
    assert [mail.kind for mail in mails] == [InboundKind.OTHER, InboundKind.MESSAGE, InboundKind.MESSAGE]
    assert (mails[2].customer.email, mails[2].subject) == ("ben@fleet.example", "Can't add servers any more")
    assert mails[2].trusted
    assert (await scene.world.snapshot())["customer"]["email"] == "ben@fleet.example"


async def test_the_customer_can_write_a_mail_too(scene: Scene) -> None:
    assert await scene.act(do="mail", subject="Still there?", text="It fails again.") == (200, {"ok": True})
    [mail] = await scene.bot.expect("email-postmark")
    assert (mail["From"], mail["Subject"], mail["TextBody"]) == (
        "mia@studio.example",
        "Still there?",
        "It fails again.",
    )


async def test_acts_that_make_no_sense_are_answered_with_a_sentence(scene: Scene) -> None:
    sentences = [
        (await scene.act(do="fly"))[1]["error"],
        (await scene.act(do="visitor_says"))[1]["error"],
        (await scene.act(do="choose_story", story="three"))[1]["error"],
        (await scene.act(do="board_move", card="none", list="Done"))[1]["error"],
        (await scene.act(do="board_comment", card="none", text="x"))[1]["error"],
        (await scene.act())[1]["error"],
    ]
    assert sentences[0].startswith("Nothing is called 'fly' here.")
    assert sentences[1] == 'Say "text": a text.'
    assert sentences[2] == "There is no story 'three'; there are one and two."
    assert all(sentences)


async def test_a_body_that_is_no_json_object_is_refused(scene: Scene) -> None:
    for body in (b"{", b"[]"):
        assert (await scene.http.post("/world/act", data=body)).status == 400


async def test_the_bot_can_be_run_on_the_settings_of_the_world(scene: Scene, tmp_path: Path) -> None:
    settings = settings_of(scene, tmp_path)
    assert settings.mode == "run"
    assert settings.targets["shop"].kind == "sql"
    assert settings.hooks["bugsnag"].token.get_secret_value() in scene.world.parts.tracker.courier.url
    assert {name for name, probe in settings.probes.items() if not probe.smoke} == {"generate", "servers"}


async def test_board_and_till_answer_the_bots_own_adapters(scene: Scene, tmp_path: Path) -> None:
    settings = settings_of(scene, tmp_path)
    assert settings.board is not None
    assert settings.billing is not None
    till = stripe.connect(stripe.Settings(**settings.billing.rest()))
    async with sessions.pooled() as http:
        board = trello.connect(trello.Settings(**settings.board.rest()), http)
        card = await board.create(CardText(title="BUG-1 Menu page", description="…", marker="BUG-1"), Stage.OWED)
        await board.close()
    account = await till.account(CustomerHint(email="mia@studio.example"))
    assert account is not None
    await till.apply(account, Credit(money=Money(amount=500, currency="EUR")), "key-1")
    assert (await scene.act(do="board_move", card=card.id, list="Done"))[0] == 200
    snapshot = await scene.world.snapshot()
    assert snapshot["customer"]["credit"] == 500
    assert [one["name"] for one in snapshot["board"]["lists"][3]["cards"]] == ["BUG-1 Menu page"]
    await till.close()


async def test_a_link_to_a_board_card_leads_to_the_page(scene: Scene) -> None:
    async with scene.http.get("/trello/c/abcd1234/1-card", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/#board")


async def test_the_host_regenerates_files_over_ssh_and_the_page_works(scene: Scene, tmp_path: Path) -> None:
    settings = settings_of(scene, tmp_path)
    web = settings.targets["web"]
    assert isinstance(web, SshTarget)
    async with asyncssh.connect(
        "127.0.0.1", scene.world.parts.host.port, username=web.user, client_keys=[str(web.key)],
        known_hosts=str(web.known_hosts), config=None, agent_path=None,
    ) as connection:  # fmt: skip
        told = await connection.run("regenerate --menu 13")
        refused = await connection.run("regenerate --menu '13; ls'")
    assert "wrote files/menu-13.json" in str(told.stdout)
    assert refused.exit_status == 2
    assert (await scene.press("/shop/cruds/generate"))[0] == 200


async def test_a_new_story_begins_with_an_empty_chat_and_the_old_one_has_ended(scene: Scene) -> None:
    await scene.world.visitor_says("Hello?")
    await scene.world.choose("two")
    assert (await scene.world.snapshot())["chat"]["messages"] == []
    statuses = [body.get("status") for body in await scene.bot.expect("chatwoot", 3)]
    assert statuses[-1] == "resolved"


async def test_starting_over_empties_board_and_till_and_lets_the_bot_forget_too(scene: Scene) -> None:
    parts = scene.world.parts
    column = scene.world.parts.board.snapshot()["lists"][0]["id"]
    parts.board.store.add_card({"name": "BUG-1", "idList": column}, "makegood")
    parts.till.add_customer("late@nowhere.example", credit=500)
    assert (await scene.act(do="reset")) == (200, {"ok": True})
    snapshot = await scene.world.snapshot()
    assert [one["cards"] for one in snapshot["board"]["lists"]] == [[], [], [], [], []]
    assert {one["credit"] for one in snapshot["till"]["customers"]} == {0}
    assert len(snapshot["till"]["plans"]) == 3
    assert scene.forgotten == ["the bot's memory"]


async def test_whoever_subscribes_hears_of_changes_until_he_leaves(scene: Scene) -> None:
    heard: list[str] = []
    leave = scene.world.subscribe(lambda: heard.append("changed"))
    await scene.opens("/shop/")
    assert heard == ["changed"]
    leave()
    await scene.opens("/shop/")
    assert heard == ["changed"]


async def test_stopping_the_world_says_goodbye_to_open_pages(scene: Scene) -> None:
    async with scene.http.ws_connect("/world/ws") as page:
        await page.receive_json(timeout=10)
        farewell, _ = await asyncio.gather(page.receive(timeout=10), scene.world.stop())
    assert (farewell.type, page.close_code) == (WSMsgType.CLOSE, 1000)


def settings_of(scene: Scene, folder: Path) -> Settings:
    file = folder / "makegood.toml"
    file.write_text(scene.world.settings_toml())
    return read(file, {})[0]


def send_mail(port: int, recipient: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "support@quickadmin.example", recipient, "It works"
    message.set_content("Go on.")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(message)
