"""`makegood init`: asks a few questions; writes makegood.toml, without a secret in it, and the Slack app's manifest beside it."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.adapters.registry import BILLERS, TRACKERS
from bot.bug import ids
from bot.bug.errors import Invalid, Refused
from bot.commands.common import called, say
from bot.commands.init_text import SOLO, TRANSPORTS, Choices, manifest, next_steps, text
from bot.commands.options import config_option
from bot.settings.validation import validate
from bot.shipped import MANIFEST

NONE = frozenset({"", "none", "no", "-"})
MODES = ("watch", "propose", "undoable", "run")
QUESTIONS = {
    "channel": "Channel where errors arrive (its id, C…, at the end of “View channel details”)",
    "mode": "watch (no effect on production), propose (shows what a person should run), undoable (runs what can be taken back) or run",
    "alerts": "Where alerts come from: slack (what other apps post there), or trackers, comma-separated",
    "public_url": "The bot's address from outside, https://…; without one there are no webhooks",
    "transport": "How Slack's events come: socket (the bot fetches them), or http (Slack posts them to the bot's address)",
    "tables": "Tables of the production database that fixes may touch, as in menus=id,users=id",
    "approvers": "Who approves risky fixes: user ids, e-mail addresses, group ids, comma-separated; solo, where you are alone",
    "board": "Address of the Trello board, https://trello.com/b/…",
    "sender": "Sender of mails to customers, as in Support <support@example.com>",
    "billing": "Billing: stripe, sql, or none",
}
DEFAULTS = {"channel": "", "mode": "watch", "transport": "socket", "alerts": "slack"}
"""What an empty answer means; of what is not here, none. The channel has to be said."""
SAID = {"socket": "Socket Mode", "http": "HTTP"}
HELP = {**QUESTIONS, "alerts": "where alerts come from: slack, or trackers, comma-separated"}


def options(sub: argparse.ArgumentParser) -> None:
    config_option(sub)
    sub.add_argument("--yes", action="store_true", help="ask nothing; what no option says is left out")
    sub.add_argument("--force", action="store_true", help="write over the file that is there")
    for name, help_ in HELP.items():
        sub.add_argument(f"--{name.replace('_', '-')}", metavar="…", help=help_.replace("%", "%%"))


def run(args: argparse.Namespace) -> int:
    path = Path(args.config)
    if path.exists() and not args.force:
        raise Refused(f"{path} is there already. Nothing was written; --force writes over it.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}. Make it first; nothing was written.")
    try:
        choices = _choices(args)
    except KeyboardInterrupt:
        raise Refused("Nothing was written.") from None
    app = path.with_name("slack_app.yml")
    _write(path, text(choices))
    _write(app, manifest(MANIFEST.read_text("utf-8"), choices))
    say(f"Wrote {path}, and {app}: the manifest of your Slack app, for {SAID[choices.transport]}.")
    for number, step in enumerate(next_steps(choices, app, f"{called()} {{}} --config {path}"), 1):
        say(f"\n{number}. {step}")
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror}.") from error


def _choices(args: argparse.Namespace) -> Choices:
    """Options first, then questions; with --yes no questions."""
    answers: dict[str, object] = {}
    for name in QUESTIONS:
        asks = not args.yes and _worth_asking(name, answers)
        answers[name] = _answer(name, getattr(args, name), ask=asks)
    if answers["transport"] == "http" and not answers["public_url"]:
        raise Refused("http needs the bot's address from outside: --public-url https://… as well. Nothing was written.")
    return validate(Choices, answers, "init")


def _worth_asking(name: str, answers: Mapping[str, object]) -> bool:
    """Slack can post only to an address from outside."""
    return name != "transport" or bool(answers["public_url"])


def _answer(name: str, said: str | None, *, ask: bool) -> object:
    """Asked again until it can be used; an option that can't be used ends it."""
    if said is not None or not ask:
        return READ[name](said or "")
    while True:
        try:
            return READ[name](_asked(_question(name)))
        except Invalid as error:
            say(f"  {error}")


def _question(name: str) -> str:
    default = DEFAULTS.get(name, "none")
    return f"{QUESTIONS[name]} [{default}]: " if default else f"{QUESTIONS[name]}: "


def _asked(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise Refused("Nothing was written: the answers ended. For scripts there is --yes.")
    return line.strip()


def _nothing(said: str) -> bool:
    return said.strip().lower() in NONE


def _channel(said: str) -> str:
    """“Copy link” of a channel gives an address that ends in its id."""
    return _checked(ids.channel, said.rpartition("/archives/")[2], "channel")


def _mode(said: str) -> str:
    mode = said.lower() or "watch"
    if mode not in MODES:
        raise Invalid(f"Write one of: {', '.join(MODES)}.")
    return mode


def _transport(said: str) -> str:
    transport = said.lower() or DEFAULTS["transport"]
    if transport not in TRANSPORTS:
        raise Invalid(f"Write one of: {', '.join(TRANSPORTS)}.")
    return transport


def _names(said: str) -> tuple[str, ...]:
    return () if _nothing(said) else tuple(part.strip() for part in said.split(",") if part.strip())


def _alerts(said: str) -> tuple[str, ...]:
    found = tuple(name for name in _names(said.lower()) if name != "slack")
    wrong = [name for name in found if name not in TRACKERS.names()]
    if wrong:
        raise Invalid(f"There is no tracker {wrong[0]}. Write slack, or some of: {', '.join(TRACKERS.names())}.")
    return found


def _url(said: str) -> str:
    if _nothing(said):
        return ""
    return _checked(ids.public_address, said, "address")


def _approvers(said: str) -> tuple[str, ...]:
    return tuple(name if name == SOLO else _checked(ids.approver, name, "approver") for name in _names(said))


def _checked(check: Callable[[str], str], said: str, what: str) -> str:
    """By the same rule as the settings. Raises Invalid."""
    try:
        return check(said)
    except ValueError as error:
        raise Invalid(f"The {what}: {error}.") from None


def _tables(said: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in _names(said)]
    if any(not (table.strip() and key.strip()) for table, _, key in pairs):
        raise Invalid("Write each table with its key column, as in menus=id,users=id.")
    return {table.strip(): key.strip() for table, _, key in pairs}


def _board(said: str) -> str:
    if not _nothing(said) and "/b/" not in said:
        raise Invalid("Write the board's address as the browser shows it, as in https://trello.com/b/abcd1234/bugs.")
    return _url(said)


def _sender(said: str) -> str:
    if not _nothing(said) and "@" not in said:
        raise Invalid("Write an address, as in Support <support@example.com>.")
    return "" if _nothing(said) else said


def _billing(said: str) -> str:
    biller = said.strip().lower()
    if not _nothing(biller) and biller not in BILLERS.names():
        raise Invalid(f"Write none, or one of: {', '.join(BILLERS.names())}.")
    return "" if _nothing(biller) else biller


READ: dict[str, Callable[[str], object]] = {
    "channel": _channel,
    "mode": _mode,
    "alerts": _alerts,
    "public_url": _url,
    "transport": _transport,
    "tables": _tables,
    "approvers": _approvers,
    "board": _board,
    "sender": _sender,
    "billing": _billing,
}
