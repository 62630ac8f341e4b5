"""HTML as a dialect of a retro: everything foreign is escaped, and no link starts a program."""

from datetime import UTC
from html import escape

from bot.slack.views.mrkdwn import plain
from bot.slack.views.retro.dialect import Dialect
from bot.text import clean


def _anchor(url: str, label: str) -> str:
    """A link where it leads to a page; only its words where a program might be started by it."""
    if not url.startswith(("https://", "http://")):
        return escape(label)
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(label)}</a>'


HTML = Dialect(
    safe=lambda text, _limit: escape(clean(" ".join(text.split()))),
    called=lambda name: escape(plain(name)),
    clock=lambda at: f'<time datetime="{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}">{at.astimezone(UTC):%H:%M}</time>',
    day=lambda at: f'<time datetime="{at.astimezone(UTC):%Y-%m-%d}">{at.astimezone(UTC):%a %d %b %Y}</time>',
    bold=lambda text: f"<strong>{text}</strong>",
    code=lambda text: f"<code>{escape(clean(text))}</code>",
    link=_anchor,
    own=escape,
)
