"""Reads a customer's answer by its words: counts thanks, and notices that it is still broken."""

import re
from enum import StrEnum


class Mood(StrEnum):
    THANKED = "thanked"
    STILL_BROKEN = "still broken"


_BROKEN = re.compile(
    r"\b(still|again|not|n['’]t|never)\b[^.!?\n]{0,40}\b(work\w*|broken|fail\w*|error\w*|fix\w*|solved|crash\w*|down|stuck|happen\w*)\b"
    r"|\bsame (error|problem|issue|bug|page|thing)\b|\b(does|do|did|is|can|has)n['’]?t\b[^.!?\n]{0,20}\b(work\w*|load\w*|open\w*|fixed)\b"
    r"|\b(it )?keeps? (on )?\w+ing\b",
    re.IGNORECASE,
)
_FINE = re.compile(r"\b(no longer|not any ?more|no more|without)\b|\bworks?( \w+)? again\b", re.IGNORECASE)
_THANKS = re.compile(
    r"\b(thanks?|thank ?you|thx|cheers|great|perfect|awesome|amazing|wow|brilliant|excellent|you rock|works? (now|again|fine))\b"
    r"|🙏|👍|❤|🎉",
    re.IGNORECASE,
)


def mood(text: str) -> Mood | None:
    """ "Thanks, but it is still broken" is still broken; None where the words say neither."""
    words = _FINE.sub(" fine ", text)
    if _BROKEN.search(words):
        return Mood.STILL_BROKEN
    return Mood.THANKED if _THANKS.search(text) else None
