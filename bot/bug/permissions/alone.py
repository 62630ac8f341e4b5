"""What one person may do alone, and what somebody types who is alone. Pure."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from bot.bug.errors import Invalid
from bot.bug.fixes.fix import Fix
from bot.bug.permissions.modes import Becomes

RELEASES = ("release", "version", "tag")
"""Parameters that name what is rolled out."""
LONGEST = 100
"""Characters of a release that people can be asked to type."""
ALONG = " .\"'`ˋ´“”„‘’‚«»"
"""What is copied along with a word."""


class Way(StrEnum):
    """What comes of a press on a fix."""

    NOTHING = "nothing"
    """It only watches."""
    PROPOSED = "proposed"
    """It is shown, and run by hand."""
    ALONE = "alone"
    """A preview and one press."""
    OTHERS = "others"
    """Other people approve."""
    TYPED = "typed"
    """Nobody else is there: by typing its count or its release."""
    GLASS = "glass"
    """Nobody else is there: with a reason that everybody reads."""
    REFUSED = "refused"
    """Nobody else is there, and the settings know no way without."""


def way(becomes: Becomes, *, approvals: int, able: int, solo: bool, glass: bool) -> Way:
    """`approvals`: how many others the action asks for; `able`: how many others there are who could."""
    if becomes == "nothing":
        return Way.NOTHING
    if approvals and able:
        return Way.OTHERS
    if approvals:
        return Way.TYPED if solo else Way.GLASS if glass else Way.REFUSED
    return Way.PROPOSED if becomes == "proposal" else Way.ALONE


class Word(NamedTuple):
    """What has to be typed, and what it is."""

    word: str
    what: str


def word(fix: Fix) -> Word:
    """The release that is rolled out, the count of what is changed, or the action's name where nothing is counted."""
    release = next((fix.params[name] for name in RELEASES if fix.params.get(name)), "")
    if release and len(release) <= LONGEST:
        return Word(release, "the release")
    return Word(str(fix.count), "how many it changes") if fix.count else Word(fix.action, "the action's name")


def must_type(wanted: Word, typed: str) -> None:
    """Raises Invalid at the field. Blanks, capitals, wide digits, and quotation marks that came along don't matter."""
    if not typed.strip() or _plain(typed) != _plain(wanted.word):
        said = f"To go on alone, type {wanted.what}: {wanted.word}"
        raise Invalid(f"{said}.", {"typed": said})


def _plain(text: str) -> str:
    shown = "".join(ch for ch in unicodedata.normalize("NFKC", text) if unicodedata.category(ch) != "Cf")
    return re.sub(r"\s+", " ", shown).strip(ALONG).casefold()
