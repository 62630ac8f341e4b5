"""The post-mortem of a bug: its retro with both clocks, runs as previewed, probes before and after, every word with a customer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from pydantic.dataclasses import dataclass

from bot.bug.bug import Bug
from bot.bug.customers.customer import LOST
from bot.bug.customers.customers import CustomerWrote
from bot.bug.errors import NotFound
from bot.bug.event import EntryLike
from bot.bug.fixes.asking import FixPreviewed
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.looks import Probed
from bot.bug.retro import story
from bot.bug.retro.model import Retro
from bot.bug.telling.by_hand import WroteOutside
from bot.bug.telling.messages import Answered, Told
from bot.bug.values import CLOSED, Frozen

VERSION = 1
"""Of the JSON; grows when a field goes or means something else."""


class Moment(Frozen):
    """What two clocks showed at a line of the timeline."""

    ours: float
    """Seconds since the first sign."""
    theirs: float | None = None
    """Seconds that the customer who had waited longest had waited then; None where nobody waited."""


class Wait(Frozen):
    """From when to when a customer waited."""

    customer: str
    """Their name."""
    since: AwareDatetime
    until: AwareDatetime | None = None
    """None: they wait still."""


class Preview(Frozen):
    """One run as people saw it before it ran, and what came of it. Neither the rows nor what was executed stand here."""

    run: int
    at: AwareDatetime
    target: str
    previewed: str
    """What it would do: "1 row of menus deleted"; empty where it had no preview."""
    undo: str
    """Whether it could be undone, or why not."""
    risk: str
    needed: int
    """Approvals by others."""
    words: tuple[str, ...] = ()
    """What approvers added."""
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Check:
    """One probe around one run, or asked for by a person."""

    name: str
    run: int | None = None
    smoke: bool = False
    """It looks at something else, which must not break."""
    where: str = "production"
    before: str = ""
    """What it said; empty where it was not asked."""
    before_ok: bool | None = None
    after: str = ""
    after_ok: bool | None = None
    broke: bool = False


class Word(Frozen):
    """What a customer wrote, or read from us."""

    at: AwareDatetime
    customer: str
    """Name, or several names."""
    ours: bool
    by: str = ""
    """Who of the team wrote."""
    text: str


class Postmortem(Retro):
    """All that is known of one bug."""

    version: int = VERSION
    entries: int
    """How many entries it was written from."""
    message: str = ""
    context: str = ""
    page: str = ""
    project: str = ""
    stage: str = ""
    release: str = ""
    source: str = ""
    url: str = ""
    serious: str = ""
    owner: str = ""
    moments: tuple[Moment, ...] = ()
    """One for each line of the timeline."""
    waits: tuple[Wait, ...] = ()
    previews: tuple[Preview, ...] = ()
    """One for each fix, in the same order."""
    checks: tuple[Check, ...] = ()
    words: tuple[Word, ...] = ()


def schema() -> dict[str, Any]:
    """Of the JSON, as JSON Schema; docs/ has a copy of it (`make schema`)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Postmortem.model_json_schema()}


def fold(entries: Iterable[EntryLike]) -> Postmortem:
    """All entries of one bug, in order. Raises NotFound where there are none."""
    trail = tuple(entries)
    if not trail:
        raise NotFound("Nothing happened here yet, so there is no story to tell.")
    states = story.states(trail)
    bug = states[-1]
    retro = story.told(trail, bug)
    return Postmortem(
        **dict(retro),
        entries=len(trail),
        message=bug.message,
        context=bug.context,
        page=bug.page,
        project=bug.project,
        stage=bug.stage,
        release=bug.release,
        source=bug.source,
        url=bug.url,
        serious=bug.serious,
        owner=bug.owner or "",
        moments=_moments(trail, states, retro.began_at),
        waits=_waits(trail, states),
        previews=_previews(trail, bug),
        checks=_checks(trail),
        words=tuple(_words(trail, bug)),
    )


def _moments(trail: Sequence[EntryLike], states: Sequence[Bug], began: datetime) -> tuple[Moment, ...]:
    """Of those entries that have a line: as they left the customers, so that "told" is the moment at which they knew."""
    before = (Bug(ref=trail[0].bug), *states)
    shown = (i for i, entry in enumerate(trail) if story.sentence(entry, states[-1]))
    return tuple(_moment(trail[i].at, before[i], states[i], began) for i in shown)


