"""Boards are found by name, and say what is wrong with their settings."""

import pytest

from bot.adapters import opening
from bot.adapters.boards import trello
from bot.adapters.registry import BOARDS
from bot.bug.errors import Misconfigured
from bot.outgoing import sessions
from bot.settings.sections import Kind


def test_every_board_is_found_by_its_name() -> None:
    assert BOARDS.names() == ("trello",)
    assert BOARDS.find("trello") is trello.ADAPTER


async def test_an_unknown_board_is_told_which_there_are() -> None:
    async with sessions.pooled() as http:
        with pytest.raises(Misconfigured, match=r"board\.kind: .*“sticky-notes”.*trello"):
            opening.board(Kind(kind="sticky-notes"), http)


async def test_an_address_that_is_no_board_names_the_setting() -> None:
    table = {"kind": "trello", "url": "https://trello.com/", "key": "k", "token": "t"}
    async with sessions.pooled() as http:
        with pytest.raises(Misconfigured, match=r"board\.url"):
            opening.board(Kind.model_validate(table), http)


def test_secrets_are_not_shown_with_the_settings() -> None:
    settings = trello.Settings.model_validate(
        {"url": "https://trello.com/b/abcd1234", "key": "K3Y", "token": "T0K3N", "secret": "S3CR3T"}
    )
    assert not any(secret in repr(settings) for secret in ("K3Y", "T0K3N", "S3CR3T"))
