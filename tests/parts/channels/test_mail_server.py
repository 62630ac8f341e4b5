"""Mail over real SMTP and a mailbox over real IMAP, on loopback."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.adapters.channels import mail
from bot.adapters.channels.common.mailbox import Mailbox
from bot.adapters.ports import Channel, Hook
from bot.bug.errors import Doubtful, Rejected, Unavailable, Unreadable
from bot.bug.values import CustomerHint, Outgoing
from bot.demo.channels.smtp import MailServer
from tests.support.fakes.imap import ImapServer

MIA = CustomerHint(name="Mia Büchner", email="mia@studio.example")
LONG_ID = "<" + "x" * 100 + "@mail.studio.example>"


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    running = MailServer()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def channel(server: MailServer, session: aiohttp.ClientSession) -> Channel:
    return mail.connect(
        mail.Settings.model_validate({"smtp": server.url, "sender": "Süd <s@shop.example>", "timeout": 0.5}), session
    )


def answer(**fields: object) -> Outgoing:
    base = {"source": "mail", "customer": MIA, "text": "Solved.", "subject": "Error", "key": "k1"}
    return Outgoing.model_validate({**base, **fields})


async def test_the_customers_mail_program_puts_the_answer_into_the_thread(server: MailServer, channel: Channel) -> None:
    sent = await channel.send(answer(in_reply_to=LONG_ID, references=("<first@x>",)))
    (got,) = server.messages
    assert (got.subject, got.recipients) == ("Re: Error", ("mia@studio.example",))
    assert (got.in_reply_to, got.references) == (LONG_ID, ("<first@x>", LONG_ID))
    assert got.message_id == sent.external_id
    assert str(got.message["To"]) == "Mia Büchner <mia@studio.example>"
    assert str(got.message["From"]) == "Süd <s@shop.example>"
    assert abs(got.message["Date"].datetime - got.at) < timedelta(minutes=1)


@pytest.mark.parametrize("fault", ["cut", "after_cut", "hang", "after_hang"])
async def test_cut_off_after_data_nobody_knows_whether_the_mail_went_out(
    server: MailServer, channel: Channel, fault: str
) -> None:
    server.faults.add(fault)
    with pytest.raises(Doubtful, match="it may have gone out"):
        await channel.send(answer())
    assert len(server.messages) == fault.startswith("after_")
    assert await channel.find(answer()) is None


async def test_a_busy_server_is_asked_again_and_a_refusing_one_is_not(server: MailServer, channel: Channel) -> None:
    for fault, error in (("4xx", Unavailable), ("5xx", Rejected), ("unknown_recipient", Rejected)):
        server.faults.add(fault)
        with pytest.raises(error, match="The mail server"):
            await channel.send(answer())
    assert server.messages == ()
    await channel.send(answer())
    assert len(server.messages) == 1


async def test_a_server_that_never_greets_got_nothing(session: aiohttp.ClientSession) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    settings = {"smtp": f"smtp://127.0.0.1:{port}", "sender": "s@shop.example", "timeout": 0.2}
    with pytest.raises(Unavailable, match="nothing was sent"):
        await mail.connect(mail.Settings.model_validate(settings), session).send(answer())
    listening.close()
    await listening.wait_closed()


async def test_the_inbox_page_hears_of_every_mail(server: MailServer, channel: Channel) -> None:
    heard: list[int] = []
    unsubscribe = server.subscribe(lambda: heard.append(len(server.messages)))
    await channel.send(answer())
    unsubscribe()
    await channel.send(answer(key="k2"))
    assert heard == [1]


# The mailbox


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    running = ImapServer()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def box(imap: ImapServer) -> Mailbox:
    settings = mail.Settings.model_validate({"smtp": "smtp://127.0.0.1", "sender": "s@shop.example", "imap": imap.url})
    assert settings.imap is not None
    return Mailbox(settings.imap, timeout=2)


class Taken:
    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.refuse: dict[bytes, Exception] = {}

    async def __call__(self, raw: bytes) -> None:
        if raw in self.refuse:
            raise self.refuse[raw]
        self.mails.append(raw)


async def test_a_mail_is_taken_once_byte_for_byte(imap: ImapServer, box: Mailbox) -> None:
    raw = b"From: mia@studio.example\r\nSubject: =?utf-8?q?=C3=BC?=\r\n\r\nline )\r\n{5}\r\n\xff\x00 end\r\n"
    imap.drop(raw)
    taken = Taken()
    assert await box.poll(taken) == 1
    assert await box.poll(taken) == 0
    assert taken.mails == [raw]


async def test_the_words_below_a_big_attachment_are_fetched_and_the_attachment_is_not_kept(
    imap: ImapServer, box: Mailbox
) -> None:
    picture = base64.encodebytes(b"\x89PNG" * 1_500_000)
    head = b'From: a@x.example\r\nContent-Type: multipart/mixed; boundary="X"\r\n\r\n--X\r\nContent-Type: image/png\r\n'
    words = b"\r\n--X\r\nContent-Type: text/plain\r\n\r\nThe words stand here.\r\n--X--\r\n"
    imap.drop(head + b"Content-Transfer-Encoding: base64\r\n\r\n" + picture + words)
    taken = Taken()
    assert await box.poll(taken) == 1
    assert len(taken.mails[0]) < 300_000
    (said,) = mail.parse(Hook(headers={}, body=taken.mails[0], at=datetime.now(UTC)), {})
    assert said.text == "The words stand here."


async def test_a_mail_that_could_not_be_stored_is_offered_again(imap: ImapServer, box: Mailbox) -> None:
    first, second = imap.drop(b"From: a@x\r\n\r\n1"), imap.drop(b"From: a@x\r\n\r\n2")
    taken = Taken()
    taken.refuse = {b"From: a@x\r\n\r\n2": ConnectionError("the database is away")}
    with pytest.raises(ConnectionError):
        await box.poll(taken)
    assert imap.unseen == (second,) != (first,)
    taken.refuse = {}
    await box.poll(taken)
    assert len(taken.mails) == 2


async def test_a_mail_nobody_can_read_holds_up_no_other(imap: ImapServer, box: Mailbox) -> None:
    imap.drop(b"\r\nno sender")
    imap.drop(b"From: a@x\r\n\r\n2")
    taken = Taken()
    taken.refuse = {b"\r\nno sender": Unreadable("The mail names no sender.")}
    assert await box.poll(taken) == 2
    assert taken.mails == [b"From: a@x\r\n\r\n2"]
    assert imap.unseen == ()


async def test_many_mails_are_taken_in_portions(imap: ImapServer, box: Mailbox) -> None:
    for each in range(25):
        imap.drop(f"From: a@x\r\n\r\n{each}".encode())
    taken = Taken()
    assert [await box.poll(taken), await box.poll(taken), await box.poll(taken)] == [20, 5, 0]
    assert len(set(taken.mails)) == 25


async def test_a_wrong_password_is_named_but_never_shown(imap: ImapServer) -> None:
    settings = mail.Settings.model_validate(
        {"smtp": "smtp://127.0.0.1", "sender": "s@shop.example", "imap": imap.url.replace(imap.password, "guessed")}
    )
    assert settings.imap is not None
    with pytest.raises(Rejected, match="does not accept our name and password") as told:
        await Mailbox(settings.imap, timeout=2).poll(Taken())
    assert "guessed" not in str(told.value)


async def test_the_poller_goes_on_after_the_mailbox_was_away(imap: ImapServer, box: Mailbox) -> None:
    imap.faults.add("cut")
    imap.drop(b"From: a@x\r\n\r\n1")
    arrived = asyncio.Event()

    async def take(raw: bytes) -> None:
        arrived.set()

    polling = asyncio.create_task(box.run(take, every=0.01))
    await asyncio.wait_for(arrived.wait(), 10)
    polling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await polling
    assert imap.faults.pending == ()
