"""Cuts the quoted mail off an answer, in one pass over its lines.

Own code on purpose: mail-parser-reply's patterns take a minute for some 4,000 characters ("Am Am Am …"), and it is a
stranger who chooses them. In doubt a line stays: a quotation too much is read past, a word too few is missed.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.adapters.channels.common.quote_words import (
    BELOW,
    FORWARDED,
    OPENS,
    ORIGINAL,
    PEOPLE,
    WEEKDAY,
    WROTE,
    Label,
    label_of,
)

LONGEST_LINE = 400
"""A line that introduces a quotation is short; longer ones are not even looked at."""
HEADER_LINES = 14
SIGNATURE_LINES = 6
SIGNATURE_WIDTH = 70


class Mark(StrEnum):
    """What the mail program itself says of a line."""

    OWN = "own"
    QUOTED = "quoted"
    """It begins with ">". A shell's prompt does, too."""
    CITED = "cited"
    """Inside a mail program's own element for what it quotes."""
    HEAD = "head"
    """Inside a mail program's own element for "On …, … wrote:"."""
    OLDER = "older"
    """Behind a mail program's own mark: from here on it is the earlier mail."""
    RULED = "ruled"
    """Below the thin line that Outlook draws above "From:", and that others draw anywhere."""


class Line(NamedTuple):
    text: str
    mark: Mark = Mark.OWN


