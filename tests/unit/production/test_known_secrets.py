"""Every secret that the settings and the environment hold is known, and so masked wherever something leaves."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, SecretStr

from bot.adapters.ports import Connector
from bot.adapters.registry import BILLERS, BOARDS, CHANNELS, TRACKERS
from bot.settings.environment import OPEN, Environment, known_secrets
from bot.settings.settings import Settings
from bot.settings.validation import validate

WEBHOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOLD: dict[str, Any] = {
    "slack": {"error_channels": ["C0ERRORS1"]},
    "hooks": {"sentry": {"token": "secret-hook-token", "secret": "secret-hook-signing"}},
    "policy": {"ntfy": "https://ntfy.sh/secret-topic", "totp": {"lee@acme.example": TOTP}},
    "targets": {
        "shop": {
            "url": "sqlite+aiosqlite:////secret-url",
            "read_url": "sqlite+aiosqlite:////secret-read",
            "copy_url": "sqlite+aiosqlite:////secret-copy",
            "tables": {"token": "token_id"},
        },
        "api": {"base_url": "https://api.acme.example", "headers": {"Authorization": "secret-header"}},
    },
    "webhooks": {"tool": {"url": "https://tool.acme.example", "secret": WEBHOOK}},
    "customers": {"chatwoot": {"token": "secret-chat-token", "base_url": "https://chat.acme.example"}},
    "trackers": {"bugsnag": {"token": "secret-tracker-token"}},
    "mail": {"smtp": "smtp://user:secret-mail@host", "imap": "imaps://user:secret-box@host", "sender": "a@b.example"},
    "board": {"kind": "trello", "key": "secret-board-key", "token": "secret-board-token", "secret": "secret-board-s"},
    "billing": {"kind": "stripe", "key": "secret-billing-key"},
}
PLAIN = {"https://api.acme.example", "https://chat.acme.example", "token_id", "a@b.example", "trello", "stripe"}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(one)


def test_each_secret_of_the_settings_and_the_environment_is_known() -> None:
    runtime = Environment(
        bot_token=SecretStr("xoxb-secret"),
        app_token=SecretStr("xapp-secret"),
        database_url="postgresql+asyncpg://bot:secret-database@db/makegood",
        secrets=(SecretStr("secret-variable"),),
    )
    known = set(known_secrets(validate(Settings, TOLD, "the test's settings"), runtime))
    wanted = {text for text in texts(TOLD) if "secret" in text or text in {WEBHOOK, TOTP}}
    assert wanted - known == set()
    assert {"xoxb-secret", "xapp-secret", "secret-database", "secret-variable"} <= known
    assert known & PLAIN == set()


def tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """What each adapter's module takes of its table."""
    openers: list[tuple[str, Connector[Any] | None]] = [(x.name, x.api) for x in TRACKERS.every()]
    openers += [(x.name, x.connector) for x in CHANNELS.every()]
    openers += [(x.name, x.connector) for x in BILLERS.every()]
    openers += [(x.name, x.connector) for x in BOARDS.every()]
    yield from ((name, opener.settings) for name, opener in openers if opener)


@pytest.mark.parametrize(("name", "table"), list(tables()))
def test_what_an_adapter_holds_as_a_secret_is_known_by_its_name(name: str, table: type[BaseModel]) -> None:
    secret = {
        field
        for field, info in table.model_fields.items()
        if SecretStr in (info.annotation, *get_args(info.annotation))
    }
    assert secret <= OPEN, name
