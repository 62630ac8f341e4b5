"""What a week or a month came to: the same lines in Slack and on the command line, and Slack's own charts. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import slackblocks as sb

from bot.bug.money import Money
from bot.bug.retro.model import Again, Share, Summary, Times, Total, Unseen
from bot.slack.views import blocks as kit
from bot.slack.views.retro import series
from bot.slack.views.retro.dialect import MRKDWN, Dialect
from bot.slack.views.retro.view import shortened
from bot.text import length, plural

TIMES = {**series.TIMES, "open": "closed"}
BEGAN = "Counts bugs that began"
GIVEN = "and what was given then, whatever the age of its bug"
SINCE = "Times count from the first error, or from a customer's first word where that came earlier."
BARS = "▁▂▃▄▅▆▇█"
POINTS = 20
"""Slack's limit of a chart (docs.slack.dev/reference/block-kit/blocks/data-visualization-block)."""


def title(found: Summary) -> str:
    return f"Makegood in {found.span}"


def people(found: Summary) -> frozenset[str]:
    """Whoever stands in it, by their ids: each needs a name."""
    return frozenset(one.by for one in found.unseen)


def lines(found: Summary, d: Dialect, names: Mapping[str, str]) -> Iterator[str]:
    """In the order in which they matter; the last says from where the numbers count."""
    yield f"{plural(found.bugs, 'bug')}, {found.dismissed} dismissed, {found.came_back} came back"
    yield _told(found)
    yield f"{found.owed} of the proper fixes still owed"
    yield f"{d.bold('half of them')}: {_times(found.times)}"
    yield f"{d.bold('nine in ten')}: {_times(found.slow)}"
    yield f"given: {', '.join(map(total, found.given)) or 'nothing'}{_cost(found.cost)}"
    yield f"customers afterwards: {found.returned} came back, {found.bought} bought more"
    yield from came_again(found, d)
    yield from (f"{d.bold('nobody else has seen')} {line}" for line in not_seen(found, d, names))
    yield counted(found)


def came_again(found: Summary, d: Dialect) -> tuple[str, ...]:
    return tuple(_again(again, d) for again in found.again)


def not_seen(found: Summary, d: Dialect, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(_unseen(one, d, names) for one in found.unseen)


def counted(found: Summary) -> str:
    """From where to where the numbers count, for whoever reads them."""
    days = f"{found.days} (UTC), " if found.days else "at any time, "
    return f"{BEGAN} {days}{GIVEN}. {SINCE}"


def blocks(found: Summary, names: Mapping[str, str]) -> kit.Blocks:
    """At most two charts, which is Slack's limit, and all of it as text beside them."""
    said = shortened([f"• {line}" for line in lines(found, MRKDWN, names)], kit.SECTION)
    text = "\n".join(said)
    return kit.render([kit.header(title(found), "summary"), *charts(found), kit.section(text, "summary_lines")])


def charts(found: Summary) -> Sequence[sb.DataVisualizationBlock]:
    """Bugs by day or week, and how soon customers knew; none where there is nothing to draw."""
    drawn = [by_part(found.shares)] if found.bugs else []
    return [*drawn, _how_soon(found)] if found.told else drawn


def by_part(shares: Sequence[Share]) -> sb.DataVisualizationBlock:
    plot = series.by_part(shares[:POINTS])
    names = [row.name for row in plot.rows]
    drawn = [
        sb.DataSeries(name, [sb.DataPoint(row.name, row.values[nth]) for row in plot.rows])
        for nth, name in enumerate(plot.series)
    ]
    return sb.DataVisualizationBlock(plot.title, sb.BarChart(drawn, sb.AxisConfig(names)), block_id="summary_parts")


def in_a_line(shares: Sequence[Share], *, drawn: bool) -> str:
    """The same in words; `drawn`: with bars of letters, for where no chart stands above."""
    bugs, told = sum(one.bugs for one in shares), sum(one.told for one in shares)
    said = f"{plural(bugs, 'bug')} began, {plural(told, 'customer')} told. Days are in UTC."
    if not (drawn and bugs):
        return said
    most = max(one.bugs for one in shares)
    bars = "".join(BARS[one.bugs * (len(BARS) - 1) // most] for one in shares)
    return f"`{bars}` bugs a day, {shares[0].name} to {shares[-1].name}. {said}"


def _how_soon(found: Summary) -> sb.DataVisualizationBlock:
    plot = series.how_soon(found)
    parts = zip(plot.series, plot.rows[0].values, strict=True)
    segments = [sb.ChartSegment(name, count) for name, count in parts if count]
    return sb.DataVisualizationBlock(plot.title, sb.PieChart(segments), block_id="summary_told")


def _told(found: Summary) -> str:
    soon = f": {found.told_in_5} within 5 min, {found.told_in_67} within 67 min" if found.told else ""
    return f"{plural(found.told, 'customer')} told{soon}"


def _times(times: Times) -> str:
    known = {word: getattr(times, name) for name, word in TIMES.items()}
    told = [f"{word} after {length(seconds)}" for word, seconds in known.items() if seconds is not None]
    return ", ".join(told) or "nothing to measure"


def _again(again: Again, d: Dialect) -> str:
    bugs = ", ".join(f"BUG-{number}" for number in again.bugs)
    needed = f"was needed {plural(again.times, 'time')} ({bugs}): its cause is still there"
    return f"{d.bold(d.safe(again.action, 60))} {needed}"


def _unseen(one: Unseen, d: Dialect, names: Mapping[str, str]) -> str:
    what = f"{d.safe(one.what, 120)} ({one.bug}, {d.name(one.by, names)}, {d.day(one.at)})"
    return f"{what}: whoever looks at it writes {d.code(f'/bug seen {one.bug}')}"


def _cost(cost: Sequence[Money]) -> str:
    return f"; {' + '.join(map(str, cost))} in the books, days that were credited included" if cost else ""


def total(given: Total) -> str:
    """ "€10 in 2 credits", "5 days"."""
    if given.currency:
        return f"{Money(amount=given.amount, currency=given.currency)} in {plural(given.count, 'credit')}"
    return plural(given.amount, "day") if given.kind == "days" else plural(given.amount, "upgrade")
