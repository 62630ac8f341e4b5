"""The makegood.toml and the manifest of the Slack app that `makegood init` writes, and the variables that it names. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from bot.bug.permissions.modes import Mode
from bot.bug.values import Frozen

Transport = Literal["socket", "http"]
TRANSPORTS: tuple[Transport, ...] = get_args(Transport)
SOLO = "solo"
SIGNING = {"sentry", "alertmanager", "grafana", "generic"}
"""Trackers that prove who they are."""


class Choices(Frozen):
    """What was answered; empty: left out."""

    channel: str
    mode: Mode = "watch"
    alerts: tuple[str, ...] = ()
    public_url: str = ""
    transport: Transport = "socket"
    tables: Mapping[str, str] = {}
    approvers: tuple[str, ...] = ()
    """Among them SOLO: one person is alone."""
    board: str = ""
    sender: str = ""
    billing: str = ""


def text(choices: Choices) -> str:
    return "\n".join(_lines(choices)) + "\n"


def manifest(shipped: str, c: Choices) -> str:
    """The shipped manifest, which is for Socket Mode, or the same with the addresses that Slack posts to.

    https://docs.slack.dev/reference/app-manifest: `url` of a command, `request_url` of events and of interactivity, and
    `message_menu_options_url`, without which a menu that searches stays empty.
    """
    if c.transport == "socket":
        return shipped
    url = f"{c.public_url.rstrip('/')}/slack/events"
    places = {
        r"^( +)- (command: .+)$": rf"\1- \2\n\1  url: {url}",
        r"^( +)(event_subscriptions:)$": rf"\1\2\n\1  request_url: {url}",
        r"^( +)(is_enabled: true)$": rf"\1\2\n\1request_url: {url}\n\1message_menu_options_url: {url}",
        r"^( +socket_mode_enabled:) true$": r"\1 false",
    }
    for place, said in places.items():
        shipped = re.sub(place, said, shipped, flags=re.MULTILINE)
    return shipped


def _lines(c: Choices) -> Iterator[str]:
    yield '# Makegood\'s settings; docs/settings.md has every key. "$NAME" reads the environment: no secret stands here.'
    yield f'mode = "{c.mode}"    # watch: nothing runs · propose: shows what to run · undoable: runs what can be taken back · run'
    yield from _table("slack", error_channels=[c.channel])
    yield from _table("admit", stages=["production"], severity="error")
    yield "# at_least = 3           # occurrences; a waiting customer is always admitted"
    if c.public_url:
        yield from _table("web", public_url=c.public_url)
    for source in c.alerts:
        signed = {"secret": f"${_variable(source)}_SECRET"} if source in SIGNING else {}
        yield from _table(f"hooks.{source}", token=f"${_variable(source)}_HOOK_TOKEN", **signed)
    if c.approvers:
        others = [name for name in c.approvers if name != SOLO]
        named: dict[str, str | list[str]] = {"approvers": others} if others else {}
        yield from _table("policy", **named, **({"team": SOLO} if SOLO in c.approvers else {}))
    yield from _production(c)
    yield from _outside(c)


def _production(c: Choices) -> Iterator[str]:
    if not c.tables:
        return
    yield from _table("targets.shop", url="$SHOP_DATABASE_URL")
    yield '# read_url = "$SHOP_READ_URL"    # looks and previews read here, where there is a replica or a read-only role'
    tables = ", ".join(f"{_key(table)} = {_quoted(key)}" for table, key in c.tables.items())
    yield f"tables = {{ {tables} }}    # what fixes may touch, with its key"
    yield 'hide = []    # what nobody sees, as in ["users.password"]'


def _outside(c: Choices) -> Iterator[str]:
    if c.board:
        keys = {"key": "$TRELLO_KEY", "token": "$TRELLO_TOKEN", "secret": "$TRELLO_SECRET"}
        yield from _table("board", kind="trello", url=c.board, **keys)
        if c.public_url:
            yield from _table("hooks.trello", token="$TRELLO_HOOK_TOKEN", secret="$TRELLO_SECRET")  # noqa: S106 - names of variables
    if c.sender:
        yield from _table("mail", smtp="$SMTP_URL", sender=c.sender)
    if c.billing == "stripe":
        yield from _table("billing", kind="stripe", key="$STRIPE_KEY")
    elif c.billing:
        yield from _table("billing", kind=c.billing, target="$BILLING_DATABASE_URL")
        yield 'account = { table = "accounts", key = "id", email = "email" }    # docs/billing.md has the other columns'


def _table(name: str, **keys: str | list[str]) -> Iterator[str]:
    yield ""
    yield f"[{name}]"
    for key, value in keys.items():
        said = _quoted(value) if isinstance(value, str) else f"[{', '.join(map(_quoted, value))}]"
        yield f"{key} = {said}"


def _quoted(value: str) -> str:
    """A basic string: JSON's escapes are TOML's, where the characters themselves stay."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _variable(source: str) -> str:
    return source.upper().replace("-", "_")


