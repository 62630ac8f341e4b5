"""The second process: `makegood run --sinks production,billing`, which alone holds credentials and knows no Slack."""

import json
from pathlib import Path

from tests.faults.process import Makegood
from tests.slack.house import House, free_port
from tests.slack_fixes.plant import HERE, Plant

TOML = """
mode = "run"
[slack]
error_channels = ["C0ERRORS"]
[actions]
paths = [$own]
[targets.shop]
url = $url
tables = { menus = "id", accounts = "id" }
hide = ["accounts.password"]
[targets.web]
hosts = [$host]
user = "deploy"
known_hosts = $known
key = $key
"""
FRONT = {
    "targets": {
        "shop": {"tables": {"menus": "id", "accounts": "id"}},
        "web": {"kind": "ssh"},
    }
}
"""What the process that talks to Slack knows of production: names."""


def outpost(house: House, plant: Plant, folder: Path, name: str = "outpost") -> Makegood:
    """One more process on the same database."""
    texts = {
        "own": HERE / "own_actions",
        "url": plant.url,
        "host": plant.host.address,
        "known": plant.folder / "known_hosts",
        "key": plant.folder / "key",
    }
    config, text = folder / f"{name}.toml", TOML
    for key, value in texts.items():
        text = text.replace(f"${key}", json.dumps(str(value)))
    config.write_text(text)
    environment = {
        "MAKEGOOD_TEAM": house.bot.me.team,
        "MAKEGOOD_DATABASE_URL": house.runtime.database_url,
        "MAKEGOOD_PORT": str(free_port()),
    }
    return Makegood(config, environment, ("--sinks", "production,billing"))
