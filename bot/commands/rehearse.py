"""`makegood try`: rehearses the allowed actions on a copy of a database, and prints what would have been asked and said."""

import argparse
import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import shipped
from bot.bug.errors import Invalid, MakegoodError, NotFound
from bot.commands import common
from bot.commands.options import config_option, team_option
from bot.production.action import Preview, RunRef
from bot.production.catalogue.catalogue import Catalogue
from bot.production.catalogue.entry import CatalogueEntry
from bot.production.catalogue.source import parsed
from bot.production.catalogue.statements import Statement
from bot.production.engine import Engine
from bot.production.forms import Field
from bot.production.sql.copies import copy_of, must_be_another
from bot.production.sql.samples import first_keys
from bot.production.targets import SqlTarget
from bot.settings import settings as config
from bot.settings.settings import Settings
from bot.text import plural

ASKS = {0: "nobody else", 1: "one other person"}
LATER = timedelta(days=14)
WRONG = {"failed", "unknown"}
Values = Mapping[str, str]


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="TARGET", help="a database of the settings that has a copy_url")
    sub.add_argument(
        "call", nargs="*", metavar="ACTION", help="one action with its parameters, as in: delete-row table=menus id=13"
    )
    config_option(sub)
    team_option(sub)


def run(args: argparse.Namespace) -> int:
    path = Path(args.config)
    settings = config.read(path)[0]
    target = _target(settings, args.name)
    copy = copy_of(target)
    home = path.resolve().parent
    folders = dict.fromkeys((shipped.ACTIONS, *((home / one).resolve() for one in settings.actions.paths)))
    catalogue = Catalogue.load(folders, asyncio.run(common.allowed(path, args.team)))
    return asyncio.run(_try(catalogue, target, copy, args.call))


def _target(settings: Settings, name: str) -> SqlTarget:
    found = settings.targets.get(name)
    if isinstance(found, SqlTarget):
        return found
    there = ", ".join(n for n, t in settings.targets.items() if isinstance(t, SqlTarget)) or "none yet"
    raise NotFound(f"There is no database {name} among the targets of the settings; databases there: {there}.")


async def _try(catalogue: Catalogue, target: SqlTarget, copy: SqlTarget, call: list[str]) -> int:
    await must_be_another(target, copy)
    engine = Engine(catalogue, {target.name: copy})
    try:
        keys = {} if call else await first_keys(copy)
        if call:
            catalogue.find(call[0])
        calls = [_typed(call)] if call else list(_calls(engine, copy, keys))
        ended = [await _rehearsed(engine, name, values) for name, values in calls]
    finally:
        await engine.close()
    common.say(
        f"Tried {plural(len(ended), 'action')} on the copy of {target.name}; production was only asked who it is."
    )
    return 1 if WRONG & set(ended) else 0


def _typed(call: list[str]) -> tuple[str, Values]:
    name, *words = call
    if wrong := [word for word in words if "=" not in word]:
        raise Invalid(f"{wrong[0]} is not name=value. As in: makegood try shop delete-row table=menus id=13")
    return name, {key: value for key, _, value in (word.partition("=") for word in words)}


def _calls(engine: Engine, copy: SqlTarget, keys: Values) -> list[tuple[str, Values]]:
    """Each allowed action with rows that the copy really has; what needs more than that is named."""
    found: list[tuple[str, Values]] = []
    for entry in engine.catalogue.entries.values():
        if entry.kind == "sql" and entry.allowed and entry.fits(copy):
            tables = list(keys) if any(f.from_tables for f in engine.fields(entry.name)) else [""]
            found += [(entry.name, values) for table in tables if (values := _example(engine, entry, table, keys))]
    return found


def _example(engine: Engine, entry: CatalogueEntry, table: str, keys: Values) -> Values:
    """Parameters that can be known without a person; empty where some can't, and then it is said which."""
    named = {one.table for one in Statement(parsed(entry.source)).named()}
    own = next(iter(named)) if len(named) == 1 else ""
    given: dict[str, str] = {}
    for one in engine.fields(entry.name):
        if value := _value(one, table, own, keys, given):
            given[one.name] = value
    if missing := [one.name for one in engine.fields(entry.name) if one.required and one.name not in given]:
        wanted = " ".join([*(f"{name}={value}" for name, value in given.items()), *(f"{name}=…" for name in missing)])
        if table in {"", next(iter(keys), "")}:
            common.say(
                f"{entry.name}: say with what: makegood try {next(iter(engine.targets))} {entry.name} {wanted}\n"
            )
        return {}
    return given


def _value(one: Field, table: str, own: str, keys: Values, given: Values) -> str:
    if one.from_tables:
        return table
    if one.key_of:
        return keys.get(given.get(one.key_of, ""), "")
    if not one.required:
        return ""
    if one.choices:
        return one.choices[0]
    if one.kind == "date":
        return f"{datetime.now(UTC) + LATER:%Y-%m-%d}"
    return keys.get(own, "") if one.kind in {"text", "integer"} and own not in given.values() and not given else ""


@dataclass
class _Watch:
    """Nobody cancels; what it says is printed."""

    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def progress(self, text: str) -> None:
        common.say(f"  {text}")

    async def begin(self, image: bytes) -> None:
        """Nobody else decides about it."""

    async def keep(self, image: bytes) -> None:
        """Nothing is found again: it is a copy."""


async def _rehearsed(engine: Engine, name: str, values: Values) -> str:
    """Its preview, its run and its undo, in words; returns the run's state, "refused", or "failed" where its undo does not hold."""
    common.say(f"{name} {' '.join(f'{key}={value}' for key, value in values.items())}")
    ref = _ref(1)
    try:
        preview = await engine.preview(name, values, ref)
        _asked(preview)
        outcome = await engine.run(name, values, preview, ref, _Watch())
    except MakegoodError as error:
        common.say(f"  refused: {error}")
        common.say("")
        return "refused"
    common.say(f"  {outcome.state}: {outcome.summary}")
    state: str = outcome.state
    if outcome.state == "succeeded" and preview.undoable:
        state = await _undone(engine, name, values, outcome.image)
    elif outcome.state == "succeeded":
        common.say("  The copy keeps this: it can't be undone.")
    common.say("")
    return state


def _asked(preview: Preview) -> None:
    """What its approvers would read."""
    common.say(f"  would do: {preview.summary}")
    common.say(
        f"  would ask: {ASKS.get(preview.approvals, f'{preview.approvals} other people')}; risk {preview.risk.value}"
    )
    undo = "can be undone" if preview.undoable else preview.undo_note or "cannot be undone"
    common.say(f"  undo: {' '.join([undo, *preview.warnings])}")


async def _undone(engine: Engine, name: str, values: Values, image: bytes | None) -> str:
    ref = _ref(2)
    try:
        back = await engine.undo_preview(name, values, image, ref)
        undone = await engine.undo(name, values, image, back, ref, _Watch())
    except MakegoodError as error:
        common.say(f"  The undo was refused: {error}")
        return "failed"
    common.say(f"  undone: {undone.state}: {undone.summary}")
    return undone.state if undone.state in WRONG | {"succeeded"} else "failed"


def _ref(run: int) -> RunRef:
    return RunRef(bug="TRY-1", run=run, salt=secrets.token_hex(8))