QUOTATIONS = frozenset({Mark.QUOTED, Mark.CITED, Mark.HEAD})
ENDS = (":", "：")
DASHED = re.compile(r"\W{0,3}[-–—_=*]{2,}\s*(?P<words>[^-–—_=*\s]\S*(?:\s\S+){0,30}?)\s*[-–—_=*]{2,}\W{0,3}")
RULE = re.compile(r"[\W_]{3,}")
ADDRESS = re.compile(
    r"<\s?(?:mailto:)?[^<>\s@]{1,100}@[^<>\s@]{1,200}>?|\[mailto:[^\[\]\s]{3,200}\]|\(\s?[^()\s@]{1,100}@[^()\s@]{1,200}\)"
)
BARE = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{1,100}")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|年|년|25\d\d")
TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h時时시]\s?\d{2}(?!\d)")
DIGIT = re.compile(r"\d")
SECONDS = re.compile(r"\d:\d\d:\d\d")
"""A log has them; a mail program has them only behind an "On" or "At"."""
ENDS_IN_ADDRESS = re.compile(r"@[^<>\s]{1,200}>\s?[:：]$")
ENDS_BEHIND_ADDRESS = re.compile(r"[>)\]][^<>:：]{0,80}[:：][\s*_]*$")
NUMBERS = re.compile(r"\d[^\d]+\d")
NAME = re.compile(r"(?!(?:[AP]M|GMT|UTC|CES?T|Uhr)\b)\b[^\W\d_a-zà-öø-ÿа-яα-ωά-ώ]")
"""A capital, or a letter of a script that has none: "the page wrote:" names nobody."""
ONE_NAME = re.compile(r",\s[^\s,]+\s\S+[:：]$")
TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of writing, which right-to-left languages have everywhere."""
BEGINS_DATED = re.compile(
    r"\W{0,3}(?:\d{1,4}[-./年:]|\d{1,2}\s\w|\w{1,12}[.,]{0,2}\s{1,2}(?:\w{1,12}[.,]?\s)?\d{1,2}\b)"
)
PROSE = re.compile(r"[^\W\d]{2,20}[\s,]{1,3}[^\W\d]{1,20}[\s,]{1,3}[^\W\d]{1,20}.{0,300}[.?!…]\W{0,3}$|[。！？]\s*$")
BEGIN_FORWARD = re.compile(r"\W{0,3}\w.{5,70}[:：]\W{0,3}")
LABELLED = re.compile(r"\W{0,3}\w[^:：]{0,30}[:：]")
SMALL_WORD = re.compile(r"(?<![^\s])[a-zà-öø-ÿа-я]{2,}(?![^\s,])")
BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
MOST_WRAPPED = 4
"""Lines over which mail programs spread "On …, … wrote:"."""
MOST_LABELS_BY_CHANCE = 2
MOST_UNKNOWN = 2
MOST_SMALL = 2
LONGEST_FORWARD = 120


def lines_of(text: str) -> list[Line]:
    """A plain text as lines; those that begin with ">" may be quoted."""
    return [
        Line(
            line.rstrip("\r\n\t ") if line != "-- " else line, Mark.QUOTED if line.startswith((">", " >")) else Mark.OWN
        )
        for line in text.splitlines()
    ]


def without_quotes(text: str | Sequence[Line]) -> str:
    """What the writer added above, below or between quoted lines; empty where everything is quoted."""
    lines = lines_of(text) if isinstance(text, str) else list(text)
    kept, end = _walked(lines)
    own = _joined(_without_signature(kept))
    if end < len(lines) and own and BELOW.search(own[-LONGEST_LINE:]):
        return _joined([*kept, *lines[end:]])
    return own


def whole(lines: Sequence[Line]) -> str:
    """All of it, quotations too."""
    return _joined(lines)


def _joined(lines: Iterable[Line]) -> str:
    texts = (f"> {text}".rstrip() if mark is Mark.CITED else text for text, mark in lines)
    return BLANKS.sub("\n\n", "\n".join(texts)).strip()


def _walked(lines: list[Line]) -> tuple[list[Line], int]:
    """The lines that are kept, and where an earlier mail without any marks begins (or the end)."""
    kept: list[Line] = []
    introduced, at = False, 0
    said = max((number for number, line in enumerate(lines) if line.text.strip()), default=-1)
    while at < len(lines):
        line = lines[at]
        if _forwards(lines, at):
            return [*kept, *lines[at:]], len(lines)
        if line.mark in QUOTATIONS:
            end = _run(lines, at)
            gone = introduced or _is_quotation(lines[at:end], kept, last=end > said)
            introduced = introduced or gone
            kept += () if gone else lines[at:end]
            at = end
        elif line.mark is Mark.OLDER or (not _quoted_below_dashes(lines, at) and _older_begins(lines, at, kept)):
            return _without_rule(kept), at
        elif count := introduction([each.text for each in kept[-MOST_WRAPPED + 1 :]], line.text, _next(lines, at)):
            del kept[len(kept) - count + 1 :]
            introduced = True
            if not _quoted_next(lines, at):
                return kept, at + 1
            at += 1
        else:
            kept.append(line)
            at += 1
    return kept, len(lines)


def _run(lines: list[Line], at: int) -> int:
    """Where the quotation that begins here ends; blank lines between its parts belong to it where a program marked it."""
    mark = lines[at].mark
    while at < len(lines) and lines[at].mark is mark:
        at += 1
    return at


def _next(lines: list[Line], at: int) -> Line:
    """The next line with words."""
    return next((line for line in lines[at + 1 : at + 5] if line.text.strip()), Line(""))


def _quoted_next(lines: list[Line], at: int) -> bool:
    return _next(lines, at).mark in QUOTATIONS


def _above(kept: Sequence[Line]) -> str:
    return next((line.text.strip() for line in reversed(kept[-5:]) if line.text.strip()), "")


def _is_quotation(lines: list[Line], kept: list[Line], *, last: bool) -> bool:
    """Without a line that introduces it: certain where a program marked it, or where it has an older mail's head inside."""
    if lines[0].mark is not Mark.QUOTED:
        return True
    inside = [line.text.lstrip("> \t") for line in lines]
    if any(introduction(inside[max(0, n - 3) : n], text, Line("", Mark.QUOTED)) for n, text in enumerate(inside[:40])):
        return True
    if any(header_block(inside, n, ruled=True) for n in range(min(5, len(inside)))):
        return True
    return (
        last
        and (len(inside) > 1 or not _above(kept))
        and not _above(kept).endswith(ENDS)
        and any(PROSE.search(text[:LONGEST_LINE]) for text in inside)
    )


def _forwards(lines: list[Line], at: int) -> bool:
    """A line such as "---------- Forwarded message ---------": what follows is what the writer wants to show."""
    text = lines[at].text.lstrip("> ") if lines[at].mark is Mark.CITED else lines[at].text
    if lines[at].mark is Mark.QUOTED or len(text) > LONGEST_FORWARD or not FORWARDED.search(text):
        return False
    if DASHED.fullmatch(text):
        return True
    following = [line.text.lstrip("> ") for line in lines[at + 1 : at + 6] if line.text.strip()]
    return bool(BEGIN_FORWARD.fullmatch(text)) and sum(label_of(each) is not None for each in following) > 1


