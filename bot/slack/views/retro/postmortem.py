"""Writes a post-mortem as Markdown and as JSON, and the lines that its page has too. Pure.

`names` maps an actor to what people call them, harmless in mrkdwn already. `redact` masks what looks like a secret.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.bug.retro.model import Run
from bot.bug.retro.postmortem import Check, Moment, Postmortem, Preview, Word
from bot.slack.views.retro.chapters import CHAPTERS, Section, fix_words, moment, timeline
from bot.slack.views.retro.dialect import MARKDOWN, Dialect, without_secrets
from bot.text import each_text, length, plural

Names = Mapping[str, str]
Redact = Callable[[str], str]


def markdown(story: Postmortem, names: Names, redact: Redact) -> str:
    """In full, for a wiki or a pull request."""
    d = without_secrets(MARKDOWN, redact)
    title = f"# Post-mortem of {story.bug} {d.safe(story.title, 0)}".rstrip()
    parts = [f"## {c.title}\n\n" + "\n".join(f"- {line}" for line in c.lines) for c in sections(story, names, d)]
    return "\n\n".join([title, *parts]) + "\n"


def as_json(story: Postmortem, redact: Redact) -> str:
    """As docs/postmortem.schema.json says."""
    return json.dumps(each_text(story.model_dump(mode="json"), redact), ensure_ascii=False, indent=2) + "\n"


def sections(story: Postmortem, names: Names, d: Dialect) -> tuple[Section, ...]:
    """Those that have something to say, in the order in which they are read."""
    told = {
        **CHAPTERS,
        "Timeline": _timeline,
        "Fixes": _fixes,
        "Probes": _checks,
        "What customers wrote and read": _words,
    }
    found = (Section(title, tuple(told[title](story, names, d))) for title in ORDER)
    return tuple(section for section in found if section.lines)


ORDER = (
    "In short",
    "Answers",
    "What we change",
    "Timeline",
    "Fixes",
    "Probes",
    "What it cost",
    "Customers",
    "What customers wrote and read",
    "Pinned",
    "Said in the thread",
    "Who did what",
    "Done alone",
    "Owed",
    "To answer",
)


def _timeline(story: Postmortem, names: Names, d: Dialect) -> Iterator[str]:
    for line, shown in zip(timeline(story, names, d), story.moments, strict=True):
        yield f"{line} ({clocks(shown)})"


def clocks(shown: Moment) -> str:
    """ "+5 min, the customer had waited 4 min"."""
    waited = f", the customer had waited {length(shown.theirs)}" if shown.theirs is not None else ""
    return f"+{length(shown.ours)}{waited}"


def _fixes(story: Postmortem, names: Names, d: Dialect) -> Iterator[str]:
    for run, preview in zip(story.fixes, story.previews, strict=True):
        yield " · ".join(x for x in (*fix_words(run, names, d), *preview_words(run, preview, d)) if x)


def preview_words(run: Run, preview: Preview, d: Dialect) -> Sequence[str]:
    """What was known before it ran, and when it ran."""
    took = ""
    if preview.started_at and preview.ended_at:
        took = f"ran at {d.clock(preview.started_at)} for {length(preview.ended_at - preview.started_at)}"
    needs = f"{preview.risk} risk" + (f", {plural(preview.needed, 'approval')} needed" if preview.needed else "")
    return (
        f"preview: {d.safe(preview.previewed, 300)}" if preview.previewed else "",
        f"on {d.safe(preview.target, 60)}" if preview.target else "",
        d.safe(preview.undo, 120) if not run.undo_of else "",
        needs if preview.risk else "",
        took,
        *(d.quote(word, 300) for word in preview.words),
    )


def _checks(story: Postmortem, names: Names, d: Dialect) -> Iterator[str]:
    for check in story.checks:
        run = f" around run {check.run}" if check.run else ""
        yield f"{d.safe(check.name, 60)}{run}: {d.safe(check_words(check), 300)}"


def check_words(check: Check) -> str:
    """ "was 500, then 200"; plain text."""
    before = f"before: {check.before}" if check.before else ""
    after = f"after: {check.after}" if check.after else ""
    return ", ".join(x for x in (before, after, "broken by this run" if check.broke else "") if x)


def _words(story: Postmortem, names: Names, d: Dialect) -> Iterator[str]:
    for word in story.words:
        yield f"{moment(word.at, story, d)} {word_head(word, names, d)}: {d.quote(word.text, 0)}"


def word_head(word: Word, names: Names, d: Dialect) -> str:
    """Who wrote to whom."""
    customer = d.safe(word.customer, 120)
    if not word.ours:
        return customer
    return f"{d.name(word.by, names) if word.by else 'the team'} to {customer}"
