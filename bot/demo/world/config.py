"""The makegood.toml of the demo's bot: every part of this world under its real settings. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from bot.demo.world.bugsnag import PROJECT_ID
from bot.demo.world.keys import Keys
from bot.demo.world.tables import BEN, MIA, OTTO

TABLES = ("accounts", "menus", "menu_items", "jobs", "servers")

TEMPLATE = Template("""\
# Written by `makegood demo`: the settings of its bot.
mode = $mode

[slack]
error_channels = [$channel]

[admit]
stages = ["production"]
severity = "error"

[web]
public_url = $bot

[hooks.bugsnag]
token = $bugsnag_hook

[hooks.chatwoot]
token = $chatwoot_hook
secret = $chatwoot_secret

[hooks.tawk]
token = $tawk_hook

[hooks.email-postmark]
token = $mail_hook

[hooks.trello]
token = $trello_hook
secret = $trello_secret

[policy]
$policy

[actions]
paths = ["../../actions"]         # yours, to be tried here first: .makegood/actions/hide_menu.py

[targets.shop]
url = $database
read_url = $database
tables = $tables
hide = ["accounts.password"]

[targets.web]
hosts = [$host]
user = "deploy"
known_hosts = $known_hosts
key = $host_key

[targets.github]
base_url = $github
repository = "acme/shop"

[targets.github.headers]
Authorization = $github_token

[targets.app]
base_url = $app

[targets.app.headers]
Authorization = $app_token

[trackers.bugsnag]
token = $bugsnag_token
project = $bugsnag_project
base_url = $bugsnag

[customers.chatwoot]
base_url = $chatwoot
account = 1
token = $chatwoot_api

[mail]
smtp = $smtp
sender = "QuickAdmin support <support@quickadmin.example>"

[tell]
letters_wait = $wait               # seconds with Take back before a mail leaves

[board]
kind = "trello"
url = $board
key = $trello_key
token = $trello_token
secret = $trello_secret
base_url = $trello

[billing]
kind = "stripe"
key = $stripe_key
base_url = $stripe
""")

PROBE = Template("""
[probes.$name]
url = $url
page = $page
smoke = $smoke
""")


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the bot finds the parts."""

    base: str
    bot: str
    channel: str
    data: Path
    smtp: str
    host: str
    board: str


def settings_toml(at: Addresses, keys: Keys, *, mode: str, approvers: tuple[str, ...], wait: int) -> str:
    """Without approvers it is a team of one."""
    tables = ", ".join(f'{name} = "id"' for name in TABLES)
    texts = {
        "mode": mode,
        "channel": at.channel,
        "bot": at.bot,
        "database": f"sqlite+aiosqlite:///{at.data / 'shop.db'}",
        "host": at.host,
        "known_hosts": str(at.data / "known_hosts"),
        "host_key": str(at.data / "web_key"),
        "app": f"{at.base}/shop/backstage",
        "app_token": f"Bearer {keys.app}",
        "github": f"{at.base}/github",
        "github_token": f"Bearer {keys.github}",
        "bugsnag": f"{at.base}/bugsnag",
        "bugsnag_project": PROJECT_ID,
        "bugsnag_token": keys.bugsnag_api,
        "chatwoot": f"{at.base}/chatwoot",
        "smtp": at.smtp,
        "board": at.board,
        "trello": f"{at.base}/trello",
        "stripe": f"{at.base}/stripe",
        "stripe_key": keys.stripe,
        **_keys(keys),
    }
    quoted = {name: json.dumps(text) for name, text in texts.items()}
    policy = f"approvers = {json.dumps(approvers)}" if approvers else 'team = "solo"'
    whole = TEMPLATE.substitute(quoted, tables=f"{{ {tables} }}", wait=wait, policy=policy)
    return whole + "".join(map(_probe, _probes(at.base)))


def _keys(keys: Keys) -> Mapping[str, str]:
    return {
        "bugsnag_hook": keys.bugsnag_hook,
        "chatwoot_hook": keys.chatwoot_hook,
        "chatwoot_secret": keys.chatwoot_secret,
        "chatwoot_api": keys.chatwoot_api,
        "tawk_hook": keys.tawk_hook,
        "mail_hook": keys.mail_hook,
        "trello_hook": keys.trello_hook,
        "trello_key": keys.trello_key,
        "trello_token": keys.trello_token,
        "trello_secret": keys.trello_secret,
    }


@dataclass(frozen=True, kw_only=True)
class Probe:
    name: str
    url: str
    page: str
    smoke: bool


def _probes(base: str) -> tuple[Probe, ...]:
    """The two pages of the stories, as their customers; and as smoke the same for others, and development."""
    return (
        Probe(name="generate", url=f"{base}/shop/cruds/generate?as={MIA}", page="/cruds/generate", smoke=False),
        Probe(name="servers", url=f"{base}/shop/servers/new?as={BEN}", page="/servers", smoke=False),
        Probe(name="generate-otto", url=f"{base}/shop/cruds/generate?as={OTTO}", page="", smoke=True),
        Probe(name="servers-otto", url=f"{base}/shop/servers/new?as={OTTO}", page="", smoke=True),
        Probe(name="development", url=f"{base}/shop-dev/cruds/generate?as={MIA}", page="", smoke=True),
    )


def _probe(probe: Probe) -> str:
    values = {"url": probe.url, "page": probe.page, "smoke": probe.smoke}
    return PROBE.substitute({name: json.dumps(value) for name, value in values.items()}, name=probe.name)
