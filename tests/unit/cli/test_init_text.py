"""What `makegood init` writes is what `makegood run` reads, whatever was chosen."""

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest

from bot.adapters.channels import mail
from bot.adapters.registry import BILLERS, BOARDS, TRACKERS
from bot.bug.permissions.modes import Mode
from bot.commands.init_text import Choices, text, variables
from bot.settings import settings
from bot.settings.validation import validate

MODES: tuple[Mode, ...] = ("watch", "propose", "undoable", "run")
COMBINATIONS = [
    Choices(
        channel="C0ERRORS",
        mode=mode,
        alerts=TRACKERS.names() if much else (),
        public_url="https://makegood.example.com/" if public else "",
        tables={"menus": "id", "billing.invoices": "id", 'odd "name"': "a,b"} if much else {},
        approvers=("U0LEAD", "lead@example.com") if much else (),
        board="https://trello.com/b/abcd1234/bugs" if board else "",
        sender='"Acme \\ Support" <support@example.com>' if much else "",
        billing=kind,
    )
    for mode, much, public, board, kind in product(
        MODES, (True, False), (True, False), (True, False), ("", *BILLERS.names())
    )
]


def values(choices: Choices) -> dict[str, str]:
    addresses = {"SMTP_URL": "smtp://127.0.0.1:25", "SHOP_DATABASE_URL": "sqlite+aiosqlite:///shop.db"}
    return dict.fromkeys(variables(choices), "a-long-random-value") | addresses


@pytest.mark.parametrize("choices", COMBINATIONS, ids=lambda c: f"{c.mode}-{bool(c.alerts)}-{c.board[:1]}-{c.billing}")
def test_whatever_is_chosen_the_file_loads_and_says_it(choices: Choices, tmp_path: Path) -> None:
    path = tmp_path / "makegood.toml"
    path.write_text(text(choices))
    read, _ = settings.read(path, values(choices))
    assert (read.mode, read.slack.error_channels) == (choices.mode, ("C0ERRORS",))
    assert read.web.public_url == choices.public_url.rstrip("/")
    assert read.policy.approvers == choices.approvers
    assert read.policy.team is None
    assert {name for name in read.hooks if name != "trello"} == set(choices.alerts)
    keys = {name: tuple(key.split(",")) for name, key in choices.tables.items()}
    assert dict(read.targets["shop"].tables if choices.tables else {}) == keys  # type: ignore[union-attr] # a database
    if read.board:
        validate(BOARDS.find(read.board.kind).connector.settings, read.board.rest(), "[board]")
    if read.billing:
        validate(BILLERS.find(read.billing.kind).connector.settings, read.billing.rest(), "[billing]")
    if choices.sender:
        assert validate(mail.Settings, read.mail, "[mail]").sender == choices.sender


@pytest.mark.parametrize("choices", COMBINATIONS[:24:5])
def test_the_file_names_exactly_the_variables_that_are_listed(choices: Choices) -> None:
    named = set(re.findall(r'^[^#\n]*"\$([A-Z_]+)"', text(choices), re.MULTILINE))
    assert named == set(variables(choices)) - {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}


def test_the_least_file_is_four_lines_of_settings() -> None:
    assert tomllib.loads(text(Choices(channel="C0ERRORS"))) == {
        "mode": "watch",
        "slack": {"error_channels": ["C0ERRORS"]},
        "admit": {"stages": ["production"], "severity": "error"},
    }


@pytest.mark.parametrize("approvers", [("solo",), ("U0LEAD", "solo")])
def test_who_is_alone_says_so_where_approvers_are_named(approvers: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "makegood.toml"
    path.write_text(text(Choices(channel="C0ERRORS", approvers=approvers)))
    read, _ = settings.read(path, {})
    assert (read.policy.team, read.policy.approvers) == ("solo", approvers[:-1])
