"""`makegood doctor`: one line for each system, read-only and live; exit status 1 where something needs mending."""

import argparse
import asyncio
from pathlib import Path

from bot.bug.errors import Misconfigured
from bot.commands.checks import anchors, database, entrances, services, slack, targets
from bot.commands.checks.finding import Finding, checked, ok, report, wrong
from bot.commands.options import config_option
from bot.commands.terminal import progress
from bot.production.redaction import Redactor
from bot.settings import environment
from bot.settings import settings as config
from bot.settings.environment import Environment, known_secrets
from bot.settings.settings import Settings


def options(sub: argparse.ArgumentParser) -> None:
    config_option(sub)


def run(args: argparse.Namespace) -> int:
    path = Path(args.config)
    try:
        settings, secrets = config.read(path)
    except Misconfigured as error:
        return report([wrong("settings", str(error))], Redactor(prose=True))
    try:
        runtime = environment.read(path, secrets)
    except Misconfigured as error:
        known = Redactor((secret.get_secret_value() for secret in secrets), prose=True)
        return report(
            [wrong("environment", str(error).removeprefix("environment: ")), *_offline(settings, path)], known
        )
    with progress("asking every system"):
        found = asyncio.run(_everything(settings, runtime, path))
    return report(found, Redactor(known_secrets(settings, runtime), prose=True))


def _offline(settings: Settings, path: Path) -> list[Finding]:
    """What can be said of the file alone."""
    mode = {
        "watch": "nothing is run on production",
        "propose": "people run what is shown",
        "undoable": "what can be taken back runs, people run the rest",
        "run": "fixes run",
    }
    return [
        ok("settings", f'{path}: mode = "{settings.mode}" ({mode[settings.mode]})'),
        ok("retention", f"{settings.retention.said}; makegood.toml changes it ([retention])"),
        *entrances.actions(settings, path.resolve().parent),
    ]


async def _everything(settings: Settings, runtime: Environment, path: Path) -> list[Finding]:
    asked = [
        checked("slack", slack.slack(settings, runtime)),
        checked("who may", _people(settings, runtime, path)),
        checked("database", database.database(runtime.database_url)),
        checked("hooks", entrances.hooks(settings, f"{runtime.host}:{runtime.port}")),
        checked("services", services.services(settings)),
        *(targets.target(name, target) for name, target in settings.targets.items()),
        checked("anchors", anchors.anchors(settings, runtime.database_url)),
        checked("probes", entrances.probes(settings, path)),
    ]
    live = await asyncio.gather(*asked)
    return [*_offline(settings, path), *(finding for each in live for finding in each)]


async def _people(settings: Settings, runtime: Environment, path: Path) -> list[Finding]:
    return await slack.people(settings, runtime, await entrances.catalogue(settings, path))
