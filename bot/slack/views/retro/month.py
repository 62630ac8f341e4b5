"""Writes a week or a month as one self-contained page: nothing is loaded, no script runs, all that is foreign is escaped. Pure."""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from mako.template import Template
from markupsafe import Markup

from bot.bug.retro.model import Summary
from bot.slack.views.retro import bars, series, summary
from bot.slack.views.retro.dialect import without_secrets
from bot.slack.views.retro.html import HTML
from bot.slack.views.retro.page import sound
from bot.slack.views.retro.postmortem import Redact
from bot.text import length, plural

TEMPLATE = Path(__file__).with_name("month.html")


def html(found: Summary, names: Mapping[str, str], redact: Redact) -> str:
    """The whole page as text."""
    d = without_secrets(HTML, partial(sound, redact))
    lists = {"What came again": summary.came_again(found, d), "Nobody else has seen": summary.not_seen(found, d, names)}
    page = _template().render_unicode(
        title=summary.title(found),
        days=f"{found.days} (UTC)",
        tiles=tuple(_tiles(found)),
        plots=[(plot, Markup(bars.svg(plot))) for plot in series.plots(found)],  # noqa: S704 - it escapes the names
        lists={name: [Markup(line) for line in lines] for name, lines in lists.items() if lines},  # noqa: S704 - HTML's dialect escapes
        counted=summary.counted(found),
    )
    return str(page)


@cache
def _template() -> Template:
    return Template(  # noqa: S702 - `h` escapes whatever is no Markup
        text=TEMPLATE.read_text(encoding="utf-8"), default_filters=["h"], strict_undefined=True, uri="month.html"
    )


def _tiles(found: Summary) -> Iterator[tuple[str, str, str]]:
    """Name, figure, and what belongs to it."""
    yield "Bugs", str(found.bugs), f"{found.dismissed} dismissed, {found.came_back} came back"
    soon = f"{found.told_in_5} within 5 min, {found.told_in_67} within 67 min" if found.told else ""
    yield "Customers told", str(found.told), soon
    for name, word in series.TIMES.items():
        half, most = getattr(found.times, name), getattr(found.slow, name)
        if half is not None:
            yield f"Half of them {word} after", length(half), f"nine in ten after {length(most)}"
    yield "Owed still", plural(found.owed, "proper fix").replace("fixs", "fixes"), "of these bugs"
    yield "In the books", " + ".join(map(str, found.cost)) or "nothing", "credits, and days that were credited"
    yield "Given", ", ".join(map(summary.total, found.given)) or "nothing", ""
    yield "Customers afterwards", f"{found.returned} came back", f"{found.bought} bought more"