def _older_begins(lines: list[Line], at: int, kept: list[Line]) -> bool:
    text = lines[at].text
    if not text or len(text) > LONGEST_LINE:
        return False
    if lines[at].mark is Mark.RULED:
        return _ruled(lines, at)
    if found := DASHED.fullmatch(text):
        return bool(ORIGINAL.search(found["words"])) or all(each.search(text) for each in (WROTE, DATE, TIME))
    above = _above(kept)
    pasted = _above(_without_rule(kept)).endswith(ENDS)
    following = [line.text for line in lines[at : at + HEADER_LINES]]
    return not pasted and header_block(following, 0, ruled=bool(RULE.fullmatch(above)))


def _ruled(lines: list[Line], at: int) -> bool:
    """Outlook's own line, and below it "From:", "Sent:" and so on in whatever language."""
    run = [line.text for line in lines[at : at + 8] if line.mark is Mark.RULED and line.text]
    labelled = [text for text in run if LABELLED.match(text)]
    return len(labelled) > MOST_LABELS_BY_CHANCE and any(label_of(each) or BARE.search(each) for each in labelled)


def header_block(lines: Sequence[str], start: int, *, ruled: bool = False) -> bool:
    """ "From: …", "Sent: …" and "To: …" or "Subject: …" in one block, in any language; `ruled`: below a line of dashes."""
    if label_of(lines[start]) is None:
        return False
    found: dict[Label, str] = {}
    unknown = 0
    for text in lines[start : start + HEADER_LINES]:
        known = label_of(text[:LONGEST_LINE])
        if known:
            found.setdefault(*known)
            unknown = 0
        else:
            unknown += 1
        if unknown > MOST_UNKNOWN or (not text.strip() and len(found) > 2):  # noqa: PLR2004 - a head has no gap after three lines
            break
    if Label.FROM not in found:
        return False
    others = {Label.TO, Label.SUBJECT} & found.keys()
    if Label.SENT in found:
        order = [label for label in found if label is not Label.OTHER]
        adjacent = abs(order.index(Label.FROM) - order.index(Label.SENT)) == 1
        return (bool(others) and (adjacent or ruled)) or (ruled and _names_somebody(found[Label.FROM]))
    return len(others) > 1 and ruled and _names_somebody(found[Label.FROM])


def _names_somebody(text: str) -> bool:
    return bool(ADDRESS.search(text) or BARE.search(text))


def _dashed(line: str) -> bool:
    """ "---- Support wrote ----", "----- Original Message -----"."""
    found = DASHED.fullmatch(line[:LONGEST_LINE])
    return bool(found and (WROTE.search(found["words"]) or ORIGINAL.search(found["words"])))


def _quoted_below_dashes(lines: list[Line], at: int) -> bool:
    return _quoted_next(lines, at) and _dashed(lines[at].text)


def introduction(before: Sequence[str], line: str, following: Line) -> int:
    """How many lines, this one and those before it, say "On Sunday, Support <…> wrote:"; 0 where none does."""
    line = TURNS.sub("", line)
    if (
        not line.rstrip(" >*_").endswith(ENDS)
        and not _dashed(line)
        and not WROTE.search(line[-40:])
        and not line.endswith(">")
    ):
        return 0
    everything = " ".join((*before, line))
    if not DIGIT.search(everything) and not WROTE.search(everything[-LONGEST_LINE:]):
        return 0
    quoted = following.mark in QUOTATIONS
    if quoted and _dashed(line):
        return 1
    for count in range(1, MOST_WRAPPED + 1):
        block = [*before[len(before) - count + 1 :], line] if count <= len(before) + 1 else []
        said = TURNS.sub("", " ".join(block))
        if not block or not all(text.strip() for text in block) or len(said) > LONGEST_LINE:
            return 0
        known = (_introduces(said) or _heads_cited(said, following)) if quoted else _sure(said)
        if known and _begins(said, count, before[: len(before) - count + 1]):
            return count + _begun_above(before, count)
    return 0


def _begins(said: str, count: int, before: Sequence[str]) -> bool:
    """Where lines were wrapped, the first is where the sentence begins, or its paragraph does."""
    if said.count(">") > said.count("<") or said.startswith("<"):
        return False
    return (
        count == 1
        or not before
        or not before[-1].strip()
        or bool(OPENS.match(said) or BEGINS_DATED.match(said) or "<" in said)
    )


