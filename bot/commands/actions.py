"""`makegood actions`: lists, checks, makes and allows fix-actions; freezes and thaws production."""

import argparse
import asyncio
from pathlib import Path

from bot import settings as config
from bot import shipped
from bot.bug import workspace
from bot.bug.errors import Refused
from bot.bug.workspace import ProductionFrozen
from bot.commands import common
from bot.commands.options import config_option, team_option
from bot.ledger.workspace import Decide, record
from bot.production.catalogue import Catalogue, CatalogueEntry
from bot.production.scaffold import scaffold
from bot.settings import Settings

KINDS = ("sql", "ssh", "http", "look")
SAID = {"freeze": "; a refused fix says it too"}
DOES = {
    "list": "every action and look, and whether it may run",
    "check": "what a careful reader would complain about; exit status 1 where there is something",
    "new": "writes the beginning of an action and of its test",
    "allow": "turns on an action whose file is new or has changed, as it is now",
    "freeze": "no fix starts any more, in any process, until it is thawed",
    "thaw": "fixes may run again",
}


def options(sub: argparse.ArgumentParser) -> None:
    what = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    for name, help_ in DOES.items():
        each = what.add_parser(name, help=help_)
        config_option(each)
        if name in {"new", "allow"}:
            each.add_argument("name", metavar="NAME", help="as in delete-row")
        if name == "new":
            each.add_argument("--kind", choices=KINDS, default="sql", help="what it runs on (default: sql)")
        if name in {"freeze", "thaw", "allow"}:
            each.add_argument("why", nargs="*", help="the reason, kept in the trail" + SAID.get(name, ""))
        if name != "new":
            team_option(each)


def run(args: argparse.Namespace) -> int:
    does = {"list": _list, "check": _check, "new": _new, "allow": _allow, "freeze": _freeze, "thaw": _thaw}
    return does[args.what](args)


def _list(args: argparse.Namespace) -> int:
    settings = _settings(args)
    for entry in _catalogue(args, settings).entries.values():
        risk = "" if entry.kind == "look" else entry.cls.risk.value
        state = "on " if entry.allowed else "OFF"
        common.say(f"{entry.name:<22} {entry.kind:<5} {risk:<7} {state}  {(entry.help.splitlines() or [''])[0]}")
    return 0


def _check(args: argparse.Namespace) -> int:
    settings = _settings(args)
    catalogue = _catalogue(args, settings)
    problems = [str(problem) for problem in _used(catalogue, settings).check(settings.targets)]
    problems += [f"{e.path.name}: off; `makegood actions allow {e.name}`" for e in _off(catalogue)]
    for problem in problems:
        common.say(problem)
    if not problems:
        common.say(f"Nothing to complain about in {len(catalogue.entries)} actions and looks.")
    return 1 if problems else 0


def _used(catalogue: Catalogue, settings: Settings) -> Catalogue:
    """Without shipped actions that name a target this team has no use for."""
    entries = {
        name: entry
        for name, entry in catalogue.entries.items()
        if entry.path.parent != shipped.ACTIONS or entry.cls.target in ("", *settings.targets)
    }
    return Catalogue(entries, catalogue.problems)


def _off(catalogue: Catalogue) -> list[CatalogueEntry]:
    return [entry for entry in catalogue.entries.values() if not entry.allowed]


def _new(args: argparse.Namespace) -> int:
    home, settings = Path(args.config).parent, _settings(args)
    folder = Path(settings.actions.paths[0] if settings.actions.paths else "actions")
    action, test = scaffold(args.name, args.kind)
    stem = args.name.replace("-", "_")
    test = test.replace('Path("actions")', f'Path("{folder}")')
    for path, text in {home / folder / f"{stem}.py": action, home / "tests" / f"test_{stem}.py": test}.items():
        _write(path, text)
        common.say(f"Wrote {path}.")
    if not settings.actions.paths:
        common.say(f'So that Makegood finds it, add to {args.config}:\n\n[actions]\npaths = ["{folder}"]\n')
    common.say(f"Fill it in; then `makegood actions check` and `makegood actions allow {args.name}`.")
    return 0


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{path} is there already; nothing was written over it.") from None


def _allow(args: argparse.Namespace) -> int:
    entry = _catalogue(args, _settings(args)).find(args.name)
    _decide(args, lambda now: workspace.allow(now, entry.name, entry.sha, " ".join(args.why)))
    common.say(f"{entry.name} is on, as {entry.path} is now; a bot that runs sees it within a second or two.")
    return 0


def _freeze(args: argparse.Namespace) -> int:
    _decide(args, lambda _now: ProductionFrozen(why=" ".join(args.why)))
    common.say("Production is frozen: no fix starts, whoever asks, until `makegood actions thaw` or `/fix thaw`.")
    return 0


def _thaw(args: argparse.Namespace) -> int:
    _decide(args, lambda now: workspace.thaw(now, " ".join(args.why)))
    common.say("Production is thawed: fixes may run again.")
    return 0


def _decide(args: argparse.Namespace, decide: Decide) -> None:
    asyncio.run(_record(args, decide))


async def _record(args: argparse.Namespace, decide: Decide) -> None:
    async with common.ledger(Path(args.config), args.team) as ledger:
        await record(ledger, decide, by=common.me())


def _settings(args: argparse.Namespace) -> Settings:
    return config.read(Path(args.config))[0]


def _catalogue(args: argparse.Namespace, settings: Settings) -> Catalogue:
    """As the bot sees it: shipped actions as they came, the team's own as they were allowed."""
    home = Path(args.config).resolve().parent
    paths = [shipped.ACTIONS, *(home / path for path in settings.actions.paths)]
    return Catalogue.load(
        dict.fromkeys(path.resolve() for path in paths), asyncio.run(common.allowed(Path(args.config), args.team))
    )
