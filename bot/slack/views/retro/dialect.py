"""The dialects of a retro: Slack's mrkdwn, short and safe, and Markdown, in full."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.bug.words import Clock, Code, Day, Foreign, Link, Part, Person, Press, Quote, actor_name
from bot.slack.views import mrkdwn
from bot.slack.views.mrkdwn import foreign, plain
from bot.text import clean

LONGEST = 160
"""Characters of foreign text in one line of a retro."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    safe: Callable[[str, int], str]
    """Foreign text on one line, at most so long where room is short."""
    called: Callable[[str], str]
    """A name as the directory gives it."""
    clock: Callable[[datetime], str]
    day: Callable[[datetime], str]
    bold: Callable[[str], str]
    code: Callable[[str], str]
    link: Callable[[str, str], str]
    own: Callable[[str], str] = str
    """Our own words."""

    def sentence(self, parts: Iterable[Part], names: Mapping[str, str]) -> str:
        """Neutral words in this dialect, on one line."""
        return " ".join("".join(self._part(part, names) for part in parts).split())

    def _part(self, part: Part, names: Mapping[str, str]) -> str:  # noqa: PLR0911 - one for each kind of part
        match part:
            case Person(id=id_):
                return self.name(id_, names)
            case Foreign(text=text, limit=limit):
                return self.safe(text, min(limit, LONGEST))
            case Quote(text=text, limit=limit):
                return self.quote(text, min(limit, LONGEST))
            case Code(text=text):
                return self.code(text)
            case Clock(at=at):
                return self.clock(at)
            case Day(at=at):
                return self.day(at)
            case Link(url=url, label=label):
                return self.link(url, label)
            case Press(button=button):
                return self.bold(button)
            case str():
                return self.own(part)

    def name(self, actor: str, names: Mapping[str, str]) -> str:
        known = names.get(actor)
        return self.called(known) if known else self.safe(actor_name(actor), 60)

    def quote(self, text: str, limit: int = 160) -> str:
        return f"“{self.safe(text, limit)}”" if text else ""


def without_secrets(d: Dialect, redact: Callable[[str], str]) -> Dialect:
    """The dialect for texts that leave. Each is masked before it is escaped: with a backslash in it a secret looks like none."""

    def masked(text: str) -> str:
        return redact(clean(text))

    return replace(
        d,
        safe=lambda text, limit: d.safe(masked(text), limit),
        called=lambda name: d.called(masked(name)),
        code=lambda text: d.code(masked(text)),
        link=lambda url, label: d.link(masked(url), masked(label)),
    )


def _escaped(text: str, _limit: int = 0) -> str:
    line = clean(" ".join(text.split()))
    return re.sub(r"([\\`*_\[\]<>|#~&!])", r"\\\1", line)


MRKDWN = Dialect(
    safe=lambda text, limit: foreign(text, limit, one_line=True),
    called=lambda name: name,
    clock=mrkdwn.clock,
    day=mrkdwn.day,
    bold=lambda text: f"*{text}*",
    code=lambda text: mrkdwn.render([Code(text)]),
    link=mrkdwn.link,
)
MARKDOWN = Dialect(
    safe=_escaped,
    called=lambda name: _escaped(plain(name)),
    clock=lambda at: f"{at.astimezone(UTC):%H:%M}",
    day=lambda at: f"{at.astimezone(UTC):%Y-%m-%d}",
    bold=lambda text: f"**{text}**",
    code=lambda text: f"`{clean(text).replace('`', 'ˋ')}`",
    link=lambda url, label: f"{_escaped(label)} ({_escaped(url)})",
)
