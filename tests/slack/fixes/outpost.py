"""The second process: `makegood run --sinks production,billing`, which alone holds credentials and knows no Slack."""

import asyncio
import json
import os
import sys
from pathlib import Path

from bot.demo.server import free_port
from tests.faults.process import ROOT, Makegood
from tests.slack.fixes.plant import Plant
from tests.slack.house import House

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
    config = _config(plant, folder / f"{name}.toml")
    return Makegood(config, _environment(house), ("--sinks", "production,billing"), hasty=True)


async def command(house: House, plant: Plant, *words: str) -> str:
    """`makegood …` on the same database, as somebody with a shell types it: what it says."""
    config = _config(plant, plant.folder / "command.toml")
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words, "--config", str(config)),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **_environment(house)},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await ran.communicate()
    assert ran.returncode == 0
    return said.decode()


def _config(plant: Plant, config: Path) -> Path:
    texts = {
        "own": plant.own,
        "url": plant.url,
        "host": plant.host.address,
        "known": plant.folder / "known_hosts",
        "key": plant.folder / "key",
    }
    text = TOML
    for key, value in texts.items():
        text = text.replace(f"${key}", json.dumps(str(value)))
    config.write_text(text)
    return config


def _environment(house: House) -> dict[str, str]:
    return {
        "MAKEGOOD_TEAM": house.bot.ledger.team,
        "MAKEGOOD_DATABASE_URL": house.runtime.database_url,
        "MAKEGOOD_PORT": str(free_port()),
    }
