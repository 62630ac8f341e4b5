"""Runs an action as people do and lets the dump of the database judge it.

Holds where nothing changed and a sentence says why, or where exactly the rows that were shown changed; and where an undo was promised,
it gives back the same dump.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import psycopg
import pymysql
import sqlalchemy as sa

from bot import shipped
from bot.bug.errors import MakegoodError
from bot.production.action import Preview, RowChange, RunOutcome
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import SqlTarget
from tests.oracles.raw import Plain
from tests.parts.production_sql.shop import Follower, run_ref
from tests.support.dump import Dump, Row, values
from tests.support.witness import Agrees

_OBSTACLE = re.compile(r"since|by now|is gone|no longer|points at|hang on|There is no|has no place|Cannot be undone")
"""What an undo that is refused has to name."""
SAID_SO = "may change more than is seen here"
_BYTES = re.compile(r"\d+ bytes: ([0-9a-f]*)…?")
OURS = Path(__file__).parent / "actions"
_RAW = re.compile(r"^([Xb])'([0-9a-f]*)'")
"""Bytes and bits as they are shown; a dump of MariaDB has them as plain hexadecimal digits."""
NOT_FOR_PEOPLE = re.compile(
    r"unbounded|\b(asyncpg|psycopg|aiosqlite|pymysql|sqlalchemy|KeyError|SQLSTATE)\b|\(([0-9][0-9A-Z]{4}|\w+Error)\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One database, by the engine's way in and by the witness's."""

    url: str
    execute: Callable[[str], None]
    dump: Callable[[], Dump]
    homes: Callable[[], Mapping[str, str]] = dict
    """Partition -> the table that people name."""
    plain: Callable[[bool], AbstractContextManager[Plain]]
    """A transaction by a plain driver, as the owner; True: it is kept."""
    witness: Callable[[], AbstractContextManager[Agrees]] = lambda: nullcontext(lambda _first, _second: None)
    """The database's own log, held against the dumps."""

    def by(self, driver: str) -> "Place":
        """The same database by another driver."""
        return replace(self, url=self.url.replace("asyncpg", driver))

    errors = (psycopg.Error, pymysql.Error, sqlite3.Error)

    @property
    def kind(self) -> str:
        return sa.make_url(self.url).get_backend_name()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How it ended, and what was said."""

    end: Literal["refused", "stopped", "irrevocable", "undone"]
    """Before the approval; in the run; run, but never said to be undoable; run and undone."""
    said: str
    promised: bool = False
    """It ran, and its preview had said that it can be undone."""
    shown: Preview | None = None
    """What was shown before."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a person does: which action with which values, and what somebody else does between the run and its undo."""

    tables: Mapping[str, str | Sequence[str]]
    action: str = "delete-row"
    values: Mapping[str, str]
    user: str = ""
    """Of the database, where it is another than its owner."""
    meanwhile: str = ""
    others: tuple[str, ...] = ()
    """Statements of somebody else's between the run and its undo; one that the database refuses changes nothing."""
    volatile: tuple[str, ...] = ()
    reshaped: tuple[str, ...] = ()
    """Columns that are not there before or after what somebody else does."""
    rounds: int = 1
    """How often it is undone, done again and undone."""


@lru_cache
def _catalogue() -> Catalogue:
    return Catalogue.trusting((shipped.ACTIONS, OURS))


async def judged(place: Place, trial: Trial) -> Verdict:
    """Raises AssertionError where the engine said something that is not so."""
    url = re.sub(r"//\w+(:?@)", rf"//{trial.user}\1", place.url) if trial.user else place.url
    target = SqlTarget.model_validate({"name": "shop", "url": url, "tables": dict(trial.tables), "lock_timeout": 1})
    target = target.model_copy(update={"volatile": trial.volatile})
    engine = Engine(_catalogue(), {"shop": target})
    try:
        with place.witness() as agrees:
            verdict = await _judged(place, trial, engine, agrees)
    finally:
        await engine.close()
    assert not NOT_FOR_PEOPLE.search(verdict.said), f"not a sentence for people: {verdict.said}"
    return verdict


async def _judged(place: Place, trial: Trial, engine: Engine, agrees: Agrees) -> Verdict:
    first = place.dump()
    try:
        preview = await engine.preview(trial.action, trial.values, run_ref())
    except MakegoodError as error:
        assert place.dump() == first, "a refused preview changed something"
        agrees(first, first)
        return Verdict(end="refused", said=str(error))
    assert place.dump() == first, "a preview changed something"
    outcome = await engine.run(trial.action, trial.values, preview, run_ref(), Follower())
    second = place.dump()
    agrees(first, second)
    if outcome.state != "succeeded":
        assert second == first, f"{outcome.state}, but it changed {_difference(first, second)}"
        return Verdict(end="stopped", said=outcome.summary, shown=preview)
    _as_shown(place, preview, first, second)
    return await _undone(place, trial, engine, preview, outcome, first, agrees)


