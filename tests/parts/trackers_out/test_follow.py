"""What people do on the board, and the mails that come by two ways."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.adapters.channels import mail
from bot.adapters.channels.common.mailbox import Mailbox
from bot.adapters.ports import BoardChange
from bot.adapters.ports import Stage as Column
from bot.bug.course.course import Fixed
from bot.bug.debt.board import BoardCardMade, BoardCardMoved
from bot.bug.debt.debt import Paid
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.values import CustomerHint, Inbound
from bot.intake.boards import BoardChanges, follow
from bot.intake.mails import Mails
from bot.intake.people import People
from bot.intake.sources import BOARD
from bot.ledger.db.tables import inbox as table
from bot.ledger.entries import load
from bot.ledger.inbox.inbox import Inbox, Item
from tests.parts.trackers_out.conftest import Stage
from tests.support.fakes.imap import ImapServer
from tests.support.stores import BUGSNAG, MONDAY, TEAM, kinds, open_bug


def change(kind: str, event: str, column: Column | None = None, card: str = "card1") -> Item:
    said = BoardChange(event=event, card=card, kind=kind, stage=column, by="ben", at=MONDAY)
    return Item(key=f"board:{event}", source=BOARD, body=said.model_dump_json())


async def with_card(stage: Stage) -> tuple[int, BoardChanges]:
    bug = await open_bug(stage.ledger, "Menu page fails", BoardCardMade(id="card1", url="https://trello.com/c/abc"))
    return bug, BoardChanges(stage.ledger, Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds))


async def test_a_card_is_found_by_its_id_whatever_the_number_of_bugs(stage: Stage) -> None:
    bug, boards = await with_card(stage)
    await boards.fold([change("moved", "a1", Column.DROPPED), change("moved", "a2", Column.DOING, card="other")])
    assert await kinds(stage.ledger, bug) == ["opened", "board_card_made", "board_card_moved"]


async def test_a_deleted_card_is_gone_and_what_is_said_of_it_later_is_of_no_bug(stage: Stage) -> None:
    bug, boards = await with_card(stage)
    await boards.fold([change("deleted", "a1"), change("commented", "a2")])
    assert await kinds(stage.ledger, bug) == ["opened", "board_card_made", "board_card_gone"]
    assert (await load(stage.ledger, bug)).board is None


async def test_a_change_told_of_by_webhook_and_by_poll_is_one(stage: Stage) -> None:
    bug, boards = await with_card(stage)
    await boards.fold([change("archived", "a1")])
    await boards.fold([change("archived", "a1")])
    assert (await kinds(stage.ledger, bug)).count("board_card_moved") == 1


async def test_a_debt_in_done_is_paid(stage: Stage) -> None:
    bug, _boards = await with_card(stage)
    fixed = (Fixed(how="word"),)
    owed = (await stage.ledger.record(bug, lambda _b: fixed, by=BUGSNAG)).bug
    moved = BoardChange(event="a", card="card1", kind="moved", stage=Column.DONE, by="ben81", name="Ben", at=MONDAY)
    named, paid = follow(owed, moved)
    assert (named.KIND, paid.KIND) == ("board_card_moved", "paid")
    assert isinstance(paid, Paid)
    assert paid.how == "moved to done on the board by Ben"
    cut_off = Fix(run=1, action="delete-row", params={}, reason="", by="U0ANNA", at=MONDAY, state=RunState.UNKNOWN)
    (only,) = follow(replace(owed, fixes=(cut_off,)), moved)
    assert isinstance(only, BoardCardMoved)
    assert only.engaged


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    server = ImapServer()
    await server.start()
    yield server
    await server.stop()


def letter(text: str, message_id: str, *references: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        "Mia <mia@studio.example>",
        "support@acme.example",
        "I can't add servers",
    )
    made["Message-ID"], made["Date"] = message_id, datetime(2025, 11, 24, 13, 0, tzinfo=UTC)
    if references:
        made["In-Reply-To"], made["References"] = references[-1], " ".join(references)
    made.set_content(text)
    return made


async def test_a_mail_out_of_the_mailbox_joins_the_thread_that_postmark_began(stage: Stage, imap: ImapServer) -> None:
    bug = await open_bug(stage.ledger)
    inbox = Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds)
    people = People(ledger=stage.ledger, inbox=inbox, alerts=None)  # type: ignore[arg-type] # not asked for here
    first = Inbound(source="email_postmark", conversation="<m1@studio.example>", event="m1", text="I can't add servers")
    await people.arrive(bug, first)
    imap.drop(letter("And now?", "<m2@studio.example>", "<m1@studio.example>").as_bytes())
    items: list[Item] = []

    async def submit(item: Item) -> bool:
        items.append(item)
        return await inbox.store(item)

    settings = mail.Settings.model_validate(
        {"smtp": "smtp://127.0.0.1:1", "sender": "s@acme.example", "imap": imap.url}
    )
    box = Mailbox(SecretStr(imap.url))
    assert await Mails(settings=settings, mailbox=box, submit=submit, clock=stage.store.clock).poll() == 1
    assert imap.unseen == ()
    await people.fold(items)
    said = [x for x in (await load(stage.ledger, bug)).customers if x.said]
    assert [x.said for x in said][-1] == "And now?"


async def test_a_mail_that_cannot_be_read_is_shown_and_a_machines_is_counted(stage: Stage, imap: ImapServer) -> None:
    inbox = Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds)
    people = People(ledger=stage.ledger, inbox=inbox, alerts=None)  # type: ignore[arg-type] # not asked for here
    items: list[Item] = []

    async def submit(item: Item) -> bool:
        items.append(item)
        return await inbox.store(item)

    settings = mail.Settings.model_validate(
        {"smtp": "smtp://127.0.0.1:1", "sender": "s@acme.example", "imap": imap.url}
    )
    mails = Mails(settings=settings, mailbox=Mailbox(SecretStr(imap.url)), submit=submit, clock=stage.store.clock)
    imap.drop(b"\xff\x00 no mail at all")
    imap.drop(b"From: mia@studio.example\r\nX-Autoreply: yes\r\nMessage-ID: <auto@x>\r\n\r\nI am away.")
    assert await mails.poll() == 2
    shown, automatic = (Inbound.from_json(item.body) for item in items)
    assert "Open it in your mail program" in shown.text
    assert automatic.left_out == "an automatic reply"
    await people.fold(items[1:])
    async with stage.ledger.db.read() as conn:
        notes = (await conn.execute(select(table.c.note).where(table.c.key == items[1].key))).scalars().all()
    assert notes == ["an automatic reply"]


async def test_what_people_sent_themselves_is_read_in_its_folder_once_and_left_as_it_is(
    stage: Stage, imap: ImapServer
) -> None:
    bug = await open_bug(stage.ledger)
    inbox = Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds)
    people = People(ledger=stage.ledger, inbox=inbox, alerts=None)  # type: ignore[arg-type] # not asked for here
    hint = CustomerHint(email="mia@studio.example")
    first = Inbound(source="mail", conversation="<m1@studio.example>", event="m1", text="It fails", customer=hint)
    await people.arrive(bug, first)
    items: list[Item] = []

    async def submit(item: Item) -> bool:
        items.append(item)
        return await inbox.store(item)

    settings = mail.Settings.model_validate(
        {"smtp": "smtp://127.0.0.1:1", "sender": "s@acme.example", "imap": imap.url, "sent": "INBOX"}
    )
    head = "From: Lee <lee@acme.example>\r\nTo: Mia <mia@studio.example>\r\nMessage-ID: <ours@acme.example>\r\n"
    imap.drop(f"{head}References: <m1@studio.example>\r\n\r\nWe look into it.".encode())
    sent = Mailbox(SecretStr(imap.url), folder=settings.sent)
    nothing = Mailbox(SecretStr(imap.url))
    mails = Mails(settings=settings, mailbox=nothing, submit=submit, clock=stage.store.clock, sent=sent)
    today = stage.store.clock().date()
    assert await sent.follow(partial(mails._take, folder=mail.SENT), today) == 1
    assert await sent.follow(partial(mails._take, folder=mail.SENT), today) == 0
    assert imap.unseen == (1,)
    await people.fold(items)
    (customer,) = [c for c in (await load(stage.ledger, bug)).customers if c.hint.email]
    assert [(m.text, m.state) for m in customer.messages] == [("We look into it.", "by_hand")]