def _moment(at: datetime, before: Bug, after: Bug, began: datetime) -> Moment:
    """Whoever is told by this very entry has waited until it."""
    waiting = [
        c.since for bug in (before, after) for c in bug.customers if not (c.told_at or c.skipped) and c.since <= at
    ]
    theirs = (at - min(waiting)).total_seconds() if waiting else None
    return Moment(ours=(at - began).total_seconds(), theirs=theirs)


def _waits(trail: Sequence[EntryLike], states: Sequence[Bug]) -> tuple[Wait, ...]:
    """Each stretch by itself: who was told and waits anew has two."""
    open_: dict[str, datetime] = {}
    names: dict[str, str] = {}
    found: list[Wait] = []
    for entry, bug in zip(trail, states, strict=True):
        for customer in bug.customers:
            names[customer.id] = customer.name
            if customer.told_at or customer.skipped:
                if since := open_.pop(customer.id, None):
                    found.append(Wait(customer=customer.id, since=since, until=customer.told_at or entry.at))
            else:
                open_[customer.id] = customer.since
        for gone in set(open_) - {c.id for c in bug.customers}:
            del open_[gone]  # it turned out to be somebody who is here already
    found += [Wait(customer=id_, since=since) for id_, since in open_.items()]
    named = (Wait(customer=names[w.customer], since=w.since, until=w.until) for w in found)
    return tuple(sorted(named, key=lambda w: w.since))


def _previews(trail: Sequence[EntryLike], bug: Bug) -> tuple[Preview, ...]:
    """A run's own summary says what came of it; what people saw before stands in its preview's entry."""
    said = {x.event.run: x.event.summary for x in trail if isinstance(x.event, FixPreviewed)}
    return tuple(_preview(fix, said.get(fix.run, "")) for fix in bug.fixes)


def _preview(fix: Fix, said: str) -> Preview:
    undo = "can be undone" if fix.undoable else fix.undo_note or "cannot be undone"
    return Preview(
        run=fix.run,
        at=fix.at,
        target=fix.target,
        previewed=said,
        undo=undo if fix.digest else "",
        risk=fix.risk if fix.digest else "",
        needed=fix.approvals,
        words=fix.words,
        started_at=fix.started_at,
        ended_at=fix.ended_at,
    )


def _checks(trail: Sequence[EntryLike]) -> tuple[Check, ...]:
    """Before and after a run stand in one row; what somebody asked for stands by itself, the newest answer."""
    rows: dict[tuple[str, int | None, str], Check] = {}
    for entry in trail:
        event = entry.event
        if not isinstance(event, Probed) or event.unknown:
            continue
        key = (event.probe, event.run, event.where)
        row = rows.get(key) or Check(name=event.probe, run=event.run, smoke=event.smoke, where=event.where)
        rows[key] = (
            replace(row, before=event.said, before_ok=event.ok) if event.when == "before" else _after(row, event)
        )
    return tuple(rows.values())


def _after(row: Check, event: Probed) -> Check:
    return replace(row, after=event.said, after_ok=event.ok, broke=event.broke)


def _words(trail: Sequence[EntryLike], bug: Bug) -> Iterable[Word]:
    for entry in trail:
        match entry.event:
            case CustomerWrote(customer=id_, text=text, at=at):
                yield Word(at=at, customer=_name(bug, (id_,)), ours=False, text=text)
            case Answered() | Told() as sent if readers := _readers(bug, entry.seq, sent.customers):
                yield Word(at=entry.at, customer=_name(bug, readers), ours=True, by=str(entry.by), text=sent.text)
            case WroteOutside() as sent:
                yield Word(
                    at=entry.at, customer=_name(bug, (sent.customer,)), ours=True, by=str(entry.by), text=sent.text
                )
            case _:
                continue


def _readers(bug: Bug, seq: int, ids: Sequence[str]) -> tuple[str, ...]:
    """Without those from whom it was taken back, or whom it never reached."""
    lost = {c.id for c in bug.customers for m in c.messages if m.seq == seq and m.state in LOST}
    return tuple(id_ for id_ in ids if id_ not in lost)


def _name(bug: Bug, ids: Sequence[str]) -> str:
    return ", ".join(customer.name if (customer := bug.customer(id_)) else "a customer" for id_ in ids)
