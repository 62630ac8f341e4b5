"""The two ways in which a retro is written: Slack's mrkdwn, short and harmless, and Markdown, in full."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.bug import mrkdwn
from bot.bug.mrkdwn import clean, foreign, plain


@dataclass(frozen=True, kw_only=True)
class Dialect:
    safe: Callable[[str, int], str]
    """Foreign text on one line, at most so long where room is short."""
    called: Callable[[str], str]
    """A name as the directory gives it."""
    clock: Callable[[datetime], str]
    day: Callable[[datetime], str]
    bold: Callable[[str], str]

    def name(self, actor: str, names: Mapping[str, str]) -> str:
        known = names.get(actor)
        return self.called(known) if known else self.safe(actor.removeprefix("system:").removeprefix("source:"), 60)

    def quote(self, text: str, limit: int = 160) -> str:
        return f"“{self.safe(text, limit)}”" if text else ""


def _escaped(text: str, _limit: int = 0) -> str:
    line = clean(" ".join(text.split()))
    return re.sub(r"([\\`*_\[\]<>|#~&!])", r"\\\1", line)


MRKDWN = Dialect(
    safe=lambda text, limit: foreign(text, limit, one_line=True),
    called=lambda name: name,
    clock=mrkdwn.clock,
    day=mrkdwn.day,
    bold=lambda text: f"*{text}*",
)
MARKDOWN = Dialect(
    safe=_escaped,
    called=lambda name: _escaped(plain(name)),
    clock=lambda at: f"{at.astimezone(UTC):%H:%M}",
    day=lambda at: f"{at.astimezone(UTC):%Y-%m-%d}",
    bold=lambda text: f"**{text}**",
)
