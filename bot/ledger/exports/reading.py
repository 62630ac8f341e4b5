"""Reads what an export is to hold: by kind, person and days."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Literal

from bot.bug.bug import Status
from bot.bug.errors import Refused
from bot.bug.words import Code
from bot.ledger import entries, workspace
from bot.ledger.exports import changes, lines
from bot.ledger.exports.lines import Line
from bot.ledger.exports.tables import FORMATS, Record
from bot.ledger.ledger import Ledger
from bot.ledger.rows import WORKSPACE

EVERY = 1_000_000
Kind = Literal["all", "production"]
KINDS: tuple[Kind, ...] = ("all", "production")
NAMED = 5
"""People that a refusal names."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`since` and `until` are moments, the last one left out; None: no limit. `by`: somebody's id or name; empty: everybody."""

    kind: Kind = "all"
    trail: int | None = None
    """A bug's number, or WORKSPACE; None: all."""
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def within(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def _unheard(_done: int, _all: int) -> None:
    """Where nobody watches."""


async def write(
    ledger: Ledger,
    asked: Asked,
    form: str,
    names: Mapping[str, str],
    redact: Callable[[str], str],
    bar: Callable[[int, int], None] = _unheard,
) -> tuple[str, int]:
    """The text, and how many records it holds. `names`: what people are called, by id; `redact` masks secrets in every text.

    Raises Refused for somebody unknown.
    """
    production = asked.kind == "production"
    columns = changes.COLUMNS if production else lines.COLUMNS
    records = await (_changes if production else _lines)(ledger, asked, names, bar)
    return FORMATS[form](columns, [record.without(redact) for record in records]), len(records)


async def _changes(
    ledger: Ledger, asked: Asked, names: Mapping[str, str], bar: Callable[[int, int], None]
) -> list[Record]:
    by, found = who(asked.by, names), list[Record]()
    numbers = await _bugs(ledger, asked)
    for done, number in enumerate(numbers):
        bar(done, len(numbers))
        bug = await entries.load(ledger, number)
        for fix, record in changes.of(bug, lambda user: names.get(user, user)):
            at = changes.when(fix)
            if at and asked.within(at) and (not by or fix.by in by):
                found.append(record)
    return sorted(found, key=lambda record: str(record.data["at"]))


async def _lines(
    ledger: Ledger, asked: Asked, names: Mapping[str, str], bar: Callable[[int, int], None]
) -> list[Record]:
    numbers = [asked.trail] if asked.trail is not None else [WORKSPACE, *await _bugs(ledger, asked)]
    by, found = who(asked.by, names), list[Record]()
    for done, number in enumerate(numbers):
        bar(done, len(numbers))
        every = await lines_of(ledger, number)
        found += [x.record for x in every if asked.within(x.at) and (not by or str(x.by) in by)]
    return found


async def _bugs(ledger: Ledger, asked: Asked) -> list[int]:
    if asked.trail is not None:
        return [asked.trail] if asked.trail != WORKSPACE else []
    return sorted(bug.ref.number for bug in await entries.list_bugs(ledger, tuple(Status), EVERY))


async def lines_of(ledger: Ledger, number: int) -> list[Line]:
    """Of a bug, or of the workspace."""
    if number == WORKSPACE:
        return [lines.of_workspace(entry) for entry in await workspace.trail(ledger)]
    bug, found = await entries.load(ledger, number), await entries.trail(ledger, number)
    return [lines.of_bug(entry, bug) for entry in found]


def who(said: str, names: Mapping[str, str]) -> frozenset[str]:
    """The ids that are meant: an id itself ("U0ANNA", "cli:anna", "system:thread"), or all who are called so."""
    wanted = said.strip().removeprefix("@").casefold()
    if not wanted or ":" in wanted or said in names:
        return frozenset({said.strip()} if wanted else ())
    called = {user: name.casefold() for user, name in names.items()}
    found = {user for user, name in called.items() if wanted in {name, name.split(" ")[0], user.casefold()}}
    if not found and not (said.isupper() and said[:1] in {"U", "W"}):
        near = get_close_matches(said, sorted(names.values()), n=NAMED, cutoff=0.3) or sorted(names.values())[:NAMED]
        there = f" Known here: {', '.join(near)}." if near else ""
        raise Refused("Nobody here is called ", Code(said, 40), f".{there} An id such as U0ANNA is taken as well.")
    return frozenset(found or {said})
