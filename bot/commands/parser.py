"""Reads the command line, and says what was probably meant where a word is unknown."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches


class Parser(argparse.ArgumentParser):
    """As argparse's own of Python 3.14 with `suggest_on_error`, for the Pythons before it too."""

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, unknown(str(value), self._words(action.choices)))

    @staticmethod
    def _words(choices: Iterable[object]) -> Iterator[str]:
        """Of commands `help` is one, too: `makegood help retro` explains one."""
        yield from map(str, choices)
        if isinstance(choices, Mapping):
            yield "help"


def unknown(word: str, known: Iterable[str]) -> str:
    """A sentence: which word is unknown, which known one is like it, and all that there are."""
    there = [str(each) for each in known]
    near = get_close_matches(word.lower(), there, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"{word!r} is unknown.{meant} There is: {', '.join(there)}."


def one_of(*known: str) -> Callable[[str], str]:
    """The type of an argument that takes one of these words, however many of them are given."""

    def word(said: str) -> str:
        if said not in known:
            raise argparse.ArgumentTypeError(unknown(said, known))
        return said

    return word
