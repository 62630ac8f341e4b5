"""How the command line looks: tables, colours and a moving bar on a terminal; plain lines in a pipe.

rich decides what the terminal can show: it reads NO_COLOR, FORCE_COLOR, TERM and COLUMNS. Only commands that people wait for
import this, so that `makegood run` starts without it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import Progress, TaskID
from rich.table import Table
from rich.text import Text

from bot.commands.common import say


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list. `plain` is what a script reads; `cells` are its columns on a terminal, the first one coloured."""

    plain: str
    cells: tuple[str, ...]
    style: str = ""
    """A colour's name in rich; empty: none."""


@dataclass(frozen=True)
class Bar:
    """A moving bar, or nothing where nobody watches."""

    shown: Progress
    task: TaskID

    def at(self, done: int, total: int) -> None:
        """Moves it; both count whatever is worked on (bugs, pages, figures)."""
        self.shown.update(self.task, completed=done, total=total)


def say_rows(rows: Iterable[Row]) -> None:
    """Prints a list; nothing where it is empty."""
    every, screen = list(rows), _console()
    if not screen.is_terminal:
        for row in every:
            say(row.plain)
    elif every:
        screen.print(_table(every))


def say_markdown(text: str) -> None:
    """Prints Markdown as a page on a terminal, and as it is in a pipe."""
    screen = _console()
    if screen.is_terminal:
        screen.print(Markdown(text, hyperlinks=False))
    else:
        say(text)


@contextmanager
def progress(what: str) -> Iterator[Bar]:
    """Shows on standard error what goes on, and takes it away at the end; nothing where that is no terminal."""
    screen = _console(errors=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as shown:
        yield Bar(shown, shown.add_task(what, total=None))


def _console(*, errors: bool = False) -> Console:
    """Text from outside is never read as rich's own markup, nor `:words:` as an emoji."""
    return Console(stderr=errors, markup=False, emoji=False, highlight=False)


def _table(rows: list[Row]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    *narrow, _ = rows[0].cells
    for _ in narrow:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        first, *rest = row.cells
        table.add_row(Text(first, style=row.style), *(Text(cell) for cell in rest))
    return table
