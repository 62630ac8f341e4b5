"""Computes the story of a bug: `fold(entries) -> Retro`."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed, Reopened
from bot.bug.course.ownership import Estimated
from bot.bug.errors import NotFound
from bot.bug.event import EntryLike, follow
from bot.bug.fixes.fix import Fix
from bot.bug.retro.figures import came_back, first_of, times
from bot.bug.retro.model import QUESTIONS, Estimate, Pin, Retro, Run, TimelineStep
from bot.bug.retro.people import deeds, gifts, pinned, served, thread
from bot.bug.retro.shares import began_at
from bot.bug.words import Person, Words, plain


def fold(entries: Iterable[EntryLike]) -> Retro:
    """All entries of one bug, in order. Raises NotFound where there are none."""
    trail = tuple(entries)
    if not trail:
        raise NotFound("Nothing happened here yet, so there is no story to tell.")
    return told(trail, states(trail)[-1])


def states(trail: Sequence[EntryLike]) -> tuple[Bug, ...]:
    """The bug after each entry."""
    start = Bug(ref=trail[0].bug)
    return tuple(accumulate(trail, lambda bug, x: follow(bug, x.event, x.at, x.by), initial=start))[1:]


def told(trail: Sequence[EntryLike], bug: Bug) -> Retro:
    """The same where `bug` is what its trail comes to."""
    opened = bug.opened_at or trail[0].at
    began = began_at(bug) or opened
    steps, remarks, done = timeline(trail, bug), thread(trail), deeds(trail)
    pins = pinned(trail)
    looked = (person for x in bug.done_alone for person in (x.by, x.seen_by))
    others = (
        *(x.person for x in done),
        *(x.by for x in remarks),
        *looked,
        bug.debt.owner if bug.debt else "",
        *_answering(bug, pins),
    )
    return Retro(
        bug=bug.ref,
        title=bug.title,
        status=bug.status,
        began_at=began,
        opened_at=opened,
        closed_at=bug.closed_at,
        closed_why=bug.closed_why,
        occurrences=bug.occurrences,
        times=times(trail, bug, began),
        estimate=_estimate(trail),
        timeline=steps,
        people=_people(steps, others, bug),
        deeds=done,
        fixes=tuple(_run(fix) for fix in bug.fixes),
        done_alone=bug.done_alone,
        gifts=gifts(trail, bug),
        customers=served(trail, bug),
        thread=remarks,
        debt=bug.debt,
        came_back=came_back(trail),
        lesson=bug.lesson,
        causes=bug.causes,
        lesson_by=bug.lesson_by,
        how_we_did=bug.how_we_did,
        how_we_did_by=bug.how_we_did_by,
        tasks=bug.tasks,
        pinned=pins,
        questions=_unanswered(bug),
        reopened=sum(isinstance(x.event, Reopened) for x in trail),
    )


def _answering(bug: Bug, pins: Iterable[Pin]) -> Iterator[str]:
    """Who is named by the answers, the tasks and the pins."""
    yield from (bug.lesson_by, bug.how_we_did_by)
    yield from (person for task in bug.tasks for person in (task.owner, task.by))
    yield from (person for pin in pins for person in (pin.by, *pin.pinned_by))


def _unanswered(bug: Bug) -> tuple[str, ...]:
    said = (bug.lesson or bug.causes or bug.lesson_skipped, bug.how_we_did, bug.tasks)
    return tuple(question for question, answer in zip(QUESTIONS, said, strict=True) if not answer)


def _estimate(trail: Sequence[EntryLike]) -> Estimate | None:
    """The last one given, against the fix that came after it."""
    given = [(i, x.at, x.event.minutes) for i, x in enumerate(trail) if isinstance(x.event, Estimated)]
    if not given:
        return None
    place, at, minutes = given[-1]
    fixed = first_of(trail[place:], Fixed)
    return Estimate(minutes=minutes, actual=(fixed - at).total_seconds() if fixed else None)


def _run(fix: Fix) -> Run:
    return Run(
        run=fix.run,
        action=fix.action,
        name=fix.name,
        by=fix.by,
        reason=fix.reason,
        state=fix.state,
        undo_of=fix.undo_of,
        undone=fix.undone_by is not None,
        approved_by=tuple(x for x in fix.approved_by if x != fix.by),
        broken_glass=fix.broken_glass,
        alone=fix.alone,
        proper=fix.proper,
        why=fix.why,
    )


def timeline(trail: Sequence[EntryLike], bug: Bug) -> tuple[TimelineStep, ...]:
    """`bug` is the last state: it knows the names of those whom early entries only number."""
    return tuple(step for entry in trail if (step := _step(entry, bug)))


def sentence(entry: EntryLike, bug: Bug) -> Words | None:
    """What the timeline says of an entry; None for what it leaves out."""
    words = entry.event.line(bug, str(entry.by))
    return None if words is None or words.minor else words


def _step(entry: EntryLike, bug: Bug) -> TimelineStep | None:
    words = sentence(entry, bug)
    if words is None:
        return None
    return TimelineStep(at=entry.at, by=str(entry.by), said=plain(words.parts), parts=words.parts, loud=words.loud)


def _people(story_steps: Sequence[TimelineStep], named: Iterable[str], bug: Bug) -> tuple[str, ...]:
    """Everybody whose name the story needs, as actors."""
    of_steps = (part.id for step in story_steps for part in step.parts if isinstance(part, Person))
    of_fixes = (x for fix in bug.fixes for x in (fix.by, *fix.approved_by))
    everybody = (*(step.by for step in story_steps), *of_steps, *named, *of_fixes)
    return tuple(dict.fromkeys(x for x in everybody if x))
