"""What nobody understood is read the same day, also where Slack is what fails: in a mail, once a day."""

import asyncio
from typing import Any

import pytest

from bot.bug.errors import Outside
from bot.demo.channels.smtp import MailServer
from tests.slack.house import HOOK, House

HOOKS = {"chatwoot": {"token": HOOK}}
ODD = {"event": "conversation_merged", "id": 7, "account": {"id": 1}, "conversation": {"id": 7}}


@pytest.fixture
def given(mail: MailServer) -> dict[str, Any]:
    return {
        "hooks": HOOKS,
        "mail": {"smtp": mail.url, "sender": "Support <support@acme.example>"},
        "policy": {"approvers": ["U0LEAD", "max@acme.example"]},
        "slack": {"error_channels": ["C0ERRORS"], "cards_per_minute": 1000},
    }


async def say(house: House) -> None:
    (job,) = [job for job in house.bot.timers.jobs if job.name == "what nobody understood"]
    await job.run()


async def test_where_slack_takes_nothing_an_approver_reads_it_in_a_mail_once_a_day(
    house: House, mail: MailServer
) -> None:
    house.slack.faults.add(kind="error:is_archived", method="chat.postMessage", times=1_000)
    assert await house.hook("chatwoot", ODD) == 200
    for _ in range(100):
        if mail.messages:
            break
        with pytest.raises(Outside):
            await say(house)
        await asyncio.sleep(0.05)
    with pytest.raises(Outside):
        await say(house)
    (letter,) = mail.messages
    assert "conversation_merged" in letter.text
    assert letter.recipients == ("max@acme.example",)
    house.clock.advance(hours=25)
    with pytest.raises(Outside):
        await say(house)
    assert len(mail.messages) == 2


async def test_once_slack_is_back_the_channel_hears_of_it_too(house: House, mail: MailServer) -> None:
    house.slack.faults.add(kind="error:is_archived", method="chat.postMessage", times=1_000)
    assert await house.hook("chatwoot", ODD) == 200
    with pytest.raises(Outside):
        await say(house)
    house.slack.faults.clear()
    await say(house)
    await house.errors.expect_message("conversation_merged")
    assert len(mail.messages) == 1
