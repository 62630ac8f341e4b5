"""The log: one line an event, to standard error, every known secret masked."""

import logging
import sys

from bot.production.redaction import Redactor
from bot.settings.environment import Environment, known_secrets
from bot.settings.settings import Settings

LIBRARIES = ("slack_sdk", "slack_bolt", "aiohttp", "asyncssh", "sqlalchemy", "alembic")
UNSIGNED = (
    "A request to /slack/events is not signed by Slack with our SLACK_SIGNING_SECRET, or its clock and ours differ by "
    "more than five minutes: it was refused."
)


class Redacting(logging.Formatter):
    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.redact(super().format(record))


def set_up(settings: Settings, runtime: Environment, *, debug: bool = False) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(Redactor(known_secrets(settings, runtime))))
    handler.addFilter(without_bodies)
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler], force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.INFO if debug else logging.WARNING)
    # Bolt warns at each start that it ignores SLACK_BOT_TOKEN because we hand it a client: that is meant
    logging.getLogger("slack_bolt.AsyncApp").addFilter(lambda record: "will be unused" not in record.getMessage())


def without_bodies(record: logging.LogRecord) -> bool:
    """Keeps what Slack sent out of the log: a form holds secrets and codes that somebody typed, and Bolt writes whole bodies."""
    said = record.getMessage()
    if record.name.startswith("slack_bolt") and "body: " in said:
        record.msg, record.args = (UNSIGNED if "signature" in said else said.partition("body: ")[0] + "…"), ()
    return True
