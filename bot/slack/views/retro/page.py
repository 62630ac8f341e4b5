"""Writes a post-mortem as one self-contained page: nothing is loaded from anywhere, no script runs, everything foreign is escaped. Pure."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from bot.bug.money import described
from bot.bug.retro.model import Run
from bot.bug.retro.postmortem import Check, Postmortem, Preview, Word
from bot.bug.words import source_name
from bot.slack.views.retro import picture
from bot.slack.views.retro.chapters import answered, chapters, fix_words, moment, task_words
from bot.slack.views.retro.dialect import Dialect, without_secrets
from bot.slack.views.retro.html import HTML
from bot.slack.views.retro.postmortem import Names, Redact, preview_words, word_head
from bot.text import clean, length, plural

GIVEN = 3
"""Makegoods that the summary names."""
TEMPLATE = Path(__file__).with_name("page.html")
_NO_CHARACTERS = dict.fromkeys(
    [*range(0xFDD0, 0xFDF0), *(p << 16 | low for p in range(17) for low in (0xFFFE, 0xFFFF))]
)
"""What Unicode says is never a character."""
LISTS = ("Customers", "Pinned", "Said in the thread", "Who did what", "Done alone", "Owed")
"""Chapters that stand on the page as they stand in the thread."""


class Tile(NamedTuple):
    name: str
    value: str
    note: str = ""


class Row(NamedTuple):
    """One line of the timeline."""

    day: Markup | None
    clock: Markup
    ours: str
    theirs: str
    said: Markup
    loud: bool


class Piece(NamedTuple):
    """A fix: its name, whether it did what it should, and the rest of what is known."""

    name: str
    good: bool
    lines: Sequence[Markup]


class Bubble(NamedTuple):
    clock: Markup
    who: Markup
    ours: bool
    text: str


class Probe(NamedTuple):
    name: str
    where: str
    before: str
    before_ok: bool | None
    after: str
    after_ok: bool | None


def html(story: Postmortem, names: Names, redact: Redact) -> str:
    """The whole page as text."""
    redact = partial(sound, redact)
    d = without_secrets(HTML, redact)
    lists = {c.title: [Markup(line) for line in c.lines] for c in chapters(story, names, d)}  # noqa: S704 - HTML's dialect escapes
    page = _template().render_unicode(
        Markup=Markup,
        story=story,
        title=redact(story.title),
        summary=Markup(_summary(story, names, d)),  # noqa: S704 - the same
        facts=[(name, redact(value)) for name, value in _facts(story)],
        tiles=tuple(_tiles(story)),
        answers=[(q, Markup(said), Markup(d.name(by, names) if by else "")) for q, said, by in answered(story, d)],  # noqa: S704 - the same
        tasks=[(task.state, [Markup(x) for x in task_words(task, names, d) if x]) for task in story.tasks],  # noqa: S704 - the same
        picture=Markup(redact(picture.svg(story))),  # noqa: S704 - it escapes the names
        marks=[(mark.number, mark.what, length(mark.seconds)) for mark in picture.marks(story)],
        unseen=picture.left_out(story),
        timeline=tuple(_timeline(story, names, d)),
        fixes=[_fix(run, preview, names, d) for run, preview in zip(story.fixes, story.previews, strict=True)],
        probes=[_probe(check, redact) for check in story.checks],
        cost=lists.get("What it cost", []),
        words=[_bubble(word, story, names, d, redact) for word in story.words],
        lists={title: lists[title] for title in LISTS if title in lists},
    )
    return str(page)


def sound(redact: Redact, text: str) -> str:
    """Without secrets, and without characters that HTML forbids."""
    return redact(clean(text)).translate(_NO_CHARACTERS)


@cache
def _template() -> Any:
    from mako.template import Template  # noqa: PLC0415 - nobody waits for it at the start

    return Template(  # noqa: S702 - `h` escapes whatever is no Markup
        text=TEMPLATE.read_text(encoding="utf-8"), default_filters=["h"], strict_undefined=True, uri="page.html"
    )


def _summary(story: Postmortem, names: Names, d: Dialect) -> str:
    """Three sentences: what and when, what was done, how it stands."""
    times = story.times
    began = f"{d.day(story.began_at)}, {d.clock(story.began_at)} UTC"
    known = f"; {plural(len(story.customers), 'customer')} known by name" if story.customers else ""
    said = [f"It began on {began} and happened {plural(story.occurrences, 'time')}{known}."]
    if times.fix is not None:
        took = f"It worked again after {length(times.fix)}"
        done = [run for run in story.fixes if run.state == "succeeded" and not run.undo_of and not run.undone]
        by = f" ({', '.join(d.code(run.name) for run in done)})" if done else ""
        told = f"; the first customer knew after {length(times.tell)}" if times.tell is not None else ""
        said.append(f"{took}{by}{told}.")
    said.append(
        f"Now: {d.bold(d.own(story.status.value))}{f', {d.safe(story.closed_why, 0)}' if story.closed_why else ''}."
    )
    return " ".join(said)


def _facts(story: Postmortem) -> Iterator[tuple[str, str]]:
    known = {
        "Error": story.message,
        "Where": story.context,
        "Page": story.page,
        "Project": story.project,
        "Stage": story.stage,
        "Release": story.release,
        "Known from": story.source and source_name(story.source),
        "How serious": story.serious,
    }
    yield from ((name, value) for name, value in known.items() if value)


def _tiles(story: Postmortem) -> Iterator[Tile]:
    times = story.times
    words = {"Claimed": times.claim, "First answer": times.answer, "Works again": times.fix, "Told": times.tell}
    yield from (Tile(name, length(seconds) if seconds is not None else "never") for name, seconds in words.items())
    if times.wait is not None:
        yield Tile("Longest wait", length(times.wait), "of a customer, until told")
    if estimate := story.estimate:
        took = length(estimate.actual) if estimate.actual is not None else "not fixed"
        yield Tile("Took", took, f"estimated {length(estimate.minutes * 60)}")
    given = [described(gift.grant) for gift in story.gifts if gift.state == "granted"]
    if given:
        yield Tile("Given", " + ".join(given[:GIVEN]), f"and {len(given) - GIVEN} more" if len(given) > GIVEN else "")


def _timeline(story: Postmortem, names: Names, d: Dialect) -> Iterator[Row]:
    day = None
    for step, shown in zip(story.timeline, story.moments, strict=True):
        new = step.at.date() != day
        day = step.at.date()
        yield Row(
            day=Markup(d.day(step.at)) if new else None,  # noqa: S704 - as above
            clock=Markup(d.clock(step.at)),  # noqa: S704 - as above
            ours=f"+{length(shown.ours)}",
            theirs=length(shown.theirs) if shown.theirs is not None else "",
            said=Markup(d.sentence(step.parts, names)),  # noqa: S704 - as above
            loud=step.loud,
        )


def _fix(run: Run, preview: Preview, names: Names, d: Dialect) -> Piece:
    name, *rest = (x for x in fix_words(run, names, d) if x)
    known = [x for x in preview_words(run, preview, d) if x]
    lines = [" · ".join(part) for part in (rest, known) if part]
    good = run.state == "succeeded" and not run.undone
    return Piece(Markup(name), good, [Markup(line) for line in lines])  # noqa: S704 - as above


def _probe(check: Check, redact: Redact) -> Probe:
    where = [f"run {check.run}"] if check.run else []
    where += [check.where] if check.where != "production" else []
    where += ["looks at something else"] if check.smoke else []
    after = f"{check.after}, broken by this run" if check.broke else check.after
    return Probe(
        redact(check.name), " · ".join(where), redact(check.before), check.before_ok, redact(after), check.after_ok
    )


def _bubble(word: Word, story: Postmortem, names: Names, d: Dialect, redact: Redact) -> Bubble:
    return Bubble(Markup(moment(word.at, story, d)), Markup(word_head(word, names, d)), word.ours, redact(word.text))  # noqa: S704 - as above