def _begun_above(before: Sequence[str], count: int) -> int:
    """The line above "09:00, Support <…> wrote:" may be "On Sun, 22 Nov 2026 at"."""
    above = before[-count] if count <= len(before) else ""
    begun = OPENS.match(above) and DIGIT.search(above) and not above.endswith((".", "!", "?", ":"))
    return int(bool(begun) and len(above) < LONGEST_FORWARD)


def _introduces(said: str) -> bool:
    """Quoted lines follow: an <address> and a number will do, in whatever language."""
    ended = said.rstrip(" *_").endswith(ENDS)
    without = BARE.sub(" ", ADDRESS.sub(" ", said))
    dated = any(character.isdigit() for character in without)
    address = ADDRESS.search(said)
    if address and dated and ((ended and _dated_beside_address(said, without)) or WROTE.search(said[-40:])):
        return True
    if address and BEGINS_DATED.match(said) and said.endswith(">") and DATE.search(without):
        return True
    if not WROTE.search(said):
        return False
    when = DATE.search(without) or TIME.search(without) or WEEKDAY.search(without)
    return bool(when or address or "@" in said) and (ended or bool(WROTE.search(said[-40:])))


def _heads_cited(said: str, following: Line) -> bool:
    """The mail program itself marked what follows: date, time and a bare address will do."""
    ended = following.mark is not Mark.QUOTED and said.rstrip(" *_").endswith(ENDS)
    return bool(ended and BEGINS_DATED.match(said) and BARE.search(said) and TIME.search(BARE.sub(" ", said)))


def _dated_beside_address(said: str, without: str) -> bool:
    """In no language that we know: "1. Mia <mia@…>:" is a list, "29 … 2026 … <mia@…>:" is a mail program."""
    return bool(ENDS_BEHIND_ADDRESS.search(TIME.sub(" ", said)) and (TIME.search(without) or NUMBERS.search(without)))


def _sure(said: str) -> bool:
    """Nothing marks what follows: only a whole line of a mail program counts, with date, time and who wrote."""
    ended = said.rstrip(" *_-").endswith(ENDS) or bool(WROTE.search(said[-40:]))
    time = TIME.search(DATE.sub(_blanked, said))
    if not (ended and DATE.search(said) and time) or PEOPLE.search(_before_name(said)):
        return False
    opens = OPENS.match(said)
    if not (opens or BEGINS_DATED.match(said)):
        return False
    if WROTE.search(said):
        named = NAME.search(said, time.end()) or ONE_NAME.search(said, time.end())
        return bool((ADDRESS.search(said) or named) and (opens or not SECONDS.search(said)))
    return bool(ENDS_IN_ADDRESS.search(said))


def _blanked(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _before_name(said: str) -> str:
    """Without what stands in the address: "we@shop.example" is nobody's word."""
    return BARE.sub(" ", ADDRESS.sub(" ", said))


def _without_rule(kept: list[Line]) -> list[Line]:
    """The line of dashes above an older mail belongs to it."""
    while kept and (not kept[-1].text.strip() or RULE.fullmatch(kept[-1].text.strip()[:LONGEST_LINE])):
        kept = kept[:-1]
    return kept


def _without_signature(kept: list[Line]) -> list[Line]:
    """Cut at "-- " only where a few short lines follow that are no sentences."""
    for at in range(len(kept) - 1, max(-1, len(kept) - 1 - 2 * SIGNATURE_LINES), -1):
        if kept[at].text in {"--", "-- "}:
            blank = at == 0 or not kept[at - 1].text.strip()
            return kept[:at] if blank and _is_signature(kept[at + 1 :]) else kept
    return kept


def _is_signature(lines: Sequence[Line]) -> bool:
    below = [line.text.strip() for line in lines]
    said = [text for text in below if text]
    gap = "" in "\0".join(below).strip("\0").split("\0")
    return not gap and len(said) <= SIGNATURE_LINES and not any(_is_sentence(text) for text in said)


def _is_sentence(text: str) -> bool:
    return (
        len(text) > SIGNATURE_WIDTH
        or text.endswith(("?", "!", ".", "…", "。"))
        or len(SMALL_WORD.findall(text)) > MOST_SMALL
    )
