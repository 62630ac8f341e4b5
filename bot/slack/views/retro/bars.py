"""Draws series as inline SVG: lying bars, places in percent and letters in pixels, so that a phone reads them too. Pure."""

from collections.abc import Iterator
from html import escape

from bot.slack.views.retro.series import Plot, Row

NAME, BAR, GAP = 20, 14, 10
"""Pixels: the line of the name, one bar, and what stands between two names."""
ROOM = 78.0
"""Percent of the width that the longest bar takes; its number stands behind it."""


def svg(plot: Plot) -> str:
    """The whole picture, with all of it in words for who can't see it."""
    height = sum(_height(plot) for _ in plot.rows)
    head = f'<svg role="img" width="100%" height="{height}" aria-label="{escape(plot.alt)}">'
    return "\n".join([head, *_rows(plot), "</svg>"])


def _height(plot: Plot) -> int:
    return NAME + (BAR if plot.stacked else BAR * len(plot.series)) + GAP


def _rows(plot: Plot) -> Iterator[str]:
    most = max((sum(row.values) if plot.stacked else max(row.values) for row in plot.rows), default=0) or 1
    for nth, row in enumerate(plot.rows):
        top = nth * _height(plot)
        yield f'<text class="name" x="0" y="{top + NAME - 6}">{escape(row.name)}</text>'
        yield from (_stacked if plot.stacked else _beside)(row, top + NAME, most)


def _beside(row: Row, top: int, most: float) -> Iterator[str]:
    for nth, (value, said) in enumerate(zip(row.values, row.said, strict=True)):
        width, y = ROOM * value / most, top + nth * BAR
        yield _bar(nth, 0, width, y)
        yield f'<text class="value" x="{width:.2f}%" dx="6" y="{y + BAR - 3}">{escape(said)}</text>'


def _stacked(row: Row, top: int, most: float) -> Iterator[str]:
    """The numbers stand in the legend."""
    left = 0.0
    for nth, value in enumerate(row.values):
        width = 100 * value / most
        yield _bar(nth, left, width, top)
        left += width


def _bar(nth: int, left: float, width: float, y: int) -> str:
    """Something that there is shows, however small it is."""
    shown = max(width, 0.5) if width else 0
    return f'<rect class="s{nth}" x="{left:.2f}%" y="{y}" width="{shown:.2f}%" height="{BAR - 3}" rx="2"/>'
