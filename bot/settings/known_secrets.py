"""Every secret that makegood.toml or the environment names: whatever leaves is masked by them."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url

from bot.settings.environment import Environment
from bot.settings.settings import Settings

OPEN = frozenset({"token", "secret", "key", "password", "passphrase", "identifier", "smtp", "imap", "target"})
"""What holds a secret in the tables of adapters, which only the adapter's module can type."""


def known_secrets(settings: Settings, runtime: Environment) -> tuple[str, ...]:
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