def next_steps(c: Choices, app: Path, command: str) -> Iterator[str]:
    """From the two files to the first card; `command` has {} where `doctor` or `run` stands."""
    yield (
        f"Make the Slack app: https://api.slack.com/apps → Create New App → From a manifest → paste {app}."
        "\n   Then Install to Workspace, and in the channel of your alerts: /invite @makegood"
        "\n   (Have you made it already? Paste it under App Manifest if it says anything else.)"
    )
    known = variables(c)
    yield "\n".join(
        [
            "Set these variables (secrets stay out of the file):",
            *(f"     {name:<24} {what}" for name, what in known.items()),
        ]
    )
    if c.public_url:
        yield (
            f"Let {c.public_url.rstrip('/')} lead to the bot, by a reverse proxy with TLS: it listens on"
            " http://127.0.0.1:3000 (MAKEGOOD_HOST and MAKEGOOD_PORT take another address)."
        )
    yield f"{command.format('doctor')}    says whether all is right, and how to mend what is not."
    yield f"{command.format('run')}\n   Your first card, in that channel: /bug new This is a test"
    if c.transport == "http":
        yield (
            "While it runs: your Slack app → Event Subscriptions. The Request URL has to be verified; if it is not, press Retry."
            "\n   Until then Slack sends no events: /bug and buttons work, but no alert in the channel becomes a card."
        )


def variables(c: Choices) -> dict[str, str]:
    """What has to be set, and where it is found."""
    found = {"SLACK_BOT_TOKEN": "xoxb-…: your Slack app → OAuth & Permissions"}
    found |= {
        "socket": {
            "SLACK_APP_TOKEN": "xapp-…: your Slack app → Basic Information → App-Level Tokens (connections:write)"
        },
        "http": {"SLACK_SIGNING_SECRET": "your Slack app → Basic Information → App Credentials → Signing Secret"},
    }[c.transport]
    for source in c.alerts:
        found[f"{_variable(source)}_HOOK_TOKEN"] = (
            f"a long random text (openssl rand -hex 32), part of {_hook(c, source)}"
        )
        if source in SIGNING:
            found[f"{_variable(source)}_SECRET"] = "what it signs with; docs/trackers.md says where it stands"
    if c.tables:
        found["SHOP_DATABASE_URL"] = "postgresql+asyncpg://user:password@host/name, with a role of its own"
    if c.board:
        found |= dict.fromkeys(("TRELLO_KEY", "TRELLO_TOKEN", "TRELLO_SECRET"), "https://trello.com/power-ups/admin")
        if c.public_url:
            found["TRELLO_HOOK_TOKEN"] = f"a long random text, part of {_hook(c, 'trello')}"
    if c.sender:
        found["SMTP_URL"] = "smtp://user:password@host:587 or smtps://user:password@host:465"
    if c.billing == "stripe":
        found["STRIPE_KEY"] = "a restricted key; docs/billing.md says what it needs"
    elif c.billing:
        found["BILLING_DATABASE_URL"] = "postgresql://…, mysql://… or sqlite:///…"
    return found


def _hook(c: Choices, source: str) -> str:
    return f"{c.public_url.rstrip('/') or 'https://YOUR-ADDRESS'}/hooks/{source}/TOKEN"
