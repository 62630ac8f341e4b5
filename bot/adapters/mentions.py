"""Finds the errors that another app's Slack message names, and what the message says of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.adapters import slack_text
from bot.adapters.common.reading import LINE, LONG, Data, moment
from bot.adapters.registry import TRACKERS
from bot.adapters.trackers.sentry import hook as sentry
from bot.bug.values import Alert, AlertKind, AlertLink, Severity
from bot.text import cut

_NO_TITLE = re.compile(
    r"\W*((view|open|see|show|more|go to|read|full)\b ?)?((the )?(error|issue|item|fault|event|alert|details?|link|here|more)\b)?"
    r"( (on|in) [\w ]{1,20})?\W*|https?://\S*|\d+",
    re.IGNORECASE,
)
"""Words on a link that are no error's name: "(details)", "View on Bugsnag"."""

_BUGSNAG = re.compile(
    r"(?P<trigger>.{1,300}?) in (?P<stage>\S{1,60}) from (?P<project>.{1,200}?)(?: in (?P<context>.{1,300}?))?(?: \(details\))?"
)
"""Its sentence: "New handled error in production from Shop in /cart (details)"."""

_MARKED = r"(.{0,80} )?marked (.{1,80} )?as "
_KINDS = {
    AlertKind.COMMENTED: r"comment on\b",
    AlertKind.RESOLVED: _MARKED + r"(fixed|resolved)\b",
    AlertKind.IGNORED: _MARKED + r"(ignored|archived)\b|error ignored\b",
    AlertKind.SNOOZED: _MARKED + r"snoozed\b|error snoozed\b",
    AlertKind.REOPENED: _MARKED + r"reopened\b|error reopened\b|fixed error re-?occurred\b",
    AlertKind.OTHER: r"spike of\b",
}
_KIND = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KINDS.items()}

_COLOURS = {
    **dict.fromkeys(("e45f58", "danger"), Severity.ERROR),
    **dict.fromkeys(("fd9149", "warning"), Severity.WARNING),
    "20a6df": Severity.INFO,
}
"""An attachment's stripe as Bugsnag colours it, and Slack's own names for the same."""

_STAGE = ("release stage", "environment", "stage", "env")
_CONTEXT = ("context", "culprit", "transaction")


def read_links(urls: Iterable[str]) -> tuple[AlertLink, ...]:
    """The errors that these addresses lead to, each once."""
    return distinct(link for url in urls for tracker in TRACKERS.every() if (link := tracker.link(url)))


def distinct(links: Iterable[AlertLink]) -> tuple[AlertLink, ...]:
    """Each error once, in the order of its first mention, by the mention that has an address where one has."""
    best: dict[tuple[str, str], AlertLink] = {}
    for link in links:
        known = best.setdefault((link.source, link.group), link)
        if link.url and not known.url:
            best[link.source, link.group] = link
    return tuple(best.values())


def links_in(message: Mapping[str, object]) -> tuple[AlertLink, ...]:
    """Every error that a message names, each once: by any address in it, or by the ids of Sentry's blocks."""
    found: list[AlertLink] = []
    urls: list[str] = []
    for key, text in slack_text.strings(message):
        block = sentry.block_link(text) if key == "block_id" else None
        urls.extend(slack_text.addresses(text))
        found.extend([block] if block else read_links(slack_text.addresses(text)))
    return tuple(_with_address(link, urls) for link in distinct(found))


def alert_from_message(message: Mapping[str, object], link: AlertLink) -> Alert:
    """What a message says of one error it names, as far as its layout can be read; never fails."""
    read = _read(_about(message, link))
    said = read.sentence
    title = read.title(link)
    return Alert(
        source=link.source,
        group=link.group,
        kind=read.kind(),
        event=link.event,
        title=title,
        message=cut(slack_text.code(message), LONG) or title.partition(": ")[2],
        context=read.first(*_CONTEXT) or said.get("context", "") or _culprit(message, link),
        project=said.get("project", "") or link.project or read.first("project"),
        stage=read.first(*_STAGE) or said.get("stage", ""),
        severity=read.severity(),
        url=link.url,
        at=_sent_at(message),
        facts=dict(list(read.fields.items())[:100]),
        frames=tuple(filter(None, (read.first("location").rstrip(" -").replace(" - ", " "),))),
    )


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A message, read."""

    lines: list[str]
    fields: Mapping[str, str]
    labels: list[slack_text.Label]
    colours: list[str]

    @property
    def sentence(self) -> Mapping[str, str]:
        """The parts of Bugsnag's sentence, where the message begins with it."""
        found = _BUGSNAG.fullmatch(self.lines[0][:1000]) if self.lines else None
        return {name: text for name, text in found.groupdict().items() if text} if found else {}

    def first(self, *names: str) -> str:
        return next((cut(self.fields[name], LINE) for name in names if name in self.fields), "")

    def title(self, link: AlertLink) -> str:
        own = [label.words for label in self.labels if label.url == link.url or _same(read_links([label.url]), link)]
        named = [text for text in (self.first("error"), *own, *self.lines) if text and not _NO_TITLE.fullmatch(text)]
        return cut(next(iter(named), f"{link.source.title()} error {link.group}"), LINE)

    def kind(self) -> AlertKind:
        """By how the message begins, without the error's own words: an error may well say "could not be resolved"."""
        begin = self.sentence.get("trigger") or (self.lines[0] if self.lines else "")
        return next((kind for kind, pattern in _KIND.items() if pattern.match(begin)), AlertKind.OCCURRED)

    def severity(self) -> Severity | None:
        coloured = (_COLOURS.get(colour.lower().lstrip("#")) for colour in self.colours)
        return Data(self.fields).severity("level", "severity") or next(filter(None, coloured), None)


def _read(message: Mapping[str, object]) -> _Read:
    return _Read(
        lines=slack_text.lines(message),
        fields=slack_text.fields(message),
        labels=slack_text.labels(message),
        colours=[row.line("color") for row in Data(message).rows("attachments")],
    )


def _same(links: tuple[AlertLink, ...], link: AlertLink) -> list[AlertLink]:
    """`link` once for each of `links` that is the same error."""
    return [link for other in links if (other.source, other.group) == (link.source, link.group)]


def _about(message: Mapping[str, object], link: AlertLink) -> Mapping[str, object]:
    """Of a message with several errors, the attachments that name this one (all, where none does)."""
    rows = [row.value for row in Data(message).rows("attachments")]
    own = [row for row in rows if _same(links_in({"attachments": [row]}), link)]
    return {**message, "attachments": own or rows}


def _with_address(link: AlertLink, urls: list[str]) -> AlertLink:
    """A Sentry of one's own may have any host: its block names the issue, and some address in the message leads there."""
    if link.url:
        return link
    here = re.compile(rf"/issues/{re.escape(link.group)}(?!\d)")
    return replace(link, url=next(filter(here.search, urls), ""))


def _culprit(message: Mapping[str, object], link: AlertLink) -> str:
    """Sentry's first context block."""
    if link.source != sentry.SOURCE:
        return ""
    blocks = [block for block in Data(message).rows("blocks") if block.line("type") == "context"]
    return cut(slack_text.plain(blocks[0].line("elements.0.text", "elements.0.text.text")), LINE) if blocks else ""


def _sent_at(message: Mapping[str, object]) -> datetime | None:
    stamp = message.get("ts")
    try:
        return moment(float(stamp)) if isinstance(stamp, str) else None
    except ValueError:
        return None