async def _undone(
    place: Place, trial: Trial, engine: Engine, preview: Preview, outcome: RunOutcome, first: Dump, agrees: Agrees
) -> Verdict:
    """Undo, undo of the undo, and once more: each as promised by the one before."""
    shown, note, promised, dumps = preview, preview.undo_note, preview.undoable, [place.dump(), first]
    if trial.meanwhile:
        place.execute(trial.meanwhile)
    moved = _others(place, trial, dumps[0], agrees)
    for turn in range(2 * trial.rounds + 1):
        then = place.dump()
        back, done, why = await _taken_back(trial, engine, outcome.image, 4 + turn)
        if back is None or done is None or why:
            assert place.dump() == then, f"an undo that was refused changed {_difference(then, place.dump())}"
            assert trial.meanwhile or moved or not preview.undoable, f"“{preview.undo_note}”, and then: {why}"
            assert not moved or not preview.undoable or _OBSTACLE.search(why), f"refused without a reason: {why}"
            said = f"{note} {why}" if trial.meanwhile or moved else note
            return Verdict(end="irrevocable", said=said, promised=promised, shown=shown)
        if not trial.meanwhile:
            if not trial.reshaped:
                agrees(then, place.dump())
            aside = (*trial.volatile, *trial.reshaped)
            _as_promised(then, place.dump(), dumps[turn % 2], dumps[1 - turn % 2], aside)
        preview, outcome = back, done
    return Verdict(end="undone" if promised else "irrevocable", said=note, promised=promised, shown=shown)


def _others(place: Place, trial: Trial, second: Dump, agrees: Agrees) -> bool:
    """Whether somebody else changed anything."""
    for statement in trial.others:
        with suppress(*place.errors):
            place.execute(statement)
    if trial.others and not trial.reshaped:  # a log tells of rows, and of none that got another shape
        agrees(second, place.dump())
    # an empty table shows no columns in its dump
    return place.dump() != second or bool(trial.reshaped)


def _as_promised(then: Dump, now: Dump, was: Dump, wanted: Dump, volatile: tuple[str, ...]) -> None:
    """An undo changes the rows of its run back, and no row of anybody else's."""
    then, now, was, wanted = (without(dump, volatile) for dump in (then, now, was, wanted))
    assert now - then == wanted - was, f"undone, and yet {_difference(wanted - was, now - then)}"
    assert then - now == was - wanted, f"undone, but away are {_difference(was - wanted, then - now)}"


async def _taken_back(
    trial: Trial, engine: Engine, image: bytes | None, number: int
) -> tuple[Preview | None, RunOutcome | None, str]:
    """Its preview and outcome, and why it was not done; empty: it was."""
    run = run_ref(number)
    try:
        back = await engine.undo_preview(trial.action, trial.values, image, run)
    except MakegoodError as error:
        return None, None, str(error)
    done = await engine.undo(trial.action, trial.values, image, back, run, Follower())
    return back, done, "" if done.state == "succeeded" else done.summary


def _as_shown(place: Place, preview: Preview, first: Dump, second: Dump) -> None:
    """The difference of the dumps is what the preview showed, row by row and value by value."""
    gone, come = first - second, second - first
    homes = place.homes()
    changed = [row for row in preview.rows if row.before != row.after]
    quoted = place.kind == "sqlite"
    for row in changed:
        if row.before is not None:
            _take(gone, homes, row, row.before, quoted=quoted)
        if row.after is not None:
            _take(come, homes, row, row.after, quoted=quoted)
    if SAID_SO in preview.undo_note:  # what a trigger does beside it was announced as unseen
        return
    assert not gone, f"went unseen: {gone}"
    assert not come, f"came unseen: {come}"


def _take(
    rows: Dump, homes: Mapping[str, str], change: RowChange, told: Mapping[str, str | None], *, quoted: bool
) -> None:
    for row in rows:
        same = homes.get(row[0], row[0]).casefold() == change.table.casefold()
        if same and all(says(text, values(row)[name], quoted=quoted) for name, text in told.items()):
            rows.subtract([row])
            rows += Counter()
            return
    raise AssertionError(f"shown, but it is not what happened: {change.table} {dict(told)}; {rows}")


def says(shown: str | None, held: str | None, *, quoted: bool) -> bool:
    if shown is None or held is None:
        return shown is held
    if found := _RAW.match(shown):
        return (
            held.upper() == (found[2].upper() if found[1] == "X" else f"{int(found[2], 2):X}") or held == shown.upper()
        )
    if (told := _BYTES.fullmatch(shown)) and not quoted:
        return held.casefold().startswith(told[1])
    plain = held[1:-1].replace("'||X'00'||'", "\0").replace("''", "'") if quoted and held.startswith("'") else held
    return shown == plain or (held.startswith("X'") and quoted) or _number(shown) == _number(held) is not None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def without(dump: Dump, volatile: tuple[str, ...]) -> Dump:
    found = Dump()
    for (table, cells), count in dump.items():
        found[table, tuple(cell for cell in cells if f"{table}.{cell[0]}" not in volatile)] += count
    return found


def _difference(wanted: Dump, found: Dump) -> str:
    def told(rows: Dump) -> list[Row]:
        return sorted(rows.elements(), key=str)

    return f"is missing {told(wanted - found)}, is too much {told(found - wanted)}"
