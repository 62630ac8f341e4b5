"""The doctor asks each service, changes nothing there, and says what is wrong and how to mend it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.receivers import Receiver
from bot.commands.checks.database import database
from bot.commands.checks.finding import Finding
from bot.commands.checks.services import services
from bot.demo.world.bugsnag import PROJECT_ID
from bot.settings.sections import WebhookSettings
from bot.settings.settings import Settings
from bot.settings.validation import validate
from bot.sinks.webhook import WebhookSink
from tests.parts.trackers_out.conftest import Stage
from tests.support.stores import open_bug
from tests.support.street import Street, opened

NOBODY = "http://127.0.0.1:9"
Serve = Callable[[int], Awaitable[str]]


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with opened() as found:
        yield found


async def asked(street: Street, **changed: object) -> dict[str, Finding]:
    """What the doctor finds, by system; `trackers__sentry__token="x"` changes one setting."""
    given: dict[str, Any] = {"slack": {"error_channels": ["C1"]}, **street.settings}
    for place, value in changed.items():
        *way, last = place.split("__")
        table = given
        for step in way:
            table[step] = dict(table[step])
            table = table[step]
        table[last] = value
    return {finding.system: finding for finding in await services(validate(Settings, given, "the story"))}


async def test_where_all_is_well_each_is_asked_and_nothing_is_changed(street: Street) -> None:
    before = everything(street)
    found = await asked(street)
    said = {system: finding.said for system, finding in found.items() if finding.state != "wrong"}
    assert "may write to the issues of acme" in said["tracker sentry"]
    assert f'"QuickAdmin" = "{PROJECT_ID}"' in said["tracker bugsnag"]
    assert "is there (it answers 405 to HEAD)" in said["webhook metrics"]
    assert said["board"].endswith("may be written, and has our lists")
    assert len(said) == len(found) >= 10
    assert everything(street) == before


def everything(street: Street) -> str:
    """As it stands in each house."""
    boards = (street.trello.snapshot(), street.trello.webhooks.hooks, street.stripe.snapshot())
    return repr((boards, street.sentry.issues, street.tracker.groups, street.entries, street.smtp.messages))


@pytest.mark.parametrize(
    ("system", "setting", "value", "mend"),
    [
        ("tracker sentry", "trackers__sentry__token", "old", "make a new one"),
        ("tracker sentry", "trackers__sentry__organization", "other", "correct [trackers.sentry] organization"),
        ("tracker sentry", "trackers__sentry__base_url", NOBODY, "can't be reached"),
        ("tracker bugsnag", "trackers__bugsnag__token", "old", "make a new one"),
        ("tracker bugsnag", "trackers__bugsnag__project", "none", f'"QuickAdmin" = "{PROJECT_ID}"'),
        ("tracker bugsnag", "trackers__bugsnag__base_url", NOBODY, "can't be reached"),
        ("webhook metrics", "webhooks__metrics__url", f"{NOBODY}/entries", "Is url in [webhooks.metrics] right"),
        ("board", "board__token", "old", "make a new token"),
        ("board", "board__url", "https://trello.com/b/other/bugs", "may not see it"),
        ("board", "board__base_url", NOBODY, "can't be reached"),
        ("billing", "billing__key", "old", "billing.key"),
        ("billing", "billing__base_url", NOBODY, "can't be reached"),
        ("chatwoot", "customers__chatwoot__token", "old", "Renew it"),
        ("crisp", "customers__crisp__key", "old", "Renew it"),
        ("intercom", "customers__intercom__token", "old", "Renew it"),
        ("intercom", "customers__intercom__base_url", NOBODY, "can't be reached"),
        ("mail", "mail__smtp", "smtp://127.0.0.1:9", "Correct smtp in [mail]"),
        ("mailbox", "mail__imap", "imap://support:old@127.0.0.1:{imap}/INBOX", "Correct imap in [mail]"),
        ("mailbox", "mail__imap", "imap://support:old@127.0.0.1:9/INBOX", "can't be reached"),
    ],
)
async def test_what_is_wrong_is_one_line_that_says_how_to_mend_it(
    street: Street, system: str, setting: str, value: str, mend: str
) -> None:
    found = await asked(street, **{setting: value.format(imap=street.imap.port)})
    assert (found[system].state, mend in found[system].said) == ("wrong", True), found[system]
    assert [other.system for other in found.values() if other.state == "wrong"] == [system]
    assert "\n" not in str(found[system])


async def test_a_token_that_may_only_read_is_wrong(street: Street) -> None:
    street.trello.may_write = False
    street.sentry.scopes = ("event:read",)
    street.tracker.projects = ()
    found = await asked(street, trackers__bugsnag__project="")
    assert "scope=read,write" in found["board"].said
    assert "Issue & Event: Read & Write" in found["tracker sentry"].said
    assert "may see them" in found["tracker bugsnag"].said
    assert {found[name].state for name in ("board", "tracker sentry", "tracker bugsnag")} == {"wrong"}


async def test_a_list_that_the_board_has_not_is_noted_and_a_closed_board_is_wrong(street: Street) -> None:
    found = await asked(street, board__lists={"Owed": "To be mended"})
    assert (found["board"].state, "no list To be mended" in found["board"].said) == ("note", True)
    street.trello.store.board["closed"] = True
    assert "open it again" in (await asked(street))["board"].said


async def test_what_is_tried_again_by_itself_is_noted(stage: Stage, http: aiohttp.ClientSession) -> None:
    settings = WebhookSettings.model_validate({"url": NOBODY, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    stage.follow(WebhookSink(Receiver("tool", settings, http), str))
    await open_bug(stage.ledger)
    await stage.outage(10)
    found = {finding.system: finding for finding in await database(stage.store.url)}
    assert found["sink webhook:tool"].state == "note"
    assert "The webhook “tool” does not answer or refuses: 1 bug behind" in found["sink webhook:tool"].said


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        (204, "ok", "is there"),
        (301, "wrong", "correct url in [webhooks.tool]"),
        (401, "note", "may be let in all the same"),
        (404, "note", "know only POST"),
        (503, "wrong", "out of order"),
    ],
)
async def test_a_webhook_out_is_judged_by_its_answer_to_head(
    answering: Serve, status: int, state: str, said: str
) -> None:
    url = await answering(status)
    given = {
        "slack": {"error_channels": ["C1"]},
        "webhooks": {"tool": {"url": url, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
    }
    (finding,) = await services(validate(Settings, given, "the story"))
    assert (finding.state, said in finding.said) == (state, True), finding


@pytest.fixture
async def answering() -> AsyncIterator[Serve]:
    """The address of a server that answers everything with one status."""
    runners: list[web.AppRunner] = []

    async def serve(status: int) -> str:
        async def answer(_request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 301 else {})

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runners[-1].addresses[0][1]}/entries"

    yield serve
    for runner in runners:
        await runner.cleanup()
