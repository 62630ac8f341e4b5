"""The verb that takes the trail out: a file in a private message, for exporters, and an entry that says so."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.bug.errors import Refused
from bot.bug.permissions.policy import Duty
from bot.bug.workspace import TrailExported
from bot.ledger import workspace
from bot.slack.incoming import days, grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.verbs.registry import verb
from bot.text import plural

if TYPE_CHECKING:
    from bot.ledger.exports.reading import Asked, Kind

_DAY = re.compile(r"\b(from|to) (\S+)", re.IGNORECASE)
HOW = "Write it as in `/bug export production @dana from 2026-07-01 to 2026-09-30 csv`."


@verb("export", "/bug export [production] [@dana] [from DAY] [to DAY] [csv|md|jsonl]", acts=Duty.EXPORT)
async def export(context: Context, request: Request) -> Response:
    """The trail, or each change of production with approver, reason, before and after, as a file that only you get"""
    from bot.ledger.exports.reading import write  # noqa: PLC0415 - a start does without it: exports are rare

    asked, form = await _read(context, request)
    names, redact = await context.names.known(), context.engine.redactor.redact
    text, count = await write(context.ledger, asked, form, names, redact)
    if not count:
        return Response(text="Nothing is like that. Nothing was exported.")
    name = f"{asked.kind}-{context.now():%Y-%m-%d}.{form}"
    # said before the file leaves: whoever has it is known, even where the rest is cut off
    await workspace.record(context.ledger, lambda _now: _told(asked, count), by=request.by, key=f"export:{request.key}")
    await context.private.file(request.user, name, text, f"{plural(count, 'record')}, as you asked.")
    return Response(text=f"{plural(count, 'record')} came to you in a private message, as {name}.")


async def _read(context: Context, request: Request) -> "tuple[Asked, str]":
    """What the words ask for. Raises Refused for a word that means nothing here."""
    from bot.ledger.exports.reading import Asked  # noqa: PLC0415 - as above
    from bot.ledger.exports.tables import FORMATS  # noqa: PLC0415 - as above

    said = grammar.without_person(request.args)
    person = grammar.person(request.args) if said != " ".join(request.args.split()) else ""
    bounds = {found[1].lower(): _begin(context, found[2]) for found in _DAY.finditer(said)}
    words = _DAY.sub(" ", said).lower().split()
    form = next((word for word in words if word in FORMATS), "csv")
    if odd := [word for word in words if word not in {*FORMATS, "production", "all"}]:
        raise Refused(f"“{odd[0][:40]}” means nothing here. {HOW}")
    last = bounds.get("to")
    until = last + timedelta(days=1) if last else None
    kind: Kind = "production" if "production" in words else "all"
    return Asked(kind=kind, trail=request.bug, by=person, since=bounds.get("from"), until=until), form


def _begin(context: Context, said: str) -> datetime:
    day = days.read(said, context.now(), context.settings.clocks.local)
    return datetime.combine(day, time(), UTC)


def _told(asked: "Asked", count: int) -> TrailExported:
    bounds = [f"{asked.since:%Y-%m-%d}" if asked.since else "", f"{asked.until:%Y-%m-%d}" if asked.until else ""]
    span = " until ".join(bounds).strip() if any(bounds) else ""
    what = asked.kind if asked.trail is None else f"{asked.kind}, BUG-{asked.trail}"
    return TrailExported(what=what, records=count, whose=asked.by, span=span)
