"""`makegood actions`: lists, checks, makes and allows fix-actions; freezes and thaws production."""

import argparse
import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot import shipped
from bot.bug import workspace
from bot.bug.errors import NotFound, Refused
from bot.bug.workspace import ProductionFrozen
from bot.commands import common
from bot.commands.checks import named
from bot.commands.options import SETTINGS, config_option, subcommand, team_option
from bot.commands.terminal import Row, say_rows
from bot.ledger.workspace import Decide, record
from bot.production.catalogue.catalogue import Catalogue
from bot.production.catalogue.entry import CatalogueEntry
from bot.production.catalogue.scaffold import scaffold
from bot.production.targets import Target
from bot.settings import settings as config

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
        each = subcommand(what, name, help_)
        config_option(each)
        if name in {"new", "allow"}:
            each.add_argument("name", metavar="NAME", help="as in delete-row")
        if name == "new":
            each.add_argument("--kind", choices=KINDS, default="sql", help="what it runs on (default: sql)")
        if name in {"freeze", "thaw", "allow"}:
            each.add_argument("why", nargs="*", help="the reason, kept in the trail" + SAID.get(name, ""))
        if name == "check":
            each.add_argument(
                "--live", action="store_true", help="asks the databases too: are its tables and columns there?"
            )
        if name != "new":
            team_option(each)


def run(args: argparse.Namespace) -> int:
    does = {"list": _list, "check": _check, "new": _new, "allow": _allow, "freeze": _freeze, "thaw": _thaw}
    return does[args.what](args)


@dataclass(frozen=True, kw_only=True)
class Around:
    """Where actions stand and what they reach. Before there are settings: the folder `actions` here, and no target."""

    config: Path
    paths: tuple[str, ...] = ("actions",)
    targets: Mapping[str, Target] | None = None
    """None: there are no settings yet."""

    @property
    def folders(self) -> tuple[Path, ...]:
        home = self.config.resolve().parent
        return tuple(dict.fromkeys((shipped.ACTIONS, *((home / path).resolve() for path in self.paths))))

    @property
    def unread(self) -> str:
        """Says that the folder `actions`, where people look for one, is none that the bot reads; empty where it is, or there is none."""
        beside = self.config.resolve().parent / "actions"
        if beside in self.folders or not any(beside.glob("[!_]*.py")):
            return ""
        return f'{beside} is not read. So that the bot finds it, add to {self.config}: [actions] paths = ["actions"]'


def _around(args: argparse.Namespace) -> Around:
    """Raises Misconfigured for settings that are wrong, or that were named and are not there."""
    path = Path(args.config)
    if args.config == SETTINGS and not path.exists():
        return Around(config=path)
    settings = config.read(path)[0]
    return Around(config=path, paths=settings.actions.paths, targets=settings.targets)


def _list(args: argparse.Namespace) -> int:
    around = _around(args)
    catalogue = _catalogue(args, around)
    say_rows(_row(entry) for entry in catalogue.entries.values())
    for problem in filter(None, (*map(str, catalogue.problems), around.unread)):
        common.say(problem)
    return 0


def _row(entry: CatalogueEntry) -> Row:
    risk = entry.says.risk.value if entry.says.risk else ""
    help_ = (entry.help.splitlines() or [""])[0]
    plain = f"{entry.name:<22} {entry.kind:<5} {risk:<7} {'on ' if entry.allowed else 'OFF'}  {help_}"
    if entry.allowed:
        return Row(plain=plain, cells=("on", entry.name, entry.kind, risk, help_), style="green")
    told = _to_be_read(entry)
    cells = ("OFF", entry.name, entry.kind, risk, f"{help_}\n{told}".strip())
    return Row(plain=f"{plain}\n{'':<4}{told}", cells=cells, style="yellow")


