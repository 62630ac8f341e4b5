"""`makegood targets`: looks at production targets; trusts a host's key after a person has compared its fingerprint."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.bug.errors import NotFound, Refused
from bot.commands import common
from bot.commands.checks import targets as checks
from bot.commands.checks.finding import Finding, report
from bot.commands.options import config_option, subcommand
from bot.commands.terminal import Row, say_rows
from bot.production.redaction import Redactor
from bot.production.ssh import trust as ssh_trust
from bot.production.ssh.trust import Scanned
from bot.production.targets import SshTarget, Target
from bot.settings import settings as config


def options(sub: argparse.ArgumentParser) -> None:
    what = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    listing = subcommand(what, "list", "every target and where it is, without secrets")
    check = subcommand(what, "check", "connects to each, changes nothing; exit status 1 where one is wrong")
    trust = subcommand(what, "trust", "shows the keys of a target's hosts and writes known_hosts after a yes")
    trust.add_argument("name", metavar="NAME", help="the target, as in [targets.NAME]")
    trust.add_argument("--yes", action="store_true", help="don't ask; a key that has changed is still refused")
    for each in (listing, check, trust):
        config_option(each)


def run(args: argparse.Namespace) -> int:
    settings, secrets = config.read(Path(args.config))
    if args.what != "trust" and not settings.targets:
        common.say("There are no targets yet: a target is a table [targets.NAME] in the settings.")
        return 0
    if args.what == "list":
        say_rows(_row(name, target) for name, target in settings.targets.items())
        return 0
    if args.what == "trust":
        return _trust(_host_target(settings.targets, args.name), asked=not args.yes)
    found = asyncio.run(_check(settings.targets))
    return report(found, Redactor(secret.get_secret_value() for secret in secrets))


def _row(name: str, target: Target) -> Row:
    where = checks.where(target)
    return Row(plain=f"{name:<14} {target.kind:<5} {where}", cells=(name, target.kind, where))


async def _check(targets: Mapping[str, Target]) -> list[Finding]:
    return [finding for name, target in targets.items() for finding in await checks.target(name, target)]


def _host_target(targets: Mapping[str, Target], name: str) -> SshTarget:
    found = targets.get(name)
    if isinstance(found, SshTarget):
        return found
    there = ", ".join(n for n, t in targets.items() if isinstance(t, SshTarget)) or "none yet"
    raise NotFound(f"There is no target {name} with hosts in the settings; those with hosts: {there}.")


def _trust(target: SshTarget, *, asked: bool) -> int:
    scanned = asyncio.run(ssh_trust.scan(target))
    for found in scanned:
        common.say(str(found))
    if all(found.state == "known" for found in scanned):
        common.say("Nothing to write: all of them are known.")
        return 0
    _agree(scanned, asked=asked)
    known = ssh_trust.read_known(target.known_hosts)
    ssh_trust.write_known(target.known_hosts, ssh_trust.with_keys(known, scanned))
    common.say(f"Wrote {target.known_hosts}.")
    return 0


def _agree(scanned: tuple[Scanned, ...], *, asked: bool) -> None:
    """Raises Refused unless a person said yes; only a person trusts a key that has changed."""
    if not asked and any(found.state == "changed" for found in scanned):
        raise Refused("A key has changed, so --yes is not enough: compare the fingerprint and run it without --yes.")
    if asked:
        sys.stdout.write("Are these the fingerprints that whoever runs the hosts tells you? Write yes: ")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() != "yes":
            raise Refused("Nothing was written.")
