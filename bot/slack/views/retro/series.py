"""What is drawn of a week or a month: one set of series for Slack's charts, the picture and the page. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.bug.retro.model import Share, Summary
from bot.text import length

TIMES = {"claim": "claimed", "answer": "answered", "fix": "fixed", "tell": "told"}


class Row(NamedTuple):
    """One name on the axis, with a value of each series and how people read it."""

    name: str
    values: tuple[float, ...]
    said: tuple[str, ...]


class Plot(NamedTuple):
    """`stacked`: the series are parts of one whole."""

    title: str
    series: tuple[str, ...]
    rows: tuple[Row, ...]
    stacked: bool = False

    @property
    def alt(self) -> str:
        """All of it in words, for who can't see it."""
        told = (f"{row.name}: {', '.join(map(_pair, self.series, row.said))}" for row in self.rows)
        return f"{self.title}. {'; '.join(told)}."


def _pair(series: str, said: str) -> str:
    return f"{series} {said}"


def plots(found: Summary) -> tuple[Plot, ...]:
    """Those that have something to show."""
    return tuple(_plots(found))


def _plots(found: Summary) -> Iterator[Plot]:
    if found.bugs:
        yield by_part(found.shares)
    if found.told:
        yield how_soon(found)
    if long := how_long(found):
        yield long


def by_part(shares: Sequence[Share]) -> Plot:
    rows = (Row(one.name, (one.bugs, one.told), (str(one.bugs), str(one.told))) for one in shares)
    return Plot("Bugs, and customers told", ("bugs", "customers told"), tuple(rows))


def how_soon(found: Summary) -> Plot:
    """Each customer once: none is both within 5 and within 67 minutes."""
    parts = {
        "within 5 min": found.told_in_5,
        "within 67 min": found.told_in_67 - found.told_in_5,
        "later": found.told - found.told_in_67,
    }
    row = Row("customers", tuple(parts.values()), tuple(map(str, parts.values())))
    return Plot("When customers knew", tuple(parts), (row,), stacked=True)


def how_long(found: Summary) -> Plot | None:
    """Seconds; None where nothing was measured."""
    known = {word: (getattr(found.times, name), getattr(found.slow, name)) for name, word in TIMES.items()}
    rows = (Row(word, (a, b), (length(a), length(b))) for word, (a, b) in known.items() if a is not None)
    plot = Plot("How long it took", ("half of them", "nine in ten"), tuple(rows))
    return plot if plot.rows else None
