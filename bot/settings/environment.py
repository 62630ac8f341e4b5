"""What the environment says of this process: tokens, addresses, the database. Beside makegood.toml's "$NAME" nobody else reads it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator
from sqlalchemy.engine import make_url

from bot.bug import ids
from bot.bug.errors import Misconfigured
from bot.bug.values import Frozen
from bot.outgoing.address import usable
from bot.settings.settings import Settings
from bot.settings.validation import NO_FILE, validate

OPEN = frozenset({"token", "secret", "key", "password", "passphrase", "identifier", "smtp", "imap", "target"})
"""What holds a secret in the tables of adapters, which only the adapter's module can type."""
_SECRETS = {"bot_token": ids.bot_token, "app_token": ids.app_token, "signing_secret": ids.signing_secret}


class Environment(Frozen):
    """What the environment says of this process."""

    bot_token: SecretStr = SecretStr("")
    team: str = ""
    """Instead of a token, for a process that never talks to Slack: the workspace (T…)."""
    app_token: SecretStr | None = None
    """Set: Socket Mode. Else HTTP with `signing_secret`."""
    signing_secret: SecretStr | None = None
    api_url: str = Field(default="https://slack.com/api/", pattern=r"^https?://")
    database_url: str
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    secrets: tuple[SecretStr, ...] = ()
    """Every value that a "$NAME" of the file stood for: none of them is ever shown."""

    @field_validator("bot_token", "app_token", "signing_secret")
    @classmethod
    def _of_its_kind(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Swapped ones are told apart by how they begin; the value itself is never said."""
        if value and value.get_secret_value():
            _SECRETS[str(info.field_name)](value.get_secret_value())
        return value


_VARIABLES = {
    "bot_token": "SLACK_BOT_TOKEN",
    "team": "MAKEGOOD_TEAM",
    "app_token": "SLACK_APP_TOKEN",
    "signing_secret": "SLACK_SIGNING_SECRET",
    "api_url": "SLACK_API_URL",
    "host": "MAKEGOOD_HOST",
    "port": "MAKEGOOD_PORT",
}


def read(path: Path, secrets: tuple[SecretStr, ...], environment: Mapping[str, str] = os.environ) -> Environment:
    """The environment's part. Raises Misconfigured where a token is missing."""
    if not environment.get("SLACK_BOT_TOKEN") and not environment.get("MAKEGOOD_TEAM"):
        raise Misconfigured(
            "SLACK_BOT_TOKEN is not set: the bot's token (xoxb-…), from your Slack app under “OAuth & Permissions”."
        )
    names_team = environment.get("MAKEGOOD_TEAM") and not environment.get("SLACK_BOT_TOKEN")
    if not (environment.get("SLACK_APP_TOKEN") or environment.get("SLACK_SIGNING_SECRET") or names_team):
        raise Misconfigured(
            "Set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP; neither is set."
        )
    values: dict[str, Any] = {field: environment[name] for field, name in _VARIABLES.items() if environment.get(name)}
    url = database_url(path, environment)
    return validate(Environment, {**values, "database_url": url, "secrets": secrets}, "environment", _VARIABLES)


def slack_access(environment: Mapping[str, str] = os.environ) -> tuple[SecretStr, str]:
    """The bot's token and Slack's address, for a command that only reads. Raises Misconfigured."""
    token = environment.get("SLACK_BOT_TOKEN")
    if not token:
        raise Misconfigured("SLACK_BOT_TOKEN is not set: the bot's token (xoxb-…), with which the threads are read.")
    return SecretStr(token), environment.get("SLACK_API_URL") or str(Environment.model_fields["api_url"].default)


def database_url(path: Path, environment: Mapping[str, str] = os.environ) -> str:
    """MAKEGOOD_DATABASE_URL, or a SQLite file beside the configuration. Raises Misconfigured.

    MAKEGOOD_DATABASE_PASSWORD joins an address that has none: there any character stands as it is.
    """
    named, beside = environment.get("MAKEGOOD_DATABASE_URL"), path.resolve().parent / "makegood.db"
    if not (named or path.exists() or beside.exists()):  # a misspelt path must not make a database somewhere
        raise Misconfigured(NO_FILE.format(path))
    try:
        url = usable(named or f"sqlite+aiosqlite:///{beside}")
    except ValueError as error:
        raise Misconfigured(f"MAKEGOOD_DATABASE_URL: {error}.") from None
    parsed = make_url(url)
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise Misconfigured(
            "MAKEGOOD_DATABASE_URL names neither SQLite nor PostgreSQL: write sqlite+aiosqlite:///… or postgresql+asyncpg://…."
        )
    if parsed.drivername.startswith("sqlite") and parsed.database in {None, "", ":memory:"}:
        raise Misconfigured(
            "MAKEGOOD_DATABASE_URL names no file: write it as sqlite+aiosqlite:////var/lib/makegood.db."
        )
    password = environment.get("MAKEGOOD_DATABASE_PASSWORD")
    if not password or parsed.password or parsed.drivername.startswith("sqlite"):
        return url
    return parsed.set(password=password).render_as_string(hide_password=False)


def known_secrets(settings: Settings, runtime: Environment) -> tuple[str, ...]:
    """Every one that makegood.toml or the environment names: whatever leaves is masked by them."""
    tokens = [runtime.bot_token, runtime.app_token, runtime.signing_secret, *runtime.secrets]
    password = make_url(runtime.database_url).password or ""
    return (*(t.get_secret_value() for t in tokens if t), str(password), *written_in(settings))


def written_in(settings: Settings) -> Iterator[str]:
    """Those that stand in the settings themselves."""
    yield from _typed(settings)
    kinds = (kind.rest() for kind in (settings.board, settings.billing) if kind)
    for table in (*settings.customers.values(), *settings.trackers.values(), settings.mail, *kinds):
        yield from (value for name, value in table.items() if name in OPEN and isinstance(value, str))


def _typed(value: object) -> Iterator[str]:
    """As the types of the settings say it, however deep."""
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case BaseModel():
            yield from (secret for name in type(value).model_fields for secret in _typed(getattr(value, name)))
        case Mapping():
            yield from (secret for one in value.values() for secret in _typed(one))
        case list() | tuple():
            yield from (secret for one in value for secret in _typed(one))
