"""Draws series as a PNG with matplotlib, the extra [plots], for workspaces that take no charts of Slack's own."""

import io
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from bot.slack.views.retro.series import Plot

HOW = "This workspace takes no charts of Slack's own. With `pip install 'makegood[plots]'` where Makegood runs, a picture comes instead."
COLOURS = ("#1d6b4a", "#c77d0a", "#b3261e")
WIDTH, HEAD, ROW = 7.0, 1.1, 0.62
"""Inches: the picture, the title of a plot with its legend, and one name of it."""
DPI = 144


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("matplotlib") is not None


def drawn(plots: Sequence[Plot]) -> bytes:
    """All of them below each other. Takes about a second: call it in a thread."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - an extra, and half a second to import
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    heights = [HEAD + ROW * len(plot.rows) for plot in plots]
    figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(plots), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
    for plot, (axis,) in zip(plots, axes, strict=True):
        _draw(axis, plot)
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor="white")
    return out.getvalue()


def _draw(axis: Any, plot: Plot) -> None:
    (_stacked if plot.stacked else _beside)(axis, plot)
    axis.set_title(plot.title, loc="left", fontweight="bold", fontsize=11)
    axis.set_yticks(range(len(plot.rows)), [row.name.replace("$", r"\$") for row in plot.rows])
    axis.invert_yaxis()
    axis.set_xticks([])
    axis.margins(x=0.18)
    axis.spines[["top", "right", "bottom"]].set_visible(False)
    axis.legend(loc="lower left", bbox_to_anchor=(0.45, 1.0), ncols=3, frameon=False, fontsize=8)


def _beside(axis: Any, plot: Plot) -> None:
    thick = 0.8 / len(plot.series)
    for nth, name in enumerate(plot.series):
        places = [place + (nth - (len(plot.series) - 1) / 2) * thick for place in range(len(plot.rows))]
        drawn = axis.barh(places, [row.values[nth] for row in plot.rows], thick * 0.9, label=name, color=COLOURS[nth])
        axis.bar_label(drawn, [row.said[nth] for row in plot.rows], padding=4, fontsize=8)


def _stacked(axis: Any, plot: Plot) -> None:
    left = [0.0] * len(plot.rows)
    for nth, name in enumerate(plot.series):
        values = [row.values[nth] for row in plot.rows]
        label = f"{name}: {', '.join(row.said[nth] for row in plot.rows)}"
        axis.barh(range(len(plot.rows)), values, 0.35, left=left, label=label, color=COLOURS[nth])
        left = [a + b for a, b in zip(left, values, strict=True)]