def _to_be_read(entry: CatalogueEntry) -> str:
    """What its text says, for whoever decides about it; it has not been executed."""
    takes = ", ".join(f"{p.name}: {p.annotation}" for p in entry.says.parameters) or "nothing"
    where = f"; runs on {entry.target}" if entry.target else ""
    return f"takes {takes}{where}. Read {entry.path}, then: makegood actions allow {entry.name}"


def _check(args: argparse.Namespace) -> int:
    around = _around(args)
    catalogue = _catalogue(args, around)
    used = _used(catalogue, around)
    problems = [str(problem) for problem in used.check(around.targets)]
    problems += asyncio.run(_live(used, around)) if args.live else []
    if around.targets is not None:  # before there are settings, there is nothing to turn it on in
        problems += [f"{e.path.name}: off; `makegood actions allow {e.name}`" for e in _off(catalogue)]
    problems += [around.unread] if around.unread else []
    for problem in problems:
        common.say(problem)
    if not problems:
        common.say(f"Nothing to complain about in {len(catalogue.entries)} actions and looks.")
    return 1 if problems else 0


async def _live(catalogue: Catalogue, around: Around) -> list[str]:
    """Of the team's own: shipped ones name tables as an example."""
    if not around.targets:
        raise Refused("--live needs a database to ask: a [targets.NAME] with url = in makegood.toml.")
    own = [entry for entry in catalogue.entries.values() if not _came(entry)]
    return [str(problem) for problem in await named.missing(own, around.targets)]


def _came(entry: CatalogueEntry) -> bool:
    return entry.path.parent == shipped.ACTIONS


def _used(catalogue: Catalogue, around: Around) -> Catalogue:
    """Without shipped actions that name a target or a table this team has no use for."""
    targets = around.targets or {}
    entries = {
        name: entry
        for name, entry in catalogue.entries.items()
        if not _came(entry) or (entry.target in ("", *targets) and named.opened(entry, targets))
    }
    return Catalogue(entries, catalogue.problems)


def _off(catalogue: Catalogue) -> list[CatalogueEntry]:
    return [entry for entry in catalogue.entries.values() if not entry.allowed]


def _new(args: argparse.Namespace) -> int:
    around = _around(args)
    home, folder = around.config.parent, (around.paths or ("actions",))[0]
    action, test = scaffold(args.name, args.kind, folder)
    stem = args.name.replace("-", "_")
    files = {home / folder / f"{stem}.py": action, home / "tests" / f"test_{stem}.py": test}
    for path in files:
        _must_be_free(path)
    for path, text in files.items():
        _write(path, text)
        common.say(f"Wrote {path}.")
    if around.targets is None or not around.paths:
        common.say(f'So that the bot finds it, add to {args.config}:\n\n[actions]\npaths = ["{folder}"]\n\n')
    common.say(f"Fill in what says TODO; then `makegood actions check` and `makegood actions allow {args.name}`.")
    return 0


def _must_be_free(path: Path) -> None:
    if path.exists():
        raise Refused(f"{path} is there already; nothing was written.")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror}.") from error


def _allow(args: argparse.Namespace) -> int:
    around = _around(args)
    entry = _found(_catalogue(args, around), args.name, around)
    _decide(args, lambda now: workspace.allow(now, entry.name, entry.sha, " ".join(args.why)))
    _catalogue(args, around).usable(entry.name)
    common.say(f"{entry.name} is on, as {entry.path} is now; a bot that runs sees it within a second or two.")
    return 0


def _found(catalogue: Catalogue, name: str, around: Around) -> CatalogueEntry:
    """Raises NotFound, or Refused for a file that can't be used."""
    try:
        return catalogue.find(name)
    except NotFound as error:
        raise NotFound(f"{error} {around.unread}".strip()) from None


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


def _catalogue(args: argparse.Namespace, around: Around) -> Catalogue:
    """As the bot sees it: shipped actions as they came, the team's own as they were allowed."""
    allowed = asyncio.run(common.allowed(around.config, args.team)) if around.targets is not None else {}
    return Catalogue.load(around.folders, allowed)
