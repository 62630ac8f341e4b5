"""Looks for the packages of the extra `demo`, and says in one sentence what to install."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.bug.errors import Misconfigured


@contextmanager
def needs_demo(command: str) -> Iterator[None]:
    """Around the imports of `bot.demo` or of the bench. Raises Misconfigured where a package of the extra is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("bot", "tests"):  # a mistake of our own is no missing package
            raise
        raise Misconfigured(
            f"`makegood {command}` needs packages that are not installed here; add them with: pip install 'makegood[demo]'"
        ) from error
