"""Writes the chapters of a retro, in either dialect."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.bug.bug import Task
from bot.bug.course.conversation import SharedFile
from bot.bug.fixes.fix import RunState
from bot.bug.money import described
from bot.bug.retro.cost import cost
from bot.bug.retro.lesson import HOW_WE_DID, QUESTION, named
from bot.bug.retro.model import Deeds, Gift, Retro, Run, ServedCustomer, TimelineStep
from bot.slack.views.retro.dialect import Dialect
from bot.text import length, plural

Names = Mapping[str, str]
TIMES = {"claim": "claimed", "answer": "answered", "fix": "fixed", "tell": "told"}


class Section(NamedTuple):
    title: str
    lines: tuple[str, ...]


def chapters(story: Retro, names: Names, d: Dialect) -> tuple[Section, ...]:
    """Those that have something to say, in the order in which they are read."""
    found = (Section(title, tuple(tell(story, names, d))) for title, tell in CHAPTERS.items())
    return tuple(c for c in found if c.lines)


def money(gifts: Iterable[Gift]) -> str:
    """ "€15 + $5 credit": what was given and not taken back, each currency by itself."""
    text = " + ".join(map(str, cost((given.grant, 1) for given in gifts if given.state == "granted")))
    return f"{text} credit" if text else ""


def _figures(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    why = f" ({d.safe(story.closed_why, 120)})" if story.closed_why else ""
    until = f" after {length(story.times.open)}" if story.times.open is not None else ""
    yield f"{d.bold(story.status.value)}{until}{why} · happened {plural(story.occurrences, 'time')}"
    yield " · ".join(_time(word, getattr(story.times, name)) for name, word in TIMES.items())
    if story.times.wait is not None:
        yield f"longest wait of a customer: {length(story.times.wait)}"
    if story.estimate:
        took = f"took {length(story.estimate.actual)}" if story.estimate.actual is not None else "not fixed since"
        yield f"estimated {length(story.estimate.minutes * 60)}, {took}"
    if story.came_back or story.reopened:
        yield f"came back {plural(story.came_back, 'time')}, reopened by people {plural(story.reopened, 'time')}"


def _time(word: str, seconds: float | None) -> str:
    return f"{word} after {length(seconds)}" if seconds is not None else f"never {word}"


def timeline(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    date = None
    for step in story.timeline:
        day = f"{d.day(step.at)} " if step.at.date() != date else ""
        date = step.at.date()
        yield day + said(step, names, d)


def said(step: TimelineStep, names: Names, d: Dialect) -> str:
    """One line of what happened, with its time."""
    words = d.sentence(step.parts, names)
    return f"{d.clock(step.at)} {'🚨 ' + d.bold(words) if step.loud else words}"


def _people(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    for who in story.deeds:
        yield f"{d.name(who.person, names)}: {done(who)}"


def done(one: Deeds) -> str:
    """ "2× look, tell": how often one person did what."""
    return ", ".join(_times(count, deed) for deed, count in one.done.items())


def _times(count: int, deed: str) -> str:
    return deed if count == 1 else f"{count}× {deed}"


def _fixes(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    for run in story.fixes:
        yield " · ".join(x for x in fix_words(run, names, d) if x)


def fix_words(run: Run, names: Names, d: Dialect) -> Sequence[str]:
    approvers = ", ".join(d.name(x, names) for x in run.approved_by)
    why = f": {d.safe(run.why, 120)}" if run.why and run.state is not RunState.SUCCEEDED else ""
    return (
        ("undo of " if run.undo_of else "") + d.safe(run.name, 80),
        d.name(run.by, names),
        (d.bold("undone") if run.undone else run.state.value) + why,
        "proper fix" if run.proper else "",
        f"approved by {approvers}" if approvers else "",
        "🚨 " + d.bold("WITHOUT an approval") if run.broken_glass else "",
        "👤 " + d.bold("alone: nobody else was here to approve") if run.alone else "",
        d.quote(run.reason, 120),
    )


def _done_alone(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    for one in story.done_alone:
        seen = f"seen by {d.name(one.seen_by, names)}" if one.seen_by else "👀 " + d.bold("nobody else has seen it")
        yield f"{d.safe(one.what, 120)} · {d.name(one.by, names)} · {d.day(one.at)} {d.clock(one.at)} · {seen}"


def _cost(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    if total := money(story.gifts):
        yield d.bold(total)
    state = {"granted": "", "undone": " · taken back", "doubtful": " · ⚠️ nobody knows whether it was booked"}
    for given in story.gifts:
        yield f"{d.safe(described(given.grant), 80)} · {d.safe(given.customer, 60)}{state[given.state]}"


def _customers(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    if not story.customers:
        return
    told = sum(c.told for c in story.customers)
    yield f"{plural(len(story.customers), 'customer')}, {told} told"
    for customer in story.customers:
        yield " · ".join(x for x in _customer(customer, d) if x)


def _customer(customer: ServedCustomer, d: Dialect) -> Sequence[str]:
    waited = f"told after {length(customer.waited)}" if customer.waited is not None else ""
    left = "left in peace" if customer.skipped else "answered, not told" if customer.answered else d.bold("not told")
    return (
        d.safe(customer.name, 60),
        waited or left,
        customer.mood.value if customer.mood else "",
        "came back" if customer.came_back else "",
        "bought" if customer.bought else "",
        d.quote(customer.words, 120),
    )


def _thread(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    for remark in story.thread:
        edited = " (edited)" if remark.edited else ""
        yield f"{moment(remark.at, story, d)} {d.name(remark.by, names)}: {_with_files(remark.text, remark.files, d)}{edited}"


def moment(at: datetime, story: Retro, d: Dialect) -> str:
    """With its day, where that is another one than the day on which it began."""
    return d.clock(at) if at.date() == story.began_at.date() else f"{d.day(at)} {d.clock(at)}"


def _pinned(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    for pin in story.pinned:
        who = f" {d.name(pin.by, names)}" if pin.by else ""
        yield f"{moment(pin.at, story, d)}{who}: {_with_files(pin.text, pin.files, d) or '(a picture, no words)'}"


def _with_files(text: str, files: Sequence[SharedFile], d: Dialect) -> str:
    """The words, and where each file stands: by its name, never a copy of it."""
    return " · ".join(x for x in (d.safe(text, 200), *(d.link(one.url, one.name) for one in files)) if x)


def _owed(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    debt = story.debt
    if debt and debt.paid_at:
        how = f": {d.safe(debt.how, 120)}" if debt.how else ""
        yield f"the proper fix was paid {d.day(debt.paid_at)}{how}"
    elif debt and debt.waived_at:
        why = f": {d.safe(debt.how, 120)}" if debt.how else ""
        yield f"the proper fix was waived {d.day(debt.waived_at)} by {d.name(debt.waived_by, names)}{why}"
    elif debt:
        yield f"{d.bold('the proper fix')} · {d.name(debt.owner, names)} · until {d.day(debt.due)}"


def _answers(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    for question, said, by in answered(story, d):
        yield f"{d.bold(question)} {said}{f' ({d.name(by, names)})' if by else ''}"


def answered(story: Retro, d: Dialect) -> Iterator[tuple[str, str, str]]:
    """Question, answer in the dialect, and who said it."""
    words = d.safe(story.lesson, 500)
    said = " · ".join(x for x in (d.safe(named(story.causes), 500), words) if x)
    if said:
        yield QUESTION, said, story.lesson_by
    if story.how_we_did:
        yield HOW_WE_DID, d.safe(story.how_we_did, 500), story.how_we_did_by


def _tasks(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    for task in story.tasks:
        yield " · ".join(x for x in task_words(task, names, d) if x)


STATES = {"open": "☐", "done": "☑", "dropped": "✗"}


def task_words(task: Task, names: Names, d: Dialect) -> Sequence[str]:
    """A task in its pieces: what, who, when, card."""
    due = f"by {d.day(task.due)}" if task.state == "open" else f"{task.state} {d.day(task.ended_at or task.due)}"
    why = d.quote(task.why, 120)
    card = d.link(task.board.url, "card") if task.board else ""
    return (f"{STATES[task.state]} {d.safe(task.what, 200)}", d.name(task.owner, names), due, why, card)


def _questions(story: Retro, names: Names, d: Dialect) -> Iterator[str]:
    yield from story.questions


CHAPTERS: dict[str, Callable[[Retro, Names, Dialect], Iterator[str]]] = {
    "In short": _figures,
    "Answers": _answers,
    "What we change": _tasks,
    "Timeline": timeline,
    "Who did what": _people,
    "Fixes": _fixes,
    "Done alone": _done_alone,
    "What it cost": _cost,
    "Customers": _customers,
    "Pinned": _pinned,
    "Said in the thread": _thread,
    "Owed": _owed,
    "To answer": _questions,
}
