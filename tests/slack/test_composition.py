"""How a bot is put together: what is wrong is said first, what was planned is made, and what was opened is closed."""

from contextlib import closing
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import build
from bot.bug.errors import Misconfigured
from bot.demo.server import free_port
from bot.intake.sources import ALERTS, BOARD, CHECKS, PEOPLE, PULL
from bot.settings.environment import Environment
from bot.settings.settings import Settings
from bot.settings.validation import validate
from tests.slack.house import HOOK, House

LEAST: dict[str, Any] = {"slack": {"error_channels": ["C0ERRORS"]}}
NOBODY = "http://127.0.0.1:9"
EVERYTHING: dict[str, Any] = {
    "mail": {"smtp": "smtp://127.0.0.1:9", "sender": "help@acme.example"},
    "billing": {"kind": "stripe", "key": "sk_test_1", "base_url": NOBODY},
    "board": {
        "kind": "trello",
        "key": "k",
        "token": "t",
        "url": "https://trello.com/b/abcd1234/bugs",
        "base_url": NOBODY,
    },
    "trackers": {"bugsnag": {"token": "t", "base_url": NOBODY}},
    "webhooks": {"team-tool": {"url": f"{NOBODY}/", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
}
WRONG: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "there is no such sink": ({}, ("crad",)),
    "[customers.smoke-signals]": ({"customers": {"smoke-signals": {}}}, ()),
    "hooks.bugsnagg": ({"hooks": {"bugsnagg": {"token": HOOK}}}, ()),
    "[trackers.nobody]": ({"trackers": {"nobody": {}}}, ()),
    "billing.kind": ({"billing": {"kind": "barter"}}, ()),
}


def nowhere(folder: Path) -> Environment:
    """A Slack that is away: a start that asks it waits for ever."""
    return Environment(
        bot_token=SecretStr("xoxb-1"),
        api_url=f"{NOBODY}/api/",
        database_url=f"sqlite+aiosqlite:///{folder / 'makegood.db'}",
        port=free_port(),
    )


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.parametrize("said", WRONG)
async def test_what_is_wrong_in_the_settings_is_said_before_slack_or_the_database_is_asked(
    said: str, tmp_path: Path
) -> None:
    given, only = WRONG[said]
    with pytest.raises(Misconfigured) as error:
        async with build(validate(Settings, {**LEAST, **given}, "the story"), nowhere(tmp_path), tmp_path, only):
            pytest.fail("it started")
    assert said in str(error.value)
    assert files(tmp_path) == []


@pytest.mark.parametrize("given", [{}, EVERYTHING], ids=["least", "everything"])
async def test_every_sink_that_was_planned_is_made_under_its_name(house: House) -> None:
    sinks = house.bot.relay.sinks
    assert {name: sink.name for name, sink in sinks.items()} == {name: name for name in sinks}
    assert {name: sink.interest for name, sink in sinks.items()} == house.bot.ledger.sinks


@pytest.mark.parametrize(
    "given", [{"targets": {"shop": {"kind": "sql"}}, "billing": {"kind": "stripe", "elsewhere": True}}]
)
async def test_what_another_process_serves_is_woken_here_and_not_made(house: House) -> None:
    assert house.bot.ledger.sinks.keys() - house.bot.relay.sinks.keys() == {"production", "billing"}


async def test_a_start_that_fails_at_the_end_leaves_nothing_open(house: House) -> None:
    await house.stop()
    with (
        closing(create_server(("127.0.0.1", house.runtime.port))),
        pytest.raises(Misconfigured, match="another process"),
    ):
        await house.start()
    await house.start()  # the file of the database was locked by whoever had it
    await house.alarm()
    assert (await house.bug()).card


async def test_a_bot_may_be_started_again_and_again(house: House) -> None:
    await house.alarm()
    before = house.bot
    await house.restart()
    await house.alarm()
    assert house.bot is not before
    assert await house.kinds(2) == await house.kinds(1)


async def test_a_process_that_only_runs_sinks_leaves_what_is_said_in_slack_to_one_that_has_a_token(
    tmp_path: Path,
) -> None:
    away = nowhere(tmp_path)
    alone = Environment(team="T0LOCAL", api_url=away.api_url, database_url=away.database_url, port=away.port)
    shop = {"url": f"sqlite:///{tmp_path}/shop.db", "tables": {"menus": "id"}}
    settings = validate(Settings, {**LEAST, "targets": {"shop": shop}}, "the story")
    async with build(settings, alone, tmp_path, ("production",)) as bot:
        assert set(bot.inflow.handlers) == {ALERTS, PEOPLE, BOARD, PULL, CHECKS}
